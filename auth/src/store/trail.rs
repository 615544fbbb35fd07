//! What is asked of the keys and of the whole trail.

use sqlx::Row;

use crate::audit::Record;
use crate::error::Result;
use crate::store::rows::read_record;
use crate::store::{KeyRow, Store};

pub(super) const KEYS: &str = "select * from keys order by created_at, id";

impl Store {
    /// The keys, oldest first.
    pub(crate) async fn keys(&self) -> Result<Vec<KeyRow>> {
        let rows = sqlx::query(KEYS).fetch_all(&self.reader).await?;
        rows.iter().map(KeyRow::read).collect()
    }

    /// How many rows the trail ever had.
    pub(crate) async fn rows_written_to_trail(&self) -> Result<i64> {
        let query = sqlx::query("select value from counters where name = 'audit'");
        let row = query.fetch_one(&self.reader).await?;
        Ok(row.try_get("value")?)
    }

    /// Rows after `after` and up to `last`, the oldest first, at most `limit`.
    pub(crate) async fn trail(&self, after: i64, last: i64, limit: i64) -> Result<Vec<Record>> {
        let query =
            sqlx::query("select * from audit where id > $1 and id <= $2 order by id limit $3");
        let query = query.bind(after).bind(last).bind(limit);
        let rows = query.fetch_all(&self.reader).await?;
        rows.iter().map(read_record).collect()
    }
}
