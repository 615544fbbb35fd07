//! What an address may ask for, in the memory of a node: the generic cell rate algorithm (ITU-T I.371), by
//! `governor`.

use std::net::IpAddr;
use std::num::NonZeroU32;
use std::sync::{Arc, Mutex, PoisonError};
use std::time::Duration as StdDuration;

use governor::clock::Clock;
use governor::middleware::NoOpMiddleware;
use governor::nanos::Nanos;
use governor::state::keyed::DashMapStateStore;
use governor::{Quota, RateLimiter};
use time::{Duration, OffsetDateTime};

/// What somebody asks for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub(crate) enum Errand {
    /// To sign in, from a browser that the account does not know.
    SignIn,
    /// The same, from a browser that it knows: each of those has a pace of its own.
    SignInAgain,
    /// To have an account.
    Register,
    /// To be sent a letter.
    Letter,
    /// To use a link of a letter.
    Link,
    /// To renew one session.
    Refresh,
    /// To renew sessions, from one address.
    Refreshes,
    /// To show the password again.
    Proof,
    /// To take one's data.
    Export,
}

impl Errand {
    const ALL: [Self; 9] = [
        Self::SignIn,
        Self::SignInAgain,
        Self::Register,
        Self::Letter,
        Self::Link,
        Self::Refresh,
        Self::Refreshes,
        Self::Proof,
        Self::Export,
    ];

    /// How many at once, and then one in how many milliseconds. Behind one address there may be an office, a
    /// school or a telephone network: the numbers are for those, and against one machine that tries all day.
    const fn pace(self) -> (u32, u64) {
        match self {
            Self::SignIn | Self::SignInAgain => (30, 2000),
            Self::Register => (30, 60_000),
            Self::Letter => (20, 180_000),
            Self::Link => (30, 10_000),
            Self::Refresh => (300, 1000),
            Self::Refreshes => (3000, 20),
            Self::Proof => (20, 10_000),
            Self::Export => (10, 60_000),
        }
    }

    fn quota(self) -> Quota {
        let (burst, millis) = self.pace();
        let period = StdDuration::from_millis(millis);
        let quota = Quota::with_period(period).expect("no pace is zero");
        quota.allow_burst(NonZeroU32::new(burst).expect("no burst is zero"))
    }
}

/// Addresses that are remembered at most, per errand. Those that come when there are more share one count:
/// memory has a limit, also when somebody owns half of IPv6.
const ADDRESSES: usize = 100_000;

type Limiter = RateLimiter<Subnet, DashMapStateStore<Subnet>, Ticks, NoOpMiddleware<Nanos>>;

/// All that one household, or one machine, can choose from: an IPv4 address, or 64 bits of an IPv6 one.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
pub enum Subnet {
    /// All of it.
    V4([u8; 4]),
    /// The first half.
    V6([u8; 8]),
    /// In place of an address: a session, or a browser that an account knows.
    Known([u8; 16]),
    /// Those that there was no place for.
    Rest,
}

impl From<IpAddr> for Subnet {
    fn from(address: IpAddr) -> Self {
        match address.to_canonical() {
            IpAddr::V4(address) => Self::V4(address.octets()),
            IpAddr::V6(address) => {
                let octets = address.octets();
                Self::V6(*octets.first_chunk().expect("there are sixteen"))
            }
        }
    }
}

pub(super) struct Rates {
    ticks: Ticks,
    limiters: [Limiter; Errand::ALL.len()],
}

impl Rates {
    pub(super) fn new(now: OffsetDateTime) -> Self {
        let ticks = Ticks::new(now);
        let limiter = |errand: Errand| {
            RateLimiter::new(errand.quota(), DashMapStateStore::default(), ticks.clone())
        };
        let limiters = Errand::ALL.map(limiter);
        Self { ticks, limiters }
    }

    /// Once more, or how long to wait.
    pub(super) fn ask(
        &self,
        errand: Errand,
        whose: Subnet,
        now: OffsetDateTime,
    ) -> Result<(), Duration> {
        self.ticks.reach(now);
        let limiter = &self.limiters[errand as usize];
        if limiter.len() >= ADDRESSES && self.ticks.is_time_to_sweep() {
            limiter.retain_recent();
        }
        let subnet = match whose {
            _ if limiter.len() < ADDRESSES => whose,
            // Nobody makes up a session, or a browser that an account knows: so many are a large site.
            Subnet::Known(_) => return Ok(()),
            _ => Subnet::Rest,
        };
        limiter.check_key(&subnet).map_err(|too_early| {
            let wait = too_early.wait_time_from(self.ticks.now());
            Duration::try_from(wait).unwrap_or(Duration::MAX)
        })
    }

    /// Forgets the addresses that could ask for as much as one that never came.
    pub(super) fn tidy(&self, now: OffsetDateTime) {
        self.ticks.reach(now);
        for limiter in &self.limiters {
            limiter.retain_recent();
            limiter.shrink_to_fit();
        }
    }
}

/// How often what is full is looked through, beside the upkeep of each minute.
const SWEEP: Duration = Duration::seconds(1);

/// How far a clock has to go back to have been set back.
const SET_BACK: Duration = Duration::minutes(1);

/// The time as it is passed in. It goes forward only: a clock that is set back stops nobody.
#[derive(Clone)]
struct Ticks(Arc<Mutex<Elapsed>>);

struct Elapsed {
    total: Duration,
    seen: OffsetDateTime,
    swept: Duration,
}

