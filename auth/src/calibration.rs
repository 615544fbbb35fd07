//! What a password costs on this machine, for measurements that are held against it.

use secrecy::SecretString;

use crate::error::Result;
use crate::hasher::{Cost, HashPool, Hasher};

/// Hashes on the pool that sign-ins use, and does nothing else.
#[derive(Clone)]
pub struct Calibration(Hasher);

impl Calibration {
    /// Makes a pool of its own.
    ///
    /// # Errors
    /// When argon2id does not take the parameters.
    pub fn new(cost: Cost) -> Result<Self> {
        Hasher::new(cost, HashPool::default()).map(Self)
    }

    /// Spends what the password of one sign-in costs.
    ///
    /// # Errors
    /// When too many wait.
    pub async fn spend(&self) -> Result<()> {
        let password = SecretString::from("seven quiet otters".to_owned());
        self.0.pretend(password).await.map(drop)
    }
}
