//! `latchkey doctor`: whether all is well, a line for each thing that was looked at.
//!
//! It looks from outside, as another process beside the server, and changes nothing: but like every command it makes
//! the data folder and the secret where there are none.

mod clock;
mod database;
mod files;
mod inside;
mod settings;
mod site;

use anyhow::bail;
use clap::Args;
use serde::Serialize;

use crate::admin::{Form, say, say_json};
use crate::clock::Clock;
use crate::config::{Config, Settings};

#[derive(Args, Clone)]
pub struct DoctorArgs {
    /// Follows the whole trail as well, which takes a while.
    #[arg(long)]
    deep: bool,
    /// Sends a letter to this address, instead of only going to the mail server.
    #[arg(long, value_name = "ADDRESS")]
    send_mail_to: Option<String>,
    #[command(flatten)]
    form: Form,
}

/// How something is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize)]
#[serde(rename_all = "lowercase")]
enum State {
    Ok,
    /// It goes on, and somebody should look at it.
    Warn,
    Fail,
}

/// What was found out about one thing.
#[derive(Debug, PartialEq, Eq, Serialize)]
struct Finding {
    check: &'static str,
    state: State,
    message: String,
}

/// What was found out.
#[derive(Debug, Default)]
struct Findings(Vec<Finding>);

impl Findings {
    fn ok(&mut self, check: &'static str, message: impl Into<String>) {
        self.add(check, State::Ok, message);
    }

    fn warn(&mut self, check: &'static str, message: impl Into<String>) {
        self.add(check, State::Warn, message);
    }

    fn fail(&mut self, check: &'static str, message: impl Into<String>) {
        self.add(check, State::Fail, message);
    }

    fn add(&mut self, check: &'static str, state: State, message: impl Into<String>) {
        let message = message.into();
        self.0.push(Finding {
            check,
            state,
            message,
        });
    }

    fn failures(&self) -> usize {
        let failed = self.0.iter().filter(|one| one.state == State::Fail);
        failed.count()
    }

    fn say(&self, form: Form) -> anyhow::Result<()> {
        if form.json {
            return say_json(&Document {
                is_well: self.failures() == 0,
                checks: &self.0,
            });
        }
        self.0.iter().try_for_each(|one| {
            let state = match one.state {
                State::Ok => "ok",
                State::Warn => "warn",
                State::Fail => "fail",
            };
            say(&format!("{state:4}  {:11}  {}", one.check, one.message))
        })
    }
}

#[derive(Serialize)]
struct Document<'a> {
    is_well: bool,
    checks: &'a [Finding],
}

/// Looks at everything.
///
/// # Errors
/// When something is not as it must be.
pub async fn run(settings: Settings, arguments: &DoctorArgs, clock: &Clock) -> anyhow::Result<()> {
    let mut findings = Findings::default();
    match settings::check(settings, &mut findings) {
        Some((config, folder)) => {
            files::check(&config, &folder, &mut findings);
            examine(config, arguments, clock, &mut findings).await;
        }
        None => findings.warn("others", "nothing else was looked at"),
    }
    findings.say(arguments.form)?;
    match findings.failures() {
        0 => Ok(()),
        1 => bail!("one thing is not as it must be"),
        several => bail!("{several} things are not as they must be"),
    }
}

async fn examine(config: Config, arguments: &DoctorArgs, clock: &Clock, findings: &mut Findings) {
    let auth = if database::check(&config, clock, findings).await {
        inside::open(&config, clock, findings).await
    } else {
        None
    };
    let mut jwks = None;
    if let Some(auth) = &auth {
        inside::check(auth, arguments, clock, findings).await;
        jwks = Some(auth.jwks().1);
        auth.close().await;
    }
    let visit = site::Visit {
        url: config.public_url,
        cookies: config.cookies,
        jwks,
        now: clock.now(),
    };
    match tokio::task::spawn_blocking(move || visit.findings()).await {
        Ok(found) => findings.0.extend(found.0),
        Err(error) => findings.fail("site", error.to_string()),
    }
}

/// What went wrong, from the outermost to the cause, in one line.
fn said(error: impl Into<anyhow::Error>) -> String {
    format!("{:#}", error.into())
}
