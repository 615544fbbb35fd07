//! The schema of the database, and the version that it is at.

use sqlx::AnyPool;

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
/// tables of the product behind the door, and what it returns is returned. A server that starts does the same by itself.
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
