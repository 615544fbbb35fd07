//! What is written, in transactions.

use sqlx::{Any, Row, Transaction};
use time::OffsetDateTime;

use crate::account::{DisplayName, Email, Username};
use crate::audit::{Entry, Event};
use crate::error::{Error, Result};
use crate::session::{Client, Persistence, SessionId, SessionRow};
use crate::store::SESSION;
use crate::store::rows::{KeyRow, millis, read_session};

/// A transaction that writes. Dropped without [`Writing::commit`], it leaves nothing behind.
pub(crate) struct Writing(pub(super) Transaction<'static, Any>);

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
