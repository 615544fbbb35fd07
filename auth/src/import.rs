//! Accounts from another system: Strapi's `up_users`, from its SQLite file or its Postgres.
//!
//! Hashes are taken as they are, and made anew at the next sign-in. An account is taken once: whose address is here
//! already is left alone, so that an import can be run again. The source is only read.

mod name;
mod strapi;

use crate::error::Error;

/// What is to be taken from where.
#[derive(Clone)]
pub struct StrapiImport {
    /// `sqlite:…` or `postgres://…`.
    pub from: String,
    /// The role of Strapi, by its name or type, whose users become administrators; none for nobody.
    pub admin_role: Option<String>,
    /// Whether it is taken, or only looked at.
    pub mode: ImportMode,
}

/// Whether an import is done.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ImportMode {
    /// It is.
    Take,
    /// Everything is done as it would be, and taken back.
    Try,
}

/// What came of an import.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub struct Imported {
    /// The rows that there are.
    pub found: usize,
    /// Those that have an account now.
    pub taken: usize,
    /// Of those, how many kept the number that Strapi knows them by.
    pub numbers_kept: usize,
    /// Of those, how many kept Strapi's document id.
    pub ids_kept: usize,
    /// What is to be said of single rows, in their order.
    pub remarks: Vec<Remark>,
}

/// What is to be said of a row of Strapi's.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Remark {
    /// Strapi's number of the row.
    pub id: i64,
    /// As Strapi has it: anything may be in it.
    pub username: Option<String>,
    /// As Strapi has it: anything may be in it.
    pub email: Option<String>,
    /// What came of it.
    pub outcome: Outcome,
}

/// What came of a row.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Outcome {
    /// There is no account for it.
    NotTaken(NotTaken),
    /// Its username can be none here, or is somebody's: it has this one.
    Renamed(String),
    /// No password opens it: its owner has to set one by a link.
    WithoutPassword(WithoutPassword),
}

/// Why a row was not taken.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says it")]
pub enum NotTaken {
    #[error("it has no mail address")]
    NoEmail,
    #[error("its mail address is none")]
    BadEmail,
    #[error("there is an account with its mail address")]
    EmailTaken,
    #[error("no username is left for it")]
    NoUsername,
}

/// Why no password opens an account.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says it")]
pub enum WithoutPassword {
    #[error("it has none")]
    None,
    #[error("it signs in by another provider")]
    OtherProvider,
    #[error("its hash is none of bcrypt's, or costs too much to verify")]
    UnknownHash,
}

/// Why an import was not done, or not to its end.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says it")]
pub enum ImportError {
    #[error(
        "MySQL and MariaDB are not read: move Strapi's data to SQLite or Postgres first, by `strapi transfer`"
    )]
    MySql,
    #[error("the source must begin with sqlite: or postgres://")]
    UnknownScheme,
    #[error("the source cannot be read")]
    Unreadable(#[from] sqlx::Error),
    #[error("there is no table up_users in the source: it is no database of Strapi 4 or 5")]
    NotStrapis,
    #[error("there is no role {0:?} in Strapi")]
    UnknownRole(String),
    /// Accounts of earlier parts have been taken.
    #[error("the accounts cannot be written")]
    Unwritten(#[from] Error),
}
