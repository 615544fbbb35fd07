//! What letters say, in the order in which they say it. The two templates give it its form.

use askama::Template;
use time::OffsetDateTime;
use time::format_description::well_known::Rfc3339;
use words::{Language, Words};

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
    pub(super) language: Language,
}

struct Letter<'a> {
    language: Language,
    subject: String,
    greeting: String,
    paragraphs: Vec<String>,
    action: Option<Action>,
    closing: Vec<String>,
    site: &'a str,
}

impl Letter<'_> {
    fn words(&self) -> &'static Words {
        self.language.words()
    }

    /// What stands before the address of the site, and after it.
    fn sender(&self) -> (String, String) {
        let from = self.words().letter_from(product::NAME);
        (from.s0, from.s1)
    }
}

struct Action {
    label: String,
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
    rendered(facts.recipient.clone(), compose(facts))
}

/// The letter that says that letters can be sent.
pub(super) fn test(recipient: Email, site: &str) -> Result<Written> {
    let language = Language::default();
    let words = language.words();
    let letter = Letter {
        language,
        subject: words.letter_test(),
        greeting: words.letter(),
        paragraphs: vec![words.letter_test_what(site)],
        action: None,
        closing: vec![words.letter_test_closing()],
        site,
    };
    rendered(recipient, letter)
}

fn rendered(recipient: Email, letter: Letter<'_>) -> Result<Written> {
    let text = AsText { letter: &letter }.render();
    let html = AsHtml { letter: &letter }.render();
    Ok(Written {
        recipient,
        text: text.map_err(Error::internal)?,
        html: html.map_err(Error::internal)?,
        subject: letter.subject,
    })
}

fn compose<'a>(facts: &Facts<'a>) -> Letter<'a> {
    let Facts { site, language, .. } = *facts;
    let words = language.words();
    let content = content(facts, words);
    Letter {
        language,
        subject: content.subject,
        greeting: match facts.username.filter(|name| !name.contains('.')) {
            Some(username) => words.letter_to(username),
            None => words.letter(),
        },
        paragraphs: content.paragraphs,
        action: content.action.map(|(label, path)| Action {
            label,
            link: match facts.link {
                Some(link) => format!("{site}{path}?token={}", link.expose()),
                None => format!("{site}{path}"),
            },
        }),
        closing: content.closing,
        site,
    }
}

