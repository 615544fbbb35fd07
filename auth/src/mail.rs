//! Letters to the owners of accounts.
//!
//! A request only puts a row into a queue, in the transaction of whatever the letter tells of. What the
//! letter says, whom it is for and which link is in it is found out when it is sent: so a request costs the
//! same whether or not there is such an account, and no secret waits in the database.

mod config;
mod delivery;
mod letter;
mod outbox;
mod prepare;
mod probe;
mod transport;

use time::{Duration, OffsetDateTime};

use crate::Auth;
use crate::account::{Account, Email};
use crate::error::{Error, Result};
pub use crate::mail::config::{
    MailConfig, MailRoute, NotASender, Sender, SmtpSecurity, SmtpServer,
};
pub use crate::mail::outbox::{Outbox, Sent};
pub use crate::mail::probe::NoWayOut;
pub(crate) use crate::mail::transport::Transport;
use crate::session::{Client, SessionId};
use crate::store::Writing;

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
        match self.wait(writing, mail, pace).await? {
            Some(retry_after) => Err(Error::Throttled { retry_after }),
            None => writing.insert_mail(id, mail).await,
        }
    }

    /// The same, without a word about too many: what is withheld is written down all the same, so that nobody
    /// sees a difference by the clock.
    pub(crate) async fn queue_or_withhold(
        &self,
        writing: &mut Writing,
        mail: &NewMail<'_>,
        pace: Pace,
    ) -> Result<()> {
        let id = writing.next_mail_id().await?;
        match self.wait(writing, mail, pace).await? {
            Some(_) => writing.withhold_mail(id, mail).await,
            None => writing.insert_mail(id, mail).await,
        }
    }

    /// How long it is too early for another letter of the kind to the address.
    async fn wait(
        &self,
        writing: &mut Writing,
        mail: &NewMail<'_>,
        pace: Pace,
    ) -> Result<Option<Duration>> {
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
        Ok(wait.filter(|wait| wait.is_positive()))
    }
}
