//! What an installation decides about its letters.

use std::path::PathBuf;
use std::str::FromStr;

use lettre::message::Mailbox;
use secrecy::SecretString;

use crate::mail::outbox::Outbox;

/// How letters leave, and who they are from.
#[derive(Clone)]
pub struct MailConfig {
    /// How they leave.
    pub route: MailRoute,
    /// Who they are from.
    pub from: Sender,
}

/// How letters leave.
#[derive(Clone)]
pub enum MailRoute {
    /// By a mail server.
    Smtp(SmtpServer),
    /// Into a folder, one file for each, for a developer to read.
    Folder(PathBuf),
    /// Nowhere, for tests to read.
    Memory(Outbox),
}

/// A mail server that takes letters to anybody.
#[derive(Clone)]
pub struct SmtpServer {
    /// A name, or an address; the name is what its certificate is held against.
    pub host: String,
    /// Where it listens.
    pub port: u16,
    /// How the connection is protected.
    pub security: SmtpSecurity,
    /// User and password, if it asks for them.
    pub credentials: Option<(String, SecretString)>,
}

/// How a connection to a mail server is protected.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SmtpSecurity {
    /// TLS from the first byte (RFC 8314).
    Tls,
    /// TLS after STARTTLS (RFC 3207), without which nothing is sent.
    StartTls,
    /// Not at all.
    Plain,
}

/// Who letters are from: `Latchkey <no-reply@example.org>`, or the address alone.
#[derive(Clone)]
pub struct Sender(pub(super) Mailbox);

/// Why a text is no sender.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("not an address, nor a name and an address in angle brackets")]
pub struct NotASender;

impl FromStr for Sender {
    type Err = NotASender;

    fn from_str(text: &str) -> std::result::Result<Self, NotASender> {
        text.parse().map(Self).map_err(|_| NotASender)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_sender_is_an_address_with_or_without_a_name() {
        for good in ["no-reply@example.org", "Latchkey <no-reply@example.org>"] {
            assert!(good.parse::<Sender>().is_ok(), "{good}");
        }
        for bad in ["", "Latchkey", "Latchkey <>", "a@b\r\nBcc: c@d"] {
            assert!(bad.parse::<Sender>().is_err(), "{bad:?}");
        }
    }
}
