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
    auth.confirm_ada().await;
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
async fn of_two_registrations_of_a_username_at_once_one_wins() {
    let auth = Fixture::new().await;
    let (one, two) = tokio::join!(
        auth.register("ada1@example.org", "ada"),
        auth.register("ada2@example.org", "ada")
    );
    assert!(one.is_ok() ^ two.is_ok());
    assert!(matches!(
        one.err().or(two.err()),
        Some(Error::UsernameTaken)
    ));
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
async fn a_disabled_account_has_no_session_and_gets_none() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    auth.disable("ada", &Client::default(), NOW).await.unwrap();
    assert!(
        auth.check(&ada, NOW).is_err(),
        "its access token is refused at once"
    );
    assert!(matches!(
        auth.sign_in("ada", PASSWORD).await,
        Err(Error::BadCredentials)
    ));
    assert_eq!(refusal(auth.exchange(&ada, NOW).await), Refusal::Revoked);
    assert!(matches!(
        auth.account(&ada.session).await,
        Err(Error::Unauthenticated)
    ));
    auth.enable("ada@example.org", &Client::default(), NOW)
        .await
        .unwrap();
    let again = auth.sign_in("ada", PASSWORD).await.unwrap();
    assert!(auth.check(&ada, NOW).is_err(), "what was ended stays so");
    assert_eq!(
        auth.events(&again).await[..4],
        [
            Event::SignedIn,
            Event::AccountEnabled,
            Event::SignInFailed,
            Event::AccountDisabled
        ]
    );
    let nobody = auth.disable("nobody", &Client::default(), NOW).await;
    assert!(matches!(nobody, Err(Error::UnknownAccount)));
}

#[tokio::test]
async fn another_password_ends_the_other_sessions_and_needs_the_one_before() {
    let auth = Fixture::new().await;
    let (own, other) = (
        auth.ada().await,
        auth.sign_in("ada", PASSWORD).await.unwrap(),
    );
    let change = async |current: &str, new: &str| {
        let nobody = Client::default();
        auth.change_password(&own.session, secret(current), secret(new), &nobody, NOW)
            .await
    };
    let another = "quite another password";
    assert!(matches!(
        change("a wrong password", another).await,
        Err(Error::BadCredentials)
    ));
    assert!(matches!(
        change(PASSWORD, "short").await,
        Err(Error::Password(_))
    ));
    assert!(auth.check(&other, NOW).is_ok(), "nothing happened so far");
    let renewed = change(PASSWORD, another).await.unwrap();
    for over in [&other, &own] {
        assert!(auth.check(over, NOW).is_err(), "a copy is worth nothing");
        assert_eq!(refusal(auth.exchange(over, NOW).await), Refusal::Revoked);
    }
    assert!(auth.check(&renewed, NOW).is_ok());
    assert!(auth.exchange(&renewed, NOW).await.is_ok());
    assert!(matches!(
        change(PASSWORD, another).await,
        Err(Error::BadCredentials | Error::Unauthenticated)
    ));
    assert!(auth.sign_in("ada", PASSWORD).await.is_err());
    assert!(auth.sign_in("ada", another).await.is_ok());
}

#[tokio::test]
async fn the_profile_changes_and_keeps_names_unique() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    auth.register("eve@example.org", "eve").await.unwrap();
    let change = async |username: &str, name: &str| {
        auth.change_profile(
            &ada.session,
            Some(username),
            Some(name),
            &Client::default(),
            NOW,
        )
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

#[tokio::test(flavor = "multi_thread")]
async fn a_sign_in_that_an_account_is_closed_under_leaves_no_session() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    for _ in 0..10 {
        let nobody = Client::default();
        let (signed_in, disabled) = tokio::join!(
            auth.sign_in("ada", PASSWORD),
            auth.disable("ada", &nobody, NOW)
        );
        disabled.unwrap();
        if let Ok(signed_in) = signed_in {
            assert!(auth.check(&signed_in, NOW).is_err());
        }
        let rows = auth.store().sessions_of(1, NOW).await.unwrap();
        assert!(rows.is_empty(), "{rows:?}");
        auth.enable("ada", &nobody, NOW).await.unwrap();
    }
    assert!(auth.check(&ada, NOW).is_err());
}
