//! How often somebody may try.
//!
//! Two things are limited. What an *address* asks for has a pace, per kind of errand, in the memory of each
//! node: it keeps one client from wearing the server out. Passwords that were *wrong* are counted in the
//! database, over nodes and restarts, and each after the first five costs a pause that grows. Nobody is ever
//! locked out for good, and a stranger cannot make an owner wait: a browser that the account knows has a count
//! of its own, and neither the stranger's failures nor the pace of their common address hold it up.
//!
//! | what is limited | by what | how |
//! | --- | --- | --- |
//! | sign-ins, registrations, letters, links, refreshes, proofs, exports | IPv4 address, or the first 64 bits of an IPv6 one | [`Errand::pace`] |
//! | wrong passwords | the name that was typed, whether or not anybody has it | [`Target::Name`] |
//! | wrong passwords from a browser that the account knows | the account and the browser | [`Target::Browser`] |
//! | wrong passwords of somebody who is signed in | the session | [`Target::Session`] |
//! | wrong passwords with a link to confirm an address | the account | [`Target::Link`] |
//! | names that were tried in vain | the address | [`Target::Address`] |

mod attempt;
mod rates;

use std::net::IpAddr;
use std::sync::Arc;

use time::{Duration, OffsetDateTime};
use tokio::sync::Semaphore;

use crate::account::{Email, Username};
use crate::error::{Error, Result};
use crate::session::{Client, SessionId};
use crate::store::Writing;
pub(crate) use crate::throttle::attempt::{Attempt, Target};
pub(crate) use crate::throttle::rates::Errand;
use crate::throttle::rates::Rates;
pub use crate::throttle::rates::Subnet;
use crate::{Auth, secret};

/// Whether it is limited how often somebody may try.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum RateLimits {
    /// It is.
    On,
    /// It is not: for load tests.
    Off,
}

/// How many names can be tried at the same moment. Two that share a place only wait for each other.
const PLACES: usize = 1024;

/// Who may wait to try one name.
const LINE: usize = 64;

/// What this node knows of who tries what.
pub(crate) struct Throttle {
    rates: Rates,
    places: Box<[Place]>,
}

/// Where those who try the same name stand in line: each is decided before the next one begins, so that many
/// at once are not many tries for one.
struct Place {
    turn: Arc<Semaphore>,
    line: Arc<Semaphore>,
}

impl Throttle {
    pub(crate) fn new(now: OffsetDateTime) -> Self {
        let place = |_| Place {
            turn: Arc::new(Semaphore::new(1)),
            line: Arc::new(Semaphore::new(LINE)),
        };
        Self {
            rates: Rates::new(now),
            places: (0..PLACES).map(place).collect(),
        }
    }

    /// Where the key of an attempt stands in line. Keys are MACs: nobody can aim at the place of another.
    fn place(&self, key: &str) -> &Place {
        let at = key.bytes().take(4).fold(0_usize, |at, byte| {
            at.wrapping_mul(64).wrapping_add(usize::from(byte))
        });
        &self.places[at % PLACES]
    }
}

impl Auth {
    /// Lets the address of a client ask for something once more.
    ///
    /// # Errors
    /// [`Error::TooManyAttempts`] when it does so too often.
    pub(crate) fn pace(&self, errand: Errand, client: &Client, now: OffsetDateTime) -> Result<()> {
        if self.config().rate_limits == RateLimits::Off {
            return Ok(());
        }
        let address = client.address.as_deref();
        let address = address.and_then(|text| text.parse::<IpAddr>().ok());
        // Who has no address is at this machine, on the command line.
        let Some(address) = address else {
            return Ok(());
        };
        self.pace_of(errand, Subnet::from(address), now)
    }

    /// Lets a session be renewed once more.
    ///
    /// # Errors
    /// [`Error::TooManyAttempts`] when it is renewed too often.
    pub(crate) fn pace_of_session(&self, id: SessionId, now: OffsetDateTime) -> Result<()> {
        match self.config().rate_limits {
            RateLimits::On => self.pace_of(Errand::Refresh, Subnet::Known(id.to_bytes()), now),
            RateLimits::Off => Ok(()),
        }
    }

    /// Forgets the wrong passwords that were tried at the names of an account: its owner has another one now.
    pub(crate) async fn forget_names(
        &self,
        writing: &mut Writing,
        email: &Email,
        username: &Username,
    ) -> Result<()> {
        for name in [email.as_str(), &username.key()] {
            let key = self.attempt_key("name", name);
            writing.forget_failures(&key).await?;
        }
        Ok(())
    }

    fn pace_of(&self, errand: Errand, whose: Subnet, now: OffsetDateTime) -> Result<()> {
        match self.0.throttle.rates.ask(errand, whose, now) {
            Ok(()) => Ok(()),
            Err(retry_after) => Err(Error::TooManyAttempts { retry_after }),
        }
    }

    /// Forgets the attempts and the addresses of which nothing follows any more.
    ///
    /// # Errors
    /// When the database does not answer.
    pub(crate) async fn forget_attempts(&self, now: OffsetDateTime) -> Result<()> {
        self.0.throttle.rates.tidy(now);
        let mut writing = self.store().write_once().await?;
        writing.remove_attempts(now - attempt::REMEMBERED).await?;
        writing.commit().await
    }

    /// What stands for somebody's attempts in the database.
    fn attempt_key(&self, kind: &str, what: &str) -> String {
        secret::encode(&self.secrets().attempt(&format!("{kind}\0{what}")))
    }
}

/// Waiting `first` after the failure that is one too many, twice as long after the next, at most `longest`.
fn growing(first: Duration, over: i64, longest: Duration) -> Duration {
    let doublings = u32::try_from(over.clamp(0, 20)).unwrap_or_default();
    (first * 2_i32.pow(doublings)).min(longest)
}
