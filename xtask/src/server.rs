//! Starting and ending a server that is measured or tested.

use std::fs::File;
use std::net::SocketAddr;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::checkout::Checkout;
use crate::process::{self, Shell};

/// Where a server writes to, in its data directory.
pub(crate) const LOG: &str = "server.log";

const PATIENCE: Duration = Duration::from_secs(20);

/// A server of our own, ended when dropped.
pub(crate) struct Server {
    child: Child,
    address: SocketAddr,
}

impl Server {
    /// Starts it on a free port by a command that leads to the release build. What it writes goes to
    /// `server.log` in its data directory.
    pub(crate) fn start(mut command: Command, checkout: &Checkout, data: &Path) -> Result<Self> {
        let log = File::create(data.join(LOG))?;
        command
            .env_remove("DATABASE_URL")
            .env_remove("LATCHKEY_PUBLIC_URL");
        Self::start_at(process::free_address()?, command, checkout, data, log)
    }

    /// The same where one was before, with a log of the caller's.
    pub(crate) fn start_at(
        address: SocketAddr,
        mut command: Command,
        checkout: &Checkout,
        data: &Path,
        log: File,
    ) -> Result<Self> {
        let child = command
            .env("LEPTOS_SITE_ROOT", &checkout.site)
            .env("LEPTOS_SITE_ADDR", address.to_string())
            .env("LATCHKEY_DATA_DIR", data)
            .stdin(Stdio::null())
            .stdout(log.try_clone()?)
            .stderr(log)
            .spawn()
            .context("cannot start the server")?;
        Ok(Self { child, address })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn id(&self) -> u32 {
        self.child.id()
    }

    /// Connects as soon as the server listens.
    pub(crate) fn connect<T, E>(&mut self, open: impl Fn(SocketAddr) -> Result<T, E>) -> Result<T> {
        let start = Instant::now();
        loop {
            if let Ok(connection) = open(self.address) {
                return Ok(connection);
            }
            if let Some(status) = self.child.try_wait()? {
                bail!("the server ended while starting ({status}); see {LOG}");
            }
            if start.elapsed() > PATIENCE {
                bail!("the server does not listen on {}", self.address);
            }
            // Short enough not to be seen in the figures, long enough to leave it the processor.
            thread::park_timeout(Duration::from_micros(200));
        }
    }

    /// Ends it as a power cut would: it is not asked.
    pub(crate) fn kill(mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("the server has ended by itself ({status}); see {LOG}");
        }
        self.child.kill()?;
        self.child.wait()?;
        Ok(())
    }

    /// Asks the server to end, as a service manager would, and waits until it did.
    ///
    /// # Errors
    /// When it had ended before, or does not end well.
    pub(crate) fn stop(mut self, shell: &Shell) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            bail!("the server has ended by itself ({status}); see {LOG}");
        }
        let request = format!("kill -TERM {}", self.id());
        process::read(shell.command("sh").args(["-c", &request]))?;
        let start = Instant::now();
        while start.elapsed() < PATIENCE {
            if let Some(status) = self.child.try_wait()? {
                ensure!(
                    status.success(),
                    "the server ended with {status}; see {LOG}"
                );
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
