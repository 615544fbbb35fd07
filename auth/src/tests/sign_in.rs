//! Accounts, and beginning sessions.

use super::*;

#[tokio::test]
async fn a_new_account_is_signed_in_and_found_by_both_names() {
    let auth = Fixture::new().await;
    let signed_in = auth.ada().await;
    let session = auth.check(&signed_in, NOW).unwrap();
    assert_eq!(session.methods, ["pwd"]);
    assert_eq!(
        auth.account(&session).await.unwrap().email.as_str(),
        "ada@example.org"
    );
    for name in ["ada", "ADA", "ada@example.org", " Ada@Example.org "] {
        let again = auth.sign_in(name, PASSWORD).await.unwrap();
        assert_ne!(
            again.session.id, session.id,
            "every sign-in has a session of its own"
        );
    }
}

#[tokio::test]
async fn the_database_decides_which_names_are_free() {
    let auth = Fixture::new().await;
    auth.ada().await;
    assert!(matches!(
        auth.register("ADA@example.org", "other").await,
        Err(Error::EmailTaken)
    ));
    assert!(matches!(
        auth.register("other@example.org", "Ada").await,
        Err(Error::UsernameTaken)
    ));
}

#[tokio::test]
async fn of_two_registrations_at_once_one_wins() {
    let auth = Fixture::new().await;
    let (one, two) = tokio::join!(
        auth.register("ada@example.org", "ada1"),
        auth.register("ada@example.org", "ada2")
    );
    assert!(one.is_ok() ^ two.is_ok());
    assert!(matches!(one.err().or(two.err()), Some(Error::EmailTaken)));
}

#[tokio::test]
async fn unknown_names_and_wrong_passwords_get_one_answer() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    for (name, password) in [
        ("ada", "a wrong password"),
        ("nobody", PASSWORD),
        ("@", PASSWORD),
        ("", ""),
        ("ada", &"x".repeat(5000)),
    ] {
        assert!(
            matches!(
                auth.sign_in(name, password).await,
                Err(Error::BadCredentials)
            ),
            "{name}"
        );
    }
    let failures = auth
        .events(&ada)
        .await
        .into_iter()
        .filter(|event| *event == Event::SignInFailed)
        .count();
    assert_eq!(
        failures, 2,
        "the owner sees the attempts on the account, and no others"
    );
}

#[tokio::test]
async fn registration_can_be_closed() {
    let auth = Fixture::with(|config| config.registration = Registration::Closed).await;
    assert!(matches!(
        auth.register("ada@example.org", "ada").await,
        Err(Error::RegistrationClosed)
    ));
}

#[tokio::test]
async fn a_sign_in_over_a_live_session_ends_that_one() {
    let auth = Fixture::new().await;
    let first = auth.ada().await;
    let second = auth
        .sign_in_over("ada", PASSWORD, Some(&first.session))
        .await
        .unwrap();
    assert!(auth.check(&first, NOW).is_err());
    assert!(auth.check(&second, NOW).is_ok());
}

#[tokio::test]
async fn an_unknown_name_costs_what_a_wrong_password_costs() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let _all = auth.hasher().occupy();
    for name in ["ada", "nobody", "nobody@example.org", "@"] {
        assert!(
            matches!(
                auth.sign_in(name, "a wrong password").await,
                Err(Error::Busy)
            ),
            "{name} needs a worker"
        );
    }
}

#[tokio::test]
async fn each_row_of_the_trail_holds_the_hash_of_the_one_before() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let _ = auth.sign_in("ada", "a wrong password").await;
    auth.log_out(
        &ada.session.id,
        &Client::new(Some("192.0.2.7".to_owned()), Some("a browser")),
        NOW,
    )
    .await
    .unwrap();
    let trail = auth.store().trail().await.unwrap();
    assert_eq!(trail.len(), 4);
    let mut previous = String::new();
    for row in &trail {
        assert_eq!(row.previous_hash, previous);
        assert_eq!(row.hash, row.computed_hash(), "row {}", row.id);
        previous.clone_from(&row.hash);
    }
    let mut changed = trail[3].clone();
    changed.client.address = Some("192.0.2.8".to_owned());
    assert_ne!(
        changed.hash,
        changed.computed_hash(),
        "a changed column shows"
    );
}

#[tokio::test]
async fn a_disabled_account_has_no_session_and_gets_none() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    auth.store().disable("ada", NOW).await.unwrap();
    assert!(matches!(
        auth.sign_in("ada", PASSWORD).await,
        Err(Error::BadCredentials)
    ));
    assert_eq!(refusal(auth.exchange(&ada, NOW).await), Refusal::Disabled);
    assert!(matches!(
        auth.account(&ada.session).await,
        Err(Error::Unauthenticated)
    ));
}

#[tokio::test]
async fn the_profile_changes_and_keeps_names_unique() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    auth.register("eve@example.org", "eve").await.unwrap();
    let change = async |username: &str, name: &str| {
        auth.change_profile(&ada.session, username, name, &Client::default(), NOW)
            .await
    };
    change("countess", "Ada Lovelace").await.unwrap();
    assert_eq!(
        auth.account(&ada.session)
            .await
            .unwrap()
            .display_name
            .as_str(),
        "Ada Lovelace"
    );
    assert!(matches!(
        change("EVE", "Ada").await,
        Err(Error::UsernameTaken)
    ));
    assert!(matches!(
        change("no spaces", "Ada").await,
        Err(Error::Username(_))
    ));
    assert_eq!(
        auth.account(&ada.session).await.unwrap().username.as_str(),
        "countess"
    );
}
