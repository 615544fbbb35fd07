//! The program itself, running.

use std::ffi::{OsStr, OsString};
use std::fs::File;
use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::process::{Child, Command, Stdio};

use crate::start::latchkey;

/// What every program is started with, unless a test chose something else.
const USUAL: [(&str, &str); 3] = [
    ("LATCHKEY_ARGON2", "m=8,t=1,p=1"),
    ("LATCHKEY_RATE_LIMITS", "off"),
    ("RUST_LOG", "warn"),
];

/// A program that runs. It is killed when this is dropped, also by a test that failed.
pub(crate) struct Program {
    pub(crate) child: Child,
    pub(crate) address: SocketAddr,
}

impl Program {
    /// Starts the program, and returns when it listens.
    pub(crate) fn start(data: &Path) -> Self {
        Self::with(data, &[])
    }

    /// Starts it with settings that others do not have.
    pub(crate) fn with(data: &Path, settings: &[(&str, &str)]) -> Self {
        Self::start_by(
            latchkey(data)
                .envs(settings.iter().copied())
                .stderr(log(data)),
        )
    }

    /// Starts it by a command that says where its accounts are.
    pub(crate) fn start_by(command: &mut Command) -> Self {
        // The port is another one after each start, and the issuer of the tokens must not be.
        Self::start_as(command, |_| "http://localhost:3000".to_owned())
    }

    /// The same, for who asks it by its public URL.
    pub(crate) fn start_at_home(data: &Path) -> Self {
        Self::start_as(&mut latchkey(data), |address| format!("http://{address}"))
    }

    fn start_as(command: &mut Command, public_url: impl Fn(SocketAddr) -> String) -> Self {
        // A port of its own: taken, noted and given back.
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let chosen: Vec<_> = command
            .get_envs()
            .filter(|(name, _)| USUAL.iter().any(|(usual, _)| name == usual))
            .map(owned)
            .collect();
        let child = command
            .env("LEPTOS_SITE_ADDR", address.to_string())
            .env("LATCHKEY_PUBLIC_URL", public_url(address))
            .envs(USUAL)
            // What a test chose counts more.
            .envs(
                chosen
                    .into_iter()
                    .filter_map(|(name, value)| Some((name, value?))),
            )
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut program = Self { child, address };
        let said = BufReader::new(program.child.stdout.take().unwrap())
            .lines()
            .next();
        let said = said.expect("it starts").unwrap();
        assert!(
            said.starts_with(&format!("{} is at", product::NAME)),
            "{said}"
        );
        program
    }

    /// Asks once, and returns all of the answer.
    pub(crate) fn get(&self, path: &str) -> String {
        self.try_get(path).unwrap()
    }

    /// The same; none when the connection breaks.
    pub(crate) fn try_get(&self, path: &str) -> Option<String> {
        self.try_get_of("localhost", path)
    }

    /// The same, of the host that it is asked as.
    pub(crate) fn try_get_of(&self, host: &str, path: &str) -> Option<String> {
        let mut socket = TcpStream::connect(self.address).ok()?;
        let head = format!("GET {path} HTTP/1.1\r\nHost: {host}\r\nConnection: close\r\n\r\n");
        socket.write_all(head.as_bytes()).ok()?;
        let mut answer = String::new();
        socket.read_to_string(&mut answer).ok()?;
        Some(answer)
    }
}

impl Program {
    /// Asks it to leave, and waits until it has.
    pub(crate) fn leave(mut self) {
        crate::start::end(&mut self.child);
    }
}

fn owned((name, value): (&OsStr, Option<&OsStr>)) -> (OsString, Option<OsString>) {
    (name.to_owned(), value.map(OsStr::to_owned))
}

/// Where the program writes its log: each start goes on with it.
fn log(data: &Path) -> File {
    let file = File::options()
        .create(true)
        .append(true)
        .open(data.join("log"));
    file.unwrap()
}

impl Drop for Program {
    fn drop(&mut self) {
        // SIGKILL: nothing is flushed, nothing is closed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
