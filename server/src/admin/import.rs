//! `latchkey import`: accounts from another system.

use anyhow::ensure;
use auth::{Auth, ImportMode, Imported, Outcome, Remark, StrapiImport};
use clap::{Args, Subcommand};
use serde::Serialize;
use url::Url;

use crate::admin::{Form, say, say_json};
use crate::clock::Clock;

/// Takes accounts from another system.
#[derive(Subcommand, Clone)]
pub enum ImportCommand {
    /// From Strapi 4 or 5: `up_users` in its SQLite file or its Postgres, which is only read.
    Strapi(FromStrapi),
}

#[derive(Args, Clone)]
pub struct FromStrapi {
    /// `sqlite:<file>` or `postgres://…`. Leave the password out of it, and set `PGPASSWORD`: everybody on this
    /// machine can read arguments.
    #[arg(long, value_name = "URL")]
    from: String,
    /// The role of Strapi whose users become administrators, by its name or type.
    #[arg(long, value_name = "NAME")]
    admin_role: Option<String>,
    /// Says what would come of it, and takes nothing.
    #[arg(long)]
    dry_run: bool,
    #[command(flatten)]
    form: Form,
}

/// Takes the accounts.
///
/// # Errors
/// When the source cannot be read, or the accounts cannot be written.
pub async fn run(auth: &Auth, command: ImportCommand, clock: &Clock) -> anyhow::Result<()> {
    let ImportCommand::Strapi(from) = command;
    let has_password = Url::parse(&from.from).is_ok_and(|url| url.password().is_some());
    ensure!(
        !has_password,
        "--from holds a password, and everybody on this machine can read arguments: take it out, and set PGPASSWORD"
    );
    let import = StrapiImport {
        from: from.from,
        admin_role: from.admin_role,
        mode: if from.dry_run {
            ImportMode::Try
        } else {
            ImportMode::Take
        },
    };
    let done = auth.import_strapi(&import, clock.now()).await?;
    if from.form.json {
        return say_json(&Shown::new(&done, from.dry_run));
    }
    for remark in &done.remarks {
        say(&line(remark))?;
    }
    let would = if from.dry_run { "would be " } else { "" };
    say(&format!(
        "{} rows found, {} {would}taken, {} not; {} of them with the number and {} with the document id that they had",
        done.found,
        done.taken,
        done.found - done.taken,
        done.numbers_kept,
        done.ids_kept
    ))
}

/// What stands in another database may hold anything: it is shown with its control characters written out.
fn line(remark: &Remark) -> String {
    let shown = |text: &Option<String>| match text {
        Some(text) => format!("{text:?}"),
        None => "-".to_owned(),
    };
    let what = match &remark.outcome {
        Outcome::NotTaken(why) => format!("not taken: {why}"),
        Outcome::Renamed(name) => format!("has the username {name} here"),
        Outcome::WithoutPassword(why) => {
            format!("has no password here: {why}. `user set-password --send` gives it one")
        }
    };
    let (username, email) = (shown(&remark.username), shown(&remark.email));
    format!("{} {username} {email}: {what}", remark.id)
}

#[derive(Serialize)]
struct Shown<'a> {
    dry_run: bool,
    found: usize,
    taken: usize,
    not_taken: usize,
    numbers_kept: usize,
    ids_kept: usize,
    remarks: Vec<ShownRemark<'a>>,
}

#[derive(Serialize)]
struct ShownRemark<'a> {
    id: i64,
    username: Option<&'a str>,
    email: Option<&'a str>,
    outcome: &'static str,
    reason: Option<String>,
    new_username: Option<&'a str>,
}

impl<'a> Shown<'a> {
    fn new(done: &'a Imported, dry_run: bool) -> Self {
        Self {
            dry_run,
            found: done.found,
            taken: done.taken,
            not_taken: done.found - done.taken,
            numbers_kept: done.numbers_kept,
            ids_kept: done.ids_kept,
            remarks: done.remarks.iter().map(ShownRemark::from).collect(),
        }
    }
}

impl<'a> From<&'a Remark> for ShownRemark<'a> {
    fn from(remark: &'a Remark) -> Self {
        let (outcome, reason, new_username) = match &remark.outcome {
            Outcome::NotTaken(why) => ("not_taken", Some(why.to_string()), None),
            Outcome::Renamed(name) => ("renamed", None, Some(name.as_str())),
            Outcome::WithoutPassword(why) => ("without_password", Some(why.to_string()), None),
        };
        Self {
            id: remark.id,
            username: remark.username.as_deref(),
            email: remark.email.as_deref(),
            outcome,
            reason,
            new_username,
        }
    }
}
