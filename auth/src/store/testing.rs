//! What only tests do to the database.

use sqlx::Row;

use crate::error::Result;
use crate::session::SessionId;
use crate::store::Store;

impl Store {
    /// Does what nothing but a test, or an intruder, would.
    pub(crate) async fn run(&self, statement: &'static str) -> Result<()> {
        sqlx::query(statement).execute(&self.writer).await?;
        Ok(())
    }

    /// The events of a session.
    pub(crate) async fn reasons(&self, id: SessionId) -> Result<Vec<String>> {
        let query = sqlx::query("select event from audit where session_id = $1");
        let rows = query.bind(String::from(id)).fetch_all(&self.reader).await?;
        rows.iter().map(|row| Ok(row.try_get("event")?)).collect()
    }
}
