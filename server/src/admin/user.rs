//! `latchkey user`: accounts.

mod shown;

use std::io::{Write, stderr};

use anyhow::{anyhow, ensure};
use auth::{Auth, Client, NewAccount, Role, SessionId, UserPage, Vouching};
use clap::{Args, Subcommand, ValueEnum};

use crate::admin::user::shown::{Person, Place, Whole};
use crate::admin::{Form, say, say_json, secret};
use crate::clock::Clock;

/// Looks after accounts. Running servers learn of each act within a second.
#[derive(Subcommand, Clone)]
pub enum UserCommand {
    /// Makes an account. The password is asked for, or read from standard input.
    Add(AddUser),
    /// Lists accounts in the order of their numbers.
    List {
        /// How many at most.
        #[arg(long, default_value_t = 100, value_name = "NUMBER",
              value_parser = clap::value_parser!(u32).range(1..=100_000))]
        limit: u32,
        /// Those after the account of this number.
        #[arg(long, default_value_t = 0, value_name = "NUMBER")]
        after: u32,
        /// Those with this in their address, username or name.
        #[arg(long, value_name = "TEXT")]
        search: Option<String>,
        #[command(flatten)]
        form: Form,
    },
    /// Shows an account and where it is signed in.
    Show {
        #[command(flatten)]
        who: Who,
        #[command(flatten)]
        form: Form,
    },
    /// Closes an account to its owner. Every session ends at once.
    Disable {
        #[command(flatten)]
        who: Who,
    },
    /// Opens it again. Sessions that ended stay so.
    Enable {
        #[command(flatten)]
        who: Who,
    },
    /// Sets a password, which is asked for or read from standard input. Every session ends.
    SetPassword {
        #[command(flatten)]
        who: Who,
        #[command(flatten)]
        instead: Invitation,
    },
    /// Gives an account a role. Every session ends: the role is in their tokens.
    Role {
        #[command(flatten)]
        who: Who,
        role: RoleName,
    },
    /// Lists where an account is signed in, or ends that.
    Sessions {
        #[command(flatten)]
        who: Who,
        /// Ends the session of this id.
        #[arg(
            long,
            value_name = "ID",
            allow_hyphen_values = true,
            conflicts_with = "end_all"
        )]
        end: Option<String>,
        /// Ends every session.
        #[arg(long)]
        end_all: bool,
        #[command(flatten)]
        form: Form,
    },
    /// Deletes an account and all that belongs to it, at once. Its username has to be typed.
    Delete {
        #[command(flatten)]
        who: Who,
        /// Without asking.
        #[arg(long)]
        yes: bool,
    },
}

#[derive(Args, Clone)]
pub struct Who {
    /// An address, a username, a document id, or `#` and the number of an account.
    who: String,
}

#[derive(Args, Clone)]
pub struct AddUser {
    /// The mail address. You vouch for it, unless you say --unconfirmed.
    email: String,
    /// 3 to 32 letters, digits, `_`, `.` and `-`.
    username: String,
    /// What the person is called.
    #[arg(long, default_value = "", value_name = "NAME")]
    display_name: String,
    #[arg(long, default_value = "user")]
    role: RoleName,
    /// The owner has to confirm the address, by a letter that is sent now. Until then, whoever registers with it
    /// replaces the account.
    #[arg(long, conflicts_with = "link")]
    unconfirmed: bool,
    #[command(flatten)]
    instead: Invitation,
    #[command(flatten)]
    form: Form,
}

/// Instead of a password that two people know.
#[derive(Args, Clone, Copy)]
pub struct Invitation {
    /// No password: prints a link by which the owner sets one, for you to hand over.
    #[arg(long, conflicts_with = "send")]
    link: bool,
    /// No password: sends the owner a letter with that link.
    #[arg(long)]
    send: bool,
}

#[derive(Clone, Copy, ValueEnum)]
pub enum RoleName {
    User,
    Admin,
}

impl From<RoleName> for Role {
    fn from(name: RoleName) -> Self {
        match name {
            RoleName::User => Self::User,
            RoleName::Admin => Self::Admin,
        }
    }
}

