//! The keys that sign access tokens. Only this file names a signing algorithm.
//!
//! A key lives in the database, its private part sealed under the master secret. A token says by
//! `kid` which key signed it; which algorithm that means is the key's business (RFC 8725, 3.1).

use std::collections::HashMap;

use aws_lc_rs::digest;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::signature::{Ed25519KeyPair, KeyPair};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};
use time::OffsetDateTime;

use crate::error::{Error, Result};
use crate::secret::Secrets;
use crate::store::{KeyRow, Store};

const ED25519: &str = "Ed25519";

/// The keys that this process verifies with, and the one of them that it signs with.
pub(crate) struct KeyRing {
    current: SigningKey,
    verifying: HashMap<String, VerifyingKey>,
}

pub(crate) struct SigningKey {
    pub(crate) kid: String,
    pub(crate) algorithm: Algorithm,
    pub(crate) key: EncodingKey,
}

pub(crate) struct VerifyingKey {
    pub(crate) algorithm: Algorithm,
    pub(crate) key: DecodingKey,
}

impl KeyRing {
    /// Loads the keys, and makes the first one on a new database.
    ///
    /// # Errors
    /// When the database does not answer, or the key was sealed under a secret that is not given.
    pub(crate) async fn load(
        store: &Store,
        secrets: &Secrets,
        now: OffsetDateTime,
    ) -> Result<Self> {
        let mut writing = store.write().await?;
        let mut rows = writing.keys().await?;
        if rows.is_empty() {
            let first = generate(secrets, now)?;
            writing.insert_key(&first).await?;
            rows.push(first);
        }
        writing.commit().await?;
        let newest = rows
            .iter()
            .rfind(|row| row.promoted_at.is_some() && row.retired_at.is_none());
        let newest = newest.ok_or_else(|| Error::internal("no signing key is in force"))?;
        let current = signing_key(newest, secrets)?;
        let verifying = rows
            .iter()
            .map(|row| Ok((row.id.clone(), verifying_key(row)?)))
            .collect::<Result<_>>()?;
        Ok(Self { current, verifying })
    }

    pub(crate) fn current(&self) -> &SigningKey {
        &self.current
    }

    pub(crate) fn verifying(&self, kid: &str) -> Option<&VerifyingKey> {
        self.verifying.get(kid)
    }
}

fn generate(secrets: &Secrets, now: OffsetDateTime) -> Result<KeyRow> {
    let pair = Ed25519KeyPair::generate().map_err(Error::internal)?;
    let private: Pkcs8V1Der<'_> = pair.as_der().map_err(Error::internal)?;
    let public_key = URL_SAFE_NO_PAD.encode(pair.public_key());
    let id = thumbprint(&public_key);
    Ok(KeyRow {
        sealed_private_key: secrets.seal(&id, private.as_ref())?,
        id,
        algorithm: ED25519.to_owned(),
        public_key,
        created_at: now,
        promoted_at: Some(now),
        retired_at: None,
    })
}

/// The JWK thumbprint of an Ed25519 key (RFC 7638 with the members of RFC 8037, in their order).
fn thumbprint(public_key: &str) -> String {
    let jwk = format!(r#"{{"crv":"Ed25519","kty":"OKP","x":"{public_key}"}}"#);
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, jwk.as_bytes()))
}

fn algorithm(row: &KeyRow) -> Result<Algorithm> {
    match row.algorithm.as_str() {
        ED25519 => Ok(Algorithm::EdDSA),
        other => Err(Error::internal(format!(
            "key {} has the unknown algorithm {other}",
            row.id
        ))),
    }
}

fn signing_key(row: &KeyRow, secrets: &Secrets) -> Result<SigningKey> {
    let private = secrets
        .open(&row.id, &row.sealed_private_key)
        .ok_or(Error::SealedUnderAnotherSecret)?;
    Ok(SigningKey {
        kid: row.id.clone(),
        algorithm: algorithm(row)?,
        key: EncodingKey::from_ed_der(&private),
    })
}

fn verifying_key(row: &KeyRow) -> Result<VerifyingKey> {
    let key = DecodingKey::from_ed_components(&row.public_key).map_err(Error::internal)?;
    Ok(VerifyingKey {
        algorithm: algorithm(row)?,
        key,
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
            let row = generate(&secrets, OffsetDateTime::UNIX_EPOCH).unwrap();
            let verifying = HashMap::from([(row.id.clone(), verifying_key(&row).unwrap())]);
            Self {
                current: signing_key(&row, &secrets).unwrap(),
                verifying,
            }
        }
    }

    #[test]
    fn the_key_id_is_the_thumbprint_of_rfc_8037() {
        let x = "11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo";
        assert_eq!(thumbprint(x), "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }
}
