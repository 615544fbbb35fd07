//! `latchkey key`: the keys that sign access tokens.

use anyhow::bail;
use auth::{Auth, KeyInfo, KeyState, Promotion};
use clap::Subcommand;
use serde::Serialize;

use crate::admin::{Form, moment, say, say_json};
use crate::clock::Clock;

/// Looks after the keys that sign access tokens.
#[derive(Subcommand, Clone)]
pub enum KeyCommand {
    /// Lists the keys: which one signs, which come after and before it, and until when.
    List {
        #[command(flatten)]
        form: Form,
    },
    /// Lets another key sign. Nobody is signed out. Running servers learn of it by themselves.
    Rotate {
        /// Without the 15 minutes in which other verifiers can fetch the new key, but for the 3 seconds in which
        /// each running server learns of it. For a key that leaked: remove it afterwards.
        #[arg(long)]
        now: bool,
        #[command(flatten)]
        form: Form,
    },
    /// Refuses everything that a key has signed, from now on. Browsers renew by themselves.
    Remove {
        /// As `key list` shows it.
        kid: String,
    },
}

/// Runs a command on the keys.
///
/// # Errors
/// A sentence that says what was refused.
pub async fn run(auth: &Auth, command: KeyCommand, clock: &Clock) -> anyhow::Result<()> {
    match command {
        KeyCommand::List { form } => {
            let keys = auth.key_list().await?;
            let keys: Vec<_> = keys.iter().map(Shown::from).collect();
            if form.json {
                return say_json(&keys);
            }
            keys.iter().try_for_each(|key| say(&key.line()))
        }
        KeyCommand::Rotate { now, form } => {
            let mut key = auth.rotate_keys(Promotion::Published, clock.now()).await?;
            if now {
                // A server that does not know a key refuses what it has signed.
                tokio::time::sleep(auth::HEARD_WITHIN).await;
                key = auth.rotate_keys(Promotion::AtOnce, clock.now()).await?;
            }
            let key = Shown::from(&key);
            if form.json {
                return say_json(&key);
            }
            say(&key.line())
        }
        KeyCommand::Remove { kid } => match auth.remove_key(&kid, clock.now()).await {
            Ok(()) => say(&format!("{kid} is removed: what it signed is refused")),
            Err(auth::Error::KeyInUse) => bail!(
                "{kid} is the key that signs: let another one do so first, by `latchkey key rotate --now`"
            ),
            Err(auth::Error::UnknownKey) => bail!("there is no key {kid}"),
            Err(error) => Err(error.into()),
        },
    }
}

/// A key as it is shown.
#[derive(Serialize)]
struct Shown {
    kid: String,
    algorithm: &'static str,
    state: &'static str,
    created_at: String,
    signs_from: Option<String>,
    signs_until: Option<String>,
    verifies_until: Option<String>,
}

impl From<&KeyInfo> for Shown {
    fn from(key: &KeyInfo) -> Self {
        let (state, signs_from, signs_until, verifies_until) = match key.state {
            KeyState::Published { signs_at } => ("published", Some(signs_at), None, None),
            KeyState::Signing { since, until } => ("signing", Some(since), Some(until), None),
            KeyState::Retired { until } => ("retired", None, None, Some(until)),
        };
        Self {
            kid: key.kid.clone(),
            algorithm: key.algorithm.name(),
            state,
            created_at: moment(key.created_at),
            signs_from: signs_from.map(moment),
            signs_until: signs_until.map(moment),
            verifies_until: verifies_until.map(moment),
        }
    }
}

impl Shown {
    fn line(&self) -> String {
        let at = |moment: &Option<String>| moment.clone().unwrap_or_default();
        let state = match self.state {
            "published" => format!("published, signs from {}", at(&self.signs_from)),
            "signing" => format!(
                "signs since {}, until {}",
                at(&self.signs_from),
                at(&self.signs_until)
            ),
            _ => format!("retired, verifies until {}", at(&self.verifies_until)),
        };
        format!("{}  {:7}  {state}", self.kid, self.algorithm)
    }
}
