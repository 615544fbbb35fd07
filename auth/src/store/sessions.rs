//! The sessions' rows.

use sqlx::Row;
use sqlx::any::AnyRow;
use time::OffsetDateTime;

use crate::audit::Event;
use crate::error::Result;
use crate::session::{Client, DeviceId, Persistence, SessionId, SessionRow};
use crate::store::rows::{millis, read_id, read_session, time};
use crate::store::{Store, Writing};
use crate::token::LEEWAY;

const SESSION: &str = "select sessions.*, users.document_id, users.role, users.disabled_at
     from sessions join users on users.id = sessions.user_id where sessions.id = $1";

/// A session that is over, as the other nodes have to know it.
pub(crate) struct Revoked {
    pub(crate) id: SessionId,
    pub(crate) at: OffsetDateTime,
}

impl Store {
    pub(crate) async fn session(&self, id: SessionId) -> Result<Option<SessionRow>> {
        let row = sqlx::query(SESSION)
            .bind(String::from(id))
            .fetch_optional(&mut *self.reader().await?)
            .await?;
        row.as_ref().map(read_session).transpose()
    }

    /// The live sessions of an account, the last one seen first.
    pub(crate) async fn sessions_of(
        &self,
        user_id: i64,
        now: OffsetDateTime,
    ) -> Result<Vec<SessionRow>> {
        let query = sqlx::query(
            "select sessions.*, users.document_id, users.role, users.disabled_at
             from sessions join users on users.id = sessions.user_id
             where user_id = $1 and revoked_at is null and expires_at > $2 and idle_expires_at > $2
             order by last_seen_at desc, sessions.id",
        );
        let query = query.bind(user_id).bind(millis(now));
        let rows = query.fetch_all(&mut *self.reader().await?).await?;
        rows.iter().map(read_session).collect()
    }

    /// Every session of an account that is held, the newest first.
    pub(crate) async fn all_sessions_of(&self, user_id: i64) -> Result<Vec<SessionRow>> {
        let query = sqlx::query(
            "select sessions.*, users.document_id, users.role, users.disabled_at
             from sessions join users on users.id = sessions.user_id
             where user_id = $1 order by sessions.created_at desc, sessions.id",
        );
        let rows = query
            .bind(user_id)
            .fetch_all(&mut *self.reader().await?)
            .await?;
        rows.iter().map(read_session).collect()
    }

    /// The id that is `count` sessions after another one, in the order of their ids; none when there are fewer.
    pub(crate) async fn session_after(&self, from: &str, count: i64) -> Result<Option<String>> {
        let query =
            sqlx::query("select id from sessions where id > $1 order by id limit 1 offset $2");
        let query = query.bind(from.to_owned()).bind(count - 1);
        let row = query.fetch_optional(&mut *self.reader().await?).await?;
        Ok(row.map(|row| row.try_get("id")).transpose()?)
    }

    pub(crate) async fn revoked_since(&self, since: OffsetDateTime) -> Result<Vec<Revoked>> {
        let query = sqlx::query("select id, revoked_at from sessions where revoked_at >= $1");
        let rows = query
            .bind(millis(since))
            .fetch_all(&mut *self.reader().await?)
            .await?;
        Ok(read_revoked(&rows))
    }

    /// What was revoked after the revocation of this number.
    pub(crate) async fn revoked_after(&self, number: i64) -> Result<Vec<Revoked>> {
        let query = sqlx::query("select id, revoked_at from sessions where revocation > $1");
        let rows = query.bind(number).fetch_all(&self.watcher).await?;
        Ok(read_revoked(&rows))
    }

    /// Notes that access tokens of these generations were seen in use.
    pub(crate) async fn mark_used(&self, seen: &[(SessionId, i64)]) -> Result<()> {
        // Where others write at the same time, two that lock several sessions could wait for each other.
        let at_once = if self.queue.is_some() { seen.len() } else { 1 };
        for seen in seen.chunks(at_once.max(1)) {
            let mut writing = self.write().await?;
            for (id, generation) in seen {
                writing.mark_used(*id, *generation).await?;
            }
            writing.commit().await?;
        }
        Ok(())
    }
}

