//! `latchkey user`: accounts.

mod ending;
mod looking;
mod opening;
mod shown;

use anyhow::anyhow;
use auth::{Auth, Client, Role, UserPage};
use clap::{Args, Subcommand, ValueEnum};

use crate::admin::{Form, say};
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
        UserCommand::Add(new) => opening::add(auth, new, clock).await,
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
            looking::list(auth, &page, form).await
        }
        UserCommand::Show { who, form } => looking::show(auth, &who.who, form, clock).await,
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
            opening::set_password(auth, &who.who, instead, clock).await
        }
        UserCommand::Role { who, role } => {
            ending::set_role(auth, &who.who, role.into(), clock).await
        }
        UserCommand::Sessions {
            who,
            end,
            end_all,
            form,
        } => match (end, end_all) {
            (Some(id), _) => ending::end_session(auth, &who.who, id, clock).await,
            (None, true) => {
                let ended = auth.end_user_sessions(&who.who, clock.now()).await;
                let ended = ended.map_err(|error| explain(error, &who.who))?;
                say(&format!("{ended} sessions are over"))
            }
            (None, false) => looking::sessions(auth, &who.who, form, clock).await,
        },
        UserCommand::Delete { who, yes } => ending::delete(auth, &who.who, yes, clock).await,
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
