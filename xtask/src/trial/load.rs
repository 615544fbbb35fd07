//! A load of clients that go on while something is done to the site.

use std::net::SocketAddr;
use std::sync::Mutex;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};

use crate::trial::actor::Actor;
use crate::trial::actor::broken::Broken;
use crate::trial::caller::Caller;
use crate::trial::tally::Tally;

/// Between two requests of a client. It leaves the processors to the server: what breaks under a fault breaks
/// at some hundred requests a second, too.
pub(crate) const PAUSE: Duration = Duration::from_millis(8);

/// After something that did not go well.
const BREATH: Duration = Duration::from_millis(25);

/// Before the fault and after it.
const MARGIN: Duration = Duration::from_secs(1);

/// How long a site may take to recover before nobody waits for it any more.
const PATIENCE: Duration = Duration::from_secs(20);

/// What was done and what became of it.
pub(crate) struct Outcome {
    pub(crate) tally: Tally,
    pub(crate) broken: Broken,
    pub(crate) acknowledged: u64,
    pub(crate) longest_gap: Duration,
    /// None when no write was done after the fault.
    pub(crate) recovery: Option<Duration>,
}

/// Lets new clients in.
pub(crate) fn enter(address: SocketAddr, name: &str, count: usize) -> Result<Vec<Actor>> {
    let enter = |number| {
        let actor = Actor::enter(Caller::new(address), format!("{name}{number}"));
        actor.with_context(|| format!("{name}{number} cannot register and sign in"))
    };
    (0..count).map(enter).collect()
}

/// Lets them go on while `fault` happens, which returns when it was mended; and reckons up with each of them.
pub(crate) fn endure(
    actors: Vec<Actor>,
    pause: Duration,
    fault: impl FnOnce() -> Result<Instant>,
) -> Result<Outcome> {
    let begin = Instant::now();
    let course = Course {
        enough: AtomicBool::new(false),
        wrote: Mutex::new(begin),
        pause,
    };
    let (actors, mended, end) = thread::scope(|scope| {
        let clients: Vec<_> = actors
            .into_iter()
            .map(|actor| scope.spawn(|| course.follow(actor)))
            .collect();
        thread::park_timeout(MARGIN);
        let mended = fault();
        if let Ok(mended) = mended {
            course.wait_for_a_write(mended);
            thread::park_timeout(MARGIN);
        }
        let end = Instant::now();
        course.enough.store(true, Ordering::Relaxed);
        let actors: Vec<Actor> = clients
            .into_iter()
            .filter_map(|client| client.join().ok())
            .collect();
        (actors, mended, end)
    });
    reckon(actors, begin, mended?, end)
}

/// What the clients and the trial know of each other.
struct Course {
    enough: AtomicBool,
    /// When the write was asked for that was asked for last of those that were done.
    wrote: Mutex<Instant>,
    /// Between two requests of a client.
    pause: Duration,
}

impl Course {
    fn follow(&self, mut actor: Actor) -> Actor {
        while !self.enough.load(Ordering::Relaxed) {
            let went_well = actor.go_on();
            if let (Some(asked), Ok(mut wrote)) =
                (actor.caller.tally.last_write(), self.wrote.lock())
            {
                *wrote = asked.max(*wrote);
            }
            thread::park_timeout(if went_well { self.pause } else { BREATH });
        }
        actor
    }

    fn wait_for_a_write(&self, since: Instant) {
        let has_come = || self.wrote.lock().is_ok_and(|wrote| *wrote >= since);
        while !has_come() && since.elapsed() < PATIENCE {
            thread::park_timeout(PAUSE);
        }
    }
}

fn reckon(actors: Vec<Actor>, begin: Instant, mended: Instant, end: Instant) -> Result<Outcome> {
    ensure!(!actors.is_empty(), "a client panicked");
    let mut outcome = Outcome {
        tally: Tally::default(),
        broken: Broken::default(),
        acknowledged: 0,
        longest_gap: Duration::ZERO,
        recovery: None,
    };
    outcome.recovery = recovery(&actors, mended);
    for mut actor in actors {
        // A site that is not there any more would be asked in vain.
        if outcome.recovery.is_some() {
            actor.reckon();
        }
        outcome.acknowledged += actor.acknowledged;
        outcome.broken.add(actor.broken);
        outcome.tally.add(actor.caller.tally);
    }
    outcome.longest_gap = outcome.tally.longest_gap(begin, end);
    Ok(outcome)
}

fn recovery(actors: &[Actor], mended: Instant) -> Option<Duration> {
    let tallies = actors.iter().map(|actor| &actor.caller.tally);
    tallies.filter_map(|tally| tally.recovery(mended)).min()
}
