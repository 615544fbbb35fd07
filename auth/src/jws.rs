//! JSON Web Signatures in compact form (RFC 7515), as strictly as RFC 8725 asks.
//!
//! The key is chosen by the caller, and what a token says of keys (`jku`, `jwk`, `x5u`, `x5c`) is not
//! looked at. The key decides the algorithm: a header that names another is refused before any
//! cryptography. What has to be understood (`crit`) is not understood.

#[cfg(test)]
mod vectors;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde::Deserialize;
use serde::de::IgnoredAny;

use crate::keys::VerifyingKey;

/// The three parts of a token. Nothing in it is to be believed before [`Jws::payload`] has returned.
pub(crate) struct Jws<'a> {
    header: Header,
    /// What is signed: the first two parts with the dot between.
    message: &'a str,
    payload: &'a str,
    signature: &'a str,
}

/// The members that are looked at. One that is there twice is an error.
#[derive(Deserialize)]
struct Header {
    alg: String,
    typ: Option<String>,
    kid: Option<String>,
    crit: Option<IgnoredAny>,
    b64: Option<IgnoredAny>,
}

impl<'a> Jws<'a> {
    /// Takes a token apart.
    pub(crate) fn parse(token: &'a str) -> Option<Self> {
        let (message, signature) = token.rsplit_once('.')?;
        let (header, payload) = message.split_once('.')?;
        let header = URL_SAFE_NO_PAD.decode(header).ok()?;
        Some(Self {
            header: serde_json::from_slice(&header).ok()?,
            message,
            payload,
            signature,
        })
    }

    pub(crate) fn kid(&self) -> Option<&str> {
        self.header.kid.as_deref()
    }

    /// Whether `typ` says so, with or without the `application/` that RFC 7515, 4.1.9, lets go.
    pub(crate) fn is_of_type(&self, wanted: &str) -> bool {
        self.header.typ.as_deref().is_some_and(|typ| {
            let typ = typ.to_ascii_lowercase();
            typ.strip_prefix("application/").unwrap_or(&typ) == wanted
        })
    }

    /// What was signed, if it was signed with this key.
    pub(crate) fn payload(&self, key: &VerifyingKey) -> Option<Vec<u8>> {
        let is_understood = self.header.crit.is_none() && self.header.b64.is_none();
        if !is_understood || self.header.alg != key.algorithm.alg_name() {
            return None;
        }
        let is_signed = jsonwebtoken::crypto::verify(
            self.signature,
            self.message.as_bytes(),
            &key.key,
            key.algorithm.alg(),
        );
        if !is_signed.is_ok_and(|is_signed| is_signed) {
            return None;
        }
        URL_SAFE_NO_PAD.decode(self.payload).ok()
    }
}
