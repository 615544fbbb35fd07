//! The one error that travels to a browser.

use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};

/// What a visitor may know of a failure. It is built from the constants of this crate alone, so
/// nothing that somebody sent, and nothing internal, can be in it.
#[derive(Debug, Clone, PartialEq, Eq, Hash, Serialize, Deserialize)]
pub struct AppError {
    /// The HTTP status of the answer.
    pub status: u16,
    /// For programs: it does not change when the wording does.
    pub code: String,
    /// The form field it belongs to; none when it belongs to the form.
    pub field: Option<String>,
    /// For people: a sentence that says what to do.
    pub message: String,
    /// In how many seconds it may work.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub retry_after: Option<u32>,
}

impl AppError {
    /// An error of the form as a whole.
    #[must_use]
    pub fn new(status: u16, code: &'static str, message: impl Into<String>) -> Self {
        Self {
            status,
            code: code.to_owned(),
            field: None,
            message: message.into(),
            retry_after: None,
        }
    }

    /// The same, shown at a field.
    #[must_use]
    pub fn at(self, field: &'static str) -> Self {
        Self {
            field: Some(field.to_owned()),
            ..self
        }
    }

    /// The same, to be tried again when so many seconds have passed.
    #[must_use]
    pub fn after(self, seconds: u32) -> Self {
        Self {
            retry_after: Some(seconds),
            ..self
        }
    }

    #[must_use]
    pub fn malformed() -> Self {
        Self::new(
            400,
            "malformed",
            "The form did not arrive as it was sent. Please try again.",
        )
    }

    #[must_use]
    pub fn unauthenticated() -> Self {
        Self::new(
            401,
            "unauthenticated",
            "You are signed out. Please sign in again.",
        )
    }

    /// For those who are signed in, and may not.
    #[must_use]
    pub fn forbidden() -> Self {
        Self::new(403, "forbidden", "This is for administrators.")
    }

    /// For what passes by itself.
    #[must_use]
    pub fn unavailable() -> Self {
        Self::new(
            503,
            "unavailable",
            "We cannot reach our records right now. Please try again in a moment.",
        )
    }

    #[must_use]
    pub fn internal() -> Self {
        Self::new(
            500,
            "internal",
            "Something went wrong on our side. Please try again.",
        )
    }
}

impl std::fmt::Display for AppError {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(&self.message)
    }
}

impl std::error::Error for AppError {}

impl FromServerFnError for AppError {
    type Encoder = JsonEncoding;

    /// The text of these errors may quote what was sent: only their kind is kept.
    fn from_server_fn_error(error: ServerFnErrorErr) -> Self {
        match error {
            ServerFnErrorErr::Args(_)
            | ServerFnErrorErr::MissingArg(_)
            | ServerFnErrorErr::Deserialization(_) => Self::new(
                422,
                "incomplete",
                "A field of the form is missing, there twice, or has a value that is not known. Please try again.",
            ),
            ServerFnErrorErr::Request(_) => Self::malformed(),
            _ => Self::internal(),
        }
    }
}
