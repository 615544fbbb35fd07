//! The database. Only this file contains SQL, and each statement runs on SQLite and Postgres alike.

mod rows;
#[cfg(test)]
mod testing;
mod writing;

use std::path::Path;
use std::time::Duration as StdDuration;

use sqlx::any::AnyPoolOptions;
use sqlx::{AnyPool, Executor};
use time::OffsetDateTime;

use crate::account::{Account, Email, Identifier};
use crate::audit::Activity;
use crate::error::{Error, Result};
use crate::session::{SessionId, SessionRow};
pub(crate) use crate::store::rows::{Credentials, KeyRow};
use crate::store::rows::{millis, read_account, read_activity, read_id, read_session, time};
pub(crate) use crate::store::writing::{NewUser, ProfileChange, Rotation, Taken, Writing};

/// Where the accounts are kept.
#[derive(Debug, Clone)]
pub struct Database {
    /// `sqlite:…` or `postgres://…`.
    pub url: String,
    /// How long to wait for a connection or a lock before the answer is [`Error::Unavailable`].
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

/// Connections to the database. On SQLite one of them writes, so that writers queue here and not
/// in the file's lock; on Postgres both pools are the same.
pub(crate) struct Store {
    writer: AnyPool,
    reader: AnyPool,
    begin: &'static str,
}

const SQLITE_SETUP: &str =
    "pragma journal_mode = wal; pragma synchronous = full; pragma foreign_keys = on;";

impl Store {
    pub(crate) async fn open(database: &Database) -> Result<Self> {
        sqlx::any::install_default_drivers();
        let store = if database.is_sqlite() {
            let writer = connect(database, 1, "").await?;
            let reader = connect(database, 8, "pragma query_only = on;").await?;
            Self {
                writer,
                reader,
                begin: "begin immediate",
            }
        } else {
            let pool = connect(database, 10, "").await?;
            Self {
                writer: pool.clone(),
                reader: pool,
                begin: "begin",
            }
        };
        sqlx::migrate!()
            .run(&store.writer)
            .await
            .map_err(Error::internal)?;
        Ok(store)
    }

    pub(crate) async fn close(&self) {
        self.reader.close().await;
        self.writer.close().await;
    }

    /// Begins to write. What is not committed did not happen.
    pub(crate) async fn write(&self) -> Result<Writing> {
        Ok(Writing(self.writer.begin_with(self.begin).await?))
    }

    pub(crate) async fn credentials(&self, identifier: &Identifier) -> Result<Option<Credentials>> {
        let query = match identifier {
            Identifier::Email(email) => {
                sqlx::query("select * from users where email = $1").bind(email.as_str().to_owned())
            }
            Identifier::Username(key) => {
                sqlx::query("select * from users where username_key = $1").bind(key.clone())
            }
        };
        let row = query.fetch_optional(&self.reader).await?;
        row.as_ref().map(Credentials::read).transpose()
    }

    pub(crate) async fn account(&self, document_id: &str) -> Result<Option<Account>> {
        let query =
            sqlx::query("select * from users where document_id = $1 and disabled_at is null");
        let row = query
            .bind(document_id.to_owned())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read_account).transpose()
    }

    pub(crate) async fn has_users(&self) -> Result<bool> {
        Ok(sqlx::query("select id from users limit 1")
            .fetch_optional(&self.reader)
            .await?
            .is_some())
    }

    pub(crate) async fn is_email_taken(&self, email: &Email) -> Result<bool> {
        let query =
            sqlx::query("select id from users where email = $1").bind(email.as_str().to_owned());
        Ok(query.fetch_optional(&self.reader).await?.is_some())
    }

    pub(crate) async fn session(&self, id: &SessionId) -> Result<Option<SessionRow>> {
        let row = sqlx::query(SESSION)
            .bind(id.as_str().to_owned())
            .fetch_optional(&self.reader)
            .await?;
        row.as_ref().map(read_session).transpose()
    }

    /// Newest first.
    pub(crate) async fn activity(&self, user_id: i64, limit: i64) -> Result<Vec<Activity>> {
        let query = sqlx::query("select * from audit where user_id = $1 order by id desc limit $2");
        let rows = query
            .bind(user_id)
            .bind(limit)
            .fetch_all(&self.reader)
            .await?;
        rows.iter()
            .filter_map(|row| read_activity(row).transpose())
            .collect()
    }

    pub(crate) async fn revoked_since(
        &self,
        since: OffsetDateTime,
    ) -> Result<Vec<(SessionId, OffsetDateTime)>> {
        let query = sqlx::query("select id, revoked_at from sessions where revoked_at >= $1");
        let rows = query.bind(millis(since)).fetch_all(&self.reader).await?;
        rows.iter()
            .map(|row| Ok((read_id(row, "id")?, time(row, "revoked_at")?)))
            .collect()
    }

    /// Notes that an access token of `generation` was seen in use.
    pub(crate) async fn mark_used(&self, id: &SessionId, generation: i64) -> Result<()> {
        sqlx::query(
            "update sessions set used_generation = $1 where id = $2 and used_generation < $1",
        )
        .bind(generation)
        .bind(id.as_str().to_owned())
        .execute(&self.writer)
        .await?;
        Ok(())
    }
}

async fn connect(database: &Database, connections: u32, extra: &'static str) -> Result<AnyPool> {
    let wait = database.patience.as_millis();
    let setup = if database.is_sqlite() {
        format!("pragma busy_timeout = {wait}; {SQLITE_SETUP} {extra}")
    } else {
        format!("set lock_timeout = {wait}")
    };
    let options = AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(database.patience);
    let options = options.after_connect(move |connection, _| {
        let setup = setup.clone();
        Box::pin(async move {
            // Constants of this file and a number: nothing here comes from outside.
            connection.execute(sqlx::AssertSqlSafe(setup)).await?;
            Ok(())
        })
    });
    Ok(options.connect(&database.url).await?)
}

const SESSION: &str = "select sessions.*, users.document_id, users.role, users.disabled_at
     from sessions join users on users.id = sessions.user_id where sessions.id = $1";
