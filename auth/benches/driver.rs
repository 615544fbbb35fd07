//! What `sqlx::Any` costs on the refresh path, beside the typed driver, in one run.
//!
//! Both do what a refresh asks of SQLite: look at a session and move its generation, 32 of them in one
//! transaction with `synchronous=full`, as the queue of writers does when 32 wait. Where
//! `TEST_DATABASE_URL` names a Postgres server, the same for one refresh to a transaction there. On one
//! core (`taskset -c 0`): on more, where the system puts the drivers' threads decides.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on has failed"
)]
#![expect(clippy::print_stdout, reason = "it says what it measured")]

use std::env;
use std::hint::black_box;
use std::time::Instant;

use sqlx::any::install_default_drivers;
use sqlx::{AnyConnection, Connection, Executor, PgConnection, Row, SqliteConnection};
use tokio::runtime::Runtime;

const SETUP: &str = "pragma journal_mode = wal; pragma synchronous = full;";

const SCHEMA: &str = "
    create table users (id bigint primary key, document_id text not null, role text not null, disabled_at bigint);
    create table sessions (
        id text primary key not null, user_id bigint not null, generation bigint not null,
        rotated_at bigint not null, used_generation bigint not null, remembered_at bigint,
        authenticated_at bigint not null, methods text not null, address text, user_agent text,
        created_at bigint not null, last_seen_at bigint not null, idle_expires_at bigint not null,
        expires_at bigint not null, revoked_at bigint, revoked_because text, revocation bigint);
    insert into users values (1, 'LW9Zk0Jd3mF1rT7xQ2sVbA', 'user', null);
    insert into sessions
        values ('Yk3mF1rT7xQ2sVbALW9Zk0', 1, 1, 1, 0, 1, 1, 'pwd', '192.0.2.7', 'Mozilla/5.0 (X11; Linux x86_64)',
                1, 1, 9000000000000, 9000000000000, null, null, null);";

const LOOK: &str = "select sessions.*, users.document_id, users.role, users.disabled_at
     from sessions join users on users.id = sessions.user_id where sessions.id = $1";
const MOVE: &str =
    "update sessions set generation = generation + 1, rotated_at = $1, last_seen_at = $1,
                        idle_expires_at = $2, address = $3, user_agent = $4
     where id = $5 and generation = $6 and revoked_at is null";

const ID: &str = "Yk3mF1rT7xQ2sVbALW9Zk0";

/// What a refresh reads and writes, by a driver.
macro_rules! refresh {
    ($connection:expr) => {{
        let row = sqlx::query(LOOK)
            .bind(ID.to_owned())
            .fetch_one(&mut *$connection)
            .await
            .unwrap();
        for column in ["id", "methods", "document_id", "role"] {
            black_box(row.get::<String, _>(column));
        }
        for column in ["address", "user_agent"] {
            black_box(row.get::<Option<String>, _>(column));
        }
        for column in [
            "user_id",
            "rotated_at",
            "used_generation",
            "authenticated_at",
            "created_at",
            "last_seen_at",
            "idle_expires_at",
            "expires_at",
        ] {
            black_box(row.get::<i64, _>(column));
        }
        for column in ["remembered_at", "revoked_at", "disabled_at"] {
            black_box(row.get::<Option<i64>, _>(column));
        }
        let done = sqlx::query(MOVE)
            .bind(2_i64)
            .bind(9_000_000_000_000_i64)
            .bind(Some("192.0.2.7".to_owned()))
            .bind(Some("Mozilla/5.0 (X11; Linux x86_64)".to_owned()))
            .bind(ID.to_owned())
            .bind(row.get::<i64, _>("generation"))
            .execute(&mut *$connection)
            .await
            .unwrap();
        assert_eq!(done.rows_affected(), 1);
    }};
}

macro_rules! transaction {
    ($connection:expr, $begin:expr, $refreshes:expr) => {{
        let mut transaction = $connection.begin_with($begin).await.unwrap();
        for _ in 0..$refreshes {
            refresh!(transaction);
        }
        transaction.commit().await.unwrap();
    }};
}

/// Runs two things by turns, so that what else the machine does falls on both, and prints how much longer
/// the second takes: the median over the pairs. Each goes first in half of them, and often enough in a
/// row that its thread is awake.
fn compare(what: &str, mut typed: impl FnMut(), mut any: impl FnMut()) {
    const PAIRS: usize = 100;
    let time = |work: &mut dyn FnMut()| {
        work();
        let began = Instant::now();
        (0..25).for_each(|_| work());
        began.elapsed().as_secs_f64()
    };
    let mut ratios = Vec::with_capacity(PAIRS);
    for pair in 0..PAIRS {
        let (typed, any) = if pair % 2 == 0 {
            let typed = time(&mut typed);
            (typed, time(&mut any))
        } else {
            let any = time(&mut any);
            (time(&mut typed), any)
        };
        ratios.push(any / typed);
    }
    ratios.sort_by(f64::total_cmp);
    let (low, median, high) = (ratios[PAIRS / 4], ratios[PAIRS / 2], ratios[PAIRS * 3 / 4]);
    println!(
        "{what}: any takes {median:.3} × the typed driver (half of {PAIRS} pairs between {low:.3} and {high:.3})"
    );
}

fn sqlite() {
    let runtime = Runtime::new().unwrap();
    let folder = tempfile::tempdir().unwrap();
    let url = |name: &str| format!("sqlite:{}/{name}.db?mode=rwc", folder.path().display());
    let mut typed = runtime.block_on(async {
        let mut connection = SqliteConnection::connect(&url("typed")).await.unwrap();
        connection.execute(SETUP).await.unwrap();
        connection.execute(SCHEMA).await.unwrap();
        connection
    });
    let mut any = runtime.block_on(async {
        install_default_drivers();
        let mut connection = AnyConnection::connect(&url("any")).await.unwrap();
        connection.execute(SETUP).await.unwrap();
        connection.execute(SCHEMA).await.unwrap();
        connection
    });
    compare(
        "32 refreshes in one transaction of SQLite",
        || runtime.block_on(async { transaction!(typed, "begin immediate", 32) }),
        || runtime.block_on(async { transaction!(any, "begin immediate", 32) }),
    );
}

fn postgres(server: &str) {
    let runtime = Runtime::new().unwrap();
    let temporary = SCHEMA.replace("create table", "create temporary table");
    let mut typed = runtime.block_on(async {
        let mut connection = PgConnection::connect(server).await.unwrap();
        let schema = sqlx::AssertSqlSafe(temporary.clone());
        connection.execute(schema).await.unwrap();
        connection
    });
    let mut any = runtime.block_on(async {
        install_default_drivers();
        let mut connection = AnyConnection::connect(server).await.unwrap();
        let schema = sqlx::AssertSqlSafe(temporary);
        connection.execute(schema).await.unwrap();
        connection
    });
    compare(
        "a refresh on Postgres",
        || runtime.block_on(async { transaction!(typed, "begin", 1) }),
        || runtime.block_on(async { transaction!(any, "begin", 1) }),
    );
}

fn main() {
    sqlite();
    match env::var("TEST_DATABASE_URL") {
        Ok(server) => postgres(&server),
        Err(_) => println!("a refresh on Postgres: TEST_DATABASE_URL names no server"),
    }
}
