//! The rows of the trail.

use sqlx::{AnyConnection, Row};
use time::OffsetDateTime;

use crate::audit::{Activity, Entry, Event, Record};
use crate::error::Result;
use crate::session::SessionId;
use crate::store::rows::{millis, read_activity, read_record};
use crate::store::{Store, Writing};

impl Store {
    /// The newest first, from the one before `before` on.
    pub(crate) async fn activity(
        &self,
        user_id: i64,
        before: i64,
        limit: i64,
    ) -> Result<Vec<Activity>> {
        let query = sqlx::query(
            "select * from audit where user_id = $1 and id < $2 order by id desc limit $3",
        );
        let query = query.bind(user_id).bind(before).bind(limit);
        let rows = query.fetch_all(&mut *self.reader().await?).await?;
        rows.iter()
            .filter_map(|row| read_activity(row).transpose())
            .collect()
    }

    /// The copied sessions that were caught since then, the newest first.
    pub(crate) async fn reuses(
        &self,
        user_id: i64,
        since: OffsetDateTime,
    ) -> Result<Vec<Activity>> {
        // The event stands in the statement, so that its index is used.
        let query = sqlx::query(
            "select * from audit where user_id = $1 and at >= $2 and event = 'session_reused'
             order by at desc, id desc limit 10",
        );
        let query = query.bind(user_id).bind(millis(since));
        let rows = query.fetch_all(&mut *self.reader().await?).await?;
        rows.iter()
            .filter_map(|row| read_activity(row).transpose())
            .collect()
    }

    /// How many rows the trail ever had.
    pub(crate) async fn rows_written_to_trail(&self) -> Result<i64> {
        let query = sqlx::query("select value from counters where name = 'audit'");
        let row = query.fetch_one(&mut *self.reader().await?).await?;
        Ok(row.try_get("value")?)
    }

    /// Rows after `after` and up to `last`, the oldest first, at most `limit`.
    pub(crate) async fn trail(&self, after: i64, last: i64, limit: i64) -> Result<Vec<Record>> {
        let query =
            sqlx::query("select * from audit where id > $1 and id <= $2 order by id limit $3");
        let query = query.bind(after).bind(last).bind(limit);
        let rows = query.fetch_all(&mut *self.reader().await?).await?;
        rows.iter().map(read_record).collect()
    }
}

/// A number below that of every row.
const BEFORE_ALL: i64 = 0;

impl Store {
    /// The newest rows, the newest first.
    pub(crate) async fn trail_end(&self, user_id: Option<i64>, limit: i64) -> Result<Vec<Record>> {
        let query = match user_id {
            Some(id) => {
                sqlx::query("select * from audit where user_id = $1 order by id desc limit $2")
                    .bind(id)
            }
            None => sqlx::query("select * from audit where id > $1 order by id desc limit $2")
                .bind(BEFORE_ALL),
        };
        let rows = query
            .bind(limit)
            .fetch_all(&mut *self.reader().await?)
            .await?;
        rows.iter().map(read_record).collect()
    }

    /// Rows after this one, the oldest first.
    pub(crate) async fn trail_after(
        &self,
        user_id: Option<i64>,
        after: i64,
        limit: i64,
    ) -> Result<Vec<Record>> {
        let Some(user_id) = user_id else {
            return self.trail(after, i64::MAX, limit).await;
        };
        let query =
            sqlx::query("select * from audit where user_id = $1 and id > $2 order by id limit $3");
        let query = query.bind(user_id).bind(after).bind(limit);
        let rows = query.fetch_all(&mut *self.reader().await?).await?;
        rows.iter().map(read_record).collect()
    }
}

/// The last row of the trail, for those who write while nobody else can.
#[derive(Debug, Clone)]
pub(super) struct TrailEnd {
    id: i64,
    hash: String,
}

impl TrailEnd {
    async fn look_up(connection: &mut AnyConnection) -> Result<Self> {
        let query = sqlx::query(
            "select value, coalesce((select hash from audit where audit.id <= counters.value
                                     order by audit.id desc limit 1), '') as hash
             from counters where name = 'audit'",
        );
        let row = query.fetch_one(connection).await?;
        Ok(Self {
            id: row.try_get("value")?,
            hash: row.try_get("hash")?,
        })
    }

    /// Writes down how many rows there are.
    pub(super) async fn settle(
        self,
        connection: &mut AnyConnection,
    ) -> std::result::Result<(), sqlx::Error> {
        let query = sqlx::query("update counters set value = $1 where name = 'audit'");
        query.bind(self.id).execute(connection).await.map(drop)
    }
}

impl Writing {
    /// Appends to the trail.
    pub(crate) async fn audit(&mut self, entry: &Entry<'_>) -> Result<()> {
        let end = self.trail_end().await?;
        let previous_hash = end.hash;
        let mut record = Record {
            id: end.id + 1,
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
        let end = TrailEnd {
            id: record.id,
            hash: record.hash.clone(),
        };
        self.insert_record(record).await?;
        if let Some(known) = self.known_trail() {
            *known = Some(end);
        }
        Ok(())
    }

    /// Where the trail ends, and stays until this is committed. Where others write too, the row lock of the counter
    /// is what puts the rows of several nodes in one line.
    async fn trail_end(&mut self) -> Result<TrailEnd> {
        match self.known_trail() {
            Some(Some(known)) => return Ok(known.clone()),
            Some(None) => return TrailEnd::look_up(self.connection()).await,
            None => {}
        }
        let id = self.next("audit").await?;
        let query =
            sqlx::query("select hash from audit where id < $1 order by id desc limit 1").bind(id);
        let row = query.fetch_optional(self.connection()).await?;
        let hash = row.map(|row| row.try_get("hash")).transpose()?;
        Ok(TrailEnd {
            id: id - 1,
            hash: hash.unwrap_or_default(),
        })
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

    /// Whether the trail has an event of this kind on an account.
    pub(crate) async fn has_event(&mut self, user_id: i64, event: Event) -> Result<bool> {
        let query = sqlx::query("select id from audit where user_id = $1 and event = $2 limit 1");
        let query = query.bind(user_id).bind(event.name());
        Ok(query.fetch_optional(self.connection()).await?.is_some())
    }

    /// Whether the trail has an event of this kind on a session already.
    pub(crate) async fn has_entry(&mut self, session: SessionId, event: Event) -> Result<bool> {
        let query =
            sqlx::query("select id from audit where session_id = $1 and event = $2 limit 1");
        let query = query.bind(String::from(session)).bind(event.name());
        Ok(query.fetch_optional(self.connection()).await?.is_some())
    }
}
