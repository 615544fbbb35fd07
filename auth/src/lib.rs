//! The domain of Latchkey: accounts, passwords, sessions, tokens and keys.
//!
//! It knows nothing of HTTP, of Leptos, of environment variables or of the clock: it takes
//! configuration and `now` as values. [`Auth`] is the handle to all of it.

#![warn(missing_docs)]

mod account;
mod audit;
mod cookie;
mod error;
mod hasher;
mod keys;
mod login;
mod password;
mod receipt;
mod refresh;
mod revocation;
mod rotation;
mod secret;
mod session;
mod store;
mod token;

#[cfg(test)]
mod tests;

use std::sync::Arc;

use time::OffsetDateTime;

pub use crate::account::{
    Account, DisplayName, Email, EmailError, NameError, Username, UsernameError,
};
pub use crate::audit::{Activity, Event};
pub use crate::cookie::{CookieJarStyle, CookieSecurity};
pub use crate::error::{Error, Refusal, Result};
pub use crate::hasher::Cost;
pub use crate::login::{LogIn, SignUp};
pub use crate::password::{MAX_LENGTH as PASSWORD_MAX_LENGTH, PasswordError};
pub use crate::secret::{MasterSecret, SecretTooShort, random_secret};
pub use crate::session::{
    Client, Device, Lifespans, Limits, Persistence, Session, SessionId, SignedIn,
};
pub use crate::store::Database;
pub use crate::token::{MAX_ACCESS_LIFESPAN, Tokens};

use crate::audit::Entry;
use crate::hasher::Hasher;
use crate::keys::KeyRing;
use crate::receipt::Receipts;
use crate::revocation::Revocations;
use crate::secret::Secrets;
use crate::store::{ProfileChange, Store, Taken};

/// What an installation decides. There is no default: whoever starts one says all of it.
#[derive(Clone)]
pub struct Config {
    /// Where the accounts are kept.
    pub database: Database,
    /// What everything secret is derived from.
    pub secret: MasterSecret,
    /// Former secrets, which still open what they sealed.
    pub previous_secrets: Vec<MasterSecret>,
    /// The public URL: `iss` and `aud` of the tokens.
    pub issuer: String,
    /// How long tokens and sessions live.
    pub lifespans: Lifespans,
    /// Whether strangers may make accounts.
    pub registration: Registration,
    /// In code points.
    pub password_min_length: usize,
    /// What hashing a password costs.
    pub password_cost: Cost,
}

/// Whether strangers may make accounts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Registration {
    /// Anybody may.
    Open,
    /// Nobody may.
    Closed,
}

/// The handle to the domain; cheap to clone.
#[derive(Clone)]
pub struct Auth(Arc<Inner>);

struct Inner {
    config: Config,
    store: Arc<Store>,
    secrets: Secrets,
    keys: KeyRing,
    hasher: Hasher,
    revocations: Revocations,
    receipts: Receipts,
}

impl Auth {
    /// Opens the database, brings its schema up to date, and loads the keys and the recent revocations.
    ///
    /// # Errors
    /// When the database cannot be opened, or its keys are sealed under a secret that is not given.
    pub async fn open(config: Config, now: OffsetDateTime) -> Result<Self> {
        let store = Arc::new(Store::open(&config.database).await?);
        let secrets = Secrets::new(&config.secret, &config.previous_secrets);
        let keys = KeyRing::load(&store, &secrets, now).await?;
        let hasher = Hasher::new(config.password_cost)?;
        let revocations = Revocations::default();
        for (id, revoked_at) in store.revoked_since(now - revocation::HOLD).await? {
            revocations.insert(id, revoked_at, now);
        }
        let receipts = Receipts::new(Arc::clone(&store));
        Ok(Self(Arc::new(Inner {
            config,
            store,
            secrets,
            keys,
            hasher,
            revocations,
            receipts,
        })))
    }

    /// Verifies an access token without the database.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`], whatever is wrong.
    pub fn verify(&self, access_token: &str, now: OffsetDateTime) -> Result<Session> {
        let session = token::verify(access_token, self.keys(), &self.config().issuer, now)?;
        if self.revocations().contains(&session.id) {
            return Err(Error::Unauthenticated);
        }
        self.0.receipts.note(&session.id, session.generation);
        Ok(session)
    }

    /// The account that a session is for.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when it is gone or disabled.
    pub async fn account(&self, session: &Session) -> Result<Account> {
        self.store()
            .account(&session.user)
            .await?
            .ok_or(Error::Unauthenticated)
    }

    /// What the database holds of a live session.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`] when it is gone or over.
    pub async fn device(&self, session: &Session) -> Result<Device> {
        let row = self.store().session(&session.id).await?;
        row.filter(|row| row.revoked_at.is_none())
            .map(Device::from)
            .ok_or(Error::Unauthenticated)
    }

    /// Whether anybody has an account yet.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn has_accounts(&self) -> Result<bool> {
        self.store().has_users().await
    }

    /// The newest `limit` events of an account, newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn activity(&self, account: &Account, limit: i64) -> Result<Vec<Activity>> {
        self.store().activity(account.id, limit).await
    }

    /// Changes what a person is called.
    ///
    /// # Errors
    /// What is wrong with the first field that is refused, or that the username is taken.
    pub async fn change_profile(
        &self,
        session: &Session,
        username: &str,
        display_name: &str,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<()> {
        let display_name = DisplayName::parse(display_name)?;
        let username = Username::parse(username)?;
        let account = self.account(session).await?;
        if account.username == username && account.display_name == display_name {
            return Ok(());
        }
        let mut writing = self.store().write().await?;
        let change = ProfileChange {
            document_id: &session.user,
            username: &username,
            display_name: &display_name,
            at: now,
        };
        writing
            .update_profile(&change)
            .await
            .map_err(|taken| match taken {
                Taken::Name => Error::UsernameTaken,
                Taken::Failed(error) => error,
            })?;
        let entry = Entry {
            event: Event::ProfileChanged,
            user_id: Some(account.id),
            session: Some(&session.id),
            client,
            at: now,
        };
        writing.audit(&entry).await?;
        writing.commit().await
    }

    /// Closes the database, after what is under way.
    pub async fn close(&self) {
        self.store().close().await;
    }

    /// What this installation decided.
    #[must_use]
    pub fn config(&self) -> &Config {
        &self.0.config
    }

    fn store(&self) -> &Store {
        &self.0.store
    }

    fn secrets(&self) -> &Secrets {
        &self.0.secrets
    }

    fn keys(&self) -> &KeyRing {
        &self.0.keys
    }

    fn hasher(&self) -> &Hasher {
        &self.0.hasher
    }

    fn revocations(&self) -> &Revocations {
        &self.0.revocations
    }
}
