//! Passwords that were wrong, in a row: counted in the database, over nodes and restarts.

use std::net::IpAddr;
use std::sync::Arc;

use time::{Duration, OffsetDateTime};
use tokio::sync::OwnedSemaphorePermit;

use crate::account::Identifier;
use crate::error::{Error, Result};
use crate::session::{Browser, Client, SessionId};
use crate::store::{Credentials, FailuresRow, Writing};
use crate::throttle::rates::{Errand, Subnet};
use crate::throttle::{RateLimits, growing};
use crate::{Auth, secret};

/// How long failures are remembered at most: longer than the longest pause.
pub(super) const REMEMBERED: Duration = Duration::hours(48);

/// How often an address is forgiven one of the names that were tried in vain: fifty in an hour.
const NAME_IS_FORGIVEN: Duration = Duration::seconds(72);

/// Clocks of nodes differ, but not by more: what is further ahead was written under a clock that was wrong.
const SKEW: Duration = Duration::minutes(1);

/// What failures are counted by.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Target<'a> {
    /// A name that was typed. Nobody is told whether it is anybody's, so the count does not depend on it.
    Name(&'a str),
    /// A browser that has been signed in to the account before.
    Browser { user_id: i64, browser: &'a Browser },
    /// Somebody who is signed in and shows the password again. A thief of a session must not keep its owner
    /// from doing so elsewhere.
    Session(SessionId),
    /// Somebody who came by a link to confirm an address, and is not signed in.
    Link { user_id: i64 },
    /// Names that were tried in vain from one address, each counted once.
    Address(IpAddr),
}

impl Target<'_> {
    /// Of what, and of whom.
    fn named(self) -> (&'static str, String) {
        match self {
            Self::Name(typed) => match Identifier::parse(typed) {
                Some(Identifier::Email(email)) => ("name", email.as_str().to_owned()),
                Some(Identifier::Username(key)) => ("name", key),
                None => ("no name", secret::hash(typed.as_bytes())),
            },
            Self::Browser { user_id, browser } => {
                ("browser", format!("{user_id} {}", browser.hash()))
            }
            Self::Session(id) => ("session", id.to_string()),
            Self::Link { user_id } => ("link", user_id.to_string()),
            Self::Address(address) => ("address", format!("{:?}", Subnet::from(address))),
        }
    }

    /// How long to wait after so many failures (NIST SP 800-63B-4, 3.2.2 asks for a limit of a hundred in a
    /// row, and names growing pauses as a way to it).
    fn pause(self, failures: i64) -> Duration {
        let (free, longest) = match self {
            // Behind one address there may be many who mistype their names.
            Self::Address(_) => (50, Duration::minutes(15)),
            _ if failures >= 100 => return Duration::hours(24),
            _ => (5, Duration::hours(1)),
        };
        if failures < free {
            return Duration::ZERO;
        }
        growing(Duration::seconds(30), failures - free, longest)
    }

    /// How long after the last failure it begins anew.
    fn memory(self) -> Duration {
        match self {
            Self::Address(_) => Duration::hours(1),
            _ => REMEMBERED,
        }
    }

    /// How many failures count now, and how long to wait because of them.
    fn standing(self, row: Option<&FailuresRow>, now: OffsetDateTime) -> (i64, Duration) {
        let counts =
            |row: &&FailuresRow| self.since(now) <= row.last_at && row.last_at <= now + SKEW;
        let Some(row) = row.filter(counts) else {
            return (0, Duration::ZERO);
        };
        let failures = (row.failures - self.forgiven(now - row.last_at)).max(0);
        let wait = row.last_at + self.pause(row.failures) - now;
        (failures, wait.max(Duration::ZERO))
    }

    /// How many failures are forgotten as time passes.
    fn forgiven(self, passed: Duration) -> i64 {
        let whole = |every: Duration| passed.whole_milliseconds() / every.whole_milliseconds();
        self.forgives()
            .and_then(|every| i64::try_from(whole(every)).ok())
            .unwrap_or_default()
    }

    /// After which time each. Behind one address there are always some who mistype their names.
    fn forgives(self) -> Option<Duration> {
        matches!(self, Self::Address(_)).then_some(NAME_IS_FORGIVEN)
    }

    fn since(self, now: OffsetDateTime) -> OffsetDateTime {
        now - self.memory()
    }
}

/// One try at a password. Others at the same name wait on this node until it is decided.
pub(crate) struct Attempt {
    key: String,
    since: OffsetDateTime,
    /// How many failed before it.
    failures: i64,
    /// The address that it came from, and the name there: for those that come from anywhere.
    stranger: Option<Stranger>,
    _turn: OwnedSemaphorePermit,
}

struct Stranger {
    address: String,
    /// The name, tried from there.
    pair: String,
    since: OffsetDateTime,
}

