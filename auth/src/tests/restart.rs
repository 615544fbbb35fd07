//! What a restart keeps, and what another setting changes.

use super::*;

#[tokio::test]
async fn a_hash_with_old_parameters_is_replaced_at_the_next_sign_in() {
    let mut auth = Fixture::new().await;
    auth.ada().await;
    auth.restart(NOW, |config| config.password_cost.memory = 128)
        .await
        .unwrap();
    auth.sign_in("ada", PASSWORD).await.unwrap();
    let stored = auth.find("ada").await.unwrap().unwrap().password_hash;
    assert!(stored.contains("m=128"), "{stored}");
    auth.sign_in("ada", PASSWORD).await.unwrap();
}

/// The hash is of bcryptjs, as Strapi stores it.
#[tokio::test]
async fn an_imported_account_signs_in_with_its_password_and_gets_a_hash_of_ours() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let imported = "update users set password_hash = \
                    '$2a$04$abcdefghijklmnopqrstuuv4UQqg0Mbs9qAvD51ZZetPbMVGfSHdO'";
    auth.store().run(imported).await.unwrap();
    let wrong = auth.sign_in("ada", "a wrong password").await;
    assert!(matches!(wrong, Err(Error::BadCredentials)));
    for _ in 0..2 {
        auth.sign_in("ada", PASSWORD).await.unwrap();
        let stored = auth.find("ada").await.unwrap().unwrap().password_hash;
        assert!(stored.starts_with("$argon2id$v=19$m=64,"), "{stored}");
    }
}

#[tokio::test]
async fn a_revocation_survives_a_restart() {
    let mut auth = Fixture::new().await;
    let (ended, kept) = (
        auth.ada().await,
        auth.register("eve@example.org", "eve").await.unwrap(),
    );
    auth.log_out(ended.session.id, &Client::default(), NOW)
        .await
        .unwrap();
    auth.restart(NOW, |_| {}).await.unwrap();
    assert!(auth.check(&ended, NOW).is_err());
    assert!(
        auth.check(&kept, NOW).is_ok(),
        "nobody else is signed out by a restart"
    );
}

#[tokio::test]
async fn a_shorter_lifespan_brings_no_ended_session_back() {
    let mut auth = Fixture::with(|config| config.lifespans.access = Duration::seconds(3600)).await;
    let ended = auth.ada().await;
    auth.log_out(ended.session.id, &Client::default(), NOW)
        .await
        .unwrap();
    let later = NOW + Duration::minutes(50);
    let shorter = |config: &mut Config| config.lifespans.access = Duration::seconds(2);
    auth.restart(later, shorter).await.unwrap();
    assert!(auth.check(&ended, later).is_err());
}

#[tokio::test]
async fn a_changed_secret_needs_the_former_one() {
    let secret = |byte| MasterSecret::new(vec![byte; 32]).unwrap();
    let mut auth = Fixture::new().await;
    let ada = auth.ada().await;
    let changed = |config: &mut Config| config.secret = secret(2);
    assert!(matches!(
        auth.restart(NOW, changed).await,
        Err(Error::SealedUnderAnotherSecret)
    ));
    let with_former = |config: &mut Config| {
        config.secret = secret(2);
        config.previous_secrets = vec![secret(1)];
    };
    auth.restart(NOW, with_former).await.unwrap();
    assert!(auth.check(&ada, NOW).is_ok());
    assert!(auth.exchange(&ada, NOW).await.is_ok());
}
