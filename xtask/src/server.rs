//! Starting and ending a server that is measured or tested.

use std::fs::{self, File};
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
        command
            .env_remove("DATABASE_URL")
            .env_remove("LATCHKEY_PUBLIC_URL")
            .env("LEPTOS_SITE_ROOT", &checkout.site)
            .env("LATCHKEY_DATA_DIR", data);
        Self::start_at(process::free_address()?, command, &data.join(LOG))
    }

    /// Starts it at an address, by a command with all other settings. What it writes is added to `log`.
    pub(crate) fn start_at(address: SocketAddr, mut command: Command, log: &Path) -> Result<Self> {
        let log = File::options().create(true).append(true).open(log)?;
        let child = command
            .env("LEPTOS_SITE_ADDR", address.to_string())
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
            self.ensure_running()?;
            if start.elapsed() > PATIENCE {
                bail!("the server does not listen on {}", self.address);
            }
            // Short enough not to be seen in the figures, long enough to leave it the processor.
            thread::park_timeout(Duration::from_micros(200));
        }
    }

    /// # Errors
    /// When it has ended by itself.
    pub(crate) fn ensure_running(&mut self) -> Result<()> {
        match self.child.try_wait()? {
            Some(status) => bail!("the server has ended by itself ({status}); see its log"),
            None => Ok(()),
        }
    }

    /// Asks the server to end, as a service manager would, and waits until it did.
    ///
    /// # Errors
    /// When it had ended before, or does not end well.
    pub(crate) fn stop(mut self, shell: &Shell) -> Result<()> {
        self.ensure_running()?;
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

/// Takes away from a command what the developer has set for Latchkey.
pub(crate) fn unset(command: &mut Command) {
    for (name, _) in std::env::vars_os() {
        if name.to_string_lossy().starts_with("LATCHKEY_") {
            command.env_remove(name);
        }
    }
}

/// A handler that panics answers with 500, which is found by itself; a task beside the handlers answers nobody.
///
/// # Errors
/// When something panicked in the server that wrote `log`.
pub(crate) fn ensure_no_panic(log: &Path) -> Result<()> {
    let written = fs::read_to_string(log)?;
    let panics: Vec<&str> = written
        .lines()
        .filter(|line| line.contains("panicked"))
        .collect();
    ensure!(
        panics.is_empty(),
        "the server panicked, see {}:\n{}",
        log.display(),
        panics.join("\n")
    );
    Ok(())
}

impl Drop for Server {
    /// Leaves no server behind when a measurement fails; one that ended is not there to be killed.
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
