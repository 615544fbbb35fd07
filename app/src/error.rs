//! The one error that travels to a browser.

use leptos::server_fn::codec::JsonEncoding;
use leptos::server_fn::error::{FromServerFnError, ServerFnErrorErr};
use serde::{Deserialize, Serialize};
use words::Words;

use crate::language::words;

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
        Failure::Malformed.into()
    }

    #[must_use]
    pub fn unauthenticated() -> Self {
        Failure::Unauthenticated.into()
    }

    /// For those who are signed in, and may not.
    #[must_use]
    pub fn forbidden() -> Self {
        Failure::Forbidden.into()
    }

    /// For what passes by itself.
    #[must_use]
    pub fn unavailable() -> Self {
        Failure::Unavailable.into()
    }

    #[must_use]
    pub fn internal() -> Self {
        Failure::Internal.into()
    }

    /// The same in another language, if it can fail before anybody knows in which one to say it.
    #[must_use]
    pub fn in_words(self, words: &Words) -> Self {
        match Failure::of_code(&self.code) {
            Some(failure) => Self {
                message: failure.message(words),
                ..self
            },
            None => self,
        }
    }
}

/// What can fail before anybody knows in which language to say it: in front of the pages, and within them.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Failure {
    Malformed,
    Unauthenticated,
    Forbidden,
    Unavailable,
    Internal,
    Incomplete,
    UnknownField,
    ContentType,
    TooSlow,
    TooLarge,
    BadPath,
    CrossOrigin,
    Overloaded,
    NotFound,
    MethodNotAllowed,
    NoLetter,
    OnlyHere,
}

impl Failure {
    const ALL: [Self; 17] = [
        Self::Malformed,
        Self::Unauthenticated,
        Self::Forbidden,
        Self::Unavailable,
        Self::Internal,
        Self::Incomplete,
        Self::UnknownField,
        Self::ContentType,
        Self::TooSlow,
        Self::TooLarge,
        Self::BadPath,
        Self::CrossOrigin,
        Self::Overloaded,
        Self::NotFound,
        Self::MethodNotAllowed,
        Self::NoLetter,
        Self::OnlyHere,
    ];

    fn of_code(code: &str) -> Option<Self> {
        Self::ALL
            .into_iter()
            .find(|failure| failure.status_and_code().1 == code)
    }

    fn status_and_code(self) -> (u16, &'static str) {
        match self {
            Self::Malformed => (400, "malformed"),
            Self::Unauthenticated => (401, "unauthenticated"),
            Self::Forbidden => (403, "forbidden"),
            Self::Unavailable => (503, "unavailable"),
            Self::Internal => (500, "internal"),
            Self::Incomplete => (422, "incomplete"),
            Self::UnknownField => (422, "unknown_field"),
            Self::ContentType => (415, "content_type"),
            Self::TooSlow => (408, "too_slow"),
            Self::TooLarge => (413, "too_large"),
            Self::BadPath => (400, "bad_path"),
            Self::CrossOrigin => (403, "cross_origin"),
            Self::Overloaded => (503, "overloaded"),
            Self::NotFound => (404, "not_found"),
            Self::MethodNotAllowed => (405, "method_not_allowed"),
            Self::NoLetter => (404, "no_letter"),
            Self::OnlyHere => (403, "only_here"),
        }
    }

    fn message(self, words: &Words) -> String {
        match self {
            Self::Malformed => words.error_malformed(),
            Self::Unauthenticated => words.error_unauthenticated(),
            Self::Forbidden => words.error_forbidden(),
            Self::Unavailable => words.error_unavailable(),
            Self::Internal => words.error_internal(),
            Self::Incomplete => words.error_incomplete(),
            Self::UnknownField => words.error_unknown_field(),
            Self::ContentType => words.error_content_type(),
            Self::TooSlow => words.error_too_slow(),
            Self::TooLarge => words.error_too_large(),
            Self::BadPath => words.error_bad_path(),
            Self::CrossOrigin => words.error_cross_origin(),
            Self::Overloaded => words.error_overloaded(),
            Self::NotFound => words.error_not_found(),
            Self::MethodNotAllowed => words.error_method_not_allowed(),
            Self::NoLetter => words.outbox_missing(),
            Self::OnlyHere => words.outbox_only_here(),
        }
    }
}

impl From<Failure> for AppError {
    fn from(failure: Failure) -> Self {
        let (status, code) = failure.status_and_code();
        Self::new(status, code, failure.message(words()))
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
            | ServerFnErrorErr::Deserialization(_) => Failure::Incomplete.into(),
            ServerFnErrorErr::Request(_) => Self::malformed(),
            _ => Self::internal(),
        }
    }
}
