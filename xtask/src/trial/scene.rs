//! Where trials happen: the binary that is tried, folders for its data, and how long things last.

use std::env;
use std::fs::{self, File, OpenOptions};
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::bench::http::Connection;
use crate::checkout::Checkout;
use crate::process::{self, Shell};
use crate::server::{LOG, Server};

/// Names another binary to try.
pub(crate) const BINARY: &str = "LATCHKEY_BIN";

/// Cheap hashes, for trials that are not about hashing.
pub(crate) const CHEAP: (&str, &str) = ("LATCHKEY_ARGON2", "m=64,t=1,p=1");

pub(crate) struct Scene<'a> {
    pub(crate) shell: &'a Shell,
    pub(crate) checkout: &'a Checkout,
    pub(crate) lengths: Lengths,
}

/// How long and how large.
#[derive(Clone, Copy)]
pub(crate) struct Lengths {
    pub(crate) storm: Duration,
    /// Of each of the three parts of the crowd's trial.
    pub(crate) crowd: Duration,
    /// How long a fault stays.
    pub(crate) fault: Duration,
    /// How often what is over at once is done.
    pub(crate) rounds: usize,
    pub(crate) actors: usize,
}

impl Lengths {
    /// What the tables of `docs/reliability.md` are made with.
    pub(crate) const FULL: Self = Self {
        storm: Duration::from_secs(60),
        crowd: Duration::from_secs(20),
        fault: Duration::from_secs(5),
        rounds: 5,
        actors: 16,
    };

    /// As short as finds what is broken in one way or another.
    pub(crate) const SHORT: Self = Self {
        storm: Duration::from_secs(5),
        crowd: Duration::from_secs(3),
        fault: Duration::from_secs(1),
        rounds: 1,
        actors: 6,
    };
}

impl Scene<'_> {
    /// An empty folder, which other users may look into, as a Postgres of another user's must.
    pub(crate) fn folder(&self, name: &str) -> Result<PathBuf> {
        let folder = self.checkout.target.join("trial").join(name);
        if folder.exists() {
            fs::remove_dir_all(&folder)
                .with_context(|| format!("cannot empty {}", folder.display()))?;
        }
        fs::create_dir_all(&folder)?;
        Ok(folder)
    }

    /// A command that starts the binary with settings of its own, whatever those of the developer are.
    pub(crate) fn command(&self) -> Command {
        let mut command = self.shell.command(self.binary());
        for (name, _) in env::vars_os() {
            let name = name.to_string_lossy();
            if name.starts_with("LATCHKEY_") || name == "DATABASE_URL" {
                command.env_remove(&*name);
            }
        }
        command
            .env("LATCHKEY_RATE_LIMITS", "off")
            .env("RUST_LOG", "warn,server::session=off");
        command
    }

    fn binary(&self) -> PathBuf {
        let other = env::var_os(BINARY).filter(|value| !value.is_empty());
        other.map_or_else(|| self.checkout.binary(), PathBuf::from)
    }
}

/// A site that may end and come back at the same address.
pub(crate) struct Site<'a> {
    scene: &'a Scene<'a>,
    data: PathBuf,
    log: File,
    address: SocketAddr,
    settings: Vec<(&'static str, String)>,
    server: Option<Server>,
}

impl<'a> Site<'a> {
    /// Starts one on an empty folder.
    pub(crate) fn open(
        scene: &'a Scene,
        data: &Path,
        settings: Vec<(&'static str, String)>,
    ) -> Result<Self> {
        let log = OpenOptions::new()
            .create(true)
            .append(true)
            .open(data.with_extension("log"))?;
        let mut site = Self {
            scene,
            data: data.to_owned(),
            log,
            address: process::free_address()?,
            settings,
            server: None,
        };
        site.start()?;
        Ok(site)
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    pub(crate) fn process(&self) -> Option<u32> {
        self.server.as_ref().map(Server::id)
    }

    /// Starts the server where it was, and waits until it listens.
    pub(crate) fn start(&mut self) -> Result<()> {
        let mut command = self.scene.command();
        for (name, value) in &self.settings {
            command.env(name, value);
        }
        let log = self.log.try_clone()?;
        let checkout = self.scene.checkout;
        let mut server = Server::start_at(self.address, command, checkout, &self.data, log)?;
        drop(server.connect(Connection::open)?);
        self.server = Some(server);
        Ok(())
    }

    pub(crate) fn kill(&mut self) -> Result<()> {
        self.server
            .take()
            .context("the server is not there")?
            .kill()
    }

    pub(crate) fn stop(&mut self) -> Result<()> {
        let server = self.server.take().context("the server is not there")?;
        server.stop(self.scene.shell)
    }

    /// Runs a command of the binary on the data of this site, for what it prints.
    pub(crate) fn run(&self, words: &[&str]) -> Result<String> {
        let mut command = self.scene.command();
        for (name, value) in &self.settings {
            command.env(name, value);
        }
        process::read(command.args(words).env("LATCHKEY_DATA_DIR", &self.data))
    }
}

/// Where the output of the servers is, beside their data.
pub(crate) fn log_of(data: &Path) -> String {
    data.with_extension("log").display().to_string()
}

/// A panic in the output of a server is a broken promise, whatever else went well.
pub(crate) fn panics(data: &Path) -> Result<Vec<String>> {
    let written = fs::read_to_string(data.with_extension("log"))
        .with_context(|| format!("no {LOG} of {}", data.display()))?;
    let panics = written.lines().filter(|line| line.contains("panicked"));
    Ok(panics.map(str::to_owned).collect())
}
