//! The commands beside `serve`: what an operator does with accounts, with keys and with the trail.
//!
//! What a command was asked for goes to standard output, and nothing else does: with `--json` that is one document.
//! Whatever goes wrong is one line on standard error. The exit code is 0, 1 when it went wrong, and 2 when it was
//! not understood.

pub mod audit;
pub mod doctor;
pub mod import;
pub mod key;
pub mod migrate;
mod secret;
pub mod user;

use std::io::{ErrorKind, Write, stdout};

use anyhow::Context;
use serde::Serialize;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

/// How a command says what it found.
#[derive(clap::Args, Clone, Copy)]
pub struct Form {
    /// As JSON, for a program.
    #[arg(long)]
    json: bool,
}

/// Whether nobody reads any more what a command says, as after `latchkey user list | head`. That is no failure.
#[must_use]
pub fn is_unread(error: &anyhow::Error) -> bool {
    let error = error.downcast_ref::<std::io::Error>();
    error.is_some_and(|error| error.kind() == ErrorKind::BrokenPipe)
}

/// Says a line. Whoever can write to the database could put what moves the cursor into it.
fn say(line: &str) -> anyhow::Result<()> {
    let line: String = line.chars().filter(|c| !c.is_control()).collect();
    Ok(writeln!(stdout(), "{line}")?)
}

/// Says one document.
fn say_json(document: &impl Serialize) -> anyhow::Result<()> {
    let document = serde_json::to_string_pretty(document).context("the document")?;
    Ok(writeln!(stdout(), "{document}")?)
}

/// A moment as both forms have it: RFC 3339, in whole seconds.
fn moment(at: OffsetDateTime) -> String {
    let whole = at.replace_nanosecond(0).unwrap_or(at);
    whole.format(&Rfc3339).unwrap_or_else(|_| whole.to_string())
}
