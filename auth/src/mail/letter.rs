//! What letters say. The words are here and nowhere else; the two templates give them their form.

use askama::Template;
use time::OffsetDateTime;

use crate::account::Email;
use crate::error::{Error, Result};
use crate::link::LinkToken;
use crate::mail::Kind;
use crate::manage::OPERATOR;
use crate::session::Client;

/// A letter that is ready to go.
pub(super) struct Written {
    pub(super) recipient: Email,
    pub(super) subject: String,
    pub(super) text: String,
    pub(super) html: String,
}

/// What a letter tells of.
pub(super) struct Facts<'a> {
    pub(super) kind: Kind,
    pub(super) recipient: &'a Email,
    /// Whose account it is. A name with a dot in it would be made a link by those who read it. Said only to those who have shown that the address is theirs: before that, it
    /// may be anybody's words in a letter to a stranger.
    pub(super) username: Option<&'a str>,
    pub(super) link: Option<&'a LinkToken>,
    /// From where it came about, and when.
    pub(super) client: &'a Client,
    pub(super) at: OffsetDateTime,
    pub(super) detail: Option<&'a str>,
    /// The origin of the site.
    pub(super) site: &'a str,
}

struct Letter<'a> {
    subject: &'static str,
    greeting: String,
    paragraphs: Vec<String>,
    action: Option<Action>,
    closing: Vec<String>,
    site: &'a str,
}

struct Action {
    label: &'static str,
    link: String,
}

#[derive(Template)]
#[template(path = "letter.txt")]
struct AsText<'a> {
    letter: &'a Letter<'a>,
}

#[derive(Template)]
#[template(path = "letter.html")]
struct AsHtml<'a> {
    letter: &'a Letter<'a>,
}

/// Writes a letter, as text and as HTML.
pub(super) fn write(facts: &Facts<'_>) -> Result<Written> {
    rendered(facts.recipient.clone(), &compose(facts))
}

/// The letter that says that letters can be sent.
pub(super) fn test(recipient: Email, site: &str) -> Result<Written> {
    let letter = Letter {
        subject: "Letters can be sent",
        greeting: "Hello,".to_owned(),
        paragraphs: vec![format!(
            "Whoever runs {site} wanted to know whether its letters arrive. This one has."
        )],
        action: None,
        closing: vec!["There is nothing to do.".to_owned()],
        site,
    };
    rendered(recipient, &letter)
}

fn rendered(recipient: Email, letter: &Letter<'_>) -> Result<Written> {
    Ok(Written {
        recipient,
        subject: letter.subject.to_owned(),
        text: AsText { letter }.render().map_err(Error::internal)?,
        html: AsHtml { letter }.render().map_err(Error::internal)?,
    })
}

fn compose<'a>(facts: &Facts<'a>) -> Letter<'a> {
    let Facts { site, .. } = *facts;
    let words = words(facts);
    Letter {
        subject: words.subject,
        greeting: match facts.username.filter(|name| !name.contains('.')) {
            Some(username) => format!("Hello {username},"),
            None => "Hello,".to_owned(),
        },
        paragraphs: words
            .paragraphs
            .into_iter()
            .filter(|paragraph| !paragraph.is_empty())
            .collect(),
        action: words.action.map(|(label, path)| Action {
            label,
            link: match facts.link {
                Some(link) => format!("{site}{path}?token={}", link.expose()),
                None => format!("{site}{path}"),
            },
        }),
        closing: words.closing,
        site,
    }
}

struct Words {
    subject: &'static str,
    paragraphs: Vec<String>,
    /// What the button says, and the page that it leads to.
    action: Option<(&'static str, &'static str)>,
    closing: Vec<String>,
}

