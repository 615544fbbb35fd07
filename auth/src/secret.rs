//! The master secret, and the keys that are derived from it, one per purpose.

use aws_lc_rs::aead::{AES_256_GCM, Aad, Nonce, RandomizedNonceKey};
use aws_lc_rs::{digest, hkdf, hmac, rand};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use secrecy::{ExposeSecret, SecretSlice};

use crate::error::{Error, Result};

/// The shortest master secret that is accepted, in bytes.
pub(crate) const MIN_LENGTH: usize = 32;

/// At least 32 bytes that only this installation knows.
#[derive(Clone)]
pub struct MasterSecret(SecretSlice<u8>);

/// A secret that could be guessed; it holds the length that was given.
#[derive(Debug, thiserror::Error)]
#[error("a secret needs at least {MIN_LENGTH} bytes, this one has {0}")]
pub struct SecretTooShort(usize);

impl MasterSecret {
    /// # Errors
    /// When there are fewer than 32 bytes.
    pub fn new(bytes: Vec<u8>) -> std::result::Result<Self, SecretTooShort> {
        if bytes.len() < MIN_LENGTH {
            return Err(SecretTooShort(bytes.len()));
        }
        Ok(Self(bytes.into()))
    }

    /// HKDF-SHA256 (RFC 5869) with the purpose as `info`: no key serves two purposes.
    fn derive(&self, purpose: &'static str) -> [u8; 32] {
        let extracted =
            hkdf::Salt::new(hkdf::HKDF_SHA256, b"latchkey v1").extract(self.0.expose_secret());
        let mut key = [0; 32];
        extracted
            .expand(&[purpose.as_bytes()], hkdf::HKDF_SHA256)
            .and_then(|okm| okm.fill(&mut key))
            .expect("32 bytes is within what HKDF-SHA256 gives");
        key
    }
}

/// The keys of every master secret: the first one makes, all of them check.
pub(crate) struct Secrets(Vec<Derived>);

struct Derived {
    refresh_tokens: hmac::Key,
    links: hmac::Key,
    programs: hmac::Key,
    attempts: hmac::Key,
    signing_keys: RandomizedNonceKey,
}

impl Secrets {
    pub(crate) fn new(current: &MasterSecret, previous: &[MasterSecret]) -> Self {
        Self(
            std::iter::once(current)
                .chain(previous)
                .map(Derived::new)
                .collect(),
        )
    }

    /// The MAC under the current secret.
    pub(crate) fn mac(&self, message: &[u8]) -> [u8; 32] {
        let tag = hmac::sign(&self.0[0].refresh_tokens, message);
        tag.as_ref().try_into().expect("HMAC-SHA256 gives 32 bytes")
    }

    /// The token of the link in a letter, 256 bits, under the current secret. The same letter has the same
    /// token however often it is sent.
    pub(crate) fn link(&self, letter: &[u8]) -> [u8; 32] {
        let tag = hmac::sign(&self.0[0].links, letter);
        tag.as_ref().try_into().expect("HMAC-SHA256 gives 32 bytes")
    }

    /// What a program that keeps no cookie is known by, 128 bits. Another secret knows none of them again.
    pub(crate) fn program(&self, description: &[u8]) -> [u8; 16] {
        let tag = hmac::sign(&self.0[0].programs, description);
        *tag.as_ref()
            .first_chunk()
            .expect("HMAC-SHA256 gives 32 bytes")
    }

    /// What the attempts of somebody are counted under, 128 bits. Under another secret the count begins anew.
    pub(crate) fn attempt(&self, of: &str) -> [u8; 16] {
        let tag = hmac::sign(&self.0[0].attempts, of.as_bytes());
        *tag.as_ref()
            .first_chunk()
            .expect("HMAC-SHA256 gives 32 bytes")
    }

    /// Compares in constant time, with each secret in turn.
    pub(crate) fn has_mac(&self, message: &[u8], tag: &[u8]) -> bool {
        self.0
            .iter()
            .any(|derived| hmac::verify(&derived.refresh_tokens, message, tag).is_ok())
    }

