//! The version of the schema.

use sqlx::AnyPool;
use sqlx::migrate::Migrator;

use crate::error::{Error, Result};
use crate::migrate::{Migrated, steps_taken};

static MIGRATOR: Migrator = sqlx::migrate!();

/// The version that this program knows.
pub(super) fn newest() -> i64 {
    MIGRATOR.iter().map(|step| step.version).max().unwrap_or(0)
}

/// Takes the steps that are missing.
pub(super) async fn bring_up_to_date(pool: &AnyPool) -> Result<Migrated> {
    let from = version(pool).await?;
    MIGRATOR.run(pool).await.map_err(Error::internal)?;
    let to = newest();
    Ok(Migrated { from, to })
}

/// The version that the database is at; 0 when there is nothing in it.
pub(super) async fn version(pool: &AnyPool) -> Result<i64> {
    let taken = steps_taken(pool, "_sqlx_migrations").await?;
    Ok(taken.last().copied().unwrap_or(0))
}
