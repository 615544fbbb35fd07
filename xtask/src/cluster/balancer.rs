//! HAProxy in front of the nodes, and what it takes them for.

use std::fs::{self, File};
use std::io::{Read, Write};
use std::net::{SocketAddr, TcpStream};
use std::path::{Path, PathBuf};
use std::process::{Child, Stdio};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};

use crate::checkout::Checkout;
use crate::cluster::{NODES, Seen};
use crate::process::{self, Shell};
use crate::setup::apt;

const PROGRAM: &str = "haproxy";

/// Where Debian puts it, which is on the `PATH` of root only.
const DEBIAN: &str = "/usr/sbin/haproxy";

/// The part of its configuration that counts on nodes which are ready.
const BACKEND: &str = "ready_nodes";

pub(crate) struct Balancer {
    child: Child,
    address: SocketAddr,
    /// Where it says what it knows.
    desk: SocketAddr,
    log: PathBuf,
}

impl Balancer {
    pub(crate) fn start(
        shell: &Shell,
        checkout: &Checkout,
        folder: &Path,
        address: SocketAddr,
        nodes: [SocketAddr; NODES],
    ) -> Result<Self> {
        let program = find(shell)?;
        let desk = process::quiet_address()?;
        // In containers nobody has a desk to ask at.
        let addition = folder.join("balancer.cfg");
        fs::write(
            &addition,
            format!("global\n    stats socket ipv4@{desk} level user\n"),
        )?;
        let log = folder.join("balancer.log");
        let output = File::create(&log)?;
        let mut command = shell.command(program);
        command
            .arg("-db")
            .arg("-f")
            .arg(checkout.root.join("docs/deploy/haproxy.cfg"))
            .arg("-f")
            .arg(addition)
            .env("BALANCER_ADDR", address.to_string())
            .env("BALANCER_CERTIFICATE", "")
            .stdin(Stdio::null())
            .stdout(output.try_clone()?)
            .stderr(output);
        for (number, node) in nodes.iter().enumerate() {
            command.env(format!("NODE_{}", number + 1), node.to_string());
        }
        let child = command
            .spawn()
            .with_context(|| process::start_failure(&command))?;
        Ok(Self {
            child,
            address,
            desk,
            log,
        })
    }

    pub(crate) fn address(&self) -> SocketAddr {
        self.address
    }

    /// Returns when clients can come.
    pub(crate) fn wait_until_it_listens(&mut self, patience: Duration) -> Result<()> {
        let start = Instant::now();
        while TcpStream::connect(self.address).is_err() {
            self.ensure_running()?;
            ensure!(start.elapsed() < patience, "HAProxy does not listen");
            thread::park_timeout(Duration::from_millis(5));
        }
        Ok(())
    }

    fn ensure_running(&mut self) -> Result<()> {
        if let Some(status) = self.child.try_wait()? {
            let log = fs::read_to_string(&self.log).unwrap_or_default();
            bail!("HAProxy has ended ({status}): {}", log.trim());
        }
        Ok(())
    }

    /// What it takes a node for. One that does not answer here yet counts on none.
    pub(super) fn sees(&mut self, number: usize) -> Result<Seen> {
        self.ensure_running()?;
        let table = self.ask("show stat\n").unwrap_or_default();
        Ok(read_state(&table, number))
    }

    pub(super) fn served(&self, number: usize) -> Result<u64> {
        let table = self.ask("show stat\n")?;
        let served = read(&table, number, "stot").context("HAProxy does not know the node")?;
        Ok(served.parse()?)
    }

    fn ask(&self, question: &str) -> Result<String> {
        let mut stream = TcpStream::connect(self.desk)?;
        stream.write_all(question.as_bytes())?;
        let mut answer = String::new();
        stream.read_to_string(&mut answer)?;
        Ok(answer)
    }
}

impl Drop for Balancer {
    fn drop(&mut self) {
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}

/// Reads HAProxy's table of everything: lines of values with commas, the first one with their names.
fn read<'a>(table: &'a str, number: usize, column: &str) -> Option<&'a str> {
    let mut lines = table.trim_start_matches("# ").lines();
    let column = lines.next()?.split(',').position(|name| name == column)?;
    let begin = format!("{BACKEND},node{},", number + 1);
    let node = lines.find(|line| line.starts_with(&begin))?;
    node.split(',').nth(column)
}

/// While checks begin to fail it says `UP 1/2`, and still sends requests there.
fn read_state(table: &str, number: usize) -> Seen {
    match read(table, number, "status") {
        Some(state) if state.starts_with("UP") => Seen::Up,
        _ => Seen::Down,
    }
}

fn find(shell: &Shell) -> Result<PathBuf> {
    if let Some(program) = installed(shell) {
        return Ok(program);
    }
    if !apt::available(shell) {
        bail!("there is no HAProxy: install it");
    }
    println!("balancer: installing Debian's HAProxy");
    apt::install_without_service(shell, PROGRAM)?;
    installed(shell).context("there is no haproxy, though installed")
}

fn installed(shell: &Shell) -> Option<PathBuf> {
    let debian = || Some(PathBuf::from(DEBIAN)).filter(|file| file.is_file());
    shell.find(PROGRAM).or_else(debian)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_node_is_up_when_the_balancer_sends_requests_to_it() {
        let table = "# pxname,svname,qcur,status,\n\
                     ready_nodes,node1,0,UP,\n\
                     ready_nodes,node2,0,UP 1/2,\n\
                     ready_nodes,node3,0,DOWN,\n\
                     any_node,node3,0,UP,\n";
        let states = [0, 1, 2].map(|number| read_state(table, number));
        assert_eq!(states, [Seen::Up, Seen::Up, Seen::Down]);
        assert_eq!(read_state("", 0), Seen::Down);
    }
}
