//! Several nodes over one database: what one revokes, the others refuse.

use std::time::Instant;

use sqlx::Executor;

use super::*;

/// Keeps a node up until the value is dropped.
struct Running(tokio::task::JoinHandle<()>);

impl Running {
    fn new(auth: &Auth) -> Self {
        let auth = auth.clone();
        Self(tokio::spawn(async move { auth.keep_up(|| NOW).await }))
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        self.0.abort();
    }
}

fn is_postgres(node: &Fixture) -> bool {
    node.scratch.url.starts_with("postgres")
}

/// How long `node` went on accepting a session after it had been ended elsewhere.
async fn until_refused(node: &Auth, tokens: &SignedIn) -> StdDuration {
    let began = Instant::now();
    let heard = tokio::time::timeout(StdDuration::from_secs(30), node.ended(tokens.session.id));
    heard.await.expect("the node hears of it");
    assert!(
        node.verify(tokens.tokens.access.expose_secret(), NOW)
            .is_err()
    );
    began.elapsed()
}

#[tokio::test]
async fn another_node_refuses_what_this_one_has_ended() {
    let one = Fixture::new().await;
    let two = one.second_node().await;
    let (ada, kept) = (one.ada().await, one.sign_in("ada", PASSWORD).await.unwrap());
    let access = ada.tokens.access.expose_secret();
    assert!(two.verify(access, NOW).is_ok());
    one.log_out(ada.session.id, &Client::default(), NOW)
        .await
        .unwrap();
    two.catch_up(NOW).await.unwrap();
    assert!(two.verify(access, NOW).is_err());
    assert!(two.verify(kept.tokens.access.expose_secret(), NOW).is_ok());
}

#[tokio::test]
async fn every_way_to_end_a_session_is_heard_of() {
    let one = Fixture::new().await;
    let two = one.second_node().await;
    let nobody = Client::default();
    let own = one.ada().await;
    let mut ended = vec![
        one.sign_in("ada", PASSWORD).await.unwrap(),
        one.sign_in("ada", PASSWORD).await.unwrap(),
    ];
    one.end_other_devices(&own.session, &nobody, NOW)
        .await
        .unwrap();
    let replaced = one.sign_in("ada", PASSWORD).await.unwrap();
    one.sign_in_over("ada", PASSWORD, Some(&replaced.session))
        .await
        .unwrap();
    let stolen = one.sign_in("ada", PASSWORD).await.unwrap();
    let owner = one.exchange(&stolen, NOW).await.unwrap();
    one.check(&owner, NOW).unwrap();
    one.receipt_written(&owner).await;
    let reused = one.exchange(&stolen, NOW + Duration::minutes(5)).await;
    assert_eq!(refusal(reused), Refusal::Reused);
    one.disable("ada", &nobody, NOW).await.unwrap();
    ended.extend([replaced, owner, own]);
    two.catch_up(NOW).await.unwrap();
    for tokens in ended {
        let access = tokens.tokens.access.expose_secret();
        assert!(two.verify(access, NOW).is_err());
    }
}

#[tokio::test]
async fn a_node_hears_of_it_within_a_second_where_there_are_notifications() {
    let one = Fixture::new().await;
    let two = one.second_node().await;
    let _running = Running::new(&two);
    one.ada().await;
    let limit = StdDuration::from_millis(if is_postgres(&one) { 1000 } else { 5000 });
    for _ in 0..5 {
        let ended = one.sign_in("ada", PASSWORD).await.unwrap();
        assert!(two.verify(ended.tokens.access.expose_secret(), NOW).is_ok());
        one.log_out(ended.session.id, &Client::default(), NOW)
            .await
            .unwrap();
        let took = until_refused(&two, &ended).await;
        assert!(took < limit, "{took:?}");
    }
}

#[tokio::test]
async fn a_connection_that_is_cut_is_made_anew() {
    let one = Fixture::new().await;
    let two = one.second_node().await;
    let _running = Running::new(&two);
    let ada = one.ada().await;
    if is_postgres(&one) {
        let mut intruder = one.scratch.connect().await;
        // Until there is one to kill: the node begins to listen in its own time.
        loop {
            let kill = "select pg_terminate_backend(pid) from pg_stat_activity
                 where datname = current_database() and query like 'LISTEN%'";
            if intruder.execute(kill).await.unwrap().rows_affected() > 0 {
                break;
            }
            tokio::task::yield_now().await;
        }
    }
    one.log_out(ada.session.id, &Client::default(), NOW)
        .await
        .unwrap();
    let took = until_refused(&two, &ada).await;
    assert!(took < StdDuration::from_secs(5), "{took:?}");
}

#[tokio::test]
async fn a_notification_that_is_lost_costs_five_seconds_at_most() {
    let one = Fixture::new().await;
    let two = one.second_node().await;
    let _running = Running::new(&two);
    let ada = one.ada().await;
    assert!(two.verify(ada.tokens.access.expose_secret(), NOW).is_ok());
    // What a node does that ends a session, without the words to the others.
    let mut silent = one.scratch.connect().await;
    silent
        .execute("update counters set value = value + 1 where name = 'revocations'")
        .await
        .unwrap();
    let at = NOW.unix_timestamp() * 1000;
    let revoke = format!(
        "update sessions set revoked_at = {at}, revoked_because = 'signed_out',
             revocation = (select value from counters where name = 'revocations')"
    );
    silent.execute(sqlx::AssertSqlSafe(revoke)).await.unwrap();
    let took = until_refused(&two, &ada).await;
    assert!(took < StdDuration::from_secs(5), "{took:?}");
}

#[tokio::test]
async fn a_row_that_cannot_be_read_hides_no_other() {
    let one = Fixture::new().await;
    let two = one.second_node().await;
    let (bad, ada) = (one.ada().await, one.sign_in("ada", PASSWORD).await.unwrap());
    for id in [bad.session.id, ada.session.id] {
        one.log_out(id, &Client::default(), NOW).await.unwrap();
    }
    let damage = "update sessions set revoked_at = 9223372036854775807 where generation = 1
         and revocation = (select min(revocation) from sessions)";
    one.store().run(damage).await.unwrap();
    two.catch_up(NOW).await.unwrap();
    assert!(two.verify(ada.tokens.access.expose_secret(), NOW).is_err());
}

#[tokio::test(flavor = "multi_thread")]
async fn no_descendant_of_a_revoked_session_is_minted_by_any_node() {
    let one = Fixture::new().await;
    let two = one.second_node().await;
    for _ in 0..20 {
        let ada = one.register("ada@example.org", "ada").await;
        let ada = match ada {
            Ok(ada) => ada,
            Err(_) => one.sign_in("ada", PASSWORD).await.unwrap(),
        };
        let nobody = Client::default();
        let token = ada.tokens.refresh.expose_secret();
        let (ended, refreshed) = tokio::join!(
            one.log_out(ada.session.id, &nobody, NOW),
            two.refresh(token, &nobody, NOW)
        );
        ended.unwrap();
        if let Ok(descendant) = refreshed {
            two.catch_up(NOW).await.unwrap();
            assert!(one.check(&descendant, NOW).is_err());
            assert!(
                two.verify(descendant.tokens.access.expose_secret(), NOW)
                    .is_err()
            );
            assert_eq!(
                refusal(one.exchange(&descendant, NOW).await),
                Refusal::Revoked
            );
        }
    }
}
