//! Three nodes on one Postgres behind HAProxy, on loopback: what `compose.yaml` runs in containers, as processes.
//!
//! The balancer has the very configuration that containers get (`docs/deploy/haproxy.cfg`). The nodes share one
//! master secret and one data folder, so that letters are in one outbox, whichever node sent them. Everything
//! is ended when a [`Cluster`] is dropped.

pub(crate) mod balancer;

use std::fs::{self, File};
use std::io::Read;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};
use std::process::Command;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::bench::http::Connection;
use crate::checkout::Checkout;
use crate::cluster::balancer::Balancer;
use crate::postgres::Postgres;
use crate::process::{self, Shell};
use crate::server::{self, Server};

/// How many nodes there are; they are numbered from 0.
pub(crate) const NODES: usize = 3;

/// Names another binary than the release of this checkout. It needs the release's `hash.txt` beside it.
pub(crate) const BINARY: &str = "LATCHKEY_BIN";

/// What a node answers with 200 when it can be asked, as `haproxy.cfg` has it.
pub(crate) const READY: &str = "/readyz";

/// How long a node that was asked to leave goes on taking requests: the balancer has noticed by then.
const NOTICE_PERIOD: &str = "1500";

const PATIENCE: Duration = Duration::from_secs(20);

/// What runs. Fields are dropped in this order: who asks ends before who is asked.
pub(crate) struct Cluster {
    balancer: Balancer,
    nodes: [Node; NODES],
    database: Postgres,
    launch: Launch,
}

struct Node {
    address: SocketAddr,
    log: PathBuf,
    /// None while it is down.
    server: Option<Server>,
}

/// How a node, or a command beside the nodes, is started.
struct Launch {
    shell: Shell,
    binary: PathBuf,
    settings: Vec<(String, String)>,
}

impl Cluster {
    /// Starts everything, and returns when the balancer counts on each node.
    ///
    /// `folder` is made anew; logs (`node0.log` …, `balancer.log`) and the outbox are in it. `settings` are
    /// variables for all nodes, and overrule those that are set here.
    pub(crate) fn start(
        shell: &Shell,
        checkout: &Checkout,
        folder: &Path,
        settings: &[(&str, &str)],
    ) -> Result<Self> {
        if folder.exists() {
            fs::remove_dir_all(folder)?;
        }
        fs::create_dir_all(folder)?;
        let database = Postgres::start(shell)?;
        let entrance = process::quiet_address()?;
        let launch = Launch::new(shell, checkout, folder, &database, entrance, settings)?;
        let mut nodes = Vec::new();
        for number in 0..NODES {
            nodes.push(Node {
                address: process::quiet_address()?,
                log: folder.join(format!("node{number}.log")),
                server: None,
            });
        }
        let nodes: [Node; NODES] = nodes.try_into().ok().context("there are three")?;
        let addresses = nodes.each_ref().map(|node| node.address);
        let balancer = Balancer::start(shell, checkout, folder, entrance, addresses)?;
        let mut cluster = Self {
            balancer,
            nodes,
            database,
            launch,
        };
        for number in 0..NODES {
            cluster.begin(number)?;
        }
        cluster.wait_until_ready()?;
        Ok(cluster)
    }

    /// Ends it in order: each node by SIGTERM, all at once.
    ///
    /// # Errors
    /// When a node had ended by itself, does not end well, or something panicked in it.
    pub(crate) fn stop(mut self) -> Result<()> {
        let shell = &self.launch.shell;
        thread::scope(|scope| {
            let servers = self.nodes.iter_mut().filter_map(|node| node.server.take());
            let stopping: Vec<_> = servers
                .map(|server| scope.spawn(|| server.stop(shell)))
                .collect();
            let mut stopped = stopping.into_iter().map(|stopping| stopping.join());
            stopped.try_for_each(|stopped| stopped.expect("stopping a server does not panic"))
        })?;
        let mut logs = self.nodes.iter().map(|node| &node.log);
        logs.try_for_each(|log| server::ensure_no_panic(log))
    }

    /// Where clients go. Its port is that of the public URL, which is `http://localhost:<port>`.
    pub(crate) fn balancer(&self) -> SocketAddr {
        self.balancer.address()
    }

    /// Where one node listens, past the balancer.
    pub(crate) fn node(&self, number: usize) -> SocketAddr {
        self.nodes[number].address
    }

    /// The database of all, which can be stopped and resumed.
    pub(crate) fn database(&self) -> &Postgres {
        &self.database
    }

