//! What only tests do to the database.

use crate::error::Result;
use crate::store::Store;

impl Store {
    /// Does what nothing but a test, or an intruder, would.
    pub(crate) async fn run(&self, statement: &'static str) -> Result<()> {
        sqlx::query(statement).execute(&self.writer).await?;
        Ok(())
    }
}
