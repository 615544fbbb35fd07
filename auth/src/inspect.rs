//! What a database says of itself, for an operator who asks whether all is well. Nothing is written, and nothing is
//! brought up to date.

use time::OffsetDateTime;

use crate::Auth;
use crate::error::Result;
use crate::store::{self, Database};

/// What a database says of itself.
#[derive(Debug, Clone)]
pub struct Inspection {
    /// The version of the schema; 0 when there is nothing in it.
    pub schema: i64,
    /// The version that this program knows.
    pub newest_schema: i64,
    /// What the engine says.
    pub engine: Engine,
}

/// What the engine says.
#[derive(Debug, Clone)]
#[expect(missing_docs, reason = "the names are those of the engines")]
pub enum Engine {
    Sqlite {
        version: String,
        journal_mode: String,
        /// What `quick_check` found: `ok` when it is nothing.
        check: String,
    },
    Postgres {
        version: String,
        isolation: String,
        fsync: String,
        synchronous_commit: String,
        full_page_writes: String,
        /// Those that are not kept for superusers.
        max_connections: i64,
        connections: i64,
        now: OffsetDateTime,
    },
}

/// The most connections to Postgres that one server opens: for requests, for hearing of the others, and for
/// listening to them.
pub const CONNECTIONS_OF_A_NODE: i64 = 10 + 1 + 1;

/// Asks a database how it is.
///
/// # Errors
/// When it is not there, or does not answer.
pub async fn inspect(database: &Database) -> Result<Inspection> {
    store::inspect(database).await
}

impl Auth {
    /// When the newest event was written into the trail; none when it is empty.
    ///
    /// # Errors
    /// When the database does not answer.
    pub async fn newest_event(&self) -> Result<Option<OffsetDateTime>> {
        let newest = self.trail_end(None, 1).await?;
        Ok(newest.last().map(|row| row.at))
    }
}
