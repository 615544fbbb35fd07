//! What is asked of sessions and of their trail, and what is learned of them off the request's path.

use time::OffsetDateTime;

use crate::audit::{Activity, Event};
use crate::error::Result;
use crate::session::{SessionId, SessionRow};
use crate::store::Store;
use crate::store::rows::{millis, read_activity, read_id, read_session, time};

pub(super) const SESSION: &str =
    "select sessions.*, users.document_id, users.role, users.disabled_at
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
            .fetch_optional(&self.reader)
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
        let rows = query.fetch_all(&self.reader).await?;
        rows.iter().map(read_session).collect()
    }

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
        let rows = query.fetch_all(&self.reader).await?;
        rows.iter()
            .filter_map(|row| read_activity(row).transpose())
            .collect()
    }

    /// The events of one kind since then, the newest first.
    pub(crate) async fn activity_since(
        &self,
        user_id: i64,
        event: Event,
        since: OffsetDateTime,
    ) -> Result<Vec<Activity>> {
        let query = sqlx::query(
            "select * from audit where user_id = $1 and event = $2 and at >= $3
             order by id desc limit 10",
        );
        let query = query.bind(user_id).bind(event.name()).bind(millis(since));
        let rows = query.fetch_all(&self.reader).await?;
        rows.iter()
            .filter_map(|row| read_activity(row).transpose())
            .collect()
    }

    pub(crate) async fn revoked_since(&self, since: OffsetDateTime) -> Result<Vec<Revoked>> {
        let query = sqlx::query("select id, revoked_at from sessions where revoked_at >= $1");
        let rows = query.bind(millis(since)).fetch_all(&self.reader).await?;
        rows.iter().map(read_revoked).collect()
    }

    /// What was revoked after the revocation of this number.
    pub(crate) async fn revoked_after(&self, number: i64) -> Result<Vec<Revoked>> {
        let query = sqlx::query("select id, revoked_at from sessions where revocation > $1");
        let rows = query.bind(number).fetch_all(&self.reader).await?;
        rows.iter().map(read_revoked).collect()
    }

    /// Notes that access tokens of these generations were seen in use.
    pub(crate) async fn mark_used(&self, seen: &[(SessionId, i64)]) -> Result<()> {
        let mut writing = self.write().await?;
        for (id, generation) in seen {
            writing.mark_used(*id, *generation).await?;
        }
        writing.commit().await
    }
}

fn read_revoked(row: &sqlx::any::AnyRow) -> Result<Revoked> {
    Ok(Revoked {
        id: read_id(row, "id")?,
        at: time(row, "revoked_at")?,
    })
}