struct Content {
    subject: String,
    paragraphs: Vec<String>,
    /// What the button says, and the page that it leads to.
    action: Option<(String, &'static str)>,
    closing: Vec<String>,
}

fn content(facts: &Facts<'_>, words: &Words) -> Content {
    let Facts { site, language, .. } = *facts;
    let told = facts.detail.unwrap_or_default();
    let here = place(facts, words);
    match facts.kind {
        Kind::ConfirmAddress => Content {
            subject: words.letter_confirm(),
            paragraphs: [words.letter_confirm_what(site)]
                .into_iter()
                .chain(facts.detail.map(|_| words.letter_confirm_replaced()))
                .collect(),
            action: Some((words.letter_confirm_action(), "/confirm-email")),
            closing: vec![
                words.letter_confirm_once(),
                words.letter_confirm_if_not(site),
            ],
        },
        Kind::ConfirmNewAddress => Content {
            subject: words.letter_confirm_new(),
            paragraphs: vec![words.letter_confirm_new_what(site)],
            action: Some((words.letter_confirm_new_action(), "/confirm-email")),
            closing: vec![
                words.letter_confirm_new_once(),
                words.letter_confirm_new_if_not(),
            ],
        },
        Kind::AddressTaken => Content {
            subject: words.letter_taken(),
            paragraphs: vec![
                words.letter_taken_what(site),
                words.letter_taken_what_to_do(),
            ],
            action: Some((words.letter_taken_action(), "/login")),
            closing: vec![words.letter_taken_forgot(site), words.letter_taken_if_not()],
        },
        Kind::ResetPassword if told == OPERATOR => Content {
            subject: words.letter_set(),
            paragraphs: vec![words.letter_set_what(site)],
            action: Some((words.letter_set(), "/reset-password")),
            closing: vec![words.letter_reset_once(), words.letter_set_another(site)],
        },
        Kind::ResetPassword => Content {
            subject: words.letter_reset(),
            paragraphs: vec![words.letter_reset_what(site, here)],
            action: Some((words.letter_reset(), "/reset-password")),
            closing: vec![words.letter_reset_once(), words.letter_reset_if_not()],
        },
        Kind::PasswordChanged => Content {
            subject: words.letter_password(),
            paragraphs: vec![words.letter_password_what(site, here)],
            action: None,
            closing: vec![words.letter_password_if_not(site)],
        },
        Kind::AddressChanged => Content {
            subject: words.letter_moved(),
            paragraphs: vec![
                words.letter_moved_what(site, here),
                words.letter_moved_what_to_do(),
            ],
            action: Some((words.letter_moved_action(), "/secure-account")),
            closing: vec![words.letter_moved_once()],
        },
        Kind::NewBrowser => Content {
            subject: words.letter_browser(),
            paragraphs: vec![
                words.letter_browser_what(site, here),
                words.letter_browser_what_to_do(),
            ],
            action: Some((words.letter_browser_action(), "/secure-account")),
            closing: vec![words.letter_browser_once()],
        },
        Kind::SessionCopied => Content {
            subject: words.letter_copied(),
            paragraphs: vec![
                words.letter_copied_what(site, here),
                words.letter_copied_what_to_do(),
            ],
            action: Some((words.letter_copied_action(), "/profile/devices")),
            closing: vec![words.letter_copied_forgot(site)],
        },
        Kind::DeletionPlanned => Content {
            subject: words.letter_leaving(),
            paragraphs: vec![
                words.letter_leaving_what(site, planned(told, language), here),
                words.letter_leaving_what_to_do(),
            ],
            action: Some((words.letter_leaving_action(), "/login")),
            closing: vec![words.letter_leaving_if_not(site)],
        },
        Kind::DeletionCalledOff => Content {
            subject: words.letter_stays(),
            paragraphs: vec![words.letter_stays_what(site, here)],
            action: None,
            closing: vec![words.letter_stays_if_not(site)],
        },
        Kind::AccountDeleted => Content {
            subject: words.letter_gone(),
            paragraphs: vec![words.letter_gone_what(site)],
            action: None,
            closing: Vec::new(),
        },
    }
}

/// Like `Firefox on Linux at 192.0.2.7, 21 November 2026, 12:00 UTC`.
fn place(facts: &Facts<'_>, words: &Words) -> String {
    let date = facts.language.date(facts.at);
    if *facts.client == Client::default() {
        return date;
    }
    let browser = facts.client.browser_name(facts.language);
    let place = words.place(&browser, facts.client.address.as_deref());
    words.letter_place(place, date)
}

/// The day of a deletion. A version before this one wrote it as it is read.
fn planned(told: &str, language: Language) -> String {
    match OffsetDateTime::parse(told, &Rfc3339) {
        Ok(at) => language.date(at),
        Err(_) => told.to_owned(),
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;

    /// A letter of a kind, in a language.
    fn letter(kind: Kind, detail: Option<&str>, language: Language) -> Written {
        let recipient = Email::parse("ada@example.org").unwrap();
        let firefox = "Mozilla/5.0 (X11; Linux x86_64; rv:146.0) Gecko/20100101 Firefox/146.0";
        let client = Client::new(Some("192.0.2.7".to_owned()), Some(firefox));
        let facts = Facts {
            kind,
            recipient: &recipient,
            username: Some("ada"),
            link: None,
            client: &client,
            at: datetime!(2026-11-21 12:00 UTC),
            detail,
            site: "https://latchkey.example",
            language,
        };
        write(&facts).unwrap()
    }

    #[test]
    fn no_letter_says_anything_in_two_languages_alike() {
        let planned = Some("2026-11-28T12:00:00Z");
        let kinds = Kind::ALL.map(|(kind, _)| (kind, planned));
        for (kind, detail) in kinds.into_iter().chain([
            (Kind::ResetPassword, Some(OPERATOR)),
            (Kind::ResetPassword, None),
        ]) {
            let english = letter(kind, detail, Language::En);
            let german = letter(kind, detail, Language::De);
            assert_ne!(german.subject, english.subject);
            let is_said =
                |line: &&str| !line.is_empty() && !line.starts_with("http") && *line != "-- ";
            let both = german.text.lines().filter(is_said);
            let both: Vec<&str> = both
                .filter(|line| english.text.lines().any(|other| other == *line))
                .collect();
            assert_eq!(both, [""; 0], "{kind:?}");
            assert!(german.html.contains("<html lang=\"de\" dir=\"ltr\">"));
            assert!(!german.html.contains("If the button"), "{}", german.html);
        }
    }

    #[test]
    fn the_day_of_a_deletion_is_written_as_in_the_language() {
        let told = |detail, language| letter(Kind::DeletionPlanned, Some(detail), language).text;
        let planned = "2026-11-28T12:00:00Z";
        assert!(told(planned, Language::De).contains("am 28. November 2026, 12:00 UTC"));
        assert!(told(planned, Language::De).contains("Firefox unter Linux, 192.0.2.7"));
        assert!(told(planned, Language::En).contains("on 28 November 2026, 12:00 UTC"));
        // As the version before wrote it.
        let before = "28 November 2026, 12:00 UTC";
        assert!(told(before, Language::En).contains(before));
    }
}
