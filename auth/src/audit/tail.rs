//! The end of the trail, for an operator who watches it.

use time::{Duration, OffsetDateTime};

use crate::Auth;
use crate::audit::Record;
use crate::error::{Error, Result};
use crate::session::Client;

/// A row of the trail as an operator may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct TrailRow {
    /// Its number; the newest has the highest.
    pub id: i64,
    /// When.
    pub at: OffsetDateTime,
    /// What happened, under the name that the database has. A newer version may have written it.
    pub event: String,
    /// The number of the account, which may be gone.
    pub user_id: Option<i64>,
    /// On which device, when it is about one.
    pub session: Option<String>,
    /// From where.
    pub client: Client,
    /// What the event leaves open, in a word.
    pub detail: Option<String>,
}

impl TryFrom<Record> for TrailRow {
    type Error = Error;

    fn try_from(record: Record) -> Result<Self> {
        let at = OffsetDateTime::UNIX_EPOCH.checked_add(Duration::milliseconds(record.at));
        Ok(Self {
            id: record.id,
            at: at.ok_or_else(|| Error::internal(format!("row {} has no time", record.id)))?,
            event: record.event,
            user_id: record.user_id,
            session: record.session_id,
            client: record.client,
            detail: record.detail,
        })
    }
}

impl Auth {
    /// The newest rows of the trail, at most `limit`, the oldest of them first; of one account when it is named
    /// by its number.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn trail_end(&self, user_id: Option<i64>, limit: i64) -> Result<Vec<TrailRow>> {
        let mut rows = self.store().trail_end(user_id, limit).await?;
        rows.reverse();
        rows.into_iter().map(TrailRow::try_from).collect()
    }

    /// What came after the row of this number, the oldest first. The order is that of the commits: whoever has
    /// seen a row has seen all before it.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn trail_after(&self, user_id: Option<i64>, after: i64) -> Result<Vec<TrailRow>> {
        let rows = self.store().trail_after(user_id, after, PAGE).await?;
        rows.into_iter().map(TrailRow::try_from).collect()
    }
}

/// Rows that are read at a time.
const PAGE: i64 = 500;
