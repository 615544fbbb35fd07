//! As much of a mail server as it takes to take a letter, or to refuse one (RFC 5321).

use std::io::{BufRead, BufReader, Result, Write};
use std::net::{TcpListener, TcpStream};
use std::sync::mpsc::{self, Receiver, Sender};
use std::thread;
use std::time::Duration;

use crate::{MailRoute, SmtpSecurity, SmtpServer};

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Manner {
    Takes,
    KnowsNobody,
    /// Does not want letters from us: a matter of settings, not of the recipient.
    DoesNotRelay,
    /// Knows nobody who could bring letters.
    HasNoUsers,
    /// Has the letter, and whoever brought it does not hear of it.
    TakesAndSaysNothing,
}

pub(super) struct Postman {
    port: u16,
    letters: Receiver<String>,
}

impl Postman {
    pub(super) fn new(manner: Manner) -> Self {
        let listener = TcpListener::bind("127.0.0.1:0").unwrap();
        let port = listener.local_addr().unwrap().port();
        let (taken, letters) = mpsc::channel();
        thread::spawn(move || {
            for stream in listener.incoming() {
                let taken = taken.clone();
                // A conversation that is cut short is the end of it, and nothing else.
                thread::spawn(move || converse(stream?, manner, &taken));
            }
        });
        Self { port, letters }
    }

    pub(super) fn route(&self) -> MailRoute {
        route(self.port)
    }

    pub(super) fn next_letter(&self) -> String {
        let patience = Duration::from_secs(20);
        self.letters.recv_timeout(patience).expect("a letter comes")
    }
}

/// The way to a port where nobody listens.
pub(super) fn nobody() -> MailRoute {
    let listener = TcpListener::bind("127.0.0.1:0").unwrap();
    route(listener.local_addr().unwrap().port())
}

fn route(port: u16) -> MailRoute {
    MailRoute::Smtp(SmtpServer {
        host: "127.0.0.1".to_owned(),
        port,
        security: SmtpSecurity::Plain,
        credentials: None,
    })
}

fn converse(mut stream: TcpStream, manner: Manner, taken: &Sender<String>) -> Result<()> {
    let mut lines = BufReader::new(stream.try_clone()?).lines();
    write!(stream, "220 postman\r\n")?;
    while let Some(line) = lines.next() {
        let line = line?;
        let answer = match line.get(..4) {
            Some("RCPT") if manner == Manner::KnowsNobody => {
                let whom = line.trim_start_matches("RCPT TO:");
                format!("550 {whom}: no such mailbox")
            }
            Some("RCPT") if manner == Manner::DoesNotRelay => {
                "550 5.7.1 relaying denied".to_owned()
            }
            Some("MAIL") if manner == Manner::HasNoUsers => "535 wrong password".to_owned(),
            Some("DATA") => {
                write!(stream, "354 go on\r\n")?;
                let letter = lines.by_ref().map_while(Result::ok);
                let letter = Vec::from_iter(letter.take_while(|line| line != "."));
                let _ = taken.send(letter.join("\n"));
                if manner == Manner::TakesAndSaysNothing {
                    continue;
                }
                "250 taken".to_owned()
            }
            _ => "250 so be it".to_owned(),
        };
        write!(stream, "{answer}\r\n")?;
    }
    Ok(())
}