fn words(facts: &Facts<'_>) -> Words {
    let Facts { site, .. } = *facts;
    let told = facts.detail.unwrap_or_default();
    let here = place(facts);
    match facts.kind {
        Kind::ConfirmAddress => Words {
            subject: "Confirm your email address",
            paragraphs: vec![
                format!("There is a new account at {site} with this address. Confirm that it is yours."),
                told.to_owned(),
            ],
            action: Some(("Confirm address", "/confirm-email")),
            closing: vec![
                "The link works once, within 24 hours.".to_owned(),
                format!(
                    "If you made no account, leave the link alone: nobody can confirm your address without it. \
                     {site}/forgot-password makes the account yours, if you want it gone."
                ),
            ],
        },
        Kind::ConfirmNewAddress => Words {
            subject: "Confirm your new email address",
            paragraphs: vec![
                format!("An account at {site} is to move to this address. Confirm that it is yours."),
            ],
            action: Some(("Confirm new address", "/confirm-email")),
            closing: vec![
                "The link works once, within 24 hours. Until then the account keeps the address it has.".to_owned(),
                "If this was not you, somebody has mistyped their own address. There is nothing to do.".to_owned(),
            ],
        },
        Kind::AddressTaken => Words {
            subject: "You have an account already",
            paragraphs: vec![
                format!("Somebody, perhaps you, has just given this address for an account at {site}. There is one with it already, so nothing has changed."),
                "Sign in with it. If you do not remember the password, you can set another.".to_owned(),
            ],
            action: Some(("Sign in", "/login")),
            closing: vec![
                format!("For another password: {site}/forgot-password"),
                "If this was not you, there is nothing to do.".to_owned(),
            ],
        },
        Kind::ResetPassword if told == OPERATOR => Words {
            subject: "Set a password",
            paragraphs: vec![
                format!("Whoever runs {site} has sent you this link, so that you set a password for your account there."),
            ],
            action: Some(("Set a password", "/reset-password")),
            closing: vec![
                "The link works once, within 30 minutes. With the new password every device is signed out.".to_owned(),
                format!("For another link: {site}/forgot-password"),
            ],
        },
        Kind::ResetPassword => Words {
            subject: "Set a new password",
            paragraphs: vec![
                format!("Somebody, most likely you, has asked for a new password at {site} ({here})."),
            ],
            action: Some(("Set a new password", "/reset-password")),
            closing: vec![
                "The link works once, within 30 minutes. With the new password every device is signed out.".to_owned(),
                "If this was not you, there is nothing to do: your password is still the same.".to_owned(),
            ],
        },
        Kind::PasswordChanged => Words {
            subject: "Your password was changed",
            paragraphs: vec![
                format!("The password of your account at {site} is another one since {here}. Every other device was signed out."),
            ],
            action: None,
            closing: vec![
                format!("If this was not you, set a new one at once: {site}/forgot-password"),
            ],
        },
        Kind::AddressChanged => Words {
            subject: "Your email address was changed",
            paragraphs: vec![
                format!("Your account at {site} has moved from this address to another one ({here})."),
                "If this was not you, take it back: the address becomes yours again, every device is signed out, and you set a new password.".to_owned(),
            ],
            action: Some(("Undo the change", "/secure-account")),
            closing: vec![
                "The link works once, within 7 days. If it was you, there is nothing to do.".to_owned(),
            ],
        },
        Kind::NewBrowser => Words {
            subject: "New sign-in to your account",
            paragraphs: vec![
                format!("Your account at {site} was signed in to from a browser that it did not know: {here}."),
                "If this was you, there is nothing to do. If not, end that session now, and set a new password.".to_owned(),
            ],
            action: Some(("This was not me", "/secure-account")),
            closing: vec!["The link works once, within 7 days.".to_owned()],
        },
        Kind::SessionCopied => Words {
            subject: "A copy of your sign-in was used",
            paragraphs: vec![
                format!("Somebody used a copy of one of your sessions at {site}: {here}. The session was ended at once, for the copy and for the original."),
                "Look through your devices and end what you do not know. A new password signs everybody out.".to_owned(),
            ],
            action: Some(("See your devices", "/profile/devices")),
            closing: vec![format!("For a new password: {site}/forgot-password")],
        },
        Kind::DeletionPlanned => Words {
            subject: "Your account will be deleted",
            paragraphs: vec![
                format!("Your account at {site} and all that belongs to it will be deleted on {told}, as was asked ({here}). Every device was signed out."),
                "If you want to keep it, sign in before that day: this calls the deletion off.".to_owned(),
            ],
            action: Some(("Sign in and keep it", "/login")),
            closing: vec![
                format!("If this was not you, somebody knows your password. Set a new one: {site}/forgot-password"),
            ],
        },
        Kind::DeletionCalledOff => Words {
            subject: "Your account stays",
            paragraphs: vec![
                format!("Somebody signed in to your account at {site}, so it will not be deleted ({here})."),
            ],
            action: None,
            closing: vec![
                format!("If this was not you, set a new password: {site}/forgot-password"),
            ],
        },
        Kind::AccountDeleted => Words {
            subject: "Your account was deleted",
            paragraphs: vec![
                format!("Your account at {site} is gone, with all that belonged to it. This is the last letter about it."),
            ],
            action: None,
            closing: Vec::new(),
        },
    }
}

/// Like `Firefox on Linux at 192.0.2.7, 21 November 2026, 12:00 UTC`.
fn place(facts: &Facts<'_>) -> String {
    let date = date(facts.at);
    if *facts.client == Client::default() {
        return date;
    }
    let browser = facts.client.browser_name();
    match &facts.client.address {
        Some(address) => format!("{browser} at {address}, {date}"),
        None => format!("{browser}, {date}"),
    }
}

/// Like `21 November 2026, 12:00 UTC`.
pub(crate) fn date(at: OffsetDateTime) -> String {
    let form = time::macros::format_description!(
        "[day padding:none] [month repr:long] [year], [hour]:[minute] UTC"
    );
    at.format(form).unwrap_or_default()
}
