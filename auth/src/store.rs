//! The database. Only this file contains SQL, and each statement runs on SQLite and Postgres alike.

mod rows;

use std::path::Path;
use std::time::Duration as StdDuration;

use sqlx::any::AnyPoolOptions;
use sqlx::{Any, AnyPool, Executor, Row, Transaction};
use time::OffsetDateTime;

use crate::account::{Account, DisplayName, Email, Identifier, Username};
use crate::audit::{Activity, Entry, Event};
use crate::error::{Error, Result};
use crate::session::{Client, Persistence, SessionId, SessionRow};
pub(crate) use crate::store::rows::{Credentials, KeyRow};
use crate::store::rows::{millis, read_account, read_activity, read_id, read_session, time};

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
    let setup = database.is_sqlite().then(|| {
        let wait = database.patience.as_millis();
        format!("pragma busy_timeout = {wait}; {SQLITE_SETUP} {extra}")
    });
    let options = AnyPoolOptions::new()
        .max_connections(connections)
        .acquire_timeout(database.patience);
    let options = options.after_connect(move |connection, _| {
        let setup = setup.clone();
        Box::pin(async move {
            if let Some(statements) = setup {
                // Constants of this file and a number: nothing here comes from outside.
                connection.execute(sqlx::AssertSqlSafe(statements)).await?;
            }
            Ok(())
        })
    });
    Ok(options.connect(&database.url).await?)
}