impl Auth {
    /// Begins a sign-in: by a browser that the account knows, or by anybody. What is asked of the database does
    /// not depend on whether there is such an account.
    ///
    /// # Errors
    /// [`Error::TooManyAttempts`] when it has to wait.
    pub(crate) async fn begin_sign_in(
        &self,
        typed: &str,
        known: Option<&Credentials>,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<Option<Attempt>> {
        if self.config().rate_limits == RateLimits::Off {
            return Ok(None);
        }
        let user_id = known.map_or(-1, |known| known.user_id);
        if let Some(browser) = client.browser.as_ref().filter(|browser| browser.is_kept())
            && self.store().knows_browser(user_id, browser).await?
        {
            let known = format!("{user_id} {}", browser.hash());
            let known = Subnet::Known(self.secrets().attempt(&known));
            self.pace_of(Errand::SignInAgain, known, now)?;
            return self
                .begin(Target::Browser { user_id, browser }, None, now)
                .await;
        }
        self.pace(Errand::SignIn, client, now)?;
        let address = client.address.as_deref().and_then(|text| text.parse().ok());
        self.begin(Target::Name(typed), address, now).await
    }

    /// Begins to show a password again.
    ///
    /// # Errors
    /// [`Error::TooManyAttempts`] when it has to wait.
    pub(crate) async fn begin_proof(
        &self,
        target: Target<'_>,
        client: &Client,
        now: OffsetDateTime,
    ) -> Result<Option<Attempt>> {
        if self.config().rate_limits == RateLimits::Off {
            return Ok(None);
        }
        self.pace(Errand::Proof, client, now)?;
        self.begin(target, None, now).await
    }

    async fn begin(
        &self,
        target: Target<'_>,
        address: Option<IpAddr>,
        now: OffsetDateTime,
    ) -> Result<Option<Attempt>> {
        let (kind, whose) = target.named();
        let key = self.attempt_key(kind, &whose);
        let stranger = address.map(|address| {
            let (kind, subnet) = Target::Address(address).named();
            Stranger {
                address: self.attempt_key(kind, &subnet),
                pair: self.attempt_key("pair", &format!("{subnet}\0{whose}")),
                since: Target::Address(address).since(now),
            }
        });
        let place = self.0.throttle.place(&key);
        let line = place.line.try_acquire().map_err(|_| Error::Busy)?;
        let turn = Arc::clone(&place.turn).acquire_owned().await;
        let turn = turn.map_err(Error::internal)?;
        drop(line);
        let other = stranger.as_ref().map_or(key.as_str(), |of| &of.address);
        let (own, from) = self.store().failures(&key, other).await?;
        let (failures, wait) = target.standing(own.as_ref(), now);
        let there = address.map(|address| Target::Address(address).standing(from.as_ref(), now));
        let wait = there.map_or(wait, |(_, there)| wait.max(there));
        if wait.is_positive() {
            return Err(Error::TooManyAttempts { retry_after: wait });
        }
        Ok(Some(Attempt {
            key,
            since: target.since(now),
            failures,
            stranger,
            _turn: turn,
        }))
    }
}

impl Writing {
    /// Counts a try that failed.
    pub(crate) async fn failed(&mut self, attempt: &Attempt, now: OffsetDateTime) -> Result<()> {
        let later = now + SKEW;
        let Attempt { key, since, .. } = attempt;
        self.count_failure(key, *since, later, None, now).await?;
        if let Some(from) = &attempt.stranger
            && self.count_name(&from.pair, from.since, later, now).await?
        {
            let Stranger { address, since, .. } = from;
            let forgiven = Some(NAME_IS_FORGIVEN);
            self.count_failure(address, *since, later, forgiven, now)
                .await?;
        }
        Ok(())
    }

    /// Forgets what failed before a try that succeeded. What came from the address stays: whoever tries many
    /// names has one of their own, too.
    pub(crate) async fn succeeded(&mut self, attempt: &Attempt) -> Result<()> {
        if attempt.failures > 0 {
            self.forget_failures(&attempt.key).await?;
        }
        Ok(())
    }
}

impl Attempt {
    /// Whether others have failed before it.
    pub(crate) fn is_marked(&self) -> bool {
        self.failures > 0
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-22 12:00 UTC);

    fn wait(target: Target<'_>, failures: i64, ago: Duration) -> Duration {
        let row = FailuresRow {
            failures,
            last_at: NOW - ago,
        };
        target.standing(Some(&row), NOW).1
    }

    #[test]
    fn pauses_begin_after_five_failures_and_grow_to_an_hour() {
        let name = Target::Name("ada");
        let pauses =
            [4, 5, 6, 7, 11, 12, 99, 100].map(|failures| name.pause(failures).whole_seconds());
        assert_eq!(pauses, [0, 30, 60, 120, 1920, 3600, 3600, 86_400]);
        assert_eq!(wait(name, 5, Duration::seconds(10)), Duration::seconds(20));
        assert_eq!(wait(name, 5, Duration::seconds(30)), Duration::ZERO);
    }

    #[test]
    fn fifty_names_may_be_mistyped_behind_one_address() {
        let address = Target::Address([203, 0, 113, 7].into());
        let pauses = [49, 50, 51, 60, 5000].map(|failures| address.pause(failures).whole_seconds());
        assert_eq!(pauses, [0, 30, 60, 900, 900]);
        assert_eq!(wait(address, 60, Duration::minutes(61)), Duration::ZERO);
    }

    #[test]
    fn what_was_written_under_a_clock_that_was_wrong_stops_nobody() {
        let name = Target::Name("ada");
        assert_eq!(wait(name, 50, -Duration::days(1)), Duration::ZERO);
        assert_eq!(wait(name, 50, Duration::days(3)), Duration::ZERO);
        assert!(wait(name, 50, -Duration::seconds(5)) > Duration::minutes(59));
    }

    #[test]
    fn a_name_has_one_count_however_it_is_spelt() {
        let named = |typed| Target::Name(typed).named();
        assert_eq!(named(" Ada@Example.ORG"), named("ada@example.org"));
        assert_eq!(named("ADA"), named("ada"));
        assert_ne!(named("ada\0"), named("ada"));
        assert_ne!(named("no name"), named("no  name"));
    }
}
