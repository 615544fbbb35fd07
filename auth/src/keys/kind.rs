//! The algorithms, and what a key of each is made of.

use aws_lc_rs::digest;
use aws_lc_rs::encoding::{AsDer, Pkcs8V1Der};
use aws_lc_rs::rand::SystemRandom;
use aws_lc_rs::signature::{
    ECDSA_P256_SHA256_FIXED_SIGNING, EcdsaKeyPair, Ed25519KeyPair, KeyPair,
};
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::{Algorithm, DecodingKey, EncodingKey};

use crate::error::{Error, Result};
use crate::secret;

/// What access tokens are signed with.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SigningAlgorithm {
    /// Ed25519 (RFC 8037).
    EdDsa,
    /// ECDSA with P-256 and SHA-256 (RFC 7518), for verifiers that know no Ed25519.
    Es256,
    /// HMAC with SHA-256 (RFC 7518): whoever can verify can also sign, so the key is never published.
    Hs256,
}

/// A key that was just made.
pub(super) struct Material {
    pub(super) id: String,
    /// Base64url: of Ed25519 the key, of P-256 the uncompressed point, of HMAC nothing.
    pub(super) public_key: String,
    /// PKCS #8, or the bytes of a shared secret.
    pub(super) private: Vec<u8>,
}

impl SigningAlgorithm {
    const ALL: [(Self, &'static str); 3] = [
        (Self::EdDsa, "Ed25519"),
        (Self::Es256, "ES256"),
        (Self::Hs256, "HS256"),
    ];

    /// The name in the database.
    #[must_use]
    pub fn name(self) -> &'static str {
        let found = Self::ALL.iter().find(|(algorithm, _)| *algorithm == self);
        found.expect("every algorithm is in the table").1
    }

    pub(super) fn from_name(name: &str) -> Option<Self> {
        let found = Self::ALL.iter().find(|(_, known)| *known == name);
        found.map(|(algorithm, _)| *algorithm)
    }

    /// The name in a header: `alg` (RFC 7515).
    pub(crate) fn alg_name(self) -> &'static str {
        match self {
            Self::EdDsa => "EdDSA",
            Self::Es256 => "ES256",
            Self::Hs256 => "HS256",
        }
    }

    /// What the library calls it.
    pub(crate) fn alg(self) -> Algorithm {
        match self {
            Self::EdDsa => Algorithm::EdDSA,
            Self::Es256 => Algorithm::ES256,
            Self::Hs256 => Algorithm::HS256,
        }
    }

    pub(super) fn generate(self) -> Result<Material> {
        match self {
            Self::EdDsa => {
                let pair = Ed25519KeyPair::generate().map_err(Error::internal)?;
                let private: Pkcs8V1Der<'_> = pair.as_der().map_err(Error::internal)?;
                Ok(self.material(pair.public_key().as_ref(), private.as_ref()))
            }
            Self::Es256 => {
                let kind = &ECDSA_P256_SHA256_FIXED_SIGNING;
                let private = EcdsaKeyPair::generate_pkcs8(kind, &SystemRandom::new())
                    .map_err(Error::internal)?;
                let pair =
                    EcdsaKeyPair::from_pkcs8(kind, private.as_ref()).map_err(Error::internal)?;
                Ok(self.material(pair.public_key().as_ref(), private.as_ref()))
            }
            // The thumbprint of a shared secret would be a hash of it: its id is drawn instead.
            Self::Hs256 => Ok(Material {
                id: secret::random_id(),
                public_key: String::new(),
                private: secret::random::<32>().to_vec(),
            }),
        }
    }

    fn material(self, public_key: &[u8], private: &[u8]) -> Material {
        let public_key = URL_SAFE_NO_PAD.encode(public_key);
        Material {
            id: self.thumbprint(&public_key).unwrap_or_default(),
            public_key,
            private: private.to_vec(),
        }
    }

    fn thumbprint(self, public_key: &str) -> Option<String> {
        let members = self.jwk_members(public_key)?;
        let digest = digest::digest(&digest::SHA256, members.as_bytes());
        Some(URL_SAFE_NO_PAD.encode(digest))
    }

    /// Whether the key can have this id: its thumbprint, or for a shared secret, which has none, any.
    pub(super) fn is_id_of(self, id: &str, public_key: &str) -> bool {
        self == Self::Hs256 || self.thumbprint(public_key).as_deref() == Some(id)
    }

    /// The required members of the public key as a JWK, in the order of RFC 7638: its SHA-256 is the
    /// thumbprint. None for a shared secret, or a key that is damaged.
    pub(super) fn jwk_members(self, public_key: &str) -> Option<String> {
        match self {
            Self::EdDsa => Some(format!(
                r#"{{"crv":"Ed25519","kty":"OKP","x":"{public_key}"}}"#
            )),
            Self::Es256 => {
                let (x, y) = coordinates(public_key)?;
                Some(format!(
                    r#"{{"crv":"P-256","kty":"EC","x":"{x}","y":"{y}"}}"#
                ))
            }
            Self::Hs256 => None,
        }
    }

    pub(super) fn signing(self, private: &[u8]) -> EncodingKey {
        match self {
            Self::EdDsa => EncodingKey::from_ed_der(private),
            Self::Es256 => EncodingKey::from_ec_der(private),
            Self::Hs256 => EncodingKey::from_secret(private),
        }
    }

    pub(super) fn verifying(self, public_key: &str, private: &[u8]) -> Option<DecodingKey> {
        match self {
            Self::EdDsa => DecodingKey::from_ed_components(public_key).ok(),
            Self::Es256 => {
                let (x, y) = coordinates(public_key)?;
                DecodingKey::from_ec_components(&x, &y).ok()
            }
            Self::Hs256 => Some(DecodingKey::from_secret(private)),
        }
    }
}

/// `x` and `y` of an uncompressed point (SEC 1, 2.3.3), each in base64url.
fn coordinates(point: &str) -> Option<(String, String)> {
    let bytes = URL_SAFE_NO_PAD.decode(point).ok()?;
    let (&4, rest) = bytes.split_first()? else {
        return None;
    };
    let (x, y) = rest.split_at_checked(32)?;
    (y.len() == 32).then(|| (URL_SAFE_NO_PAD.encode(x), URL_SAFE_NO_PAD.encode(y)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_key_id_is_the_thumbprint_of_rfc_8037() {
        let x = URL_SAFE_NO_PAD
            .decode("11qYAYKxCrfVS_7TyWQHOg7hcvPapiMlrwIaaPcHURo")
            .unwrap();
        let key = SigningAlgorithm::EdDsa.material(&x, &[]);
        assert_eq!(key.id, "kPrK_qmxVWaYVA9wwBF6Iuo3vVzz7TxHCTwXBygrS4k");
    }

    #[test]
    fn what_each_algorithm_signs_it_verifies_and_nothing_else() {
        for (algorithm, name) in SigningAlgorithm::ALL {
            let key = algorithm.generate().unwrap();
            let signed = jsonwebtoken::crypto::sign(
                b"text",
                &algorithm.signing(&key.private),
                algorithm.alg(),
            );
            let verifying = algorithm.verifying(&key.public_key, &key.private).unwrap();
            let verify = |signature: &str, text: &[u8]| {
                jsonwebtoken::crypto::verify(signature, text, &verifying, algorithm.alg()).unwrap()
            };
            let signed = signed.unwrap();
            assert!(verify(&signed, b"text"), "{name}");
            assert!(!verify(&signed, b"test"), "{name}");
            assert_eq!(SigningAlgorithm::from_name(name), Some(algorithm));
        }
    }
}
