//! `latchkey audit`: the trail of security events.

use std::time::Duration;

use anyhow::bail;
use auth::{Auth, TrailRow};
use clap::Subcommand;
use serde::Serialize;
use tokio::time::MissedTickBehavior;

use crate::admin::user::number_of;
use crate::admin::{Form, moment, say, say_json};

/// How often it is looked for new rows: another process writes them.
const LOOK: Duration = Duration::from_secs(1);

/// Looks into the trail of security events.
#[derive(Subcommand, Clone)]
pub enum AuditCommand {
    /// Shows the newest events, the oldest of them first.
    Tail {
        /// How many.
        #[arg(short = 'n', long = "lines", default_value_t = 20, value_name = "NUMBER",
              value_parser = clap::value_parser!(u32).range(0..=100_000))]
        lines: u32,
        /// Goes on with what happens from now on, until Ctrl-C. With --json each event is a line.
        #[arg(short, long)]
        follow: bool,
        /// Those of one account: its address, username, id, or `#` and its number, also when it is gone.
        #[arg(long, value_name = "WHO")]
        user: Option<String>,
        #[command(flatten)]
        form: Form,
    },
    /// Follows the trail from its first row to its last, and names the first that was changed or is missing.
    Verify {
        #[command(flatten)]
        form: Form,
    },
}

/// Runs a command on the trail.
///
/// # Errors
/// The first row that is damaged, or why the database does not answer.
pub async fn run(auth: &Auth, command: AuditCommand) -> anyhow::Result<()> {
    match command {
        AuditCommand::Tail {
            lines,
            follow,
            user,
            form,
        } => {
            let user = match user {
                Some(who) => Some(number_of(auth, &who).await?),
                None => None,
            };
            let rows = auth.trail_end(user, lines.into()).await?;
            if follow {
                return self::follow(auth, user, rows, form).await;
            }
            let events: Vec<_> = rows.iter().map(Shown::from).collect();
            if form.json {
                return say_json(&events);
            }
            events.iter().try_for_each(|event| say(&event.line()))
        }
        AuditCommand::Verify { form } => verify(auth, form).await,
    }
}

/// Says what there is, and then what comes, by the numbers of the rows.
async fn follow(
    auth: &Auth,
    user: Option<i64>,
    rows: Vec<TrailRow>,
    form: Form,
) -> anyhow::Result<()> {
    let mut rows = rows;
    let mut last = match rows.last() {
        Some(row) => row.id,
        // Nothing was shown: what comes from now on is what is asked for.
        None => auth
            .trail_end(None, 1)
            .await?
            .last()
            .map_or(0, |row| row.id),
    };
    let mut look = tokio::time::interval(LOOK);
    look.set_missed_tick_behavior(MissedTickBehavior::Delay);
    loop {
        for row in &rows {
            let event = Shown::from(row);
            if form.json {
                say(&serde_json::to_string(&event)?)?;
            } else {
                say(&event.line())?;
            }
            last = row.id;
        }
        tokio::select! {
            _ = look.tick() => {}
            asked = tokio::signal::ctrl_c() => return Ok(asked?),
        }
        rows = auth.trail_after(user, last).await?;
    }
}

async fn verify(auth: &Auth, form: Form) -> anyhow::Result<()> {
    let (trail, damage) = match auth.verify_trail().await? {
        Ok(trail) => (Some(trail), None),
        Err(damage) => (None, Some(damage.to_string())),
    };
    if form.json {
        say_json(&Verified {
            is_whole: damage.is_none(),
            rows: trail.as_ref().map(|trail| trail.rows),
            head: trail.as_ref().map(|trail| trail.head.as_str()),
            damage: damage.as_deref(),
        })?;
    }
    match (trail, damage) {
        (_, Some(damage)) => bail!("the trail is damaged: {damage}"),
        (Some(trail), None) if !form.json && trail.rows > 0 => say(&format!(
            "{} rows, none changed and none missing; the newest has the hash {}",
            trail.rows, trail.head
        )),
        _ if form.json => Ok(()),
        _ => say("the trail is empty"),
    }
}

#[derive(Serialize)]
struct Verified<'a> {
    is_whole: bool,
    rows: Option<i64>,
    head: Option<&'a str>,
    damage: Option<&'a str>,
}

/// An event as it is shown.
#[derive(Serialize)]
struct Shown<'a> {
    id: i64,
    at: String,
    event: &'a str,
    detail: Option<&'a str>,
    user_id: Option<i64>,
    session: Option<&'a str>,
    address: Option<&'a str>,
    user_agent: Option<&'a str>,
}

impl<'a> From<&'a TrailRow> for Shown<'a> {
    fn from(row: &'a TrailRow) -> Self {
        Self {
            id: row.id,
            at: moment(row.at),
            event: &row.event,
            detail: row.detail.as_deref(),
            user_id: row.user_id,
            session: row.session.as_deref(),
            address: row.client.address.as_deref(),
            user_agent: row.client.user_agent.as_deref(),
        }
    }
}

impl Shown<'_> {
    fn line(&self) -> String {
        let user = self.user_id.map(|id| format!("#{id}"));
        let parts = [
            Some(format!("{:>6}  {}  {}", self.id, self.at, self.event)),
            self.detail.map(|detail| format!("({detail})")),
            user,
            self.session.map(|id| format!("session {id}")),
            self.address.map(|address| format!("from {address}")),
        ];
        let parts: Vec<_> = parts.into_iter().flatten().collect();
        parts.join("  ")
    }
}
