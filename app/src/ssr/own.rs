//! What pages of your own need on the server: who asks, and tables.

use sqlx::AnyPool;
use sqlx::migrate::{MigrateError, Migrator};
use time::OffsetDateTime;

use crate::error::AppError;
use crate::own::Session;
use crate::ssr::Request;
use crate::ssr::words::{called, when};

/// Where the steps of `migrations/` that were taken are noted. The accounts have a list of their own.
const TAKEN: &str = "own_migrations";

/// How far a database has come, by the numbers of the steps of `migrations/`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Standing {
    /// Which were taken.
    pub taken: Vec<i64>,
    /// Which were not. Where branches met, they need not be the last ones.
    pub missing: Vec<i64>,
    /// Which were taken, and are not known to this program.
    pub unknown: Vec<i64>,
}

/// Takes the steps that are missing, and says how it was before; none when the product has no steps. A server does it
/// when it starts.
///
/// # Errors
/// When the database does not answer, or was brought further by a newer program.
pub async fn bring_up_to_date(tables: &AnyPool) -> Result<Option<Standing>, MigrateError> {
    let standing = standing(tables).await?;
    if standing.is_some() {
        steps().run(tables).await?;
    }
    Ok(standing)
}

/// Says how far it has come, and changes nothing; none when the product has no steps.
///
/// # Errors
/// When the database does not answer.
pub async fn standing(tables: &AnyPool) -> Result<Option<Standing>, sqlx::Error> {
    let known: Vec<i64> = steps().iter().map(|step| step.version).collect();
    if known.is_empty() {
        return Ok(None);
    }
    let taken = auth::steps_taken(tables, TAKEN).await?;
    let without = |some: &[i64], others: &[i64]| {
        let left = some.iter().filter(|step| !others.contains(step));
        left.copied().collect()
    };
    Ok(Some(Standing {
        missing: without(&known, &taken),
        unknown: without(&taken, &known),
        taken,
    }))
}

fn steps() -> Migrator {
    let mut steps = sqlx::migrate!();
    steps.dangerous_set_table_name(TAKEN);
    steps
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
