//! What a page knows of the request that asked for it, and of when and where things happen.

use std::fmt;
use std::sync::Arc;

use leptos::prelude::*;
use serde::{Deserialize, Serialize};
use words::Words;

use crate::error::AppError;
use crate::icon::DeviceKind;
use crate::language::words;
use crate::pages::{Page, Who, page_at};
use crate::theme::Theme;

/// One request for a page: who asks, for what, and what was wrong with the form they sent.
/// The server provides it to every render; it never travels.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Visit {
    pub path: String,
    /// The path and the query.
    pub address: String,
    /// The `next` of the query, already reduced to a path of this site.
    pub next: Option<String>,
    /// The secret of a link that was sent by mail.
    pub token: Option<String>,
    /// What the page follows, by the names in its query: `saved`, `sent`.
    pub flags: Vec<String>,
    /// How many sessions were ended by the form that led here.
    pub ended: Option<u32>,
    /// The event that the trail is shown before; none for its beginning, or when it was no number.
    pub before: Option<i64>,
    pub is_signed_in: bool,
    /// Whether that is somebody with the role of an administrator.
    pub is_admin: bool,
    /// Whether only somebody signed in may see the page.
    pub is_guarded: bool,
    pub theme: Theme,
    /// Whether letters are to be read at `/dev/outbox`: this is a site in development.
    pub has_outbox: bool,
    /// Whether nobody is signed in before their address is confirmed.
    pub confirms_first: bool,
    /// Whether nobody can make an account here.
    pub is_closed: bool,
    pub form: Submission,
}

/// The request that is being answered.
#[must_use]
pub fn visit() -> Arc<Visit> {
    use_context().unwrap_or_default()
}

impl fmt::Debug for Visit {
    /// The address and what was typed may hold the secret of a link.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Visit")
            .field("path", &self.path)
            .field("is_signed_in", &self.is_signed_in)
            .field("form", &self.form)
            .finish_non_exhaustive()
    }
}

/// A form that was posted without script and refused: the page shows it again.
#[derive(Clone, Default, PartialEq, Eq, Hash)]
pub struct Submission {
    pub error: Option<AppError>,
    /// What was typed, by field name. Passwords are never among them.
    pub values: Vec<(String, String)>,
}

impl fmt::Debug for Submission {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let fields: Vec<_> = self.values.iter().map(|(name, _)| name).collect();
        f.debug_struct("Submission")
            .field("error", &self.error)
            .field("fields", &fields)
            .finish()
    }
}

impl Submission {
    /// What was typed into a field.
    #[must_use]
    pub fn value(&self, field: &str) -> Option<String> {
        self.values
            .iter()
            .find(|(name, _)| name == field)
            .map(|(_, value)| value.clone())
    }

    /// The message for a field.
    #[must_use]
    pub fn error_at(&self, field: &str) -> Option<String> {
        let error = self.error.as_ref()?;
        (error.field.as_deref() == Some(field)).then(|| error.message.clone())
    }

    /// The message for the form as a whole.
    #[must_use]
    pub fn error_of_form(&self) -> Option<String> {
        let error = self.error.as_ref()?;
        error.field.is_none().then(|| error.message.clone())
    }
}

impl Visit {
    /// Whether the page follows something, by the name that its query has for it.
    #[must_use]
    pub fn follows(&self, flag: &str) -> bool {
        self.flags.iter().any(|known| known == flag)
    }

    /// Whether a page is there for whoever asks.
    #[must_use]
    pub fn may_see(&self, page: &Page) -> bool {
        match page.who {
            Who::Everybody => true,
            Who::Strangers => !self.is_signed_in,
            // Who has not given their password lately is asked for it on the way.
            Who::Members | Who::Proven => self.is_signed_in,
            Who::Admins => self.is_admin,
        }
    }

    /// Where a switch at the foot of the page leads back to. The address of a form that was refused says no more
    /// where its visitor wanted to go.
    #[must_use]
    pub fn way_back(&self) -> String {
        match &self.form.error {
            Some(_) => crate::next::from_door(&self.path, self.next.as_deref()),
            None => self.address.clone(),
        }
    }

    /// The document's title, which screen readers announce first.
    #[must_use]
    pub fn title(&self) -> String {
        let words = words();
        let page = match page_at(&self.path) {
            Some(page) if page.path == "/" => return product::NAME.to_owned(),
            Some(page) => (page.title)(words),
            None => words.not_found_title(),
        };
        let title = format!("{page} · {}", product::NAME);
        match self.form.error {
            Some(_) => words.title_of_error(title),
            None => title,
        }
    }
}

/// A moment as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct When {
    /// RFC 3339, for programs.
    pub machine: String,
    /// Like `21 November 2026, 12:00 UTC`.
    pub date: String,
    /// Like `in 9 minutes` or `2 hours ago`.
    pub distance: String,
}

/// A moment in words, and for programs.
#[component]
#[must_use]
pub fn Moment(when: When) -> impl IntoView {
    view! { <time datetime=when.machine title=when.date>{when.distance}</time> }
}

/// Where a request came from, as a page shows it.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Place {
    /// Like `Firefox on Linux`.
    pub browser: String,
    #[serde(default)]
    pub kind: DeviceKind,
    pub address: Option<String>,
}

impl Place {
    /// Like `Firefox on Linux at 192.0.2.7`.
    #[must_use]
    pub fn in_words(&self, words: &Words) -> String {
        words.place(&self.browser, self.address.as_deref())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_token_of_a_link_is_not_printed() {
        let visit = Visit {
            path: "/reset-password".to_owned(),
            address: "/reset-password?token=topsecret".to_owned(),
            token: Some("topsecret".to_owned()),
            form: Submission {
                error: None,
                values: vec![("token".to_owned(), "topsecret".to_owned())],
            },
            ..Visit::default()
        };
        let printed = format!("{visit:?}");
        assert!(printed.contains("/reset-password") && !printed.contains("topsecret"));
    }
}
