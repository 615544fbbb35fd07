//! Moving sessions on, and ending them.

use super::*;

#[tokio::test]
async fn an_access_token_ends_with_its_lifespan() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    assert!(auth.check(&ada, NOW + Duration::seconds(604)).is_ok());
    assert!(matches!(
        auth.check(&ada, NOW + Duration::seconds(605)),
        Err(Error::Unauthenticated)
    ));
    assert!(matches!(
        auth.check(&ada, NOW - Duration::seconds(6)),
        Err(Error::Unauthenticated)
    ));
}

#[tokio::test]
async fn a_refresh_moves_the_session_on_and_keeps_what_was_proven() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let later = NOW + Duration::minutes(20);
    let next = auth.exchange(&ada, later).await.unwrap();
    assert_eq!(next.session.id, ada.session.id);
    assert_eq!(next.session.generation, 2);
    assert_eq!(next.session.authenticated_at, NOW);
    assert!(auth.check(&next, later).is_ok());
}

#[tokio::test(flavor = "multi_thread")]
async fn tabs_that_refresh_at_once_get_the_same_successor() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let refresh = |_| {
        let (auth, token) = (auth.auth.clone(), ada.tokens.refresh.clone());
        tokio::spawn(async move {
            auth.refresh(token.expose_secret(), &Client::default(), NOW)
                .await
        })
    };
    let tabs: Vec<_> = (0..20).map(refresh).collect();
    let mut successors = HashSet::new();
    for tab in tabs {
        let renewed = tab.await.unwrap().unwrap();
        assert_eq!(renewed.session.generation, 2);
        successors.insert(renewed.tokens.refresh.expose_secret().to_owned());
    }
    assert_eq!(successors.len(), 1);
}

#[tokio::test]
async fn a_parent_whose_successor_was_used_ends_the_session() {
    let auth = Fixture::new().await;
    let stolen = auth.ada().await;
    let owner = auth.exchange(&stolen, NOW).await.unwrap();
    auth.check(&owner, NOW).unwrap();
    auth.receipt_written(&owner).await;
    let later = NOW + Duration::minutes(1);
    assert_eq!(
        refusal(auth.exchange(&stolen, later).await),
        Refusal::Reused
    );
    assert!(
        auth.check(&owner, later).is_err(),
        "the access token is refused at once"
    );
    assert_eq!(
        refusal(auth.exchange(&owner, later).await),
        Refusal::Revoked
    );
    assert_eq!(auth.events(&stolen).await[0], Event::SessionReused);
}

#[tokio::test]
async fn a_parent_whose_successor_was_lost_gets_it_again_hours_later() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let lost = auth.exchange(&ada, NOW).await.unwrap();
    let again = auth.exchange(&ada, NOW + Duration::hours(1)).await.unwrap();
    assert_eq!(
        again.tokens.refresh.expose_secret(),
        lost.tokens.refresh.expose_secret()
    );
}

#[tokio::test]
async fn sessions_end_when_idle_and_in_any_case() {
    let auth = Fixture::new().await;
    let mut ada = auth.ada().await;
    assert_eq!(
        refusal(auth.exchange(&ada, NOW + Duration::hours(2)).await),
        Refusal::Idle
    );
    let mut now = NOW;
    while now + Duration::minutes(100) < NOW + Duration::hours(24) {
        now += Duration::minutes(100);
        ada = auth.exchange(&ada, now).await.unwrap();
    }
    assert_eq!(
        ada.idle_expires_at,
        NOW + Duration::hours(24),
        "no refresh goes past the end"
    );
    assert_eq!(
        refusal(auth.exchange(&ada, NOW + Duration::hours(24)).await),
        Refusal::Expired
    );
}

#[tokio::test]
async fn signing_out_ends_both_tokens_at_once() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    auth.log_out(&ada.session.id, &Client::default(), NOW)
        .await
        .unwrap();
    assert!(auth.check(&ada, NOW).is_err());
    assert_eq!(refusal(auth.exchange(&ada, NOW).await), Refusal::Revoked);
}

#[tokio::test]
async fn whoever_signs_out_and_goes_has_signed_out() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let held = auth.scratch.lock().await;
    {
        let nobody = Client::default();
        let mut leaving = std::pin::pin!(auth.log_out(&ada.session.id, &nobody, NOW));
        // The browser is gone before the database lets the row be written.
        assert!(
            std::future::poll_fn(|context| std::task::Poll::Ready(leaving.as_mut().poll(context)))
                .await
                .is_pending()
        );
    }
    drop(held);
    while auth
        .store()
        .session(&ada.session.id)
        .await
        .unwrap()
        .unwrap()
        .revoked_at
        .is_none()
    {
        tokio::task::yield_now().await;
    }
    assert_eq!(refusal(auth.exchange(&ada, NOW).await), Refusal::Revoked);
}

#[tokio::test]
async fn tokens_of_another_kind_are_refused() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let access = ada.tokens.access.expose_secret();
    let refresh = ada.tokens.refresh.expose_secret();
    assert!(auth.verify(refresh, NOW).is_err());
    assert_eq!(
        refusal(auth.refresh(access, &Client::default(), NOW).await),
        Refusal::Forged
    );
    for garbage in [
        "",
        ".",
        "..",
        "a.b.c",
        &"x".repeat(8192),
        &format!("{access}x"),
        &access[1..],
    ] {
        assert!(auth.verify(garbage, NOW).is_err(), "{garbage}");
    }
}

#[tokio::test]
async fn a_locked_database_is_unavailable_and_not_an_internal_error() {
    let auth = Fixture::impatient().await;
    let ada = auth.ada().await;
    let held = auth.scratch.lock().await;
    assert!(matches!(
        auth.exchange(&ada, NOW).await,
        Err(Error::Unavailable(_))
    ));
    drop(held);
    assert!(auth.exchange(&ada, NOW).await.is_ok(), "nothing was lost");
}