/// Runs a command on accounts.
///
/// # Errors
/// A sentence that says what was refused.
pub async fn run(auth: &Auth, command: UserCommand, clock: &Clock) -> anyhow::Result<()> {
    match command {
        UserCommand::Add(new) => add(auth, new, clock).await,
        UserCommand::List {
            limit,
            after,
            search,
            form,
        } => {
            let page = UserPage {
                after: after.into(),
                limit: limit.into(),
                search,
            };
            list(auth, &page, form).await
        }
        UserCommand::Show { who, form } => show(auth, &who.who, form, clock).await,
        UserCommand::Disable { who: Who { who } } => {
            let done = auth.disable(&who, &Client::default(), clock.now()).await;
            done.map_err(|error| explain(error, &who))?;
            say("the account is closed, and every session of it is over")
        }
        UserCommand::Enable { who: Who { who } } => {
            let done = auth.enable(&who, &Client::default(), clock.now()).await;
            done.map_err(|error| explain(error, &who))?;
            say("the account is open")
        }
        UserCommand::SetPassword { who, instead } => {
            set_password(auth, &who.who, instead, clock).await
        }
        UserCommand::Role { who, role } => set_role(auth, &who.who, role.into(), clock).await,
        UserCommand::Sessions {
            who,
            end,
            end_all,
            form,
        } => match (end, end_all) {
            (Some(id), _) => end_session(auth, &who.who, id, clock).await,
            (None, true) => {
                let ended = auth.end_user_sessions(&who.who, clock.now()).await;
                let ended = ended.map_err(|error| explain(error, &who.who))?;
                say(&format!("{ended} sessions are over"))
            }
            (None, false) => sessions(auth, &who.who, form, clock).await,
        },
        UserCommand::Delete { who, yes } => delete(auth, &who.who, yes, clock).await,
    }
}

/// The number of an account. One that is gone still has its number in the trail.
pub(super) async fn number_of(auth: &Auth, who: &str) -> anyhow::Result<i64> {
    if let Some(Ok(number)) = who.strip_prefix('#').map(str::parse) {
        return Ok(number);
    }
    let found = auth.user(who).await.map_err(|error| explain(error, who))?;
    Ok(found.account.id)
}

async fn add(auth: &Auth, new: AddUser, clock: &Clock) -> anyhow::Result<()> {
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

#[derive(serde::Serialize)]
struct Added<'a> {
    user: &'a Person,
    #[serde(skip_serializing_if = "Option::is_none")]
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

async fn set_password(
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

async fn list(auth: &Auth, page: &UserPage, form: Form) -> anyhow::Result<()> {
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

async fn show(auth: &Auth, who: &str, form: Form, clock: &Clock) -> anyhow::Result<()> {
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

async fn sessions(auth: &Auth, who: &str, form: Form, clock: &Clock) -> anyhow::Result<()> {
    let sessions = auth.user_sessions(who, clock.now()).await;
    let sessions = sessions.map_err(|error| explain(error, who))?;
    let places: Vec<_> = sessions.iter().map(Place::from).collect();
    if form.json {
        return say_json(&places);
    }
    places.iter().try_for_each(|place| say(&place.line()))
}

async fn end_session(auth: &Auth, who: &str, id: String, clock: &Clock) -> anyhow::Result<()> {
    let parsed = SessionId::try_from(id.clone());
    let parsed = parsed.map_err(|_| anyhow!("{id:?} is no id of a session"))?;
    let done = auth.end_user_session(who, parsed, clock.now()).await;
    done.map_err(|error| explain(error, who))?;
    say(&format!("{id} is over"))
}

async fn set_role(auth: &Auth, who: &str, role: Role, clock: &Clock) -> anyhow::Result<()> {
    let ended = auth.set_role(who, role, clock.now()).await;
    let role = role.name();
    match ended.map_err(|error| explain(error, who))? {
        Some(ended) => say(&format!(
            "the role is {role}, and {ended} sessions are over"
        )),
        None => say(&format!("the role was {role} already")),
    }
}

async fn delete(auth: &Auth, who: &str, yes: bool, clock: &Clock) -> anyhow::Result<()> {
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

/// What went wrong, in a sentence of this command line.
fn explain(error: auth::Error, who: &str) -> anyhow::Error {
    use auth::Error;
    match error {
        Error::UnknownAccount => anyhow!("there is no account {who:?}"),
        Error::AmbiguousAccount => anyhow!(
            "{who:?} is the id of one account and the username of another: say `#` and the number of the one you mean"
        ),
        Error::UnknownSession => anyhow!("there is no such session on this account, or it is over"),
        Error::EmailTaken => anyhow!("another account has the address {who:?}"),
        Error::NoLinkFor => anyhow!(
            "there can be no such link: the account is disabled, or nobody has confirmed its address \
             (then a letter can be sent, by --send)"
        ),
        other => other.into(),
    }
}
