//! `latchkey migrate`: the schema of the database.

use anyhow::Context;
use auth::{Database, Migrated};
use serde::Serialize;

use crate::admin::{Form, say, say_json};

#[derive(Serialize)]
struct Shown {
    from: i64,
    to: i64,
}

/// Brings the schema up to date.
///
/// # Errors
/// When the database cannot be opened, or is of a newer version than this program.
pub async fn run(database: &Database, form: Form) -> anyhow::Result<()> {
    let migrated = auth::migrate(database).await;
    let Migrated { from, to } = migrated.context("the schema cannot be brought up to date")?;
    if form.json {
        return say_json(&Shown { from, to });
    }
    match from {
        0 => say(&format!("the database was made, at schema version {to}")),
        _ if from == to => say(&format!("the database is at schema version {to} already")),
        _ => say(&format!(
            "the database went from schema version {from} to {to}"
        )),
    }
}
