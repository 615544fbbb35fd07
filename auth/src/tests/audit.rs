//! The trail: whole, changed, and with a row missing.

use super::*;
use crate::audit::Entry;
use crate::{Damage, VerifiedTrail};

async fn trail() -> Fixture {
    let auth = Fixture::new().await;
    let ada = auth.ada().await;
    let _ = auth.sign_in("ada", "a wrong password").await;
    let client = Client::new(Some("192.0.2.7".to_owned()), Some("a browser"));
    auth.log_out(ada.session.id, &client, NOW).await.unwrap();
    auth
}

async fn damage(statement: &'static str) -> Damage {
    let auth = trail().await;
    auth.store().run(statement).await.unwrap();
    auth.verify_trail().await.unwrap().unwrap_err()
}

/// A new database: its key is made and promoted; then ada signs up and in, fails once and signs out.
const ROWS: i64 = 6;

#[tokio::test]
async fn a_trail_that_nobody_touched_follows_to_its_end() {
    let auth = trail().await;
    let VerifiedTrail { rows, head } = auth.verify_trail().await.unwrap().unwrap();
    assert_eq!(rows, ROWS);
    let newest = auth.store().trail(rows - 1, rows, 1).await.unwrap();
    assert_eq!(head, newest[0].hash);
}

#[tokio::test]
async fn what_is_given_up_beside_others_leaves_no_hole_in_the_trail() {
    let auth = trail().await;
    let client = Client::default();
    let entry = Entry::new(Event::SignInFailed, &client, NOW);
    let mut first = auth.store().write().await.unwrap();
    first.expect_company();
    first.audit(&entry).await.unwrap();
    let first = tokio::spawn(first.commit());
    let mut given_up = auth.store().write().await.unwrap();
    given_up.audit(&entry).await.unwrap();
    given_up.audit(&entry).await.unwrap();
    drop(given_up);
    let mut last = auth.store().write().await.unwrap();
    last.audit(&entry).await.unwrap();
    last.commit().await.unwrap();
    first.await.unwrap().unwrap();
    let VerifiedTrail { rows, .. } = auth.verify_trail().await.unwrap().unwrap();
    assert_eq!(rows, ROWS + 2);
    assert_eq!(auth.store().rows_written_to_trail().await.unwrap(), rows);
}

#[tokio::test]
async fn the_first_row_that_was_changed_is_named() {
    let changed = damage("update audit set address = '192.0.2.8' where id >= 5").await;
    assert_eq!(changed, Damage::Changed(5));
}

#[tokio::test]
async fn a_change_that_takes_the_hash_along_shows_in_the_next_row() {
    let forged = damage("update audit set hash = 'x', previous_hash = 'y' where id = 3").await;
    assert_eq!(forged, Damage::Changed(3));
    let unchained = damage("update audit set previous_hash = 'x' where id = 4").await;
    assert_eq!(unchained, Damage::Changed(4));
}

#[tokio::test]
async fn a_row_that_is_missing_is_named() {
    assert_eq!(
        damage("delete from audit where id = 1").await,
        Damage::Missing(1)
    );
    assert_eq!(
        damage("delete from audit where id = 4").await,
        Damage::Missing(4)
    );
    assert_eq!(
        damage("delete from audit where id >= 5").await,
        Damage::Missing(5)
    );
    assert_eq!(damage("delete from audit").await, Damage::Missing(1));
}