impl Ticks {
    fn new(now: OffsetDateTime) -> Self {
        Self(Arc::new(Mutex::new(Elapsed {
            total: Duration::ZERO,
            seen: now,
            swept: -SWEEP,
        })))
    }

    /// Whether it is some time since the last sweep. A sweep looks at every key.
    fn is_time_to_sweep(&self) -> bool {
        let mut elapsed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let is_time = elapsed.total - elapsed.swept >= SWEEP;
        if is_time {
            elapsed.swept = elapsed.total;
        }
        is_time
    }

    /// Those who come at once do not come in order: what is a little earlier than what was seen is no time at all.
    fn reach(&self, now: OffsetDateTime) {
        let mut elapsed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let passed = now - elapsed.seen;
        if passed.is_positive() {
            elapsed.total += passed;
            elapsed.seen = now;
        } else if passed < -SET_BACK {
            elapsed.seen = now;
        }
    }
}

impl Clock for Ticks {
    type Instant = Nanos;

    fn now(&self) -> Nanos {
        let elapsed = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let nanos = u64::try_from(elapsed.total.whole_nanoseconds()).unwrap_or(u64::MAX);
        Nanos::from(nanos)
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    const NOW: OffsetDateTime = datetime!(2026-11-22 12:00 UTC);

    fn address(text: &str) -> Subnet {
        text.parse::<IpAddr>().unwrap().into()
    }

    #[test]
    fn an_address_has_a_burst_and_then_a_pace() {
        let rates = Rates::new(NOW);
        let ask = |now| rates.ask(Errand::SignIn, address("203.0.113.7"), now);
        assert!((0..30).all(|_| ask(NOW).is_ok()));
        let wait = ask(NOW).unwrap_err();
        assert!(
            wait > Duration::ZERO && wait <= Duration::seconds(2),
            "{wait}"
        );
        assert!(ask(NOW + wait).is_ok());
        assert!(ask(NOW + wait).is_err());
        assert!(
            rates
                .ask(Errand::SignIn, address("203.0.113.8"), NOW)
                .is_ok()
        );
        assert!(
            rates
                .ask(Errand::Refresh, address("203.0.113.7"), NOW)
                .is_ok()
        );
    }

    #[test]
    fn who_has_64_bits_of_addresses_has_one_count() {
        let rates = Rates::new(NOW);
        let ask = |of: &str| rates.ask(Errand::SignIn, address(of), NOW);
        for last in 0..30 {
            assert!(ask(&format!("2001:db8:1:2::{last:x}")).is_ok());
        }
        assert!(ask("2001:db8:1:2:ffff::1").is_err());
        assert!(ask("2001:db8:1:3::1").is_ok());
        assert_eq!(address("::ffff:203.0.113.7"), Subnet::V4([203, 0, 113, 7]));
    }

    #[test]
    fn a_site_with_very_many_sessions_renews_them_all() {
        let rates = Rates::new(NOW);
        let renew = |number: u128, now| {
            let session = Subnet::Known(number.to_be_bytes());
            rates.ask(Errand::Refresh, session, now)
        };
        let many = ADDRESSES as u128 + 1000;
        assert!((0..many).all(|number| renew(number, NOW).is_ok()));
        let later = NOW + Duration::seconds(3);
        assert!((0..many).all(|number| renew(number, later).is_ok()));
        assert!(rates.limiters[Errand::Refresh as usize].len() <= ADDRESSES);
    }

    #[test]
    fn a_clock_that_is_set_back_stops_nobody() {
        let rates = Rates::new(NOW);
        let ask = |now| rates.ask(Errand::SignIn, address("203.0.113.7"), now);
        let earlier = NOW - Duration::days(1);
        assert!((0..30).all(|_| ask(earlier).is_ok()));
        assert!(ask(earlier).is_err());
        assert!(ask(earlier + Duration::seconds(2)).is_ok());
    }

    #[test]
    fn requests_out_of_order_gain_nothing() {
        let rates = Rates::new(NOW);
        let ask = |now| rates.ask(Errand::SignIn, address("203.0.113.7"), now);
        let at = |number: i32| NOW - Duration::seconds((number % 2 * 5).into());
        let served = (0..100).filter(|number| ask(at(*number)).is_ok()).count();
        assert_eq!(served, 30);
    }

    #[test]
    fn addresses_are_forgotten_when_nothing_follows_from_them() {
        let rates = Rates::new(NOW);
        for last in 0..100 {
            rates
                .ask(Errand::SignIn, address(&format!("203.0.113.{last}")), NOW)
                .unwrap();
        }
        let kept = || rates.limiters[Errand::SignIn as usize].len();
        rates.tidy(NOW);
        assert_eq!(kept(), 100);
        rates.tidy(NOW + Duration::minutes(2));
        assert_eq!(kept(), 0);
    }

    #[test]
    fn when_there_are_too_many_addresses_the_rest_share_one_count() {
        let rates = Rates::new(NOW);
        let ask = |number: u32| {
            rates.ask(
                Errand::SignIn,
                IpAddr::from(number.to_be_bytes()).into(),
                NOW,
            )
        };
        for number in 0..ADDRESSES as u32 {
            ask(number).unwrap();
        }
        let served = (0..100).filter(|more| ask(1 << 30 | more).is_ok()).count();
        assert_eq!(served, 30);
        assert!(rates.limiters[0].len() <= ADDRESSES + 1);
    }
}
