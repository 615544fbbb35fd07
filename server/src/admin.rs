//! The commands beside `serve`: what an operator does with keys and with the trail.

use std::io::{Write, stdout};

use anyhow::{Context, bail};
use auth::{Auth, KeyInfo, KeyState, Promotion};
use clap::Subcommand;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;

use crate::clock::Clock;

/// Looks after the keys that sign access tokens.
#[derive(Subcommand, Clone)]
pub enum KeyCommand {
    /// Lists the keys: which one signs, which come after and before it, and until when.
    List,
    /// Lets another key sign. Nobody is signed out. Running servers learn of it by themselves.
    Rotate {
        /// Without the 15 minutes in which other verifiers can fetch the new key. For a key that leaked:
        /// remove it afterwards.
        #[arg(long)]
        now: bool,
    },
    /// Refuses everything that a key has signed, from now on. Browsers renew by themselves.
    Remove {
        /// As `key list` shows it.
        kid: String,
    },
}

/// Looks into the trail of security events.
#[derive(Subcommand, Clone, Copy)]
pub enum AuditCommand {
    /// Follows the trail from its first row to its last, and names the first that was changed or is missing.
    Verify,
}

/// Runs a command on the keys.
///
/// # Errors
/// A sentence that says what was refused.
pub async fn key(auth: &Auth, command: KeyCommand, clock: &Clock) -> anyhow::Result<()> {
    match command {
        KeyCommand::List => {
            for key in auth.key_list().await? {
                writeln!(stdout(), "{}", describe(&key)?)?;
            }
        }
        KeyCommand::Rotate { now } => {
            let when = if now {
                Promotion::AtOnce
            } else {
                Promotion::Published
            };
            let key = auth.rotate_keys(when, clock.now()).await?;
            writeln!(stdout(), "{}", describe(&key)?)?;
        }
        KeyCommand::Remove { kid } => match auth.remove_key(&kid, clock.now()).await {
            Ok(()) => writeln!(stdout(), "{kid} is removed: what it signed is refused")?,
            Err(auth::Error::KeyInUse) => bail!(
                "{kid} is the key that signs: let another one do so first, by `latchkey key rotate --now`"
            ),
            Err(auth::Error::UnknownKey) => bail!("there is no key {kid}"),
            Err(error) => return Err(error.into()),
        },
    }
    Ok(())
}

/// Runs a command on the trail.
///
/// # Errors
/// The first row that is damaged, or why the database does not answer.
pub async fn audit(auth: &Auth, command: AuditCommand) -> anyhow::Result<()> {
    let AuditCommand::Verify = command;
    match auth.verify_trail().await? {
        Ok(trail) if trail.rows == 0 => writeln!(stdout(), "the trail is empty")?,
        Ok(trail) => writeln!(
            stdout(),
            "{} rows, none changed and none missing; the newest has the hash {}",
            trail.rows,
            trail.head
        )?,
        Err(damage) => bail!("the trail is damaged: {damage}"),
    }
    Ok(())
}

fn describe(key: &KeyInfo) -> anyhow::Result<String> {
    let at = |moment: OffsetDateTime| {
        let whole = moment.replace_nanosecond(0).context("a whole second")?;
        whole.format(&Rfc3339).context("a moment")
    };
    let state = match key.state {
        KeyState::Published { signs_at } => format!("published, signs from {}", at(signs_at)?),
        KeyState::Signing { since, until } => {
            format!("signs since {}, until {}", at(since)?, at(until)?)
        }
        KeyState::Retired { until } => format!("retired, verifies until {}", at(until)?),
    };
    Ok(format!("{}  {:7}  {state}", key.kid, key.algorithm.name()))
}
