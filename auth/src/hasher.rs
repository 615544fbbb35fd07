//! Hashing passwords off the async threads: a pool of workers and a bounded queue before it.

mod worker;

#[cfg(test)]
mod tests;

use std::num::NonZeroUsize;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crossbeam_channel::Sender;
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::{Semaphore, oneshot};
use tracing::Instrument;

use crate::error::{Error, Result};
use crate::hasher::worker::Job;
use crate::measure::{self, HashLoad, traced};
use crate::password::argon::{self, Argon};
use crate::password::imported;

/// Cost parameters of argon2id (RFC 9106).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Cost {
    /// Memory in KiB.
    pub memory: u32,
    /// Passes over the memory.
    pub iterations: u32,
    /// Lanes.
    pub parallelism: u32,
}

/// Hashes and verifies off the async threads, on workers that each keep the memory they hash in.
#[derive(Clone)]
pub(crate) struct Hasher {
    cost: Cost,
    /// Read by the workers, first come first served. They end when the last sender is gone.
    jobs: Sender<Job>,
    capacity: usize,
    /// Who may wait for a worker or have one: beyond it the answer is [`Error::Busy`], so that a storm
    /// of sign-ins costs neither memory nor the patience of those already waiting.
    places: Arc<Semaphore>,
}

/// How many hash, how many wait, and how long the memory of an idle worker is kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct HashPool {
    /// Each has memory of its own: together as many times [`Cost::memory`].
    pub workers: NonZeroUsize,
    /// Who finds no place in the line is turned away with [`Error::Busy`].
    pub queue: usize,
    /// Without work.
    pub idle: Duration,
}

impl Default for HashPool {
    /// As many workers as there are cores: more would only take turns.
    fn default() -> Self {
        Self {
            workers: std::thread::available_parallelism().unwrap_or(NonZeroUsize::MIN),
            queue: 64,
            idle: Duration::from_secs(60),
        }
    }
}

/// What comparing a password with a stored hash gave.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Verdict {
    Wrong,
    Right,
    /// Right, but the hash was made with other parameters and should be replaced.
    Outdated,
}

/// In the place of a hash: no password opens the account.
pub(crate) const UNUSABLE: &str = "!";

impl Hasher {
    pub(crate) fn new(cost: Cost, pool: HashPool) -> Result<Self> {
        argon::check()?;
        let (jobs, queue) = crossbeam_channel::unbounded();
        for _ in 0..pool.workers.get() {
            worker::start(queue.clone(), Argon::new(cost)?, pool.idle)?;
        }
        let capacity = pool.workers.get() + pool.queue;
        Ok(Self {
            cost,
            jobs,
            capacity,
            places: Arc::new(Semaphore::new(capacity)),
        })
    }

    /// Returns a PHC string with a new random salt.
    pub(crate) async fn hash(&self, password: SecretString) -> Result<String> {
        self.run(move |argon| argon.hash(password.expose_secret().as_bytes()))
            .await
    }

    /// Compares a password with what was stored when it was set: here, in another place, or never.
    pub(crate) async fn verify(&self, password: SecretString, stored: String) -> Result<Verdict> {
        let cost = self.cost;
        self.run(move |argon| verify(argon, cost, password.expose_secret().as_bytes(), &stored))
            .await
    }

    /// Spends what a verification costs, for a name that nobody has: the answer must not come sooner.
    pub(crate) async fn pretend(&self, password: SecretString) -> Result<Verdict> {
        self.hash(password).await.map(|_| Verdict::Wrong)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce(&mut Argon) -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| Error::Busy)?;
        let (answer, answered) = oneshot::channel();
        // The place goes with the job: a caller that gives up does not free a core that is at work.
        let job = move |argon: &mut Argon| {
            // Nobody waits any more, be it for a name that somebody has or for one that nobody has.
            if answer.is_closed() {
                return;
            }
            let hashing = Instant::now();
            let given = work(argon);
            let took = hashing.elapsed();
            drop(place);
            // Whoever gave up in the meantime misses nothing.
            let _ = answer.send((given, took));
        };
        self.jobs
            .send(Box::new(job))
            .map_err(|_| Error::internal("nobody hashes any more"))?;
        let answered = answered.instrument(traced!("hash")).await;
        let (given, took) = answered.map_err(Error::internal)?;
        measure::hashed(took);
        given
    }

    /// Whether somebody waits for a worker.
    pub(crate) fn is_in_demand(&self) -> bool {
        !self.jobs.is_empty()
    }

    pub(crate) fn load(&self) -> HashLoad {
        let taken = self.capacity - self.places.available_permits();
        let waiting = self.jobs.len().min(taken);
        HashLoad {
            waiting,
            running: taken - waiting,
            capacity: self.capacity,
        }
    }
}

/// Compares, and where the hash is not one of today spends what one of today costs on top, be the
/// password right or wrong: no answer comes sooner than for a name that nobody has, and of an account
/// that is disabled nobody learns its password. It may come later, which tells that an account was
/// imported, or not used since the parameters changed, until its next sign-in.
fn verify(argon: &mut Argon, cost: Cost, password: &[u8], stored: &str) -> Result<Verdict> {
    let is_right = if let Some(stored) = argon::Stored::parse(stored, cost) {
        let is_right = argon.is_right(password, &stored)?;
        if argon.is_current(&stored) {
            return Ok(match is_right {
                true => Verdict::Right,
                false => Verdict::Wrong,
            });
        }
        is_right
    } else if let Some(stored) = imported::Stored::parse(stored) {
        stored.is_right(password)
    } else {
        if stored != UNUSABLE {
            tracing::warn!(
                "a stored password hash cannot be verified: no password opens the account"
            );
        }
        false
    };
    argon.hash(password)?;
    Ok(match is_right {
        true => Verdict::Outdated,
        false => Verdict::Wrong,
    })
}
