//! What a restart keeps, and what another setting changes.

use super::*;

#[tokio::test]
async fn a_hash_with_old_parameters_is_replaced_at_the_next_sign_in() {
    let dir = TempDir::new().unwrap();
    let before = Fixture {
        auth: Auth::open(config(&dir), NOW).await.unwrap(),
        _dir: TempDir::new().unwrap(),
    };
    before.ada().await;
    before.close().await;
    let cost = Cost {
        memory: 128,
        iterations: 1,
        parallelism: 1,
    };
    let dearer = Config {
        password_cost: cost,
        ..config(&dir)
    };
    let auth = Fixture {
        auth: Auth::open(dearer, NOW).await.unwrap(),
        _dir: dir,
    };
    auth.sign_in("ada", PASSWORD).await.unwrap();
    let stored = auth.find("ada").await.unwrap().unwrap().password_hash;
    assert!(stored.contains("m=128"), "{stored}");
    auth.sign_in("ada", PASSWORD).await.unwrap();
}

#[tokio::test]
async fn a_revocation_survives_a_restart() {
    let dir = TempDir::new().unwrap();
    let auth = Fixture {
        auth: Auth::open(config(&dir), NOW).await.unwrap(),
        _dir: TempDir::new().unwrap(),
    };
    let (ended, kept) = (
        auth.ada().await,
        auth.register("eve@example.org", "eve").await.unwrap(),
    );
    auth.log_out(ended.session.id, &Client::default(), NOW)
        .await
        .unwrap();
    auth.close().await;
    let auth = Fixture {
        auth: Auth::open(config(&dir), NOW).await.unwrap(),
        _dir: dir,
    };
    assert!(auth.check(&ended, NOW).is_err());
    assert!(
        auth.check(&kept, NOW).is_ok(),
        "nobody else is signed out by a restart"
    );
}

#[tokio::test]
async fn a_shorter_lifespan_brings_no_ended_session_back() {
    let dir = TempDir::new().unwrap();
    let with_lifespan = |seconds| {
        let mut config = config(&dir);
        config.lifespans.access = Duration::seconds(seconds);
        config
    };
    let auth = Fixture {
        auth: Auth::open(with_lifespan(3600), NOW).await.unwrap(),
        _dir: TempDir::new().unwrap(),
    };
    let ended = auth.ada().await;
    auth.log_out(ended.session.id, &Client::default(), NOW)
        .await
        .unwrap();
    auth.close().await;
    let later = NOW + Duration::minutes(50);
    let auth = Auth::open(with_lifespan(2), later).await.unwrap();
    assert!(
        auth.verify(ended.tokens.access.expose_secret(), later)
            .is_err()
    );
}

#[tokio::test]
async fn a_changed_secret_needs_the_former_one() {
    let dir = TempDir::new().unwrap();
    let auth = Fixture {
        auth: Auth::open(config(&dir), NOW).await.unwrap(),
        _dir: TempDir::new().unwrap(),
    };
    let ada = auth.ada().await;
    auth.close().await;
    let changed = Config {
        secret: MasterSecret::new(vec![2; 32]).unwrap(),
        ..config(&dir)
    };
    assert!(matches!(
        Auth::open(changed.clone(), NOW).await,
        Err(Error::SealedUnderAnotherSecret)
    ));
    let with_former = Config {
        previous_secrets: vec![MasterSecret::new(vec![1; 32]).unwrap()],
        ..changed
    };
    let auth = Fixture {
        auth: Auth::open(with_former, NOW).await.unwrap(),
        _dir: dir,
    };
    assert!(auth.check(&ada, NOW).is_ok());
    assert!(auth.exchange(&ada, NOW).await.is_ok());
}
