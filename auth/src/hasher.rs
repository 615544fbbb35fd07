//! Hashing passwords with argon2id (RFC 9106), off the async threads, with a bounded queue.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;
use tracing::Instrument;

use crate::error::{Error, Result};
use crate::measure::{HashLoad, Stopwatch, traced};

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

impl Cost {
    fn argon2(self) -> Result<Argon2<'static>> {
        let params = Params::new(self.memory, self.iterations, self.parallelism, None)
            .map_err(Error::internal)?;
        Ok(Argon2::new(Algorithm::Argon2id, Version::V0x13, params))
    }
}

/// Hashes and verifies off the async threads, on as many workers as there are cores.
#[derive(Clone)]
pub(crate) struct Hasher {
    cost: Cost,
    cores: usize,
    workers: Arc<Semaphore>,
    /// Who may wait for a worker: beyond it the answer is [`Error::Busy`], so that a storm of
    /// sign-ins costs neither memory nor the patience of those already waiting.
    places: Arc<Semaphore>,
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

const QUEUE: usize = 64;

impl Hasher {
    pub(crate) fn new(cost: Cost) -> Result<Self> {
        cost.argon2()?;
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Ok(Self {
            cost,
            cores,
            workers: Arc::new(Semaphore::new(cores)),
            places: Arc::new(Semaphore::new(cores + QUEUE)),
        })
    }

    /// Returns a PHC string with a new random salt.
    pub(crate) async fn hash(&self, password: SecretString) -> Result<String> {
        let argon2 = self.cost.argon2()?;
        self.run(move || {
            let hash = argon2.hash_password(password.expose_secret().as_bytes());
            hash.map(|phc| phc.to_string()).map_err(Error::internal)
        })
        .await
    }

    pub(crate) async fn verify(&self, password: SecretString, stored: String) -> Result<Verdict> {
        if stored == UNUSABLE {
            return self.pretend(password).await;
        }
        let argon2 = self.cost.argon2()?;
        self.run(move || {
            let phc = Phc::new(&stored).map_err(Error::internal)?;
            if argon2
                .verify_password(password.expose_secret().as_bytes(), &phc)
                .is_err()
            {
                return Ok(Verdict::Wrong);
            }
            let same = Params::try_from(&phc).is_ok_and(|made_with| {
                made_with.m_cost() == argon2.params().m_cost()
                    && made_with.t_cost() == argon2.params().t_cost()
                    && made_with.p_cost() == argon2.params().p_cost()
            });
            Ok(if same && phc.algorithm.as_str() == "argon2id" {
                Verdict::Right
            } else {
                Verdict::Outdated
            })
        })
        .await
    }

    /// Spends what a verification costs, for a name that nobody has: the answer must not come sooner.
    pub(crate) async fn pretend(&self, password: SecretString) -> Result<Verdict> {
        self.hash(password).await.map(|_| Verdict::Wrong)
    }

    async fn run<T: Send + 'static>(
        &self,
        work: impl FnOnce() -> Result<T> + Send + 'static,
    ) -> Result<T> {
        let place = Arc::clone(&self.places)
            .try_acquire_owned()
            .map_err(|_| Error::Busy)?;
        let worker = Arc::clone(&self.workers)
            .acquire_owned()
            .await
            .map_err(Error::internal)?;
        // The permits move into the thread: a caller that gives up does not free a core that is still at work.
        let task = move || {
            let _held = (place, worker);
            work()
        };
        let hashing = Stopwatch::start();
        let done = tokio::task::spawn_blocking(task)
            .instrument(traced!("hash"))
            .await;
        hashing.hash();
        done.map_err(Error::broken_off)?
    }

    pub(crate) fn load(&self) -> HashLoad {
        let capacity = self.cores + QUEUE;
        let taken = capacity - self.places.available_permits();
        let running = self.cores - self.workers.available_permits();
        HashLoad {
            waiting: taken.saturating_sub(running),
            running,
            capacity,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CHEAP: Cost = Cost {
        memory: 64,
        iterations: 1,
        parallelism: 1,
    };

    fn secret(text: &str) -> SecretString {
        SecretString::from(text.to_owned())
    }

    impl Hasher {
        /// Takes every place, so that the next one who wants to hash is turned away.
        pub(crate) fn occupy(&self) -> impl Sized {
            let all = self.places.available_permits().try_into().unwrap();
            Arc::clone(&self.places)
                .try_acquire_many_owned(all)
                .unwrap()
        }
    }

    #[tokio::test]
    async fn a_password_is_verified_exactly_as_received() {
        let hasher = Hasher::new(CHEAP).unwrap();
        let stored = hasher.hash(secret(" pass word ")).await.unwrap();
        assert_eq!(
            hasher
                .verify(secret(" pass word "), stored.clone())
                .await
                .unwrap(),
            Verdict::Right
        );
        for near in ["pass word", " pass word", " Pass word ", " pass word \0"] {
            assert_eq!(
                hasher.verify(secret(near), stored.clone()).await.unwrap(),
                Verdict::Wrong,
                "{near:?}"
            );
        }
    }

    #[tokio::test]
    async fn a_hash_with_other_parameters_is_outdated() {
        let stored = Hasher::new(CHEAP)
            .unwrap()
            .hash(secret("a password"))
            .await
            .unwrap();
        let dearer = Hasher::new(Cost {
            memory: 128,
            ..CHEAP
        })
        .unwrap();
        assert_eq!(
            dearer.verify(secret("a password"), stored).await.unwrap(),
            Verdict::Outdated
        );
    }

    #[tokio::test]
    async fn a_storm_of_sign_ins_is_turned_away_and_not_queued_without_end() {
        let hasher = Hasher::new(CHEAP).unwrap();
        let _all = hasher.occupy();
        assert!(matches!(
            hasher.hash(secret("a password")).await,
            Err(Error::Busy)
        ));
    }
}