/// A transaction that writes. Dropped without [`Writing::commit`], it leaves nothing behind.
pub(crate) struct Writing(Transaction<'static, Any>);

impl Writing {
    pub(crate) async fn commit(self) -> Result<()> {
        Ok(self.0.commit().await?)
    }

    /// The keys, oldest first. Two nodes that start at once come here one after the other: the counter's
    /// row is locked until the end of the transaction.
    pub(crate) async fn keys(&mut self) -> Result<Vec<KeyRow>> {
        sqlx::query("update counters set value = value where name = 'users'")
            .execute(&mut *self.0)
            .await?;
        let rows = sqlx::query("select * from keys order by created_at, id")
            .fetch_all(&mut *self.0)
            .await?;
        rows.iter().map(KeyRow::read).collect()
    }

    pub(crate) async fn insert_key(&mut self, key: &KeyRow) -> Result<()> {
        sqlx::query(
            "insert into keys (id, algorithm, public_key, sealed_private_key, created_at, promoted_at, retired_at)
             values ($1, $2, $3, $4, $5, $6, $7)",
        )
        .bind(key.id.clone())
        .bind(key.algorithm.clone())
        .bind(key.public_key.clone())
        .bind(key.sealed_private_key.clone())
        .bind(millis(key.created_at))
        .bind(key.promoted_at.map(millis))
        .bind(key.retired_at.map(millis))
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Inserts an account. Whether its names are free is for the database to decide.
    ///
    /// # Errors
    /// [`Taken::Name`] when a unique column refused the row.
    pub(crate) async fn insert_user(&mut self, user: &NewUser) -> std::result::Result<i64, Taken> {
        let id = self.next("users").await?;
        let inserted = sqlx::query(
            "insert into users (id, document_id, email, username, username_key, display_name, password_hash,
                                password_changed_at, role, created_at, updated_at)
             values ($1, $2, $3, $4, $5, '', $6, $7, 'user', $7, $7)",
        )
        .bind(id)
        .bind(user.document_id.clone())
        .bind(user.email.as_str().to_owned())
        .bind(user.username.as_str().to_owned())
        .bind(user.username.key())
        .bind(user.password_hash.clone())
        .bind(millis(user.at))
        .execute(&mut *self.0)
        .await;
        inserted.map(|_| id).map_err(Taken::from)
    }

    pub(crate) async fn update_profile(
        &mut self,
        change: &ProfileChange<'_>,
    ) -> std::result::Result<(), Taken> {
        sqlx::query(
            "update users set username = $1, username_key = $2, display_name = $3, updated_at = $4
             where document_id = $5",
        )
        .bind(change.username.as_str().to_owned())
        .bind(change.username.key())
        .bind(change.display_name.as_str().to_owned())
        .bind(millis(change.at))
        .bind(change.document_id.to_owned())
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    /// Replaces a hash by another of the same password, unless the password was changed meanwhile.
    pub(crate) async fn rehash(&mut self, user_id: i64, before: &str, after: &str) -> Result<()> {
        sqlx::query("update users set password_hash = $1 where id = $2 and password_hash = $3")
            .bind(after.to_owned())
            .bind(user_id)
            .bind(before.to_owned())
            .execute(&mut *self.0)
            .await?;
        Ok(())
    }

    pub(crate) async fn insert_session(&mut self, row: &SessionRow) -> Result<()> {
        let remembered = (row.persistence == Persistence::Remembered).then_some(row.created_at);
        sqlx::query(
            "insert into sessions (id, user_id, generation, rotated_at, used_generation, remembered_at,
                                   authenticated_at, methods, address, user_agent, created_at, last_seen_at,
                                   idle_expires_at, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        )
        .bind(row.id.as_str().to_owned())
        .bind(row.user_id)
        .bind(row.generation)
        .bind(millis(row.rotated_at))
        .bind(row.used_generation)
        .bind(remembered.map(millis))
        .bind(millis(row.authenticated_at))
        .bind(row.methods.join(" "))
        .bind(row.client.address.clone())
        .bind(row.client.user_agent.clone())
        .bind(millis(row.created_at))
        .bind(millis(row.last_seen_at))
        .bind(millis(row.idle_expires_at))
        .bind(millis(row.expires_at))
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    pub(crate) async fn session(&mut self, id: &SessionId) -> Result<Option<SessionRow>> {
        let row = sqlx::query(SESSION)
            .bind(id.as_str().to_owned())
            .fetch_optional(&mut *self.0)
            .await?;
        row.as_ref().map(read_session).transpose()
    }

    /// Moves a session to the generation after `row`'s, if it still is where `row` says.
    /// Returns whether this call was the one that moved it.
    pub(crate) async fn advance(&mut self, row: &SessionRow, to: &Rotation<'_>) -> Result<bool> {
        let done = sqlx::query(
            "update sessions set generation = generation + 1, rotated_at = $1, last_seen_at = $1,
                                 idle_expires_at = $2, address = $3, user_agent = $4
             where id = $5 and generation = $6 and revoked_at is null",
        )
        .bind(millis(to.at))
        .bind(millis(to.idle_expires_at))
        .bind(to.client.address.clone())
        .bind(to.client.user_agent.clone())
        .bind(row.id.as_str().to_owned())
        .bind(row.generation)
        .execute(&mut *self.0)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Ends a session. Returns whether it was alive before.
    pub(crate) async fn revoke(
        &mut self,
        id: &SessionId,
        because: Event,
        at: OffsetDateTime,
    ) -> Result<bool> {
        let done = sqlx::query(
            "update sessions set revoked_at = $1, revoked_because = $2 where id = $3 and revoked_at is null",
        )
        .bind(millis(at))
        .bind(because.name())
        .bind(id.as_str().to_owned())
        .execute(&mut *self.0)
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Appends to the trail. The counter's row lock is what puts the rows of several nodes in one line.
    pub(crate) async fn audit(&mut self, entry: &Entry<'_>) -> Result<()> {
        let id = self.next("audit").await?;
        let previous =
            sqlx::query("select hash from audit where id < $1 order by id desc limit 1").bind(id);
        let previous = previous.fetch_optional(&mut *self.0).await?;
        let previous: String = previous
            .map(|row| row.try_get("hash"))
            .transpose()?
            .unwrap_or_default();
        let at = millis(entry.at);
        sqlx::query(
            "insert into audit (id, at, event, user_id, session_id, address, user_agent, previous_hash, hash)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9)",
        )
        .bind(id)
        .bind(at)
        .bind(entry.event.name())
        .bind(entry.user_id)
        .bind(entry.session.map(|id| id.as_str().to_owned()))
        .bind(entry.client.address.clone())
        .bind(entry.client.user_agent.clone())
        .bind(previous.clone())
        .bind(entry.hash(id, at, &previous))
        .execute(&mut *self.0)
        .await?;
        Ok(())
    }

    async fn next(&mut self, counter: &'static str) -> std::result::Result<i64, sqlx::Error> {
        let query =
            sqlx::query("update counters set value = value + 1 where name = $1 returning value");
        query
            .bind(counter)
            .fetch_one(&mut *self.0)
            .await?
            .try_get("value")
    }
}

/// Why a row with a name in it was not written.
pub(crate) enum Taken {
    Name,
    Failed(Error),
}

impl From<sqlx::Error> for Taken {
    fn from(error: sqlx::Error) -> Self {
        match error.as_database_error() {
            Some(refused) if refused.is_unique_violation() => Self::Name,
            _ => Self::Failed(error.into()),
        }
    }
}

pub(crate) struct NewUser {
    pub(crate) document_id: String,
    pub(crate) email: Email,
    pub(crate) username: Username,
    pub(crate) password_hash: String,
    pub(crate) at: OffsetDateTime,
}

pub(crate) struct ProfileChange<'a> {
    pub(crate) document_id: &'a str,
    pub(crate) username: &'a Username,
    pub(crate) display_name: &'a DisplayName,
    pub(crate) at: OffsetDateTime,
}

pub(crate) struct Rotation<'a> {
    pub(crate) at: OffsetDateTime,
    pub(crate) idle_expires_at: OffsetDateTime,
    pub(crate) client: &'a Client,
}

const SESSION: &str = "select sessions.*, users.document_id, users.role, users.disabled_at
     from sessions join users on users.id = sessions.user_id where sessions.id = $1";

#[cfg(test)]
pub(crate) mod testing {
    //! What only tests ask of the database.

    use super::*;
    use crate::store::rows::read_client;

    /// A row of the trail as it is stored.
    #[derive(Clone)]
    pub(crate) struct Trail {
        pub(crate) id: i64,
        pub(crate) at: OffsetDateTime,
        pub(crate) event: Event,
        pub(crate) user_id: Option<i64>,
        pub(crate) session: Option<SessionId>,
        pub(crate) client: Client,
        pub(crate) previous_hash: String,
        pub(crate) hash: String,
    }

    impl Trail {
        pub(crate) fn computed_hash(&self) -> String {
            let Self {
                event,
                user_id,
                session,
                client,
                at,
                ..
            } = self;
            let entry = Entry {
                event: *event,
                user_id: *user_id,
                session: session.as_ref(),
                client,
                at: *at,
            };
            entry.hash(self.id, millis(*at), &self.previous_hash)
        }
    }

    impl Store {
        /// Oldest first.
        pub(crate) async fn trail(&self) -> Result<Vec<Trail>> {
            let rows = sqlx::query("select * from audit order by id")
                .fetch_all(&self.reader)
                .await?;
            let read = |row: &sqlx::any::AnyRow| {
                let event: String = row.try_get("event")?;
                let session: Option<String> = row.try_get("session_id")?;
                Ok(Trail {
                    id: row.try_get("id")?,
                    at: time(row, "at")?,
                    event: Event::from_name(&event).unwrap(),
                    user_id: row.try_get("user_id")?,
                    session: session.map(|id| id.try_into().unwrap()),
                    client: read_client(row)?,
                    previous_hash: row.try_get("previous_hash")?,
                    hash: row.try_get("hash")?,
                })
            };
            rows.iter().map(read).collect()
        }

        pub(crate) async fn disable(&self, username: &str, at: OffsetDateTime) -> Result<()> {
            sqlx::query("update users set disabled_at = $1 where username_key = $2")
                .bind(millis(at))
                .bind(username.to_owned())
                .execute(&self.writer)
                .await?;
            Ok(())
        }
    }
}
