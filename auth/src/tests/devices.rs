//! The sessions of an account: seen, ended, and heard of.

use super::*;
use crate::SessionId;

#[tokio::test]
async fn the_list_has_every_live_session_and_its_id_stays_over_rotations() {
    let auth = Fixture::new().await;
    let first = auth.ada().await;
    auth.register("eve@example.org", "eve").await.unwrap();
    let second = auth.sign_in("ada", PASSWORD).await.unwrap();
    let over = auth.sign_in("ada", PASSWORD).await.unwrap();
    auth.log_out(over.session.id, &Client::default(), NOW)
        .await
        .unwrap();
    let later = NOW + Duration::minutes(20);
    let moved = Client::new(Some("192.0.2.9".to_owned()), Some("another browser"));
    let token = first.tokens.refresh.expose_secret();
    auth.refresh(token, &moved, later).await.unwrap();
    let account = auth.account(&first.session).await.unwrap();
    let devices = auth.devices(&account, later).await.unwrap();
    let ids: Vec<_> = devices.iter().map(|device| device.id).collect();
    assert_eq!(ids, [first.session.id, second.session.id]);
    assert_eq!(devices[0].client, moved);
    assert_eq!(
        (devices[0].created_at, devices[0].last_seen_at),
        (NOW, later)
    );
    let idle = auth.devices(&account, NOW + Duration::hours(4)).await;
    assert_eq!(idle.unwrap().len(), 1, "what ran out is not listed");
}

#[tokio::test]
async fn one_session_can_be_ended_from_another_and_only_by_its_owner() {
    let auth = Fixture::new().await;
    let (own, other) = (
        auth.ada().await,
        auth.sign_in("ada", PASSWORD).await.unwrap(),
    );
    let eve = auth.register("eve@example.org", "eve").await.unwrap();
    let end = async |by: &SignedIn, id: SessionId| {
        auth.end_device(&by.session, id, &Client::default(), NOW)
            .await
    };
    let foreign = end(&eve, own.session.id).await;
    assert!(matches!(foreign, Err(Error::UnknownSession)));
    let missing = end(&own, SessionId::random()).await;
    assert!(matches!(missing, Err(Error::UnknownSession)));
    end(&own, other.session.id).await.unwrap();
    assert!(auth.check(&other, NOW).is_err());
    assert_eq!(refusal(auth.exchange(&other, NOW).await), Refusal::Revoked);
    let twice = end(&own, other.session.id).await;
    assert!(matches!(twice, Err(Error::UnknownSession)));
    assert!(auth.check(&own, NOW).is_ok() && auth.check(&eve, NOW).is_ok());
    assert_eq!(auth.events(&own).await[0], Event::SessionEnded);
}

#[tokio::test]
async fn all_other_sessions_end_at_once() {
    let auth = Fixture::new().await;
    let eve = auth.register("eve@example.org", "eve").await.unwrap();
    let own = auth.ada().await;
    let mut others = Vec::new();
    for _ in 0..3 {
        others.push(auth.sign_in("ada", PASSWORD).await.unwrap());
    }
    let end = async || {
        let nobody = Client::default();
        auth.end_other_devices(&own.session, &nobody, NOW).await
    };
    assert_eq!(end().await.unwrap(), 3);
    for other in &others {
        assert!(auth.check(other, NOW).is_err());
        assert_eq!(refusal(auth.exchange(other, NOW).await), Refusal::Revoked);
    }
    assert!(auth.check(&own, NOW).is_ok() && auth.check(&eve, NOW).is_ok());
    assert_eq!(end().await.unwrap(), 0);
}

#[tokio::test]
async fn whoever_waits_for_the_end_of_a_session_hears_of_it() {
    let auth = Fixture::new().await;
    let (own, other) = (
        auth.ada().await,
        auth.sign_in("ada", PASSWORD).await.unwrap(),
    );
    let id = other.session.id;
    let waiting = tokio::spawn({
        let auth = auth.auth.clone();
        async move { auth.ended(id).await }
    });
    assert_eq!(
        auth.ends_at(id, NOW).await.unwrap(),
        Some(NOW + Duration::days(14))
    );
    let token = other.tokens.refresh.expose_secret();
    assert_eq!(auth.session_of(token), Some(id));
    auth.end_device(&own.session, id, &Client::default(), NOW)
        .await
        .unwrap();
    waiting.await.unwrap();
    assert_eq!(auth.ends_at(id, NOW).await.unwrap(), None);
}

#[tokio::test]
async fn the_owner_is_told_of_a_copy_when_and_from_where() {
    let auth = Fixture::new().await;
    let stolen = auth.ada().await;
    let at_home = Client::new(Some("192.0.2.7".to_owned()), Some("a browser"));
    let elsewhere = Client::new(Some("203.0.113.9".to_owned()), Some("a program"));
    let token = stolen.tokens.refresh.expose_secret();
    let owner = auth.refresh(token, &at_home, NOW).await.unwrap();
    auth.check(&owner, NOW).unwrap();
    auth.receipt_written(&owner).await;
    let later = NOW + Duration::minutes(5);
    assert_eq!(
        refusal(auth.refresh(token, &elsewhere, later).await),
        Refusal::Reused
    );
    let account = auth.account(&owner.session).await.unwrap();
    let warnings = auth.warnings(&account, later).await.unwrap();
    assert_eq!(warnings.len(), 1);
    assert_eq!(warnings[0].event.client, elsewhere);
    assert_eq!(warnings[0].event.at, later);
    assert_eq!(warnings[0].last_seen.as_ref(), Some(&at_home));
    let newest = auth.activity(&account, None, 3).await.unwrap();
    let today = NOW.date();
    let lately = auth.lately(&account, today, later).await.unwrap();
    assert_eq!((lately.newest, lately.warnings), (newest, warnings));
    let much_later = later + Duration::days(15);
    let lately = auth.lately(&account, today, much_later).await.unwrap();
    assert_eq!((lately.newest.len(), lately.warnings), (3, Vec::new()));
    assert_eq!(auth.warnings(&account, much_later).await.unwrap(), []);
}

#[tokio::test]
async fn sign_ins_are_counted_by_day_and_those_of_others_are_not() {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let account = auth.account(&ada.session).await.unwrap();
    auth.register("eve@example.org", "eve").await.unwrap();
    let next_day = NOW.replace_time(time::Time::MIDNIGHT) + Duration::days(1);
    for (at, password) in [
        (NOW, "wrong"),
        (next_day - Duration::MILLISECOND, PASSWORD),
        (next_day, PASSWORD),
        (next_day + Duration::hours(5), "wrong"),
    ] {
        let form = LogIn {
            identifier: "ada".to_owned(),
            password: secret(password),
            persistence: Persistence::Browser,
            device: None,
        };
        let _ = auth.log_in(form, &Client::default(), None, at).await;
    }
    let counted = async |since| {
        let lately = auth.lately(&account, since, next_day).await.unwrap();
        let counts = lately.sign_ins.into_iter();
        counts
            .map(|one| (one.day, one.succeeded, one.failed))
            .collect::<Vec<_>>()
    };
    let (today, tomorrow) = (NOW.date(), next_day.date());
    assert_eq!(counted(today).await, [(today, 2, 1), (tomorrow, 1, 1)]);
    assert_eq!(counted(tomorrow).await, [(tomorrow, 1, 1)]);
    let day_after = next_day + Duration::days(1);
    assert_eq!(counted(day_after.date()).await, []);
}
