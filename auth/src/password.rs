//! Passwords: which are accepted, and how they are hashed.
//!
//! The rules are those of NIST SP 800-63B-4 and OWASP ASVS 5.0 V6.2: long, any characters,
//! verified exactly as received, no composition rules, refused when everybody would try them.

use std::sync::Arc;

use argon2::password_hash::phc::PasswordHash as Phc;
use argon2::password_hash::{PasswordHasher, PasswordVerifier};
use argon2::{Algorithm, Argon2, Params, Version};
use secrecy::{ExposeSecret, SecretString};
use tokio::sync::Semaphore;
use unicode_normalization::UnicodeNormalization;

use crate::error::{Error, Result};

/// The most characters a password may have, counted in code points.
pub const MAX_LENGTH: usize = 128;

/// The name that nobody may use as a password of this product.
const PRODUCT: &str = "latchkey";

/// Sorted by bytes; see `data/README.md` for where it is from.
const COMMON: &str = include_str!("../data/common-passwords.txt");

/// Why a password may not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says it")]
pub enum PasswordError {
    #[error("missing")]
    Missing,
    #[error("shorter than {0} characters")]
    TooShort(usize),
    #[error("longer than {MAX_LENGTH} characters")]
    TooLong,
    #[error("one of the most common passwords")]
    Common,
    #[error("the same as the email address, the username or the name of this product")]
    Context,
}

/// Checks a password that somebody wants to have.
///
/// # Errors
/// When it is shorter than `min_length` or longer than [`MAX_LENGTH`] code points, on the list of
/// common ones, or equal to one of `context` or the product's name, letter case aside.
pub(crate) fn check(
    password: &SecretString,
    min_length: usize,
    context: &[&str],
) -> std::result::Result<(), PasswordError> {
    let received = password.expose_secret();
    let length = received.chars().count();
    if length == 0 {
        return Err(PasswordError::Missing);
    }
    if length < min_length {
        return Err(PasswordError::TooShort(min_length));
    }
    if length > MAX_LENGTH {
        return Err(PasswordError::TooLong);
    }
    let folded = fold(received);
    if folded == PRODUCT || context.iter().any(|word| fold(word) == folded) {
        return Err(PasswordError::Context);
    }
    if is_common(&folded) {
        return Err(PasswordError::Common);
    }
    Ok(())
}

/// Only comparisons use the folded form; what is hashed is what was received.
fn fold(text: &str) -> String {
    text.nfkc().collect::<String>().to_lowercase()
}

/// Looks a folded password up by bisection over the text itself, which needs no memory of its own.
fn is_common(folded: &str) -> bool {
    let (mut low, mut high) = (0, COMMON.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = COMMON.as_bytes()[..middle]
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |at| at + 1);
        let line = COMMON[start..].lines().next().unwrap_or_default();
        match line.cmp(folded) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = start + line.len() + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    false
}

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

const QUEUE: usize = 64;

impl Hasher {
    pub(crate) fn new(cost: Cost) -> Result<Self> {
        cost.argon2()?;
        let cores = std::thread::available_parallelism().map_or(2, usize::from);
        Ok(Self {
            cost,
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
        tokio::task::spawn_blocking(task)
            .await
            .map_err(Error::internal)?
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

    #[test]
    fn length_is_counted_in_code_points() {
        assert_eq!(check(&secret(""), 12, &[]), Err(PasswordError::Missing));
        assert_eq!(
            check(&secret("elevenchars"), 12, &[]),
            Err(PasswordError::TooShort(12))
        );
        assert_eq!(check(&secret(&"ü".repeat(12)), 12, &[]), Ok(()));
        assert_eq!(check(&secret(&"🔑".repeat(128)), 12, &[]), Ok(()));
        assert_eq!(
            check(&secret(&"a".repeat(129)), 12, &[]),
            Err(PasswordError::TooLong)
        );
    }

    #[test]
    fn spaces_and_any_unicode_are_allowed() {
        assert_eq!(
            check(&secret("   mañana  \u{0}パスワード "), 12, &[]),
            Ok(())
        );
    }

    #[test]
    fn every_listed_password_is_refused_in_any_letter_case() {
        let long = COMMON
            .lines()
            .filter(|line| line.chars().count() >= 12)
            .count();
        assert!(COMMON.lines().count() >= 10_000 && long >= 10_000);
        for line in COMMON.lines() {
            assert!(is_common(line), "{line}");
        }
        assert_eq!(
            check(&secret("1234567890QwErTy"), 12, &[]),
            Err(PasswordError::Common)
        );
        for free in [
            "",
            "\n",
            "12345678\n123456789",
            "correct horse battery staple",
            "zzzzzzzzzzzzzzzzzzzzz~",
        ] {
            assert!(!is_common(free), "{free}");
        }
    }

    #[test]
    fn a_password_is_not_the_name_of_its_owner_or_of_the_product() {
        let context = ["ada@example.org", "ada-lovelace"];
        assert_eq!(
            check(&secret("Ada@Example.org"), 12, &context),
            Err(PasswordError::Context)
        );
        assert_eq!(
            check(&secret("ADA-LOVELACE"), 12, &context),
            Err(PasswordError::Context)
        );
        assert_eq!(
            check(&secret("LatchKey"), 8, &context),
            Err(PasswordError::Context)
        );
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
