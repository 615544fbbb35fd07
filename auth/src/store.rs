//! The database. Only this module contains SQL, and each statement runs on SQLite and Postgres alike.

mod addresses;
mod attempts;
mod browsers;
mod inspect;
mod keys;
mod lately;
mod links;
mod mails;
mod manage;
mod news;
mod owned;
mod queue;
mod reader;
mod reading;
mod rows;
mod schema;
mod sessions;
mod strapi;
#[cfg(test)]
mod testing;
mod trail;
mod users;
mod writing;

use std::fmt;
use std::num::NonZeroUsize;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration as StdDuration;

use sqlx::any::AnyPoolOptions;
use sqlx::{AnyPool, Connection, Executor};
use tokio::sync::Notify;

use crate::account::Account;
use crate::error::Result;
use crate::measure::{Stopwatch, Work};
use crate::migrate::Migrated;
pub(crate) use crate::store::addresses::{Occupant, Place};
pub(crate) use crate::store::attempts::FailuresRow;
pub(crate) use crate::store::browsers::BrowserRow;
pub(crate) use crate::store::inspect::inspect;
use crate::store::lately::Packed;
pub(crate) use crate::store::links::LinkRow;
pub(crate) use crate::store::mails::{Fate, MailRow};
pub(crate) use crate::store::manage::{NewNumber, NewRow};
pub use crate::store::news::HEARD_WITHIN;
pub(crate) use crate::store::news::Numbers;
use crate::store::owned::Owned;
use crate::store::queue::{Haste, Protection, Queue};
use crate::store::reader::Shelf;
use crate::store::reading::Reading;
pub(crate) use crate::store::rows::{Credentials, KeyRow};
pub(crate) use crate::store::sessions::{Rotation, Which};
pub(crate) use crate::store::strapi::{StrapiRow, StrapiSource};
pub(crate) use crate::store::users::{NewUser, ProfileChange, ROLE, Standing, Taken};
use crate::store::writing::Turn;
pub(crate) use crate::store::writing::Writing;

/// Where the accounts are kept.
#[derive(Clone)]
pub struct Database {
    /// `sqlite:…` or `postgres://…`. There may be a password in it.
    pub url: String,
    /// How long to wait for a connection or a lock before the answer is [`crate::Error::Unavailable`].
    pub patience: StdDuration,
}

impl Database {
    /// The SQLite file at `path`, which is made when it is not there.
    #[must_use]
    pub fn file(path: &Path, patience: StdDuration) -> Self {
        // A path may hold what means something in a URL.
        let path: String = path
            .to_string_lossy()
            .replace('%', "%25")
            .replace('?', "%3f")
            .replace('#', "%23");
        Self {
            url: format!("sqlite:{path}?mode=rwc"),
            patience,
        }
    }

    fn is_sqlite(&self) -> bool {
        self.url.starts_with("sqlite:")
    }
}

impl fmt::Debug for Database {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (scheme, _) = self.url.split_once(':').unwrap_or_default();
        f.debug_struct("Database")
            .field("url", &format_args!("{scheme}:…"))
            .field("patience", &self.patience)
            .finish()
    }
}

/// Connections to the database. On SQLite one of them writes, and those who write take turns with it;
/// on Postgres both pools are the same.
pub(crate) struct Store {
    writer: AnyPool,
    reader: AnyPool,
    /// For hearing of other nodes, which must not wait behind requests.
    watcher: AnyPool,
    /// For tables that are not ours.
    guests: AnyPool,
    /// Who waits for the one connection that writes; none where there are many.
    queue: Option<Queue>,
    /// Who waits for an account to be read; none where there are many connections to a server.
    accounts: Option<Reading<Account>>,
    /// The same for sessions with the accounts that they are of.
    owned: Option<Reading<Owned>>,
    /// The same for what happened on an account.
    lately: Option<Reading<Packed>>,
    /// Connections that read, and are not given back to the pool; none where there are many connections to a server.
    shelf: Option<Shelf>,
    /// Rung when there is a letter to send.
    post: Arc<Notify>,
    url: String,
}

