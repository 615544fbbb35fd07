//! `latchkey migrate`: the schema of the database, and the tables of the product behind the door.

use anyhow::Context;
use app::ssr::own;
use auth::{Database, Migrated};
use serde::Serialize;

use crate::admin::{Form, say, say_json};
use crate::open::OWN;

#[derive(Serialize)]
struct Shown {
    #[serde(flatten)]
    accounts: Versions,
    #[serde(skip_serializing_if = "Option::is_none")]
    own: Option<Versions>,
}

#[derive(Serialize)]
struct Versions {
    from: i64,
    to: i64,
}

impl From<Migrated> for Versions {
    fn from(Migrated { from, to }: Migrated) -> Self {
        Self { from, to }
    }
}

/// Brings the schema up to date, and takes the steps of `app/migrations` that are missing.
///
/// # Errors
/// When the database cannot be opened, or is of a newer version than this program.
pub async fn run(database: &Database, form: Form) -> anyhow::Result<()> {
    let migrated = auth::migrate(database, own::bring_up_to_date).await;
    let (accounts, own) = migrated.context("the schema cannot be brought up to date")?;
    let own = own.context(OWN)?;
    if form.json {
        return say_json(&Shown {
            accounts: accounts.into(),
            own: own.map(Versions::from),
        });
    }
    let Migrated { from, to } = accounts;
    match from {
        0 => say(&format!("the database was made, at schema version {to}")),
        _ if from == to => say(&format!("the database is at schema version {to} already")),
        _ => say(&format!(
            "the database went from schema version {from} to {to}"
        )),
    }?;
    match own {
        Some(Migrated { from, to }) if from == to => {
            say(&format!("its tables of app/migrations are at {to} already"))
        }
        Some(Migrated { from, to }) => say(&format!(
            "its tables of app/migrations went from {from} to {to}"
        )),
        None => Ok(()),
    }
}
