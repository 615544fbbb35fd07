//! Looking at accounts.

use std::io::{Write, stderr};

use auth::{Auth, UserPage};

use crate::admin::user::explain;
use crate::admin::user::shown::{Person, Place, Whole};
use crate::admin::{Form, say, say_json};
use crate::clock::Clock;

pub(super) async fn list(auth: &Auth, page: &UserPage, form: Form) -> anyhow::Result<()> {
    let users = auth.users(page).await?;
    let people: Vec<_> = users.iter().map(Person::from).collect();
    if form.json {
        return say_json(&people);
    }
    people.iter().try_for_each(|person| say(&person.line()))?;
    if people.len() as i64 == page.limit
        && let Some(last) = users.last()
    {
        writeln!(
            stderr(),
            "there may be more: --after {} goes on",
            last.account.id
        )?;
    }
    Ok(())
}

pub(super) async fn show(auth: &Auth, who: &str, form: Form, clock: &Clock) -> anyhow::Result<()> {
    let found = auth.user(who).await.map_err(|error| explain(error, who))?;
    let sessions = auth.devices(&found.account, clock.now()).await?;
    let whole = Whole {
        user: Person::from(&found),
        sessions: sessions.iter().map(Place::from).collect(),
    };
    if form.json {
        return say_json(&whole);
    }
    whole.lines().iter().try_for_each(|line| say(line))
}

pub(super) async fn sessions(
    auth: &Auth,
    who: &str,
    form: Form,
    clock: &Clock,
) -> anyhow::Result<()> {
    let sessions = auth.user_sessions(who, clock.now()).await;
    let sessions = sessions.map_err(|error| explain(error, who))?;
    let places: Vec<_> = sessions.iter().map(Place::from).collect();
    if form.json {
        return say_json(&places);
    }
    places.iter().try_for_each(|place| say(&place.line()))
}
