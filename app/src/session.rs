//! What a page knows of the request that asked for it.

use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::theme::Theme;

/// One request for a page: who asks, for what, and what was wrong with the form they sent.
/// The server provides it to every render; it never travels.
#[derive(Debug, Clone, Default)]
pub struct Visit {
    pub path: String,
    /// The path and the query.
    pub address: String,
    /// The `next` of the query, already reduced to a path of this site.
    pub next: Option<String>,
    /// Whether the page follows a change that was saved.
    pub is_saved: bool,
    pub is_signed_in: bool,
    pub theme: Theme,
    pub stylesheet: String,
    pub form: Submission,
}

/// A form that was posted without script and refused: the page shows it again.
#[derive(Debug, Clone, Default)]
pub struct Submission {
    pub error: Option<AppError>,
    /// What was typed, by field name. Passwords are never among them.
    pub values: Vec<(String, String)>,
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
    /// The document's title, which screen readers announce first.
    #[must_use]
    pub fn title(&self) -> String {
        let page = match self.path.as_str() {
            "/" => return "Latchkey".to_owned(),
            "/login" => "Sign in",
            "/register" => "Create an account",
            "/dashboard" => "Dashboard",
            "/profile" => "Profile",
            _ => "Page not found",
        };
        let error = if self.form.error.is_some() {
            "Error: "
        } else {
            ""
        };
        format!("{error}{page} · Latchkey")
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