    /// Seals with AES-256-GCM; `label` is authenticated, so a sealed value cannot be moved to another row.
    pub(crate) fn seal(&self, label: &str, plain: &[u8]) -> Result<String> {
        let mut sealed = plain.to_vec();
        let nonce = self.0[0]
            .signing_keys
            .seal_in_place_append_tag(Aad::from(label), &mut sealed)
            .map_err(|_| Error::internal("a signing key could not be sealed"))?;
        Ok(URL_SAFE_NO_PAD.encode([nonce.as_ref().as_slice(), &sealed].concat()))
    }

    /// Opens what any of the secrets sealed.
    pub(crate) fn open(&self, label: &str, sealed: &str) -> Option<Vec<u8>> {
        self.0
            .iter()
            .find_map(|derived| derived.open(label, sealed))
    }

    /// Whether the current secret sealed it, and not a former one.
    pub(crate) fn is_current(&self, label: &str, sealed: &str) -> bool {
        self.0[0].open(label, sealed).is_some()
    }
}

impl Derived {
    fn new(secret: &MasterSecret) -> Self {
        let sealing = secret.derive("signing keys");
        Self {
            refresh_tokens: hmac::Key::new(hmac::HMAC_SHA256, &secret.derive("refresh tokens")),
            links: hmac::Key::new(hmac::HMAC_SHA256, &secret.derive("links in letters")),
            programs: hmac::Key::new(hmac::HMAC_SHA256, &secret.derive("known programs")),
            attempts: hmac::Key::new(hmac::HMAC_SHA256, &secret.derive("attempts")),
            signing_keys: RandomizedNonceKey::new(&AES_256_GCM, &sealing)
                .expect("the key has 32 bytes"),
        }
    }

    fn open(&self, label: &str, sealed: &str) -> Option<Vec<u8>> {
        let bytes = URL_SAFE_NO_PAD.decode(sealed).ok()?;
        let (nonce, ciphertext) = bytes.split_at_checked(12)?;
        let nonce = Nonce::try_assume_unique_for_key(nonce).ok()?;
        let mut plain = ciphertext.to_vec();
        let opened = self
            .signing_keys
            .open_in_place(nonce, Aad::from(label), &mut plain)
            .ok()?;
        Some(opened.to_vec())
    }
}

/// Makes a new master secret: 64 bytes of text, so that it can be copied into a variable as it is.
#[must_use]
pub fn random_secret() -> Vec<u8> {
    URL_SAFE_NO_PAD.encode(random::<48>()).into_bytes()
}

/// Fills an array from the operating system's generator.
pub(crate) fn random<const N: usize>() -> [u8; N] {
    let mut bytes = [0; N];
    rand::fill(&mut bytes).expect("the operating system has a random generator");
    bytes
}

/// A random id of 128 bits in base64url, 22 characters.
pub(crate) fn random_id() -> String {
    URL_SAFE_NO_PAD.encode(random::<16>())
}

/// Base64url, without padding.
pub(crate) fn encode(bytes: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(bytes)
}

/// SHA-256 in base64url, for what is random enough to need no salt.
pub(crate) fn hash(secret: &[u8]) -> String {
    URL_SAFE_NO_PAD.encode(digest::digest(&digest::SHA256, secret))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn master(byte: u8) -> MasterSecret {
        MasterSecret::new(vec![byte; 32]).unwrap()
    }

    #[test]
    fn a_short_secret_is_refused() {
        assert!(MasterSecret::new(vec![1; 31]).is_err());
    }

    #[test]
    fn what_is_sealed_opens_only_under_its_label_and_secret() {
        let secrets = Secrets::new(&master(1), &[]);
        let sealed = secrets.seal("kid", b"private").unwrap();
        assert_eq!(secrets.open("kid", &sealed).unwrap(), b"private");
        assert_eq!(secrets.open("other", &sealed), None);
        assert_eq!(secrets.open("kid", &sealed[..sealed.len() - 2]), None);
        assert_eq!(secrets.open("kid", "AAAA"), None);
        assert_eq!(Secrets::new(&master(2), &[]).open("kid", &sealed), None);
    }

    #[test]
    fn a_former_secret_still_opens_and_checks() {
        let before = Secrets::new(&master(1), &[]);
        let after = Secrets::new(&master(2), &[master(1)]);
        assert!(after.has_mac(b"message", &before.mac(b"message")));
        assert!(!before.has_mac(b"message", &after.mac(b"message")));
        assert_eq!(
            after
                .open("kid", &before.seal("kid", b"private").unwrap())
                .unwrap(),
            b"private"
        );
    }
}
