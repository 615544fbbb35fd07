//! What is written, in transactions.

use sqlx::{Any, AnyConnection, Row, Transaction};
use time::OffsetDateTime;

use crate::account::{DisplayName, Email, Username};
use crate::audit::{Entry, Event, Record};
use crate::error::{Error, Result};
use crate::session::{Client, Persistence, SessionId, SessionRow};
use crate::store::rows::{KeyRow, millis, read_id, read_session};
use crate::store::sessions::SESSION;
use crate::store::trail::KEYS;
use crate::store::{news, queue};

/// A transaction that writes. Dropped without [`Writing::commit`], it leaves nothing behind.
///
/// Whoever locks more than one row takes them in this order: keys' number, a user, revocations' number,
/// sessions, the trail. So two of them never wait for each other.
pub(crate) struct Writing {
    turn: Turn,
    /// Whether other nodes have to hear of it.
    is_news: bool,
}

pub(super) enum Turn {
    Own(Transaction<'static, Any>),
    Shared(queue::Turn),
}

impl Writing {
    pub(super) fn new(turn: Turn) -> Self {
        Self {
            turn,
            is_news: false,
        }
    }

    pub(crate) async fn commit(mut self) -> Result<()> {
        if self.is_news && matches!(self.turn, Turn::Own(_)) {
            sqlx::query(news::NOTIFY).execute(self.connection()).await?;
        }
        match self.turn {
            Turn::Own(transaction) => Ok(transaction.commit().await?),
            Turn::Shared(turn) => turn.commit().await,
        }
    }

    fn connection(&mut self) -> &mut AnyConnection {
        match &mut self.turn {
            Turn::Own(transaction) => transaction,
            Turn::Shared(turn) => turn.connection(),
        }
    }

    /// The keys, oldest first. Nodes that look after them come here one after the other: the number's row
    /// is locked until the end of the transaction.
    pub(crate) async fn keys(&mut self) -> Result<Vec<KeyRow>> {
        sqlx::query("update counters set value = value where name = 'keys'")
            .execute(self.connection())
            .await?;
        let rows = sqlx::query(KEYS).fetch_all(self.connection()).await?;
        rows.iter().map(KeyRow::read).collect()
    }

    /// Tells the other nodes that the keys are not what they were. Returns the number of this change.
    pub(crate) async fn keys_changed(&mut self) -> Result<i64> {
        self.is_news = true;
        Ok(self.next("keys").await?)
    }

    /// Writes what changes in a key's life; the key itself stays.
    pub(crate) async fn update_key(&mut self, key: &KeyRow) -> Result<()> {
        sqlx::query(
            "update keys set sealed_private_key = $1, promote_at = $2, promoted_at = $3, retired_at = $4
             where id = $5",
        )
        .bind(key.sealed_private_key.clone())
        .bind(key.promote_at.map(millis))
        .bind(key.promoted_at.map(millis))
        .bind(key.retired_at.map(millis))
        .bind(key.id.clone())
        .execute(self.connection())
        .await?;
        Ok(())
    }

    pub(crate) async fn delete_key(&mut self, id: &str) -> Result<()> {
        let query = sqlx::query("delete from keys where id = $1").bind(id.to_owned());
        query.execute(self.connection()).await?;
        Ok(())
    }

    pub(crate) async fn insert_key(&mut self, key: &KeyRow) -> Result<()> {
        sqlx::query(
            "insert into keys (id, algorithm, public_key, sealed_private_key, created_at, promote_at, promoted_at,
                               retired_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8)",
        )
        .bind(key.id.clone())
        .bind(key.algorithm.clone())
        .bind(key.public_key.clone())
        .bind(key.sealed_private_key.clone())
        .bind(millis(key.created_at))
        .bind(key.promote_at.map(millis))
        .bind(key.promoted_at.map(millis))
        .bind(key.retired_at.map(millis))
        .execute(self.connection())
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
        .execute(self.connection())
        .await;
        inserted.map(|_| id).map_err(Taken::from)
    }

