//! The life of keys: by schedule, by command, over nodes and over master secrets.

use super::*;
use crate::{KeyState, Promotion};

/// The header of a token, as JSON.
fn header(token: &SignedIn) -> serde_json::Value {
    use base64::Engine as _;
    let access = token.tokens.access.expose_secret();
    let header = access.split('.').next().unwrap();
    let json = base64::engine::general_purpose::URL_SAFE_NO_PAD.decode(header);
    serde_json::from_slice(&json.unwrap()).unwrap()
}

fn published(auth: &Auth) -> Vec<String> {
    let jwks: serde_json::Value = serde_json::from_str(&auth.jwks().1).unwrap();
    let keys = jwks["keys"].as_array().unwrap().iter();
    keys.map(|key| key["kid"].as_str().unwrap().to_owned())
        .collect()
}

#[tokio::test]
async fn keys_follow_their_schedule_and_nobody_is_signed_out() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let first = published(&auth);
    assert_eq!(first.len(), 1);
    let before = NOW + Duration::days(29);
    auth.catch_up(before).await.unwrap();
    assert_eq!(published(&auth).len(), 2, "the next one is published");
    auth.register("eve@example.org", "eve").await.unwrap();
    let kept = auth.sign_in("ada", PASSWORD).await.unwrap();
    assert_eq!(
        header(&kept)["kid"],
        first[0].as_str(),
        "and does not sign yet"
    );
    let turn = NOW + Duration::days(30);
    auth.catch_up(turn).await.unwrap();
    let after = auth.sign_in("ada", PASSWORD).await.unwrap();
    assert_ne!(header(&after)["kid"], first[0].as_str());
    assert!(auth.check(&ada, NOW).is_ok(), "the last one still verifies");
    auth.catch_up(turn + Duration::hours(2)).await.unwrap();
    assert_eq!(published(&auth).len(), 1);
    assert!(
        auth.check(&ada, NOW).is_err(),
        "even from memory: its key is gone"
    );
    assert!(auth.exchange(&ada, NOW).await.is_ok());
    let names = ["key_created", "key_promoted", "key_retired", "key_removed"];
    let trail = auth.store().trail(0, i64::MAX, 100).await.unwrap();
    for name in names {
        assert!(
            trail
                .iter()
                .any(|row| row.event == name && row.detail.is_some()),
            "{name}"
        );
    }
}

#[tokio::test]
async fn a_command_publishes_the_next_key_and_lets_it_sign_when_all_can_know_it() {
    let auth = Fixture::new().await;
    let kid = auth
        .rotate_keys(Promotion::Published, NOW)
        .await
        .unwrap()
        .kid;
    let again = auth
        .rotate_keys(Promotion::Published, NOW)
        .await
        .unwrap()
        .kid;
    assert_eq!(kid, again, "two commands make one key");
    assert_ne!(header(&auth.ada().await)["kid"], kid.as_str());
    auth.catch_up(NOW + Duration::minutes(15)).await.unwrap();
    let signed = auth.sign_in("ada", PASSWORD).await.unwrap();
    assert_eq!(header(&signed)["kid"], kid.as_str());
}

#[tokio::test]
async fn a_key_that_leaked_is_gone_at_once() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let leaked = header(&ada)["kid"].as_str().unwrap().to_owned();
    assert!(auth.check(&ada, NOW).is_ok());
    let refused = auth.remove_key(&leaked, NOW).await;
    assert!(matches!(refused, Err(Error::KeyInUse)));
    auth.rotate_keys(Promotion::AtOnce, NOW).await.unwrap();
    assert!(auth.check(&ada, NOW).is_ok());
    auth.remove_key(&leaked, NOW).await.unwrap();
    assert!(auth.check(&ada, NOW).is_err());
    assert!(
        auth.exchange(&ada, NOW).await.is_ok(),
        "and nobody is signed out"
    );
    let refused = auth.remove_key(&leaked, NOW).await;
    assert!(matches!(refused, Err(Error::UnknownKey)));
    let list = auth.key_list().await.unwrap();
    assert!(matches!(list[..], [ref key] if matches!(key.state, KeyState::Signing { .. })));
}

#[tokio::test]
async fn nodes_agree_on_one_schedule() {
    let one = Fixture::new().await;
    let two = one.second_node().await;
    let due = NOW + Duration::days(29);
    let (first, second) = tokio::join!(one.catch_up(due), two.catch_up(due));
    first.unwrap();
    second.unwrap();
    one.catch_up(due).await.unwrap();
    two.catch_up(due).await.unwrap();
    assert_eq!(published(&one).len(), 2, "and not three");
    assert_eq!(published(&one), published(&two));
}

#[tokio::test]
async fn a_shared_secret_is_made_when_asked_for_and_never_published() {
    for (algorithm, name) in [
        (SigningAlgorithm::Hs256, "HS256"),
        (SigningAlgorithm::Es256, "ES256"),
    ] {
        let auth = Fixture::with(|config| config.signing_algorithm = algorithm).await;
        let ada = auth.ada().await;
        assert_eq!(header(&ada)["alg"], name);
        assert!(auth.check(&ada, NOW).is_ok());
        let is_published = algorithm != SigningAlgorithm::Hs256;
        assert_eq!(published(&auth).len(), usize::from(is_published));
    }
}

