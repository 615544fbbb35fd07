//! What pages of your own need on the server: who asks, and tables.

use auth::Migrated;
use sqlx::AnyPool;
use sqlx::migrate::{MigrateError, Migrator};
use time::OffsetDateTime;

use crate::error::AppError;
use crate::own::Session;
use crate::ssr::Request;
use crate::ssr::words::{called, when};

/// Where the steps of `migrations/` that were taken are noted. The accounts have a list of their own.
const TAKEN: &str = "own_migrations";

/// Takes the steps of `migrations/` that are missing, and says which was the last one before, and is now; none when
/// the product has no steps. A server does it when it starts.
///
/// # Errors
/// When the database does not answer, or was brought further by a newer program.
pub async fn bring_up_to_date(tables: &AnyPool) -> Result<Option<Migrated>, MigrateError> {
    let standing = standing(tables).await?;
    if let Some((steps, _)) = steps() {
        steps.run(tables).await?;
    }
    Ok(standing)
}

/// Says which step of `migrations/` was the last one, 0 when there was none, and to which a server would go; none when
/// the product has no steps.
///
/// # Errors
/// When the database does not answer.
pub async fn standing(tables: &AnyPool) -> Result<Option<Migrated>, sqlx::Error> {
    let Some((_, to)) = steps() else {
        return Ok(None);
    };
    let from = last_taken(tables).await?;
    Ok(Some(Migrated { from, to }))
}

/// The steps, and the number of the last one.
fn steps() -> Option<(Migrator, i64)> {
    let mut steps = sqlx::migrate!();
    steps.dangerous_set_table_name(TAKEN);
    let newest = steps.iter().map(|step| step.version).max()?;
    Some((steps, newest))
}

/// 0 when none was.
async fn last_taken(tables: &AnyPool) -> Result<i64, sqlx::Error> {
    let query = sqlx::query_scalar("select max(version) from own_migrations");
    match query.fetch_one(tables).await {
        Ok(last) => Ok(Option::unwrap_or(last, 0)),
        // The list is not there yet.
        Err(sqlx::Error::Database(_)) => Ok(0),
        Err(error) => Err(error),
    }
}

/// Connections to the database, for tables of your own.
///
/// # Errors
/// Outside a request.
pub fn tables() -> Result<AnyPool, AppError> {
    let request = Request::current()?;
    Ok(request.services.auth.own_tables().clone())
}

/// When the request came: the time of all that it writes.
///
/// # Errors
/// Outside a request.
pub fn now() -> Result<OffsetDateTime, AppError> {
    Ok(Request::current()?.arrival.now)
}

impl From<sqlx::Error> for AppError {
    fn from(error: sqlx::Error) -> Self {
        tracing::error!(%error, "a statement of the product's own failed");
        match error {
            sqlx::Error::PoolTimedOut | sqlx::Error::Io(_) => Self::unavailable(),
            _ => Self::internal(),
        }
    }
}

pub(crate) async fn session() -> Result<Session, AppError> {
    let request = Request::current()?;
    let (session, now) = (request.session()?, request.arrival.now);
    let auth = &request.services.auth;
    let (account, device) = auth.account_and_device(session).await?;
    Ok(Session {
        user_id: session.user.clone(),
        name: called(&account),
        username: account.username.as_str().to_owned(),
        email: account.email.as_str().to_owned(),
        is_confirmed: account.confirmed_at.is_some(),
        is_admin: super::is_admin(session),
        signed_in: when(device.authenticated_at, now),
        access_ends: when(session.access_expires_at, now),
        ends: when(device.expires_at, now),
        ends_idle: when(device.idle_expires_at, now),
    })
}
