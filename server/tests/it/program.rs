//! The program itself, running.

use std::fs::File;
use std::io::{BufRead, BufReader};
use std::net::{SocketAddr, TcpListener};
use std::path::Path;
use std::process::{Child, Stdio};

use crate::start::latchkey;

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
        // A port of its own: taken, noted and given back.
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let child = latchkey(data)
            .env("LEPTOS_SITE_ADDR", address.to_string())
            // The port is another one after each start, and the issuer of the tokens must not be.
            .env("LATCHKEY_PUBLIC_URL", "http://localhost:3000")
            .env("LATCHKEY_ARGON2", "m=8,t=1,p=1")
            .env("RUST_LOG", "warn")
            .envs(settings.iter().copied())
            .stderr(log(data))
            .stdout(Stdio::piped())
            .spawn()
            .unwrap();
        let mut program = Self { child, address };
        let said = BufReader::new(program.child.stdout.take().unwrap())
            .lines()
            .next();
        let said = said.expect("it starts").unwrap();
        assert!(said.starts_with("Latchkey is at"), "{said}");
        program
    }
}

impl Program {
    /// Asks it to leave, and waits until it has.
    pub(crate) fn leave(mut self) {
        crate::start::end(&mut self.child);
    }
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