    /// Ends a node as a power cut would (SIGKILL), and returns when it is gone.
    pub(crate) fn kill(&mut self, number: usize) -> Result<()> {
        self.take(number).map(drop)
    }

    /// Asks a node to leave, as a service manager would (SIGTERM), and returns when it has left.
    pub(crate) fn terminate(&mut self, number: usize) -> Result<()> {
        let server = self.take(number)?;
        server.stop(&self.launch.shell)
    }

    /// Starts a node that is down again, at its address, and returns when the balancer counts on it.
    pub(crate) fn restart(&mut self, number: usize) -> Result<()> {
        self.begin(number)?;
        self.wait_until_seen(number, Seen::Up)
    }

    /// Returns when every node that runs is ready, and the balancer counts on it.
    pub(crate) fn wait_until_ready(&mut self) -> Result<()> {
        for number in 0..NODES {
            if self.nodes[number].server.is_some() {
                self.wait_until_seen(number, Seen::Up)?;
            }
        }
        Ok(())
    }

    /// Returns when the balancer takes a node for what is said.
    pub(crate) fn wait_until_seen(&mut self, number: usize, wanted: Seen) -> Result<()> {
        let start = Instant::now();
        while self.balancer.sees(number)? != wanted {
            if let Some(server) = &mut self.nodes[number].server {
                server.ensure_running()?;
            }
            ensure!(
                start.elapsed() < PATIENCE,
                "the balancer does not take node {number} for {wanted:?}"
            );
            thread::park_timeout(Duration::from_millis(5));
        }
        Ok(())
    }

    /// How many connections the balancer has opened to a node since it was started: one for each request.
    pub(crate) fn served(&self, number: usize) -> Result<u64> {
        self.balancer.served(number)
    }

    /// Runs a command of the binary on the database of the nodes, like `["key", "rotate"]`; what it printed.
    pub(crate) fn run(&self, arguments: &[&str]) -> Result<String> {
        process::read(self.launch.command().args(arguments))
    }

    fn begin(&mut self, number: usize) -> Result<()> {
        let node = &mut self.nodes[number];
        if node.server.is_some() {
            bail!("node {number} runs already");
        }
        let mut server = Server::start_at(node.address, self.launch.command(), &node.log)?;
        server.connect(|address| match Connection::open(address)?.get(READY)? {
            200 => Ok(()),
            status => bail!("not ready: {status}"),
        })?;
        node.server = Some(server);
        Ok(())
    }

    fn take(&mut self, number: usize) -> Result<Server> {
        let server = self.nodes[number].server.take();
        server.with_context(|| format!("node {number} does not run"))
    }
}

/// What the balancer takes a node for.
#[derive(Clone, Copy, Debug, PartialEq)]
pub(crate) enum Seen {
    Up,
    Down,
}

impl Launch {
    fn new(
        shell: &Shell,
        checkout: &Checkout,
        folder: &Path,
        database: &Postgres,
        entrance: SocketAddr,
        settings: &[(&str, &str)],
    ) -> Result<Self> {
        let chosen = std::env::var_os(BINARY).filter(|value| !value.is_empty());
        let text = |path: &Path| path.display().to_string();
        let ours = [
            ("DATABASE_URL", database.url()),
            ("LEPTOS_SITE_ROOT", text(&checkout.site)),
            ("LATCHKEY_DATA_DIR", text(folder)),
            (
                "LATCHKEY_PUBLIC_URL",
                format!("http://localhost:{}", entrance.port()),
            ),
            ("LATCHKEY_SECRET", secret()?),
            ("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1/32".to_owned()),
            ("LATCHKEY_NOTICE_PERIOD", NOTICE_PERIOD.to_owned()),
        ];
        let theirs = settings
            .iter()
            .map(|(name, value)| (*name, (*value).to_owned()));
        let settings = ours.into_iter().chain(theirs);
        Ok(Self {
            shell: shell.clone(),
            binary: chosen.map_or_else(|| checkout.binary(), PathBuf::from),
            settings: settings
                .map(|(name, value)| (name.to_owned(), value))
                .collect(),
        })
    }

    /// With nothing of what the developer has set.
    fn command(&self) -> Command {
        let mut command = self.shell.command(&self.binary);
        server::unset(&mut command);
        command.envs(self.settings.iter().map(|(name, value)| (name, value)));
        command
    }
}

/// A master secret that nobody else has.
fn secret() -> Result<String> {
    let mut bytes = [0; 32];
    File::open("/dev/urandom")?.read_exact(&mut bytes)?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
