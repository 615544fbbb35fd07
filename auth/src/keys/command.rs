//! What an operator may see and do of the keys, and what each node does for their schedule.

use aws_lc_rs::digest;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use time::OffsetDateTime;

use crate::Auth;
use crate::error::{Error, Result};
use crate::keys::schedule::{self, PERIOD, PUBLISHED_FOR, VERIFIES_FOR};
use crate::keys::{
    KeyRing, SigningAlgorithm, algorithm, create, promote, remove, reseal, take_steps,
};
use crate::store::{KeyRow, Writing};

/// When a new key is to sign.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Promotion {
    /// When it was published for long enough: every verifier knows it by then.
    Published,
    /// Now. Who does not know it yet refuses its tokens: other nodes, when it was not published for
    /// [`HEARD_WITHIN`](crate::HEARD_WITHIN), and other verifiers until they have fetched it.
    AtOnce,
}

/// A key as an operator may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct KeyInfo {
    /// The JWK thumbprint (RFC 7638); of a shared secret a random id.
    pub kid: String,
    /// What it signs with.
    pub algorithm: SigningAlgorithm,
    /// When it was made.
    pub created_at: OffsetDateTime,
    /// Where it is in its life.
    pub state: KeyState,
}

/// Where a key is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the name and the doc of each variant say it")]
pub enum KeyState {
    /// It is in the JWKS, and signs from then on.
    Published { signs_at: OffsetDateTime },
    /// It signs.
    Signing {
        since: OffsetDateTime,
        until: OffsetDateTime,
    },
    /// It only verifies, until then.
    Retired { until: OffsetDateTime },
}

impl Auth {
    /// The keys, oldest first, as the database has them now.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn key_list(&self) -> Result<Vec<KeyInfo>> {
        let rows = self.store().keys().await?;
        rows.iter().map(describe).collect()
    }

    /// The public keys as a JSON Web Key Set (RFC 7517, 5), and a tag that is another when they are.
    /// Shared secrets are never in it.
    #[must_use]
    pub fn jwks(&self) -> (String, String) {
        let ring = self.keys().ring();
        // A row that is not believed here must not be believed elsewhere on our word.
        let believed = ring
            .rows
            .iter()
            .filter(|row| ring.verifying(&row.id).is_some());
        let keys: Vec<String> = believed.filter_map(jwk).collect();
        let set = format!(r#"{{"keys":[{}]}}"#, keys.join(","));
        let tag = digest::digest(&digest::SHA256, set.as_bytes());
        (URL_SAFE_NO_PAD.encode(&tag.as_ref()[..12]), set)
    }

    /// Makes the next key, or takes the one that is published, and lets it sign. Nobody is signed out.
    /// Returns what is known of it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn rotate_keys(&self, when: Promotion, now: OffsetDateTime) -> Result<KeyInfo> {
        let mut writing = self.store().write().await?;
        let mut rows = writing.keys().await?;
        if schedule::next(&rows).is_none() {
            // Another algorithm is for the server's setting to choose, and not for that of a command.
            let current = schedule::signing(&rows).map(algorithm).transpose()?;
            let kind = current.unwrap_or(self.config().signing_algorithm);
            let what = (kind, now + PUBLISHED_FOR);
            create(&mut writing, &mut rows, self.secrets(), what, now).await?;
        }
        let at = rows.iter().position(|row| row.promoted_at.is_none());
        let next = &mut rows[at.ok_or_else(|| Error::internal("there is no next key"))?];
        let kid = next.id.clone();
        next.promote_at = Some(now.max(next.created_at + PUBLISHED_FOR));
        writing.update_key(next).await?;
        if when == Promotion::AtOnce {
            promote(&mut writing, &mut rows, &kid, now).await?;
        }
        let made = rows.iter().find(|row| row.id == kid).map(describe);
        self.keys_changed(writing, rows).await?;
        made.unwrap_or(Err(Error::UnknownKey))
    }

    /// Removes a key: what it signed is refused at once, and whoever holds such a token refreshes.
    ///
    /// # Errors
    /// [`Error::UnknownKey`], or [`Error::KeyInUse`] for the one that signs.
    pub async fn remove_key(&self, kid: &str, now: OffsetDateTime) -> Result<()> {
        let mut writing = self.store().write().await?;
        let mut rows = writing.keys().await?;
        if schedule::signing(&rows).is_some_and(|row| row.id == kid) {
            return Err(Error::KeyInUse);
        }
        if !rows.iter().any(|row| row.id == kid) {
            return Err(Error::UnknownKey);
        }
        remove(&mut writing, &mut rows, kid, now).await?;
        self.keys_changed(writing, rows).await
    }

    /// Seals anew what a former master secret sealed, and takes the steps that are due, also those that the
    /// setting of the algorithm asks for. For a server that starts; a command leaves the keys as they are.
    ///
    /// # Errors
    /// When the database does not answer, or a key was sealed under a secret that is not given.
    pub async fn tend_keys(&self, now: OffsetDateTime) -> Result<()> {
        let mut writing = self.store().write().await?;
        let mut rows = writing.keys().await?;
        reseal(&mut writing, &mut rows, self.secrets()).await?;
        let wanted = Some(self.config().signing_algorithm);
        take_steps(&mut writing, &mut rows, self.secrets(), wanted, now).await?;
        writing.commit().await?;
        self.use_keys(rows)
    }

    /// Takes the steps that are due. The database is only asked when this node thinks that there are any.
    pub(crate) async fn keep_keys(&self, now: OffsetDateTime) -> Result<()> {
        if schedule::due(&self.keys().ring().rows, None, now).is_none() {
            return Ok(());
        }
        let mut writing = self.store().write().await?;
        let mut rows = writing.keys().await?;
        take_steps(&mut writing, &mut rows, self.secrets(), None, now).await?;
        writing.commit().await?;
        self.use_keys(rows)
    }

    async fn keys_changed(&self, mut writing: Writing, rows: Vec<KeyRow>) -> Result<()> {
        writing.keys_changed().await?;
        writing.commit().await?;
        self.use_keys(rows)
    }

    fn use_keys(&self, rows: Vec<KeyRow>) -> Result<()> {
        self.keys().set(KeyRing::new(rows, self.secrets())?);
        self.forget_verifications();
        Ok(())
    }
}

fn describe(row: &KeyRow) -> Result<KeyInfo> {
    let state = match (row.promoted_at, row.retired_at) {
        (_, Some(at)) => KeyState::Retired {
            until: at + VERIFIES_FOR,
        },
        (Some(since), None) => KeyState::Signing {
            since,
            until: since + PERIOD,
        },
        (None, None) => KeyState::Published {
            signs_at: row.promote_at.unwrap_or(row.created_at),
        },
    };
    Ok(KeyInfo {
        kid: row.id.clone(),
        algorithm: algorithm(row)?,
        created_at: row.created_at,
        state,
    })
}

fn jwk(row: &KeyRow) -> Option<String> {
    let algorithm = SigningAlgorithm::from_name(&row.algorithm)?;
    let members = algorithm.jwk_members(&row.public_key)?;
    let members = members.strip_suffix('}')?;
    let (kid, alg) = (&row.id, algorithm.alg_name());
    Some(format!(
        r#"{members},"kid":"{kid}","use":"sig","alg":"{alg}"}}"#
    ))
}
