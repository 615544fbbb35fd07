//! A database of its own for each test: a new SQLite file, or, where `TEST_DATABASE_URL` names a
//! Postgres server, a new database on that.
//!
//! The tests of `server` use this file too.

use std::str::FromStr;
use std::{env, thread};

use sqlx::any::{AnyConnectOptions, install_default_drivers};
use sqlx::postgres::PgConnectOptions;
use sqlx::{AnyConnection, AssertSqlSafe, ConnectOptions, Connection, Executor, PgConnection};
use tempfile::TempDir;

/// What is made is taken away again with the value.
pub(crate) struct Scratch {
    pub(crate) url: String,
    /// Holds the SQLite file, and whatever else a test puts there.
    pub(crate) dir: TempDir,
    /// The Postgres server, when it is one.
    server: Option<PgConnectOptions>,
}

impl Scratch {
    pub(crate) fn new() -> Self {
        // The name of the folder is that of the database: letters and digits, and never given twice.
        let dir = tempfile::Builder::new()
            .prefix("latchkey_test_")
            .rand_bytes(16)
            .tempdir()
            .unwrap();
        let server = env::var("TEST_DATABASE_URL").ok();
        let server = server.filter(|url| !url.is_empty()).map(|url| {
            AnyConnectOptions::from_str(&url).expect("TEST_DATABASE_URL is a postgres:// URL")
        });
        // What names a certificate has to come through as it is.
        let server = server.map(|server| server.database_url);
        let url = match server.clone() {
            Some(mut server) => {
                let name = name(&dir);
                server.set_path(&name);
                server.to_string()
            }
            None => format!("sqlite:{}/latchkey.db?mode=rwc", dir.path().display()),
        };
        let server = server.map(|url| {
            PgConnectOptions::from_url(&url).expect("TEST_DATABASE_URL is a postgres:// URL")
        });
        if let Some(server) = &server {
            let create = format!("create database \"{}\"", name(&dir));
            administer(server.clone(), create).expect("TEST_DATABASE_URL lets us create databases");
        }
        Self { url, dir, server }
    }

    /// A connection beside those of the test's subject.
    pub(crate) async fn connect(&self) -> AnyConnection {
        install_default_drivers();
        AnyConnection::connect(&self.url).await.unwrap()
    }

    /// Another process that is writing, a shell or a backup: until what is returned is dropped, everybody
    /// may read and nobody may write.
    pub(crate) async fn lock(&self) -> impl Sized + use<> {
        let mut connection = self.connect().await;
        let begin = match self.server {
            Some(_) => LOCK_POSTGRES,
            None => "begin immediate",
        };
        connection.execute(begin).await.unwrap();
        connection
    }
}

/// Locks every table against writers, as `begin immediate` does on SQLite.
const LOCK_POSTGRES: &str = "begin;
    do $$
    declare name text;
    begin
        for name in select tablename from pg_tables where schemaname = 'public' loop
            execute format('lock table %I in exclusive mode', name);
        end loop;
    end $$";

impl Drop for Scratch {
    fn drop(&mut self) {
        if let Some(server) = self.server.take() {
            let name = name(&self.dir);
            let statement = format!("drop database if exists \"{name}\" with (force)");
            if let Err(error) = administer(server, statement) {
                eprintln!("{name} stays: {error}");
            }
        }
    }
}

fn name(dir: &TempDir) -> String {
    let name = dir.path().file_name().unwrap_or_default();
    name.to_string_lossy().into_owned()
}

/// Runs one statement on the server, on a thread of its own: a value is dropped inside of a test's
/// runtime, and nothing there can be waited for.
fn administer(server: PgConnectOptions, statement: String) -> sqlx::Result<()> {
    let work = move || {
        let runtime = tokio::runtime::Builder::new_current_thread()
            .enable_all()
            .build()?;
        runtime.block_on(async {
            let mut connection = PgConnection::connect_with(&server).await?;
            connection.execute(AssertSqlSafe(statement)).await?;
            connection.close().await
        })
    };
    let worker = thread::spawn(work);
    worker.join().unwrap_or(Err(sqlx::Error::WorkerCrashed))
}
