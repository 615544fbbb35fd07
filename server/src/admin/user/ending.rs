//! The ends of sessions and of accounts, and another role.

use std::io::{Write, stderr};

use anyhow::{anyhow, ensure};
use auth::{Auth, Role, SessionId};

use crate::admin::user::explain;
use crate::admin::{say, secret};
use crate::clock::Clock;

pub(super) async fn end_session(
    auth: &Auth,
    who: &str,
    id: String,
    clock: &Clock,
) -> anyhow::Result<()> {
    let parsed = SessionId::try_from(id.clone());
    let parsed = parsed.map_err(|_| anyhow!("{id:?} is no id of a session"))?;
    let done = auth.end_user_session(who, parsed, clock.now()).await;
    done.map_err(|error| explain(error, who))?;
    say(&format!("{id} is over"))
}

pub(super) async fn set_role(
    auth: &Auth,
    who: &str,
    role: Role,
    clock: &Clock,
) -> anyhow::Result<()> {
    let ended = auth.set_role(who, role, clock.now()).await;
    let role = role.name();
    match ended.map_err(|error| explain(error, who))? {
        Some(ended) => say(&format!(
            "the role is {role}, and {ended} sessions are over"
        )),
        None => say(&format!("the role was {role} already")),
    }
}

pub(super) async fn delete(auth: &Auth, who: &str, yes: bool, clock: &Clock) -> anyhow::Result<()> {
    let found = auth.user(who).await.map_err(|error| explain(error, who))?;
    let name = found.account.username.as_str();
    if !yes {
        write!(stderr(), "This cannot be undone. Type {name} to delete: ")?;
        ensure!(
            secret::answer()? == name,
            "that is not {name}: nothing was deleted"
        );
    }
    // The account that was looked at, whatever the names lead to by now.
    let number = format!("#{}", found.account.id);
    let done = auth.delete_user(&number, clock.now()).await;
    done.map_err(|error| explain(error, who))?;
    say(&format!("{name} is deleted"))
}
