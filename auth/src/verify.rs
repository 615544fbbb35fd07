//! Verifying access tokens, without the database and, the second time, without the signature.

use std::sync::Arc;
use std::sync::atomic::AtomicI64;
use std::sync::atomic::Ordering::Relaxed;

use aws_lc_rs::digest;
use quick_cache::sync::Cache;
use time::OffsetDateTime;

use crate::Auth;
use crate::error::{Error, Result};
use crate::session::Session;
use crate::token::{self, MAX_ACCESS_TOKEN};

/// Tokens that are remembered, of about 400 bytes each.
const REMEMBERED: usize = 16_384;

/// How often those are looked for that are past their time, in seconds.
const SWEPT_EVERY: i64 = 600;

/// The tokens that passed. Only what passed comes in, so a forged token puts nothing out.
pub(crate) struct Verifications {
    /// By their SHA-256.
    passed: Cache<[u8; 32], Verification>,
    /// In seconds since 1970.
    swept_at: AtomicI64,
}

#[derive(Clone)]
struct Verification {
    session: Arc<Session>,
    /// The key ring that it passed under: when a key is removed there is another ring, and this is void.
    ring: u64,
}

impl Default for Verifications {
    fn default() -> Self {
        Self {
            passed: Cache::new(REMEMBERED),
            swept_at: AtomicI64::default(),
        }
    }
}

impl Verifications {
    /// Forgets what is of no use any more, once in a while: where few sign in, nothing else would put it out.
    fn sweep(&self, now: OffsetDateTime) {
        let (last, at) = (self.swept_at.load(Relaxed), now.unix_timestamp());
        let is_due = at.abs_diff(last) >= SWEPT_EVERY.unsigned_abs();
        // Of those who come at once, one does it.
        if is_due
            && self
                .swept_at
                .compare_exchange(last, at, Relaxed, Relaxed)
                .is_ok()
        {
            self.passed
                .retain(|_, known| token::is_current(&known.session, now));
        }
    }
}

impl Auth {
    #[cfg(test)]
    pub(crate) fn remembered_verifications(&self) -> usize {
        self.0.verifications.passed.len()
    }

    /// Forgets which tokens passed: each is verified by its signature again.
    pub fn forget_verifications(&self) {
        self.0.verifications.passed.clear();
    }

    /// Verifies an access token without the database.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`], whatever is wrong.
    pub fn verify(&self, access_token: &str, now: OffsetDateTime) -> Result<Arc<Session>> {
        let session = self.accept(access_token, now)?;
        self.0.receipts.note(session.id, session.generation, now);
        Ok(session)
    }

    /// The same, without taking note that the token arrived.
    pub(crate) fn accept(&self, access_token: &str, now: OffsetDateTime) -> Result<Arc<Session>> {
        if access_token.len() > MAX_ACCESS_TOKEN {
            return Err(Error::Unauthenticated);
        }
        let hash = digest::digest(&digest::SHA256, access_token.as_bytes());
        let hash: [u8; 32] = hash.as_ref().try_into().expect("SHA-256 gives 32 bytes");
        let ring = self.keys().ring();
        let remembered = &self.0.verifications.passed;
        let known = remembered
            .get(&hash)
            .filter(|known| known.ring == ring.number);
        let is_known = known.is_some();
        let session = match known {
            Some(known) => known.session,
            None => Arc::new(token::open(access_token, &ring, &self.config().issuer)?),
        };
        // What passes with time, and what somebody ended, is asked each time.
        if !token::is_current(&session, now) || self.revocations().contains(session.id) {
            return Err(Error::Unauthenticated);
        }
        if !is_known {
            let passed = Verification {
                session: Arc::clone(&session),
                ring: ring.number,
            };
            remembered.insert(hash, passed);
            self.0.verifications.sweep(now);
        }
        Ok(session)
    }
}
