//! The keys that sign access tokens. Only this module names a signing algorithm.
//!
//! A key lives in the database, its private part sealed under the master secret. A token says by
//! `kid` which key signed it; which algorithm that means is the key's business (RFC 8725, 3.1).

mod command;
mod kind;
mod schedule;

use std::collections::HashMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, PoisonError, RwLock};

use jsonwebtoken::{DecodingKey, EncodingKey};
use time::OffsetDateTime;

use crate::audit::{Entry, Event};
use crate::error::{Error, Result};
pub use crate::keys::command::{KeyInfo, KeyState, Promotion};
pub use crate::keys::kind::SigningAlgorithm;
use crate::keys::schedule::Step;
use crate::secret::Secrets;
use crate::session::Client;
use crate::store::{KeyRow, Store, Writing};

/// The keys as this node knows them.
pub(crate) struct Keys(RwLock<Arc<KeyRing>>);

/// The keys that this process verifies with, and the one of them that it signs with.
pub(crate) struct KeyRing {
    /// No two rings of a process have the same.
    pub(crate) number: u64,
    current: SigningKey,
    verifying: HashMap<String, VerifyingKey>,
    rows: Vec<KeyRow>,
}

pub(crate) struct SigningKey {
    pub(crate) kid: String,
    pub(crate) algorithm: SigningAlgorithm,
    pub(crate) key: EncodingKey,
}

pub(crate) struct VerifyingKey {
    pub(crate) algorithm: SigningAlgorithm,
    pub(crate) key: DecodingKey,
}

impl Keys {
    /// Loads the keys, and makes the first one on a new database.
    ///
    /// # Errors
    /// When the database does not answer, or the key that signs was sealed under a secret that is not given.
    pub(crate) async fn load(
        store: &Store,
        secrets: &Secrets,
        first: SigningAlgorithm,
        now: OffsetDateTime,
    ) -> Result<Self> {
        let mut rows = store.keys().await?;
        if rows.is_empty() {
            let mut writing = store.write().await?;
            rows = writing.keys().await?;
            if rows.is_empty() {
                take_steps(&mut writing, &mut rows, secrets, Some(first), now).await?;
            }
            writing.commit().await?;
        }
        Ok(Self(RwLock::new(Arc::new(KeyRing::new(rows, secrets)?))))
    }

    pub(crate) fn ring(&self) -> Arc<KeyRing> {
        Arc::clone(&self.0.read().unwrap_or_else(PoisonError::into_inner))
    }

    /// Reads what another node has made of the keys.
    pub(crate) async fn reload(&self, store: &Store, secrets: &Secrets) -> Result<()> {
        self.set(KeyRing::new(store.keys().await?, secrets)?);
        Ok(())
    }

    fn set(&self, ring: KeyRing) {
        *self.0.write().unwrap_or_else(PoisonError::into_inner) = Arc::new(ring);
    }
}

impl KeyRing {
    fn new(rows: Vec<KeyRow>, secrets: &Secrets) -> Result<Self> {
        static NUMBER: AtomicU64 = AtomicU64::new(0);
        let current = schedule::signing(&rows);
        let current = current.ok_or_else(|| Error::internal("no signing key is in force"))?;
        let current = signing_key(current, secrets)?;
        let keys = rows
            .iter()
            .filter_map(|row| match verifying_key(row, secrets) {
                Ok(key) => Some((row.id.clone(), key)),
                Err(error) => {
                    tracing::error!(kid = row.id, %error, "a key is not used");
                    None
                }
            });
        Ok(Self {
            number: NUMBER.fetch_add(1, Ordering::Relaxed),
            verifying: keys.collect(),
            current,
            rows,
        })
    }

    pub(crate) fn current(&self) -> &SigningKey {
        &self.current
    }

    pub(crate) fn verifying(&self, kid: &str) -> Option<&VerifyingKey> {
        self.verifying.get(kid)
    }
}

/// Takes every step that is due. The rows are locked: nodes come here one after the other, and the
/// second finds done what the first one did. Returns whether there was any.
async fn take_steps(
    writing: &mut Writing,
    rows: &mut Vec<KeyRow>,
    secrets: &Secrets,
    wanted: Option<SigningAlgorithm>,
    now: OffsetDateTime,
) -> Result<bool> {
    let mut has_changed = false;
    while let Some(step) = schedule::due(rows, wanted, now) {
        match step {
            Step::Create(algorithm, promote_at) => {
                create(writing, rows, secrets, (algorithm, promote_at), now).await?;
            }
            Step::Promote(id) => promote(writing, rows, &id, now).await?,
            Step::Remove(id) => remove(writing, rows, &id, now).await?,
        }
        has_changed = true;
    }
    if has_changed {
        writing.keys_changed().await?;
    }
    Ok(has_changed)
}

