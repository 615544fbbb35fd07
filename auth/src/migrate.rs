//! The schema of the database, and the version that it is at.

use sqlx::error::DatabaseError;
use sqlx::{AnyPool, AssertSqlSafe};

use crate::error::Result;
use crate::store::{Database, Store};

/// Which version a database was at, and is at.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Migrated {
    /// 0 when there was nothing in it.
    pub from: i64,
    /// The newest that this program knows.
    pub to: i64,
}

/// Brings the schema of a database up to date, and makes one where there is none; then `own` may do the same for
/// tables of the product behind the door. What that returns is returned too: the two are not one transaction. A server
/// that starts does the same by itself.
///
/// # Errors
/// When the database cannot be opened, or is of a newer version than this program.
pub async fn migrate<T>(
    database: &Database,
    own: impl AsyncFnOnce(&AnyPool) -> T,
) -> Result<(Migrated, T)> {
    let (store, migrated) = Store::migrate(database).await?;
    let done = own(store.guests()).await;
    store.close().await;
    Ok((migrated, done))
}

/// The steps of a schema that were taken, in order, as sqlx notes them in the table `list`; none when that is not there.
///
/// # Errors
/// When the database does not answer, or does not let the table be read.
pub async fn steps_taken(
    pool: &AnyPool,
    list: &'static str,
) -> std::result::Result<Vec<i64>, sqlx::Error> {
    let query = AssertSqlSafe(format!("select version from {list} order by version"));
    let taken = sqlx::query_scalar(query).fetch_all(pool).await;
    match taken {
        Err(sqlx::Error::Database(error)) if is_missing_table(&*error) => Ok(Vec::new()),
        taken => taken,
    }
}

/// SQLite has no code of its own for it.
fn is_missing_table(error: &dyn DatabaseError) -> bool {
    const UNDEFINED_TABLE: &str = "42P01";
    error.code().as_deref() == Some(UNDEFINED_TABLE) || error.message().starts_with("no such table")
}
