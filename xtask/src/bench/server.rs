//! Starting and ending the server that is measured.

use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail};

use crate::bench::http::Connection;
use crate::checkout::Checkout;
use crate::process::{self, Shell};

const PATIENCE: Duration = Duration::from_secs(20);

/// What every measurement on a running server needs.
pub(crate) struct Workplace<'a> {
    pub(crate) shell: &'a Shell,
    pub(crate) checkout: &'a Checkout,
    /// The server's data directory, used by one server after the other.
    pub(crate) data: &'a Path,
}

/// A server of our own, ended when dropped.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
}

impl Workplace<'_> {
    /// Starts the release build on a free port, with the settings a new user has.
    pub(crate) fn start(&self) -> Result<Server> {
        self.launch(self.shell.command(self.checkout.binary()))
    }

    /// The same on the first processor alone, where the system can do that.
    pub(crate) fn start_on_one_processor(&self) -> Result<Server> {
        if self.shell.find("taskset").is_none() {
            return self.start();
        }
        let mut command = self.shell.command("taskset");
        command.args(["-c", "0"]).arg(self.checkout.binary());
        self.launch(command)
    }

    fn launch(&self, mut command: Command) -> Result<Server> {
        let address = process::free_address()?;
        let log = File::create(self.data.join("server.log"))?;
        let child = command
            .env_remove("DATABASE_URL")
            .env_remove("LATCHKEY_PUBLIC_URL")
            .env("LEPTOS_SITE_ROOT", &self.checkout.site)
            .env("LEPTOS_SITE_ADDR", address.to_string())
            .env("LATCHKEY_DATA_DIR", self.data)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("cannot start the server")?;
        Ok(Server { child, address })
    }
}

impl Server {
    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Connects as soon as the server listens.
    pub(crate) fn connect(&mut self) -> Result<Connection> {
        let start = Instant::now();
        loop {
            if let Ok(connection) = Connection::open(self.address) {
                return Ok(connection);
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended while starting ({status}); see server.log");
            }
            if start.elapsed() > PATIENCE {
                bail!("the server does not listen on {}", self.address);
            }
            // Short enough not to be seen in the figures, long enough to leave it the processor.
            thread::park_timeout(Duration::from_micros(200));
        }
    }

    /// Asks the server to end, as a service manager would, and waits until it did.
    pub(crate) fn stop(mut self, shell: &Shell) -> Result<()> {
        let request = format!("kill -TERM {}", self.id());
        process::read(shell.command("sh").args(["-c", &request]))?;
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if self.child.try_wait()?.is_some() {
                return Ok(());
            }
            thread::park_timeout(Duration::from_millis(5));
        }
        bail!("the server did not end within {PATIENCE:?} of SIGTERM")
    }
}

impl Drop for Server {
    /// Leaves no server behind when a measurement fails; one that ended is not there to be killed.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
