//! What owners must not notice of it.

use super::*;

#[tokio::test]
async fn a_browser_that_the_account_knows_keeps_its_way_in() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let own = at("203.0.113.66");
    auth.tries("ada", PASSWORD, &own, NOW).await.unwrap();
    auth.fails("ada", 5, &stranger(), NOW).await;
    assert!(auth.tries("ada", PASSWORD, &own, NOW).await.is_ok());
    let refused = auth.tries("ada", PASSWORD, &stranger(), NOW).await;
    assert!(wait(refused).is_positive(), "the stranger's count stays");
}

#[tokio::test]
async fn a_flood_from_the_owners_own_address_does_not_keep_a_known_browser_out() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let own = at("203.0.113.66");
    auth.tries("ada", PASSWORD, &own, NOW).await.unwrap();
    let mut refused = 0;
    for number in 0..60 {
        let name = format!("nobody{number}");
        let answer = auth.tries(&name, WRONG, &stranger(), NOW).await;
        refused += usize::from(matches!(answer, Err(Error::TooManyAttempts { .. })));
    }
    assert!(refused > 25, "{refused}");
    assert!(auth.tries("ada", PASSWORD, &own, NOW).await.is_ok());
}

#[tokio::test]
async fn a_known_browser_has_a_count_of_its_own() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let stolen = at("203.0.113.66");
    auth.tries("ada", PASSWORD, &stolen, NOW).await.unwrap();
    auth.fails("ada", 5, &stolen, NOW).await;
    assert!(wait(auth.tries("ada@example.org", PASSWORD, &stolen, NOW).await).is_positive());
    assert!(
        auth.tries("ada", PASSWORD, &at("198.51.100.1"), NOW)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn a_known_browser_does_not_keep_the_hash_workers_busy_either() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let own = at("203.0.113.66");
    let phone = at("203.0.113.66");
    auth.tries("ada", PASSWORD, &phone, NOW).await.unwrap();
    for _ in 0..31 {
        auth.tries("ada", PASSWORD, &own, NOW).await.unwrap();
    }
    assert!(wait(auth.tries("ada", PASSWORD, &own, NOW).await) <= Duration::seconds(2));
    assert!(
        auth.tries("ada", PASSWORD, &phone, NOW).await.is_ok(),
        "of one's own"
    );
    let later = NOW + Duration::seconds(2);
    assert!(auth.tries("ada", PASSWORD, &own, later).await.is_ok());
}

#[tokio::test]
async fn a_browser_known_to_one_account_is_a_stranger_to_others() {
    let auth = Fixture::new().await;
    auth.ada().await;
    auth.register("eve@example.org", "eve").await.unwrap();
    let eve = stranger();
    auth.tries("eve", PASSWORD, &eve, NOW).await.unwrap();
    auth.fails("ada", 5, &eve, NOW).await;
    assert!(wait(auth.tries("ada", WRONG, &stranger(), NOW).await).is_positive());
}

#[tokio::test]
async fn a_program_is_nobodys_known_browser() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let program = || {
        auth.known_again(Client::new(
            Some("203.0.113.66".to_owned()),
            Some("okhttp/4.12.0"),
        ))
    };
    auth.tries("ada", PASSWORD, &program(), NOW).await.unwrap();
    auth.fails("ada", 5, &stranger(), NOW).await;
    assert!(wait(auth.tries("ada", PASSWORD, &program(), NOW).await).is_positive());
    auth.fails("nobody", 5, &stranger(), NOW).await;
    assert!(wait(auth.tries("nobody", PASSWORD, &program(), NOW).await).is_positive());
}

#[tokio::test]
async fn a_new_password_opens_the_account_everywhere_at_once() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let another = "quite another password";
    auth.fails("ada", 5, &stranger(), NOW).await;
    auth.fails("ada@example.org", 5, &at("203.0.113.67"), NOW)
        .await;
    auth.ask_for_reset("ada@example.org", &stranger(), NOW)
        .await
        .unwrap();
    let token = auth.link_to("ada@example.org", NOW).await;
    let laptop = at("198.51.100.1");
    auth.reset_password(
        &token,
        secret(another),
        &laptop,
        None,
        Persistence::Browser,
        NOW,
    )
    .await
    .unwrap();
    let phone = at("198.51.100.2");
    assert!(auth.tries("ada", another, &phone, NOW).await.is_ok());
    assert!(
        auth.tries("ada@example.org", another, &at("198.51.100.3"), NOW)
            .await
            .is_ok()
    );
    auth.fails("ada", 5, &stranger(), NOW).await;
    auth.set_password("ada", secret("one more long password"), NOW)
        .await
        .unwrap();
    assert!(
        auth.tries("ada", "one more long password", &phone, NOW)
            .await
            .is_ok()
    );
}

#[tokio::test]
async fn whoever_took_over_a_session_does_not_guess_its_password() {
    let auth = Fixture::new().await;
    let taken = auth.ada().await;
    let own = auth.sign_in("ada", PASSWORD).await.unwrap();
    let prove = async |session: &SignedIn, password: &str, now| {
        auth.reauthenticate(&session.session, secret(password), &stranger(), now)
            .await
    };
    for _ in 0..5 {
        assert!(matches!(
            prove(&taken, WRONG, NOW).await,
            Err(Error::BadCredentials)
        ));
    }
    assert!(wait(prove(&taken, PASSWORD, NOW).await).is_positive());
    assert!(
        prove(&own, PASSWORD, NOW).await.is_ok(),
        "elsewhere its owner goes on"
    );
    let later = NOW + Duration::seconds(30);
    assert!(prove(&taken, PASSWORD, later).await.is_ok());
    assert!(matches!(
        prove(&taken, WRONG, later).await,
        Err(Error::BadCredentials)
    ));
}
