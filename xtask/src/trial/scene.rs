//! Where trials happen: the binary that is tried, folders for its data, and how long things last.

use std::env;
use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::time::Duration;

use anyhow::{Context, Result};

use crate::bench::http::Connection;
use crate::checkout::Checkout;
use crate::cluster;
use crate::process::{self, Shell};
use crate::server::{self, Server};

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
    /// Of the minutes of a day.
    pub(crate) minute: Duration,
    /// How long a fault stays.
    pub(crate) fault: Duration,
    /// How often what is over at once is done.
    pub(crate) rounds: usize,
    pub(crate) actors: usize,
    /// Clients of three nodes.
    pub(crate) nodes: usize,
}

impl Lengths {
    /// What the tables of `docs/reliability.md` are made with.
    pub(crate) const FULL: Self = Self {
        storm: Duration::from_secs(60),
        crowd: Duration::from_secs(40),
        minute: Duration::from_secs(60),
        fault: Duration::from_secs(5),
        rounds: 5,
        actors: 16,
        nodes: 50,
    };

    /// As short as finds what is broken in one way or another.
    pub(crate) const SHORT: Self = Self {
        storm: Duration::from_secs(5),
        crowd: Duration::from_secs(3),
        minute: Duration::from_secs(2),
        fault: Duration::from_secs(1),
        rounds: 1,
        actors: 6,
        nodes: 12,
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
        if log_of(&folder).exists() {
            fs::remove_file(log_of(&folder))?;
        }
        Ok(folder)
    }

    /// A command that starts the binary with settings of its own, whatever those of the developer are.
    pub(crate) fn command(&self) -> Command {
        let mut command = self.shell.command(self.binary());
        server::unset(&mut command);
        command
            .env_remove("DATABASE_URL")
            .env("LATCHKEY_RATE_LIMITS", "off")
            .env("RUST_LOG", "warn,server::session=off");
        command
    }

    fn binary(&self) -> PathBuf {
        let other = env::var_os(cluster::BINARY).filter(|value| !value.is_empty());
        other.map_or_else(|| self.checkout.binary(), PathBuf::from)
    }
}

/// A site that may end and come back at the same address.
pub(crate) struct Site<'a> {
    scene: &'a Scene<'a>,
    data: PathBuf,
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
        let mut site = Self {
            scene,
            data: data.to_owned(),
            address: process::quiet_address()?,
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
        command
            .env("LEPTOS_SITE_ROOT", &self.scene.checkout.site)
            .env("LATCHKEY_DATA_DIR", &self.data);
        let mut server = Server::start_at(self.address, command, &log_of(&self.data))?;
        drop(server.connect(Connection::open)?);
        self.server = Some(server);
        Ok(())
    }

    pub(crate) fn kill(&mut self) -> Result<()> {
        let mut server = self.server.take().context("the server is not there")?;
        server.ensure_running()
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

/// Where the output of a server goes, beside its data: a disk that is full takes no output.
pub(crate) fn log_of(data: &Path) -> PathBuf {
    data.with_extension("log")
}
