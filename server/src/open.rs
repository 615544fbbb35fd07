//! Opening the database, with the tables of the product behind the door.

use anyhow::{Context, bail};
use app::ssr::own::{self, Standing};
use auth::Auth;

use crate::clock::Clock;
use crate::config::Config;
use crate::data_dir;

/// What an error of theirs is about.
pub(crate) const OWN: &str = "the tables of app/migrations";

const MIGRATE: &str = "run `latchkey migrate`, when no older server needs it any more";

/// Opens it for a server, and brings it up to date.
///
/// # Errors
/// When the database cannot be opened, or is of a newer version than this program.
pub async fn up_to_date(config: &Config, clock: &Clock) -> anyhow::Result<Auth> {
    let auth = open(config, clock).await?;
    let done = take_own_steps(&auth).await;
    closed_on_failure(auth, done).await
}

/// Opens it for a command. A server that is older than the schema could not start again: so only a server, and
/// `latchkey migrate`, bring one up to date that is not new.
///
/// # Errors
/// When the database cannot be opened, or is of another version than this program.
pub async fn as_it_is(config: &Config, clock: &Clock) -> anyhow::Result<Auth> {
    // One that is not there yet cannot be looked at, and is made.
    if let Ok(seen) = auth::inspect(&config.auth.database).await
        && (1..seen.newest_schema).contains(&seen.schema)
    {
        let (at, newest) = (seen.schema, seen.newest_schema);
        bail!(
            "the database is at version {at}, and this program knows version {newest}: {MIGRATE}"
        );
    }
    let auth = open(config, clock).await?;
    let done = take_first_own_steps(&auth).await;
    closed_on_failure(auth, done).await
}

async fn open(config: &Config, clock: &Clock) -> anyhow::Result<Auth> {
    make_file(config)?;
    let auth = Auth::open(config.auth.clone(), clock.now()).await;
    auth.map_err(explain)
}

async fn take_own_steps(auth: &Auth) -> anyhow::Result<()> {
    own::bring_up_to_date(auth.own_tables())
        .await
        .context(OWN)?;
    Ok(())
}

/// Takes all or none. A server that was there before the first one does not ask for them.
async fn take_first_own_steps(auth: &Auth) -> anyhow::Result<()> {
    let standing = own::standing(auth.own_tables()).await.context(OWN)?;
    if let Some(Standing { taken, missing, .. }) = standing
        && !taken.is_empty()
        && !missing.is_empty()
    {
        bail!("steps of app/migrations are missing, {missing:?}: {MIGRATE}");
    }
    take_own_steps(auth).await
}

async fn closed_on_failure(auth: Auth, done: anyhow::Result<()>) -> anyhow::Result<Auth> {
    if let Err(error) = done {
        auth.close().await;
        return Err(error);
    }
    Ok(auth)
}

/// Makes the file of the database, where it is one.
///
/// # Errors
/// When it cannot be made.
pub fn make_file(config: &Config) -> anyhow::Result<()> {
    match &config.database_file {
        Some(file) => data_dir::make_database_file(file),
        None => Ok(()),
    }
}

/// Says what can be done about it.
#[must_use]
pub fn explain(error: auth::Error) -> anyhow::Error {
    let what = match error {
        auth::Error::SealedUnderAnotherSecret => {
            "LATCHKEY_SECRET is not the one that this database was made under: \
             set that one, or name it in LATCHKEY_PREVIOUS_SECRETS"
        }
        _ => "the database cannot be opened",
    };
    anyhow::Error::new(error).context(what)
}
