//! New accounts, and the ways into them.

use auth::{Auth, NewAccount, Vouching};
use serde::Serialize;

use crate::admin::user::shown::Person;
use crate::admin::user::{AddUser, Invitation, explain};
use crate::admin::{say, say_json, secret};
use crate::clock::Clock;

pub(super) async fn add(auth: &Auth, new: AddUser, clock: &Clock) -> anyhow::Result<()> {
    let is_invited = new.instead.link || new.instead.send;
    let password = if is_invited {
        None
    } else {
        Some(secret::new_password()?)
    };
    let account = NewAccount {
        email: new.email.clone(),
        username: new.username,
        display_name: new.display_name,
        role: new.role.into(),
        password,
        vouching: if new.unconfirmed {
            Vouching::Owner
        } else {
            Vouching::Operator
        },
    };
    let added = auth.add_user(account, clock.now()).await;
    let added = added.map_err(|error| explain(error, &new.email))?;
    let number = format!("#{}", added.account.id);
    let link = invite(auth, &number, new.instead, clock).await?;
    let person = Person::from(&added);
    if new.form.json {
        return say_json(&Added {
            user: &person,
            link: link.as_deref(),
        });
    }
    say(&person.line())?;
    link.map_or(Ok(()), |link| say(&link))
}

#[derive(Serialize)]
struct Added<'a> {
    user: &'a Person,
    link: Option<&'a str>,
}

/// Makes a link, or has one sent. Returns the one that was made.
async fn invite(
    auth: &Auth,
    who: &str,
    instead: Invitation,
    clock: &Clock,
) -> anyhow::Result<Option<String>> {
    if instead.send {
        let sent = auth.send_reset(who, clock.now()).await;
        sent.map_err(|error| explain(error, who))?;
    }
    if !instead.link {
        return Ok(None);
    }
    let token = auth.make_reset_link(who, clock.now()).await;
    let token = token.map_err(|error| explain(error, who))?;
    let site = &auth.config().issuer;
    Ok(Some(format!(
        "{site}/reset-password?token={}",
        token.expose()
    )))
}

pub(super) async fn set_password(
    auth: &Auth,
    who: &str,
    instead: Invitation,
    clock: &Clock,
) -> anyhow::Result<()> {
    if let Some(link) = invite(auth, who, instead, clock).await? {
        return say(&link);
    }
    if instead.send {
        return say("the letter is in the queue");
    }
    // Before anybody types a password for nobody.
    auth.user(who).await.map_err(|error| explain(error, who))?;
    let password = secret::new_password()?;
    let done = auth.set_password(who, password, clock.now()).await;
    done.map_err(|error| explain(error, who))?;
    say("the password is set, and every session of the account is over")
}
