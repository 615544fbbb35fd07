//! The program itself, running.

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
        // The port is another one after each start, and the issuer of the tokens must not be.
        Self::start_as(data, |_| "http://localhost:3000".to_owned())
    }

    /// The same, for who asks it by its public URL.
    pub(crate) fn start_at_home(data: &Path) -> Self {
        Self::start_as(data, |address| format!("http://{address}"))
    }

    fn start_as(data: &Path, public_url: impl Fn(SocketAddr) -> String) -> Self {
        // A port of its own: taken, noted and given back.
        let free = TcpListener::bind("127.0.0.1:0").unwrap();
        let address = free.local_addr().unwrap();
        drop(free);
        let child = latchkey(data)
            .env("LEPTOS_SITE_ADDR", address.to_string())
            .env("LATCHKEY_PUBLIC_URL", public_url(address))
            .env("LATCHKEY_ARGON2", "m=8,t=1,p=1")
            .env("RUST_LOG", "warn")
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

impl Drop for Program {
    fn drop(&mut self) {
        // SIGKILL: nothing is flushed, nothing is closed.
        let _ = self.child.kill();
        let _ = self.child.wait();
    }
}