async fn create(
    writing: &mut Writing,
    rows: &mut Vec<KeyRow>,
    secrets: &Secrets,
    (algorithm, promote_at): (SigningAlgorithm, OffsetDateTime),
    now: OffsetDateTime,
) -> Result<()> {
    let material = algorithm.generate()?;
    let row = KeyRow {
        sealed_private_key: secrets.seal(&material.id, &material.private)?,
        id: material.id,
        algorithm: algorithm.name().to_owned(),
        public_key: material.public_key,
        created_at: now,
        promote_at: Some(promote_at),
        promoted_at: None,
        retired_at: None,
    };
    writing.insert_key(&row).await?;
    tell(writing, Event::KeyCreated, &row.id, now).await?;
    rows.push(row);
    Ok(())
}

async fn promote(
    writing: &mut Writing,
    rows: &mut [KeyRow],
    id: &str,
    now: OffsetDateTime,
) -> Result<()> {
    for row in rows {
        if row.id == id {
            row.promoted_at = Some(now);
            tell(writing, Event::KeyPromoted, &row.id, now).await?;
        } else if row.promoted_at.is_some() && row.retired_at.is_none() {
            row.retired_at = Some(now);
            tell(writing, Event::KeyRetired, &row.id, now).await?;
        } else {
            continue;
        }
        writing.update_key(row).await?;
    }
    Ok(())
}

async fn remove(
    writing: &mut Writing,
    rows: &mut Vec<KeyRow>,
    id: &str,
    now: OffsetDateTime,
) -> Result<()> {
    writing.delete_key(id).await?;
    rows.retain(|row| row.id != id);
    tell(writing, Event::KeyRemoved, id, now).await
}

async fn tell(writing: &mut Writing, event: Event, kid: &str, now: OffsetDateTime) -> Result<()> {
    let nobody = Client::default();
    let entry = Entry {
        detail: Some(kid),
        ..Entry::new(event, &nobody, now)
    };
    writing.audit(&entry).await
}

/// Seals anew what a former secret sealed, so that the former one is not needed for ever.
async fn reseal(writing: &mut Writing, rows: &mut [KeyRow], secrets: &Secrets) -> Result<()> {
    for row in rows {
        if secrets.is_current(&row.id, &row.sealed_private_key) {
            continue;
        }
        let private = unseal(row, secrets)?;
        row.sealed_private_key = secrets.seal(&row.id, &private)?;
        writing.update_key(row).await?;
    }
    Ok(())
}

fn unseal(row: &KeyRow, secrets: &Secrets) -> Result<Vec<u8>> {
    let private = secrets.open(&row.id, &row.sealed_private_key);
    private.ok_or(Error::SealedUnderAnotherSecret)
}

fn algorithm(row: &KeyRow) -> Result<SigningAlgorithm> {
    let algorithm = SigningAlgorithm::from_name(&row.algorithm);
    algorithm.ok_or_else(|| {
        Error::internal(format!(
            "key {} has the unknown algorithm {}",
            row.id, row.algorithm
        ))
    })
}

fn signing_key(row: &KeyRow, secrets: &Secrets) -> Result<SigningKey> {
    let algorithm = algorithm(row)?;
    Ok(SigningKey {
        kid: row.id.clone(),
        algorithm,
        key: algorithm.signing(&unseal(row, secrets)?),
    })
}

/// A row is believed when whoever wrote it had the master secret: its private part opens under its id, and
/// its id is that of its public part. So nobody who can only write to the database adds a key of theirs.
fn verifying_key(row: &KeyRow, secrets: &Secrets) -> Result<VerifyingKey> {
    let algorithm = algorithm(row)?;
    let private = unseal(row, secrets)?;
    let key = algorithm
        .verifying(&row.public_key, &private)
        .filter(|_| algorithm.is_id_of(&row.id, &row.public_key));
    Ok(VerifyingKey {
        algorithm,
        key: key.ok_or_else(|| Error::internal(format!("key {} is damaged", row.id)))?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::MasterSecret;

    impl KeyRing {
        pub(crate) fn of_one_key() -> Self {
            let secret = MasterSecret::new(vec![1; 32]).unwrap();
            let secrets = Secrets::new(&secret, &[]);
            let material = SigningAlgorithm::EdDsa.generate().unwrap();
            let row = KeyRow {
                sealed_private_key: secrets.seal(&material.id, &material.private).unwrap(),
                id: material.id,
                algorithm: SigningAlgorithm::EdDsa.name().to_owned(),
                public_key: material.public_key,
                created_at: OffsetDateTime::UNIX_EPOCH,
                promote_at: None,
                promoted_at: Some(OffsetDateTime::UNIX_EPOCH),
                retired_at: None,
            };
            Self::new(vec![row], &secrets).unwrap()
        }
    }
}
