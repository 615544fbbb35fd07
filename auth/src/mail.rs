//! Letters to the owners of accounts.
//!
//! A request only puts a row into a queue, in the transaction of whatever the letter tells of. What the
//! letter says, whom it is for and which link is in it is found out when it is sent: so a request costs the
//! same whether or not there is such an account, and no secret waits in the database.

mod delivery;
mod letter;
mod transport;

use std::fmt;
use std::path::PathBuf;
use std::str::FromStr;
use std::sync::{Arc, Mutex, PoisonError};

use lettre::message::Mailbox;
use secrecy::SecretString;
use time::{Duration, OffsetDateTime};

use crate::Auth;
use crate::account::{Account, Email};
use crate::error::{Error, Result};
pub(crate) use crate::mail::letter::date;
pub(crate) use crate::mail::transport::Transport;
use crate::session::{Client, SessionId};
use crate::store::Writing;

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
pub struct Sender(Mailbox);

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

/// Letters that went nowhere; cheap to clone, and all clones are the same.
#[derive(Clone, Default)]
pub struct Outbox(Arc<Mutex<Vec<Sent>>>);

/// A letter that went nowhere.
#[derive(Clone)]
pub struct Sent {
    /// Its place in the order of letters.
    pub number: i64,
    /// Whom it is to.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// What it says, as text.
    pub text: String,
    /// What it says, as HTML.
    pub html: String,
}

impl Outbox {
    /// Takes the letters out, in the order in which they were queued: they leave several at a time.
    #[must_use]
    pub fn take(&self) -> Vec<Sent> {
        let mut letters =
            std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        letters.sort_by_key(|letter| letter.number);
        letters
    }

    fn put(&self, sent: Sent) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(sent);
    }
}

impl fmt::Debug for Outbox {
    /// The letters have links in them that let their readers in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Outbox(…)")
    }
}

/// What a letter is about, under the name it has in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Kind {
    /// To the address of a new account.
    ConfirmAddress,
    /// To the address that an account is to move to.
    ConfirmNewAddress,
    /// To somebody who has an account already, whose address was given for another.
    AddressTaken,
    /// To whoever forgot the password.
    ResetPassword,
    /// The password is another.
    PasswordChanged,
    /// To the address that an account has moved from.
    AddressChanged,
    /// A sign-in from a browser that the account did not know.
    NewBrowser,
    /// A spent refresh token was used.
    SessionCopied,
    /// The account is to be deleted.
    DeletionPlanned,
    /// It is not.
    DeletionCalledOff,
    /// It was.
    AccountDeleted,
}

impl Kind {
    const ALL: [(Self, &'static str); 11] = [
        (Self::ConfirmAddress, "confirm_address"),
        (Self::ConfirmNewAddress, "confirm_new_address"),
        (Self::AddressTaken, "address_taken"),
        (Self::ResetPassword, "reset_password"),
        (Self::PasswordChanged, "password_changed"),
        (Self::AddressChanged, "address_changed"),
        (Self::NewBrowser, "new_browser"),
        (Self::SessionCopied, "session_copied"),
        (Self::DeletionPlanned, "deletion_planned"),
        (Self::DeletionCalledOff, "deletion_called_off"),
        (Self::AccountDeleted, "account_deleted"),
    ];

    pub(crate) fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(kind, _)| *kind == self);
        found.expect("every kind is in the table").1
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        Self::ALL
            .iter()
            .find(|(_, known)| *known == name)
            .map(|(kind, _)| *kind)
    }
}

/// A letter on its way into the queue.
#[derive(Clone, Copy)]
pub(crate) struct NewMail<'a> {
    pub(crate) kind: Kind,
    /// Whose account it is about; none when nobody looked.
    pub(crate) user_id: Option<i64>,
    pub(crate) recipient: &'a Email,
    pub(crate) session: Option<SessionId>,
    /// From where it came about.
    pub(crate) client: &'a Client,
    pub(crate) detail: Option<&'a str>,
    pub(crate) at: OffsetDateTime,
}