impl Writing {
    pub(crate) async fn insert_session(&mut self, row: &SessionRow) -> Result<()> {
        let remembered = (row.persistence == Persistence::Remembered).then_some(row.created_at);
        sqlx::query(
            "insert into sessions (id, user_id, generation, rotated_at, used_generation, remembered_at,
                                   authenticated_at, methods, address, user_agent, created_at, last_seen_at,
                                   idle_expires_at, expires_at, device_id)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, $12, $13, $14, $15)",
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
        .bind(row.device.as_ref().map(|device| device.as_str().to_owned()))
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

    /// Keeps a session where `row` says until the transaction is over. Returns whether it is there, and alive.
    pub(crate) async fn hold_session(&mut self, row: &SessionRow) -> Result<bool> {
        let done = sqlx::query(
            "update sessions set generation = generation
             where id = $1 and generation = $2 and revoked_at is null",
        )
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

    /// Removes the sessions that were over before, of those with an id after `from`, and up to `to` if there
    /// is one.
    pub(crate) async fn remove_sessions(
        &mut self,
        from: &str,
        to: Option<&str>,
        before: OffsetDateTime,
    ) -> Result<()> {
        let query = match to {
            Some(_) => sqlx::query(
                "delete from sessions where id > $1 and id <= $3
                     and (revoked_at < $2 or (revoked_at is null and (expires_at < $2 or idle_expires_at < $2)))",
            ),
            None => sqlx::query(
                "delete from sessions where id > $1
                     and (revoked_at < $2 or (revoked_at is null and (expires_at < $2 or idle_expires_at < $2)))",
            ),
        };
        let query = query.bind(from.to_owned()).bind(millis(before));
        let query = match to {
            Some(to) => query.bind(to.to_owned()),
            None => query,
        };
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Joins the line of those who revoke, before anything that comes after sessions in the order of locks.
    pub(crate) async fn line_up(&mut self) -> Result<()> {
        let query = sqlx::query("update counters set value = value where name = 'revocations'");
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Ends the sessions that `which` names and that are alive. Returns them.
    pub(crate) async fn revoke(
        &mut self,
        which: Which<'_>,
        because: Event,
        at: OffsetDateTime,
    ) -> Result<Vec<SessionId>> {
        // The number first: its row puts those who revoke in one line.
        let number = self.next("revocations").await?;
        self.tell_others();
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
                 where user_id = $4 and revoked_at is null and id <> $5
                     and expires_at > $6 and idle_expires_at > $6 returning id",
            )
            .bind(millis(at))
            .bind(because.name())
            .bind(number)
            .bind(user_id)
            .bind(but.map(String::from).unwrap_or_default())
            // What ran out is over by itself, and so are its tokens.
            .bind(millis(at - LEEWAY)),
            Which::OnDevice { user_id, device } => sqlx::query(
                "update sessions set revoked_at = $1, revoked_because = $2, revocation = $3
                 where user_id = $4 and device_id = $5 and revoked_at is null
                     and expires_at > $6 and idle_expires_at > $6 returning id",
            )
            .bind(millis(at))
            .bind(because.name())
            .bind(number)
            .bind(user_id)
            .bind(device.as_str().to_owned())
            .bind(millis(at - LEEWAY)),
        };
        let rows = query.fetch_all(self.connection()).await?;
        self.has_ended(because.name(), rows.len());
        rows.iter().map(|row| read_id(row, "id")).collect()
    }
}

/// Which sessions are to end.
#[derive(Debug, Clone, Copy)]
pub(crate) enum Which<'a> {
    One(SessionId),
    /// Those of one account, but for one of them.
    AllOf {
        user_id: i64,
        but: Option<SessionId>,
    },
    /// Those of one account on what its program calls one device.
    OnDevice {
        user_id: i64,
        device: &'a DeviceId,
    },
}

pub(crate) struct Rotation<'a> {
    pub(crate) at: OffsetDateTime,
    pub(crate) idle_expires_at: OffsetDateTime,
    pub(crate) client: &'a Client,
}

/// A row that cannot be read is passed over: it must not hide the others.
fn read_revoked(rows: &[AnyRow]) -> Vec<Revoked> {
    let read = |row: &AnyRow| -> Result<Revoked> {
        Ok(Revoked {
            id: read_id(row, "id")?,
            at: time(row, "revoked_at")?,
        })
    };
    let passed_over = |error| tracing::error!(%error, "a revoked session cannot be read");
    rows.iter()
        .filter_map(|row| read(row).map_err(passed_over).ok())
        .collect()
}
