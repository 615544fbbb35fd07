//! What a node does beside answering: it learns what others did, and keeps the schedule of the keys.

use std::sync::{Mutex, PoisonError};
use std::time::Duration as StdDuration;

use time::OffsetDateTime;

use crate::Auth;
use crate::error::{Error, Result};
use crate::measure;
use crate::store::Numbers;

/// How long the database may take to say what is new.
const PATIENCE: StdDuration = StdDuration::from_secs(3);

/// How often it is looked for what has had its time.
const TIDY: StdDuration = StdDuration::from_secs(60);

/// The last revocation and the last change of keys that this node has learned.
pub(crate) struct Known(Mutex<Numbers>);

impl Known {
    pub(crate) fn new(numbers: Numbers) -> Self {
        Self(Mutex::new(numbers))
    }

    fn get(&self) -> Numbers {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner)
    }

    fn set(&self, numbers: Numbers) {
        *self.0.lock().unwrap_or_else(PoisonError::into_inner) = numbers;
    }
}

impl Auth {
    /// Keeps up with the other nodes, for as long as it is polled: within a second by the database's
    /// notifications, within five when one is lost. To be run beside the server.
    pub async fn keep_up(&self, clock: impl Fn() -> OffsetDateTime) {
        let news = self.store().news();
        let mut is_behind = false;
        loop {
            let now = clock();
            self.revocations().sweep(now);
            // A connection that was cut without a word would be waited for until the system gives it up.
            let caught_up = tokio::time::timeout(PATIENCE, self.catch_up(now)).await;
            match caught_up.unwrap_or(Err(Error::Unavailable(sqlx::Error::PoolTimedOut))) {
                Ok(()) => is_behind = false,
                // Said once: it is tried again each second.
                Err(error) if !is_behind => {
                    is_behind = true;
                    tracing::warn!(%error, "what other nodes revoke is not heard");
                }
                Err(_) => {}
            }
            news.wait().await;
        }
    }

    /// Removes what has had its time, for as long as it is polled. To be run beside the server.
    pub async fn keep_clean(&self, clock: impl Fn() -> OffsetDateTime) {
        let mut next = tokio::time::interval(TIDY);
        loop {
            next.tick().await;
            if let Err(error) = self.clean_up(clock()).await {
                tracing::warn!(%error, "what has had its time is not removed");
            }
        }
    }

    /// Learns what is new, and takes the steps that are due in the life of the keys.
    ///
    /// # Errors
    /// When the database does not answer, or a new key is sealed under a secret that is not given.
    pub async fn catch_up(&self, now: OffsetDateTime) -> Result<()> {
        let (known, numbers) = (self.0.known.get(), self.store().numbers().await?);
        if numbers.revocations != known.revocations {
            measure::behind(numbers.revocations - known.revocations);
            for revoked in self.store().revoked_after(known.revocations).await? {
                self.revocations().insert(revoked.id, revoked.at, now);
                self.revocations().wake(revoked.id);
            }
        }
        measure::heard(now);
        let revocations = numbers.revocations;
        self.0.known.set(Numbers {
            revocations,
            ..known
        });
        if numbers.keys != known.keys {
            self.keys().reload(self.store(), self.secrets()).await?;
            self.forget_verifications();
        }
        self.0.known.set(numbers);
        self.keep_keys(now).await
    }
}
