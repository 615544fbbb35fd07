//! A database that an earlier version made, with people signed in.

use sqlx::{AssertSqlSafe, Executor};

use super::*;

const FIRST: &str = include_str!("../../migrations/0001_accounts_and_sessions.sql");

/// The migrations that are out there, by the beginning of their SHA-384. A new one is added here when it is
/// released, and none is ever changed.
const RELEASED: [&str; 6] = [
    "35e5df832456002d",
    "ec99073920437e8b",
    "7820e8cab21c7d91",
    "a3c5ae29a0708cfd",
    "6d8d036295cb7211",
    "d7416c2f0c4f6c74",
];

#[test]
fn a_migration_that_is_released_stays_as_it_is() {
    let migrator = sqlx::migrate!();
    let begins = |checksum: &[u8]| -> String {
        checksum[..8]
            .iter()
            .map(|byte| format!("{byte:02x}"))
            .collect()
    };
    let known: Vec<String> = migrator.iter().map(|one| begins(&one.checksum)).collect();
    assert_eq!(known[..RELEASED.len()], RELEASED);
}

#[tokio::test]
async fn a_database_of_the_first_version_goes_on() {
    let scratch = Scratch::new();
    let mut old = scratch.connect().await;
    old.execute(AssertSqlSafe(FIRST)).await.unwrap();
    let at = (NOW - Duration::minutes(5)).unix_timestamp() * 1000;
    let rows = format!(
        "insert into users (id, document_id, email, username, username_key, display_name, password_hash,
                            password_changed_at, role, created_at, updated_at)
         values (1, 'LW9Zk0Jd3mF1rT7xQ2sVbA', 'ada@example.org', 'ada', 'ada', '', '', {at}, 'user', {at}, {at});
         insert into sessions (id, user_id, generation, rotated_at, used_generation, authenticated_at, methods,
                               created_at, last_seen_at, idle_expires_at, expires_at, revoked_at)
         values ('AAAAAAAAAAAAAAAAAAAAAA', 1, 3, {at}, 2, {at}, 'pwd', {at}, {at}, {at} + 7200000, {at} + 86400000, null),
                ('BBBBBBBBBBBBBBBBBBBBBA', 1, 3, {at}, 2, {at}, 'pwd', {at}, {at}, {at} + 7200000, {at} + 86400000, {at});
         update counters set value = 1 where name = 'users'"
    );
    old.execute(AssertSqlSafe(rows)).await.unwrap();
    note_first_migration(&mut old).await;
    let auth = Auth::open(config(&scratch), NOW).await.unwrap();
    let token = |id: &str| {
        let session = crate::SessionId::try_from(id.to_owned()).unwrap();
        let generation = 3;
        crate::token::RefreshToken {
            session,
            generation,
        }
        .seal(auth.secrets())
    };
    let refresh = async |id: &str| {
        let nobody = Client::default();
        auth.refresh(token(id).expose_secret(), &nobody, NOW).await
    };
    assert_eq!(
        refresh("AAAAAAAAAAAAAAAAAAAAAA")
            .await
            .unwrap()
            .session
            .generation,
        4
    );
    let ended = refresh("BBBBBBBBBBBBBBBBBBBBBA").await;
    assert_eq!(refusal(ended), Refusal::Revoked);
    let ended = crate::SessionId::try_from("BBBBBBBBBBBBBBBBBBBBBA".to_owned()).unwrap();
    assert!(auth.revocations().contains(ended), "without a number, too");
    assert!(auth.verify_trail().await.unwrap().is_ok());
}

/// What sqlx writes when it has run a migration.
async fn note_first_migration(old: &mut sqlx::AnyConnection) {
    use sqlx::migrate::Migrate;
    old.ensure_migrations_table("_sqlx_migrations")
        .await
        .unwrap();
    let migrator = sqlx::migrate!();
    let first = migrator.iter().next().unwrap();
    let note = sqlx::query(
        "insert into _sqlx_migrations (version, description, success, checksum, execution_time)
         values ($1, $2, true, $3, 0)",
    );
    note.bind(first.version)
        .bind(first.description.to_string())
        .bind(first.checksum.to_vec())
        .execute(old)
        .await
        .unwrap();
}
