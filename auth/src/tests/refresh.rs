//! Moving sessions on, and ending them.

use super::*;

#[tokio::test]
async fn an_access_token_ends_with_its_lifespan() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    assert!(auth.check(&ada, NOW + Duration::seconds(659)).is_ok());
    assert!(matches!(
        auth.check(&ada, NOW + Duration::seconds(660)),
        Err(Error::Unauthenticated)
    ));
    assert!(matches!(
        auth.check(&ada, NOW - Duration::seconds(61)),
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
    let idle = auth.ada().await;
    let late = NOW + Duration::hours(2);
    assert_eq!(refusal(auth.exchange(&idle, late).await), Refusal::Idle);
    let mut busy = auth.register("eve@example.org", "eve").await.unwrap();
    let mut now = NOW;
    while now + Duration::minutes(100) < NOW + Duration::hours(24) {
        now += Duration::minutes(100);
        busy = auth.exchange(&busy, now).await.unwrap();
    }
    assert_eq!(
        busy.idle_expires_at,
        NOW + Duration::hours(24),
        "no refresh goes past the end"
    );
    let over = NOW + Duration::hours(24);
    assert_eq!(refusal(auth.exchange(&busy, over).await), Refusal::Expired);
}

#[tokio::test]
async fn a_session_that_is_kept_has_longer_limits() {
    let auth = Fixture::new().await;
    auth.ada().await;
    let mut kept = auth.sign_in("ada", PASSWORD).await.unwrap();
    let mut now = NOW;
    for _ in 0..2 {
        now += Duration::days(13);
        kept = auth.exchange(&kept, now).await.unwrap();
    }
    assert_eq!(kept.idle_expires_at, NOW + Duration::days(30));
    let over = NOW + Duration::days(30);
    assert_eq!(refusal(auth.exchange(&kept, over).await), Refusal::Expired);
}

#[tokio::test]
async fn every_refusal_has_its_reason_in_the_trail_and_has_it_once() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let late = NOW + Duration::hours(2);
    assert_eq!(refusal(auth.exchange(&ada, late).await), Refusal::Idle);
    assert_eq!(refusal(auth.exchange(&ada, late).await), Refusal::Revoked);
    let ahead = crate::token::RefreshToken {
        session: ada.session.id,
        generation: 9,
    };
    let unknown = crate::token::RefreshToken {
        session: crate::SessionId::random(),
        generation: 1,
    };
    for token in [&unknown, &unknown, &ahead] {
        let sealed = token.seal(auth.secrets());
        let nobody = Client::default();
        let answer = auth.refresh(sealed.expose_secret(), &nobody, NOW).await;
        let expected = if token == &ahead {
            Refusal::Revoked
        } else {
            Refusal::Unknown
        };
        assert_eq!(refusal(answer), expected);
    }
    let trail = auth.store().trail(0, i64::MAX, 100).await.unwrap();
    let told: Vec<_> = trail
        .iter()
        .filter(|row| row.detail.is_some() && !row.event.starts_with("key"))
        .map(|row| (row.event.as_str(), row.detail.as_deref()))
        .collect();
    assert_eq!(
        told,
        [
            ("session_expired", Some("idle")),
            ("refresh_refused", Some("unknown"))
        ]
    );
}

#[tokio::test]
async fn signing_out_ends_both_tokens_at_once() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    auth.log_out(ada.session.id, &Client::default(), NOW)
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
        let mut leaving = std::pin::pin!(auth.log_out(ada.session.id, &nobody, NOW));
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
        .session(ada.session.id)
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
