//! Verifying access tokens from memory, and what that must not change.

use super::*;

#[tokio::test]
async fn a_token_that_is_remembered_still_ends_with_its_time() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    assert!(auth.check(&ada, NOW).is_ok());
    assert!(auth.check(&ada, NOW + Duration::seconds(659)).is_ok());
    assert!(auth.check(&ada, NOW + Duration::seconds(660)).is_err());
}

#[tokio::test]
async fn a_token_that_is_remembered_still_ends_with_its_session() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    assert!(auth.check(&ada, NOW).is_ok());
    auth.log_out(ada.session.id, &Client::default(), NOW)
        .await
        .unwrap();
    assert!(auth.check(&ada, NOW).is_err());
}

#[tokio::test]
async fn what_does_not_pass_is_not_remembered() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let access = ada.tokens.access.expose_secret();
    let (message, _) = access.rsplit_once('.').unwrap();
    for number in 0..100 {
        let forged = format!("{message}.{number:086}");
        assert!(auth.verify(&forged, NOW).is_err());
    }
    let late = NOW + Duration::hours(1);
    assert!(auth.verify(access, late).is_err());
    assert_eq!(auth.remembered_verifications(), 0);
    assert!(auth.verify(access, NOW).is_ok());
    assert_eq!(auth.remembered_verifications(), 1);
}

#[tokio::test]
async fn what_is_past_its_time_is_remembered_no_longer() {
    let auth = Fixture::new().await;
    let first = auth.ada().await;
    assert!(
        auth.verify(first.tokens.access.expose_secret(), NOW)
            .is_ok()
    );
    let later = NOW + Duration::hours(1);
    let next = auth.exchange(&first, later).await.unwrap();
    assert!(
        auth.verify(next.tokens.access.expose_secret(), later)
            .is_ok()
    );
    assert_eq!(auth.remembered_verifications(), 1);
}

#[tokio::test]
async fn a_forged_token_is_refused_without_the_database() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let (access, refresh) = (
        ada.tokens.access.expose_secret(),
        ada.tokens.refresh.expose_secret(),
    );
    auth.close().await;
    assert!(
        auth.verify(access, NOW).is_ok(),
        "nor does a good one need it"
    );
    let nobody = Client::default();
    let unreachable = auth.refresh(refresh, &nobody, NOW).await;
    assert!(matches!(unreachable, Err(Error::Unavailable(_))));
    for forged in [&refresh[1..], &format!("B{}", &refresh[1..]), "", access] {
        let refused = auth.refresh(forged, &nobody, NOW).await;
        assert_eq!(refusal(refused), Refusal::Forged, "{forged}");
        assert!(auth.verify(forged, NOW).is_ok() == (forged == access));
    }
}

#[tokio::test]
async fn a_database_that_is_slow_delays_no_verification_and_keeps_the_grace_open() {
    let auth = Fixture::impatient().await;
    let ada = auth.ada().await;
    let next = auth.exchange(&ada, NOW).await.unwrap();
    let held = auth.scratch.lock().await;
    assert!(auth.check(&next, NOW).is_ok());
    // The receipt is given up after the patience of the database; then there is one more to write.
    while auth.awaits_receipt(&next) {
        tokio::task::yield_now().await;
    }
    drop(held);
    let later = NOW + Duration::minutes(5);
    assert!(
        auth.exchange(&ada, later).await.is_ok(),
        "nobody proved that it arrived"
    );
    assert!(auth.check(&next, NOW).is_ok());
    auth.receipt_written(&next).await;
    assert_eq!(refusal(auth.exchange(&ada, later).await), Refusal::Reused);
}

#[tokio::test]
async fn a_full_queue_turns_receipts_away_and_delays_nobody() {
    let auth = Fixture::new().await;
    let receipts = &auth.auth.0.receipts;
    let ids: Vec<_> = (0..2000).map(|_| crate::SessionId::random()).collect();
    // Nothing is awaited here, so nobody takes any of them out of the queue.
    for id in &ids {
        receipts.note(*id, 1, NOW);
    }
    let is_noted = |id: &&crate::SessionId| receipts.has_noted(**id, 1);
    assert_eq!(ids.iter().filter(is_noted).count(), 1024);
    let last = ids[1999];
    while !receipts.has_noted(last, 1) {
        tokio::task::yield_now().await;
        receipts.note(last, 1, NOW);
    }
}
