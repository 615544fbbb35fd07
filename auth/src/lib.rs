//! The domain of Latchkey: accounts, passwords, sessions, tokens and keys.
//!
//! It knows nothing of HTTP, of Leptos, of environment variables or of the clock: it takes
//! configuration and `now` as values. [`Auth`] is the handle to all of it.

#![warn(missing_docs)]

mod account;
mod agent;
mod audit;
mod calibration;
mod change;
mod confirm;
mod cookie;
mod devices;
mod error;
mod export;
mod hasher;
mod import;
mod inspect;
mod jws;
mod keys;
mod language;
mod leave;
mod link;
mod login;
mod mail;
mod manage;
mod measure;
mod migrate;
mod password;
mod proof;
mod receipt;
mod refresh;
mod registration;
mod reset;
mod revocation;
mod rotation;
mod secret;
mod session;
mod sign_ins;
mod store;
mod throttle;
mod token;
mod upkeep;
mod verify;

#[cfg(test)]
mod tests;

use std::sync::atomic::AtomicBool;
use std::sync::{Arc, Mutex};

use time::OffsetDateTime;

pub use crate::account::{
    Account, DisplayName, Email, EmailError, NameError, Username, UsernameError,
};
pub use crate::agent::DeviceKind;
pub use crate::audit::{Activity, Damage, Event, TrailRow, Verified as VerifiedTrail};
pub use crate::calibration::Calibration;
pub use crate::confirm::Confirmed;
pub use crate::cookie::{CookieJarStyle, CookieSecurity};
pub use crate::devices::{Lately, Warning};
pub use crate::error::{Error, Refusal, Result};
pub use crate::export::{Export, ExportedEvent};
pub use crate::hasher::{Cost, HashPool};
pub use crate::import::{
    ImportError, ImportMode, Imported, NotTaken, Outcome, Remark, StrapiImport, WithoutPassword,
};
pub use crate::inspect::{CONNECTIONS_OF_A_NODE, Engine, Inspection, inspect};
pub use crate::keys::{KeyInfo, KeyState, Promotion, SigningAlgorithm};
pub use crate::leave::DELETION_WAITS;
pub use crate::link::{Link, LinkToken};
pub use crate::login::{LogIn, SignUp, SignedUp};
pub use crate::mail::{
    MailConfig, MailRoute, MailTrouble, NoWayOut, NotASender, Outbox, Sender, Sent, SmtpSecurity,
    SmtpServer,
};
pub use crate::manage::{NewAccount, Role, UserInfo, UserPage, Vouching};
pub use crate::measure::{TRACES, describe_metrics};
pub use crate::migrate::{Migrated, migrate, steps_taken};
pub use crate::password::{MAX_LENGTH as PASSWORD_MAX_LENGTH, PasswordError};
pub use crate::proof::PROOF_LASTS;
pub use crate::revocation::Revocations;
pub use crate::secret::{MasterSecret, SecretTooShort, random_secret};
pub use crate::session::{
    Browser, Client, Device, DeviceId, Lifespans, Limits, NotADeviceId, NotASessionId, Persistence,
    Session, SessionId, SignedIn,
};
pub use crate::sign_ins::SignIns;
pub use crate::store::{Database, HEARD_WITHIN};
pub use crate::throttle::{RateLimits, Subnet};
pub use crate::token::{MAX_ACCESS_LIFESPAN, Tokens};

use crate::hasher::Hasher;
use crate::keys::Keys;
use crate::mail::Transport;
use crate::receipt::Receipts;
use crate::secret::Secrets;
use crate::store::Store;
use crate::throttle::Throttle;
use crate::upkeep::Known;
use crate::verify::Verifications;

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
    /// How many passwords are hashed at once, and how many wait for it.
    pub hash_pool: HashPool,
    /// What new keys sign with.
    pub signing_algorithm: SigningAlgorithm,
    /// Whether an address has to be confirmed before anybody is signed in.
    pub confirmation: Confirmation,
    /// How letters leave.
    pub mail: MailConfig,
    /// Whether it is limited how often somebody may try.
    pub rate_limits: RateLimits,
}

/// Whether an address has to be confirmed before anybody is signed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Confirmation {
    /// It can be done later. Then a registration says whether an address is taken.
    Optional,
    /// Nobody is signed in before. Then nothing says whether an address has an account.
    Required,
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
    keys: Keys,
    hasher: Hasher,
    throttle: Throttle,
    revocations: Revocations,
    receipts: Receipts,
    verifications: Verifications,
    transport: Transport,
    /// Whether no more letters are taken.
    is_leaving: AtomicBool,
    /// What of the other nodes' doings is known here.
    known: Known,
    /// The session up to which it was looked for those that have had their time.
    portion: Mutex<String>,
}

impl Auth {
    /// Opens the database, brings its schema up to date, and loads the keys and the recent revocations.
    ///
    /// # Errors
    /// When the database cannot be opened, or its keys are sealed under a secret that is not given.
    pub async fn open(config: Config, now: OffsetDateTime) -> Result<Self> {
        let store = Arc::new(Store::open(&config.database).await?);
        let secrets = Secrets::new(&config.secret, &config.previous_secrets);
        // The numbers before what they count: what comes between the two is only learned twice.
        let known = Known::new(store.numbers().await?);
        let keys = Keys::load(&store, &secrets, config.signing_algorithm, now).await?;
        let hasher = Hasher::new(config.password_cost, config.hash_pool)?;
        let transport = Transport::new(&config.mail)?;
        let revocations = Revocations::default();
        for revoked in store.revoked_since(now - revocation::HOLD).await? {
            revocations.insert(revoked.id, revoked.at, now);
        }
        let receipts = Receipts::new(Arc::clone(&store));
        Ok(Self(Arc::new(Inner {
            config,
            store,
            secrets,
            keys,
            hasher,
            throttle: Throttle::new(now),
            revocations,
            receipts,
            verifications: Verifications::default(),
            transport,
            is_leaving: AtomicBool::new(false),
            known,
            portion: Mutex::default(),
        })))
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

    /// Whether anybody has an account yet.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn has_accounts(&self) -> Result<bool> {
        self.store().has_users().await
    }

    /// The newest `limit` events of an account before the one numbered `before`, newest first.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn activity(
        &self,
        account: &Account,
        before: Option<i64>,
        limit: i64,
    ) -> Result<Vec<Activity>> {
        let before = before.unwrap_or(i64::MAX);
        self.store().activity(account.id, before, limit).await
    }

    /// Connections to the same database, for tables of the product behind the door. Those of the accounts are not to
    /// be written to by them. On SQLite one writes at a time, and waits for the others as long as
    /// [`Database::patience`] says.
    #[must_use]
    pub fn own_tables(&self) -> &sqlx::AnyPool {
        self.store().guests()
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

    fn keys(&self) -> &Keys {
        &self.0.keys
    }

    fn hasher(&self) -> &Hasher {
        &self.0.hasher
    }

    fn revocations(&self) -> &Revocations {
        &self.0.revocations
    }
}
