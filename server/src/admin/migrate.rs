//! `latchkey migrate`: the schema of the database, and the tables of the product behind the door.

use anyhow::Context;
use app::ssr::own;
use auth::{Database, Migrated};
use serde::Serialize;

use crate::admin::{Form, say, say_json};
use crate::open::OWN;

#[derive(Serialize)]
struct Shown {
    from: i64,
    to: i64,
    own: Option<Taken>,
}

/// Which steps of `app/migrations` were taken now.
#[derive(Serialize)]
struct Taken {
    taken: Vec<i64>,
}

/// Brings the schema up to date, and then takes the steps of `app/migrations` that are missing. The schema stays as it
/// is when one of those fails.
///
/// # Errors
/// When the database cannot be opened, or is of a newer version than this program.
pub async fn run(database: &Database, form: Form) -> anyhow::Result<()> {
    let migrated = auth::migrate(database, own::bring_up_to_date).await;
    let (schema, own) = migrated.context("the schema cannot be brought up to date")?;
    let Migrated { from, to } = schema;
    let own = own.with_context(|| format!("the schema is at version {to}, but {OWN} are not"))?;
    let taken = own.map(|before| before.missing);
    if form.json {
        let own = taken.map(|taken| Taken { taken });
        return say_json(&Shown { from, to, own });
    }
    match from {
        0 => say(&format!("the database was made, at schema version {to}")),
        _ if from == to => say(&format!("the database is at schema version {to} already")),
        _ => say(&format!(
            "the database went from schema version {from} to {to}"
        )),
    }?;
    match taken.as_deref() {
        Some([]) => say("the steps of app/migrations are taken already"),
        Some(taken) => say(&format!(
            "these steps of app/migrations were taken: {taken:?}"
        )),
        None => Ok(()),
    }
}
