//! Signatures that others made, good and bad, through our verifier.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::DecodingKey;
use serde_json::Value;
use wycheproof_ng_kdf_jose::json_web::TestName;

use super::Jws;
use crate::keys::{SigningAlgorithm, VerifyingKey};

/// A key of somebody else's, if it is of a kind that we have.
fn key(jwk: &Value, algorithm: Option<&str>) -> Option<VerifyingKey> {
    let member = |name: &str| jwk[name].as_str();
    let (algorithm, key) = match (algorithm?, member("kty")?, member("crv")) {
        ("HS256", "oct", None) => {
            let secret = URL_SAFE_NO_PAD.decode(member("k")?).unwrap();
            (SigningAlgorithm::Hs256, DecodingKey::from_secret(&secret))
        }
        ("ES256", "EC", Some("P-256")) => {
            let key = DecodingKey::from_ec_components(member("x")?, member("y")?);
            (SigningAlgorithm::Es256, key.unwrap())
        }
        ("EdDSA", "OKP", Some("Ed25519")) => {
            let key = DecodingKey::from_ed_components(member("x")?);
            (SigningAlgorithm::EdDsa, key.unwrap())
        }
        _ => return None,
    };
    Some(VerifyingKey { algorithm, key })
}

/// The key of a group of vectors: the public one, where there are two.
fn own_key(group: &Value) -> Option<VerifyingKey> {
    let jwk = group.get("public").unwrap_or(&group["private"]);
    key(jwk, jwk["alg"].as_str())
}

fn open(token: &Value, key: &VerifyingKey) -> Option<Vec<u8>> {
    // A token that is no string is one of the JSON serialisations, which we do not speak.
    let token = token
        .as_str()
        .map_or_else(|| token.to_string(), str::to_owned);
    Jws::parse(&token)?.payload(key)
}

/// Vectors whose result is not what the standard says. 367 and 370 are 357, which is valid, byte for byte:
/// the padding they are about got lost. 372 and 373 have a `?` in their base64url and are called valid.
const AT_ODDS: [u64; 4] = [367, 370, 372, 373];

#[test]
fn every_vector_of_wycheproof_comes_out_as_it_should() {
    let vectors: Value = serde_json::from_str(TestName::JsonWebSignature.json_data()).unwrap();
    let groups = vectors["testGroups"].as_array().unwrap();
    let ours: Vec<VerifyingKey> = groups.iter().filter_map(own_key).collect();
    assert!(ours.len() >= 4, "keys of both kinds");
    let (mut verified, mut refused) = (0, 0);
    for group in groups {
        let own = own_key(group);
        for test in group["tests"].as_array().unwrap() {
            let name = format!("{} {} {}", group["comment"], test["tcId"], test["comment"]);
            match &own {
                Some(own) => {
                    let is_at_odds = AT_ODDS.contains(&test["tcId"].as_u64().unwrap());
                    let is_valid = (test["result"] == "valid") != is_at_odds;
                    assert_eq!(open(&test["jws"], own).is_some(), is_valid, "{name}");
                    verified += usize::from(is_valid);
                    refused += usize::from(!is_valid);
                }
                // A key of a kind that is none of ours: no key of ours may accept its tokens.
                None => {
                    let is_new = |key: &&VerifyingKey| open(&test["jws"], key).is_some();
                    let is_twin = test["comment"].as_str().unwrap().starts_with("rejectWrong");
                    assert!(is_twin || ours.iter().find(is_new).is_none(), "{name}");
                    refused += 1;
                }
            }
        }
    }
    assert_eq!(verified + refused, 401);
    assert!(verified >= 12, "{verified}");
}

#[test]
fn the_examples_of_the_standards_verify_and_only_unchanged() {
    let examples: Vec<Value> =
        serde_json::from_str(include_str!("../../data/rfc-examples.json")).unwrap();
    for example in &examples {
        let name = example["name"].as_str().unwrap();
        let algorithm = name.rsplit(' ').next().map(|name| match name {
            "Ed25519" => "EdDSA",
            other => other,
        });
        let key = key(&example["jwk"], algorithm).unwrap();
        let payload = open(&example["token"], &key).unwrap();
        assert_eq!(
            payload,
            example["payload"].as_str().unwrap().as_bytes(),
            "{name}"
        );
        let token = example["token"].as_str().unwrap();
        for at in 0..token.len() {
            let mut changed = token.as_bytes().to_vec();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = Value::from(String::from_utf8(changed).unwrap());
            assert_eq!(open(&changed, &key), None, "{name}, byte {at}");
            assert_eq!(
                open(&Value::from(&token[..at]), &key),
                None,
                "{name}, cut at {at}"
            );
        }
    }
    assert_eq!(examples.len(), 3);
}