impl<'a> NewMail<'a> {
    /// A letter that is asked for by an address alone.
    pub(crate) fn to(
        recipient: &'a Email,
        kind: Kind,
        client: &'a Client,
        at: OffsetDateTime,
    ) -> Self {
        Self {
            kind,
            user_id: None,
            recipient,
            session: None,
            client,
            detail: None,
            at,
        }
    }

    /// The same, about an account.
    pub(crate) fn about(self, user_id: i64) -> Self {
        Self {
            user_id: Some(user_id),
            ..self
        }
    }
}

/// How often letters of a kind go to one address: whoever asks for them may be somebody else.
#[derive(Debug, Clone, Copy)]
pub(crate) struct Pace {
    /// Between two of them.
    pub(crate) gap: Duration,
    /// Within an hour.
    pub(crate) most: i64,
}

impl Pace {
    /// For what a person asks for by a button.
    pub(crate) const ASKED: Self = Self {
        gap: Duration::seconds(60),
        most: 5,
    };
    /// For what comes with something else that they do.
    pub(crate) const IN_PASSING: Self = Self {
        gap: Duration::ZERO,
        most: 5,
    };
}

/// How long the link lives that people wait for.
const SHORTEST_LINK: Duration = Duration::minutes(30);
/// How many letters are looked at for one that did not arrive.
const LOOKED_AT: i64 = 20;

/// A letter to the owner of an account that is not where it should be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MailTrouble {
    /// Where it was sent to.
    pub recipient: Email,
    /// When it was queued.
    pub at: OffsetDateTime,
    /// Whether it is tried again; otherwise it was given up.
    pub is_tried_again: bool,
}

impl Auth {
    /// The newest letter about an account that could not be delivered so far, unless another of its kind was.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn mail_trouble(&self, account: &Account) -> Result<Option<MailTrouble>> {
        let mut arrived = Vec::new();
        for mail in self.store().mails_of(account.id, LOOKED_AT).await? {
            let what = (mail.kind, mail.recipient.as_str().to_owned());
            if mail.delivered_at.is_some() {
                arrived.push(what);
                continue;
            }
            let is_awaited = mail.next_at.is_some() && mail.problem.is_some();
            if (is_awaited || mail.failed_at.is_some()) && !arrived.contains(&what) {
                return Ok(Some(MailTrouble {
                    at: mail.created_at,
                    is_tried_again: is_awaited,
                    recipient: mail.recipient,
                }));
            }
        }
        Ok(None)
    }

    /// Queues a letter unless there were too many of its kind for the address.
    ///
    /// # Errors
    /// [`Error::Throttled`], with how long to wait.
    pub(crate) async fn queue_at_pace(
        &self,
        writing: &mut Writing,
        mail: &NewMail<'_>,
        pace: Pace,
    ) -> Result<()> {
        // The number first: its row puts those who count in one line.
        let id = writing.next_mail_id().await?;
        let hour = Duration::hours(1);
        let earlier = writing
            .mails_since(mail.recipient, mail.kind, mail.at - hour, pace.most)
            .await?;
        let newest = earlier.first().copied();
        let after_gap = newest.map(|newest| newest + pace.gap);
        let after_hour = earlier
            .last()
            .filter(|_| earlier.len() as i64 >= pace.most)
            .map(|oldest| *oldest + hour)
            // Who used up the hour of somebody else must not leave them without a link that works.
            .min(newest.map(|newest| newest + SHORTEST_LINK));
        let allowed_at = after_gap.max(after_hour);
        let wait = allowed_at.map(|at| at - mail.at);
        if let Some(retry_after) = wait.filter(|wait| wait.is_positive()) {
            return Err(Error::Throttled { retry_after });
        }
        writing.insert_mail(id, mail).await
    }

    /// The same, without a word about too many: what is withheld is written down all the same, so that nobody
    /// sees a difference by the clock.
    pub(crate) async fn queue_or_withhold(
        &self,
        writing: &mut Writing,
        mail: &NewMail<'_>,
        pace: Pace,
    ) -> Result<()> {
        match self.queue_at_pace(writing, mail, pace).await {
            Err(Error::Throttled { .. }) => writing.withhold_mail(mail).await,
            queued => queued,
        }
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