const SQLITE_SETUP: &str =
    "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;";

/// SQLite opens a file that cannot be written for reading, and says nothing. A connection from a moment in which
/// the disk was read-only would refuse every write from then on. To begin a transaction is not refused even then.
const SQLITE_WRITES: &str = "begin immediate; create table attempt (id bigint); rollback;";

/// Half a megabyte of pages (in KiB) holds the upper part of every tree that is searched. What is below is another for
/// each person, and comes from the system's memory, which all connections share.
const SQLITE_READS: &str = "pragma query_only = on; pragma cache_size = -512;";

impl Store {
    pub(crate) async fn open(database: &Database) -> Result<Self> {
        Ok(Self::migrate(database).await?.0)
    }

    /// Opens the database, and says which version of the schema it was at before.
    pub(crate) async fn migrate(database: &Database) -> Result<(Self, Migrated)> {
        sqlx::any::install_default_drivers();
        let watcher = connect(database, 1, "").await?;
        let (writer, reader, guests, queue) = if database.is_sqlite() {
            let writer = connect(database, 1, SQLITE_WRITES).await?;
            let reader = connect(database, readers(), SQLITE_READS).await?;
            // Opened by the first statement: most have no tables of their own.
            let guests = options(database, 2, "").connect_lazy(&database.url)?;
            let queue = Queue::new(writer.clone(), database.patience);
            (writer, reader, guests, Some(queue))
        } else {
            let pool = connect(database, 10, "").await?;
            (pool.clone(), pool.clone(), pool, None)
        };
        let migrated = schema::bring_up_to_date(&writer).await?;
        let accounts = database.is_sqlite().then(|| Reading::start(&reader));
        let owned = database.is_sqlite().then(|| Reading::start(&reader));
        let lately = database.is_sqlite().then(|| Reading::start(&reader));
        let shelf = database
            .is_sqlite()
            .then(|| Shelf::new((readers() - OF_READING) as usize, database.patience));
        let store = Self {
            writer,
            reader,
            watcher,
            guests,
            queue,
            accounts,
            owned,
            lately,
            shelf,
            post: Arc::default(),
            url: database.url.clone(),
        };
        Ok((store, migrated))
    }

    pub(crate) async fn close(&self) {
        self.watcher.close().await;
        if let Some(shelf) = &self.shelf {
            shelf.close();
        }
        self.guests.close().await;
        self.reader.close().await;
        self.writer.close().await;
    }

    pub(crate) fn guests(&self) -> &AnyPool {
        &self.guests
    }

    /// Begins to write. What is not committed did not happen.
    pub(crate) async fn write(&self) -> Result<Writing> {
        self.begin(Protection::Savepoint).await
    }

    /// Begins to write what is one statement, or is refused before it writes: given up later, it would take the work
    /// of others along.
    pub(crate) async fn write_once(&self) -> Result<Writing> {
        self.begin(Protection::None).await
    }

    /// Waits until what somebody has just read in a turn of theirs is committed: it may have been the
    /// work of others.
    pub(crate) async fn settle(&self) -> Result<()> {
        match &self.queue {
            Some(queue) => {
                let turn = queue.turn(Protection::None).await?;
                turn.commit(Haste::Now).await
            }
            None => Ok(()),
        }
    }

    /// Makes whoever waits for letters look.
    pub(crate) fn ring(&self) {
        self.post.notify_one();
    }

    /// Returns when there may be a letter to send.
    pub(crate) async fn mail_queued(&self) {
        self.post.notified().await;
    }

    /// Whether a commit that failed did not happen. A server may have done it and lost its answer.
    pub(crate) fn knows_what_failed(&self) -> bool {
        self.queue.is_some()
    }