#[tokio::test]
async fn the_key_set_has_what_a_verifier_needs_and_nothing_private() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let jwks: serde_json::Value = serde_json::from_str(&auth.jwks().1).unwrap();
    let key = jwks["keys"][0].as_object().unwrap();
    let mut names: Vec<_> = key.keys().map(String::as_str).collect();
    names.sort_unstable();
    assert_eq!(names, ["alg", "crv", "kid", "kty", "use", "x"]);
    let jwk = serde_json::from_value(jwks["keys"][0].clone()).unwrap();
    let key = jsonwebtoken::DecodingKey::from_jwk(&jwk).unwrap();
    let mut rules = jsonwebtoken::Validation::new(jsonwebtoken::Algorithm::EdDSA);
    rules.set_audience(&["http://localhost:3000"]);
    rules.validate_exp = false;
    let access = ada.tokens.access.expose_secret();
    let other_program = jsonwebtoken::decode::<serde_json::Value>(access, &key, &rules);
    assert_eq!(other_program.unwrap().claims["client_id"], product::ID);
}

#[tokio::test]
async fn another_master_secret_seals_anew_and_the_former_one_can_go() {
    let mut auth = Fixture::new().await;
    let secret = |byte| MasterSecret::new(vec![byte; 32]).unwrap();
    let both = |config: &mut Config| {
        config.secret = secret(2);
        config.previous_secrets = vec![secret(1)];
    };
    auth.restart(NOW, both).await.unwrap();
    auth.tend_keys(NOW).await.unwrap();
    let alone = |config: &mut Config| config.secret = secret(2);
    auth.restart(NOW, alone).await.unwrap();
}

#[tokio::test]
async fn a_setting_is_for_the_server_and_a_command_leaves_it_alone() {
    let mut auth = Fixture::new().await;
    let other = |config: &mut Config| config.signing_algorithm = SigningAlgorithm::Es256;
    auth.restart(NOW, other).await.unwrap();
    assert_eq!(
        auth.key_list().await.unwrap().len(),
        1,
        "a command has started"
    );
    auth.tend_keys(NOW).await.unwrap();
    let later = NOW + Duration::minutes(15);
    auth.catch_up(later).await.unwrap();
    assert_eq!(header(&auth.ada().await)["alg"], "ES256");
    auth.restart(later, |_| {}).await.unwrap();
    let next = auth.rotate_keys(Promotion::AtOnce, later).await.unwrap();
    assert_eq!(
        next.algorithm,
        SigningAlgorithm::Es256,
        "and rotates what is there"
    );
}

#[tokio::test]
async fn a_key_that_somebody_wrote_into_the_database_is_not_believed() {
    let auth = Fixture::new().await;
    let foreign = Fixture::with(|config| config.secret = MasterSecret::new(vec![9; 32]).unwrap());
    let foreign = foreign.await;
    let thief = foreign.ada().await;
    auth.ada().await;
    let rows = foreign.store().keys().await.unwrap();
    let mut writing = auth.store().write().await.unwrap();
    let planted = crate::store::KeyRow {
        retired_at: Some(NOW),
        ..rows[0].clone()
    };
    writing.insert_key(&planted).await.unwrap();
    writing.keys_changed().await.unwrap();
    writing.commit().await.unwrap();
    auth.catch_up(NOW).await.unwrap();
    assert!(foreign.check(&thief, NOW).is_ok());
    assert!(auth.check(&thief, NOW).is_err());
    assert!(
        !published(&auth).contains(&planted.id),
        "nor told to others"
    );
}

#[tokio::test]
async fn a_key_that_a_token_brings_along_is_not_used() {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    let auth = Fixture::new().await;
    let thief = Fixture::with(|config| config.secret = MasterSecret::new(vec![9; 32]).unwrap());
    let thief = thief.await;
    let ada = auth.ada().await;
    let claims = ada.tokens.access.expose_secret().split('.').nth(1).unwrap();
    let jwks: serde_json::Value = serde_json::from_str(&thief.jwks().1).unwrap();
    let jwk = &jwks["keys"][0];
    let ring = thief.keys().ring();
    let key = ring.current();
    let forge = |kid: &serde_json::Value| {
        let head = serde_json::json!({
            "alg": "EdDSA", "typ": "at+jwt", "kid": kid,
            "jwk": jwk, "jku": "https://thief.example/jwks.json",
        });
        let message = format!("{}.{claims}", URL_SAFE_NO_PAD.encode(head.to_string()));
        let signed =
            jsonwebtoken::crypto::sign(message.as_bytes(), &key.key, key.algorithm.alg()).unwrap();
        format!("{message}.{signed}")
    };
    let (own, theirs) = (forge(&header(&ada)["kid"]), forge(&jwk["kid"]));
    assert!(auth.verify(&own, NOW).is_err());
    assert!(auth.verify(&theirs, NOW).is_err());
    assert!(
        thief.verify(&theirs, NOW).is_ok(),
        "it is well made, by whoever has that key"
    );
}

#[tokio::test]
async fn a_key_that_is_removed_on_one_node_is_refused_on_the_other() {
    let one = Fixture::new().await;
    let two = one.second_node().await;
    let ada = one.ada().await;
    let access = ada.tokens.access.expose_secret();
    assert!(two.verify(access, NOW).is_ok());
    one.rotate_keys(Promotion::AtOnce, NOW).await.unwrap();
    let kid = header(&ada)["kid"].as_str().unwrap().to_owned();
    one.remove_key(&kid, NOW).await.unwrap();
    two.catch_up(NOW).await.unwrap();
    assert!(two.verify(access, NOW).is_err());
}
