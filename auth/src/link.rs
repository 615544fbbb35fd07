//! Links in letters: what each is for, how long it lives, and what it takes to use one.
//!
//! A link is 256 bits that only a mailbox knows. It works once. Whatever it does to an account is safe in
//! the hands of the mailbox's owner alone; what is not asks for the password as well.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretString};
use time::{Duration, OffsetDateTime};

use crate::Auth;
use crate::account::Email;
use crate::error::{Error, Result};
use crate::secret::{self, Secrets};
use crate::session::{Client, Session};
use crate::store::{LinkRow, Standing};
use crate::throttle::Errand;

/// What a link is for, under the name it has in the database.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Purpose {
    /// To show that an address is one's own.
    ConfirmEmail,
    /// To set a password without the one before.
    ResetPassword,
    /// To take back an address that the account was moved from.
    UndoEmail,
    /// To end a session that somebody else began.
    EndSession,
}

impl Purpose {
    const ALL: [(Self, &'static str, Duration); 4] = [
        (Self::ConfirmEmail, "confirm_email", Duration::hours(24)),
        (Self::ResetPassword, "reset_password", Duration::minutes(30)),
        (Self::UndoEmail, "undo_email", Duration::days(7)),
        (Self::EndSession, "end_session", Duration::days(7)),
    ];

    pub(crate) fn name(self) -> &'static str {
        self.row().1
    }

    pub(crate) fn lifespan(self) -> Duration {
        self.row().2
    }

    pub(crate) fn from_name(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(_, known, _)| *known == name);
        found.map(|(purpose, ..)| *purpose)
    }

    fn row(self) -> (Self, &'static str, Duration) {
        let found = Self::ALL.iter().find(|(purpose, ..)| *purpose == self);
        *found.expect("every purpose is in the table")
    }
}

/// The secret part of a link: 256 bits in base64url, 43 characters.
#[derive(Clone)]
pub struct LinkToken(SecretString);

impl LinkToken {
    /// Of the link in a letter.
    pub(crate) fn of_letter(secrets: &Secrets, mail_id: i64, nonce: &str) -> Self {
        Self::new(secrets.link(format!("{mail_id} {nonce}").as_bytes()))
    }

    /// Of a link that a page hands over.
    pub(crate) fn random() -> Self {
        Self::new(secret::random())
    }

    fn new(bytes: [u8; 32]) -> Self {
        Self(URL_SAFE_NO_PAD.encode(bytes).into())
    }

    /// What goes into the address of a page.
    #[must_use]
    pub fn expose(&self) -> &str {
        self.0.expose_secret()
    }

    pub(crate) fn hash(&self) -> String {
        secret::hash(self.expose().as_bytes())
    }
}

/// What a link can do now, for the page that asks before it is done.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Link {
    /// Shows that `email` is one's own.
    ConfirmEmail {
        /// The address that is confirmed.
        email: Email,
        /// Whether it takes the password: the one who opens the link is not signed in to the account.
        needs_password: bool,
    },
    /// Sets a password.
    ResetPassword {
        /// Whose: the address of the account.
        email: Email,
    },
    /// Takes an address back.
    UndoEmail {
        /// The address that the account gets again.
        email: Email,
        /// The one that it has.
        current: Email,
    },
    /// Ends a session.
    EndSession {
        /// From where it was last used; none when it is over.
        client: Option<Client>,
    },
}

impl Auth {
    /// What the link with this token can do now. It is not used up by asking.
    ///
    /// # Errors
    /// [`Error::LinkGone`] when it never was one, was used, is too old, or has become void.
    pub async fn link(
        &self,
        token: &str,
        session: Option<&Session>,
        now: OffsetDateTime,
    ) -> Result<Link> {
        let (row, standing) = self.find_link(token, now).await?;
        Ok(match row.purpose {
            Purpose::ConfirmEmail => Link::ConfirmEmail {
                email: row.email,
                needs_password: !is_of(session, &standing),
            },
            Purpose::ResetPassword => Link::ResetPassword { email: row.email },
            Purpose::UndoEmail => Link::UndoEmail {
                email: row.email,
                current: standing.account.email,
            },
            Purpose::EndSession => {
                let session = match row.session {
                    Some(id) => self.store().session(id).await?,
                    None => None,
                };
                let alive = session.filter(|session| session.revoked_at.is_none());
                Link::EndSession {
                    client: alive.map(|session| session.client),
                }
            }
        })
    }

    /// The same, for somebody who is about to use it. Those that lead nowhere have a pace; one that leads somewhere
    /// always does, whatever else comes from the address.
    pub(crate) async fn find_link_at_pace(
        &self,
        token: &str,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<(LinkRow, Standing)> {
        let found = self.find_link(token, now).await;
        if matches!(found, Err(Error::LinkGone)) {
            self.pace(Errand::Link, client, now)?;
        }
        found
    }

    /// Finds a link that can be used, and the account it is for.
    pub(crate) async fn find_link(
        &self,
        token: &str,
        now: OffsetDateTime,
    ) -> Result<(LinkRow, Standing)> {
        let hash = secret::hash(token.as_bytes());
        let row = self.store().link(&hash, now).await?;
        let row = row.ok_or(Error::LinkGone)?;
        let standing = self.store().standing(row.user_id).await?;
        let standing = standing.filter(|standing| row.counts_for(standing));
        Ok((row, standing.ok_or(Error::LinkGone)?))
    }
}

impl LinkRow {
    /// Whether the link still has to do with the account as it is: but for taking an address back, a mailbox
    /// has a say only while its address is that of the account, or awaited.
    pub(crate) fn counts_for(&self, standing: &Standing) -> bool {
        let account = &standing.account;
        let is_awaited = account.pending_email.as_ref() == Some(&self.email);
        let is_own = account.email == self.email;
        !standing.credentials.disabled
            && match self.purpose {
                Purpose::ConfirmEmail => is_awaited || (is_own && account.confirmed_at.is_none()),
                Purpose::ResetPassword | Purpose::EndSession => is_own,
                Purpose::UndoEmail => !is_own,
            }
    }
}

/// Whether the session is one of the account.
pub(crate) fn is_of(session: Option<&Session>, standing: &Standing) -> bool {
    session.is_some_and(|session| session.user == standing.account.document_id)
}