    pub(crate) async fn is_email_taken(&mut self, email: &Email) -> Result<bool> {
        let query =
            sqlx::query("select id from users where email = $1").bind(email.as_str().to_owned());
        Ok(query.fetch_optional(self.connection()).await?.is_some())
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
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Replaces a hash by another of the same password, unless the password was changed meanwhile.
    pub(crate) async fn rehash(&mut self, user_id: i64, before: &str, after: &str) -> Result<()> {
        sqlx::query("update users set password_hash = $1 where id = $2 and password_hash = $3")
            .bind(after.to_owned())
            .bind(user_id)
            .bind(before.to_owned())
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Keeps an account as it is until the transaction is over. Returns whether it still has this hash and
    /// can be used: a password may be changed, or an account disabled, while somebody's is verified.
    pub(crate) async fn hold_account(&mut self, user_id: i64, password_hash: &str) -> Result<bool> {
        // An update that changes nothing locks the row on Postgres too.
        let done = sqlx::query(
            "update users set updated_at = updated_at
             where id = $1 and password_hash = $2 and disabled_at is null",
        )
        .bind(user_id)
        .bind(password_hash.to_owned())
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Returns whether the account was there, and its hash still the one that was verified.
    pub(crate) async fn update_password(
        &mut self,
        user_id: i64,
        before: &str,
        after: &str,
        at: OffsetDateTime,
    ) -> Result<bool> {
        let done = sqlx::query(
            "update users set password_hash = $1, password_changed_at = $2, updated_at = $2
             where id = $3 and password_hash = $4",
        )
        .bind(after.to_owned())
        .bind(millis(at))
        .bind(user_id)
        .bind(before.to_owned())
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Returns whether the account was there, and in the other state before.
    pub(crate) async fn disable(&mut self, user_id: i64, at: OffsetDateTime) -> Result<bool> {
        let query = sqlx::query(
            "update users set disabled_at = $1, updated_at = $1 where id = $2 and disabled_at is null",
        );
        let query = query.bind(millis(at)).bind(user_id);
        Ok(query.execute(self.connection()).await?.rows_affected() == 1)
    }

    /// Returns whether the account was there, and in the other state before.
    pub(crate) async fn enable(&mut self, user_id: i64, at: OffsetDateTime) -> Result<bool> {
        let query = sqlx::query(
            "update users set disabled_at = null, updated_at = $1 where id = $2 and disabled_at is not null",
        );
        let query = query.bind(millis(at)).bind(user_id);
        Ok(query.execute(self.connection()).await?.rows_affected() == 1)
    }

    pub(crate) async fn insert_session(&mut self, row: &SessionRow) -> Result<()> {
        let remembered = (row.persistence == Persistence::Remembered).then_some(row.created_at);
        sqlx::query(
            "insert into sessions (id, user_id, generation, rotated_at, used_generation, remembered_at,
                                   authenticated_at, methods, address, user_agent, created_at, last_seen_at,
                                   idle_expires_at, expires_at)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14)",
        )
        .bind(String::from(row.id))
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
        .execute(self.connection())
        .await?;
        Ok(())
    }

    pub(crate) async fn session(&mut self, id: SessionId) -> Result<Option<SessionRow>> {
        let row = sqlx::query(SESSION)
            .bind(String::from(id))
            .fetch_optional(self.connection())
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
        .bind(String::from(row.id))
        .bind(row.generation)
        .execute(self.connection())
        .await?;
        Ok(done.rows_affected() == 1)
    }

    /// Notes that an access token of `generation` was seen in use.
    pub(crate) async fn mark_used(&mut self, id: SessionId, generation: i64) -> Result<()> {
        sqlx::query(
            "update sessions set used_generation = $1 where id = $2 and used_generation < $1",
        )
        .bind(generation)
        .bind(String::from(id))
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Ends the sessions that `which` names and that are alive. Returns them.
    pub(crate) async fn revoke(
        &mut self,
        which: Which,
        because: Event,
        at: OffsetDateTime,
    ) -> Result<Vec<SessionId>> {
        // The number first: its row puts those who revoke in one line.
        let number = self.next("revocations").await?;
        self.is_news = true;
        let query = match which {
            Which::One(id) => sqlx::query(
                "update sessions set revoked_at = $1, revoked_because = $2, revocation = $3
                 where id = $4 and revoked_at is null returning id",
            )
            .bind(millis(at))
            .bind(because.name())
            .bind(number)
            .bind(String::from(id)),
            Which::AllOf { user_id, but } => sqlx::query(
                "update sessions set revoked_at = $1, revoked_because = $2, revocation = $3
                 where user_id = $4 and revoked_at is null and id <> $5 returning id",
            )
            .bind(millis(at))
            .bind(because.name())
            .bind(number)
            .bind(user_id)
            .bind(but.map(String::from).unwrap_or_default()),
        };
        let rows = query.fetch_all(self.connection()).await?;
        rows.iter().map(|row| read_id(row, "id")).collect()
    }

    /// Appends to the trail. The counter's row lock is what puts the rows of several nodes in one line.
    pub(crate) async fn audit(&mut self, entry: &Entry<'_>) -> Result<()> {
        let id = self.next("audit").await?;
        let previous =
            sqlx::query("select hash from audit where id < $1 order by id desc limit 1").bind(id);
        let previous = previous.fetch_optional(self.connection()).await?;
        let previous_hash = previous
            .map(|row| row.try_get("hash"))
            .transpose()?
            .unwrap_or_default();
        let mut record = Record {
            id,
            at: millis(entry.at),
            event: entry.event.name().to_owned(),
            user_id: entry.user_id,
            session_id: entry.session.map(String::from),
            client: entry.client.clone(),
            detail: entry.detail.map(str::to_owned),
            previous_hash,
            hash: String::new(),
        };
        record.hash = record.computed_hash();
        self.insert_record(record).await
    }

    async fn insert_record(&mut self, record: Record) -> Result<()> {
        sqlx::query(
            "insert into audit (id, at, event, user_id, session_id, address, user_agent, detail,
                                previous_hash, hash)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10)",
        )
        .bind(record.id)
        .bind(record.at)
        .bind(record.event)
        .bind(record.user_id)
        .bind(record.session_id)
        .bind(record.client.address)
        .bind(record.client.user_agent)
        .bind(record.detail)
        .bind(record.previous_hash)
        .bind(record.hash)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Whether the trail has an event of this kind on a session already.
    pub(crate) async fn has_entry(&mut self, session: SessionId, event: Event) -> Result<bool> {
        let query =
            sqlx::query("select id from audit where session_id = $1 and event = $2 limit 1");
        let query = query.bind(String::from(session)).bind(event.name());
        Ok(query.fetch_optional(self.connection()).await?.is_some())
    }

    async fn next(&mut self, counter: &'static str) -> std::result::Result<i64, sqlx::Error> {
        let query =
            sqlx::query("update counters set value = value + 1 where name = $1 returning value");
        query
            .bind(counter)
            .fetch_one(self.connection())
            .await?
            .try_get("value")
    }
}

/// Which sessions are to end.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Which {
    One(SessionId),
    /// Those of one account, but for one of them.
    AllOf {
        user_id: i64,
        but: Option<SessionId>,
    },
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