    async fn begin(&self, protection: Protection) -> Result<Writing> {
        let waiting = Stopwatch::start();
        let turn = match &self.queue {
            Some(queue) => Turn::Shared(queue.turn(protection).await?),
            None => Turn::Own(self.writer.begin().await?),
        };
        waiting.database(Work::WaitToWrite);
        Ok(Writing::new(turn, Arc::clone(&self.post)))
    }
}

/// Each [`Reading`] has a connection of its own.
const OF_READING: u32 = 3;

/// How many connections read a file: each has a thread and a memory of pages of its own, and what is written makes all
/// of them look again.
fn readers() -> u32 {
    let cores = std::thread::available_parallelism().map_or(1, NonZeroUsize::get);
    OF_READING + u32::try_from(cores).unwrap_or(u32::MAX).clamp(2, 7)
}

async fn connect(database: &Database, connections: u32, extra: &'static str) -> Result<AnyPool> {
    let options = options(database, connections, extra);
    Ok(options.connect(&database.url).await?)
}

fn options(database: &Database, connections: u32, extra: &'static str) -> AnyPoolOptions {
    let wait = database.patience.as_millis();
    let setup = if database.is_sqlite() {
        format!("pragma busy_timeout = {wait}; {SQLITE_SETUP} {extra}")
    } else {
        format!("set lock_timeout = {wait}")
    };
    let options = AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(database.patience)
        // A connection to a file does not break off while nobody looks, and asking takes as long as a read.
        .test_before_acquire(!database.is_sqlite());
    // SQLite ends a transaction by itself when the disk is full; the driver goes on believing in it, and no
    // other can begin on that connection.
    let options = options.before_acquire(|connection, _| {
        Box::pin(async move { Ok(!connection.is_in_transaction()) })
    });
    options.after_connect(move |connection, _| {
        let setup = setup.clone();
        Box::pin(async move {
            // Constants of this file and a number: nothing here comes from outside.
            connection.execute(sqlx::AssertSqlSafe(setup)).await?;
            Ok(())
        })
    })
}

#[cfg(test)]
mod tests {
    use sqlx::AnyConnection;

    use super::*;

    #[tokio::test]
    async fn a_connection_that_cannot_write_is_no_writer() {
        sqlx::any::install_default_drivers();
        let folder = tempfile::tempdir().unwrap();
        let patience = StdDuration::from_secs(3);
        let database = Database::file(&folder.path().join("latchkey.db"), patience);
        connect(&database, 1, SQLITE_WRITES).await.unwrap();
        let sealed = Database {
            url: database.url.replace("mode=rwc", "mode=ro"),
            patience,
        };
        assert!(connect(&sealed, 1, "").await.is_ok());
        assert!(connect(&sealed, 1, SQLITE_WRITES).await.is_err());
    }

    #[tokio::test]
    async fn each_connection_has_a_memory_of_its_own() {
        sqlx::any::install_default_drivers();
        let mut connection = AnyConnection::connect("sqlite::memory:").await.unwrap();
        let query = sqlx::query_scalar("select compile_options from pragma_compile_options");
        let built: Vec<String> = query.fetch_all(&mut connection).await.unwrap();
        // By the flags in `.cargo/config.toml`.
        for wanted in ["DEFAULT_MEMSTATUS=0", "DEFAULT_PCACHE_INITSZ=-512"] {
            assert!(built.iter().any(|one| one == wanted), "{built:?}");
        }
        assert!(built.iter().all(|one| one != "ENABLE_MEMORY_MANAGEMENT"));
    }

    #[test]
    fn the_password_of_a_database_is_not_printed() {
        let database = Database {
            url: "postgres://latchkey:topsecret@db.internal/latchkey?password=another".to_owned(),
            patience: StdDuration::from_secs(3),
        };
        let printed = format!("{database:?}");
        assert_eq!(printed, "Database { url: postgres:…, patience: 3s }");
    }
}
