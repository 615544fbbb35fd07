//! What only tests ask of the database.

use sqlx::Row;
use time::OffsetDateTime;

use crate::audit::{Entry, Event};
use crate::error::Result;
use crate::session::{Client, SessionId};
use crate::store::Store;
use crate::store::rows::{millis, read_client, time};

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
