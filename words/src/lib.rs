//! Everything that Latchkey says to people, in each of its languages.
//!
//! The words are in `locales`, a folder for each language, in Fluent's syntax; [`Words`] has a function for each
//! message, made of the English ones. A message that another language lacks, or that is given something else there,
//! has no function, and what asks for it does not compile.

mod accepted;
mod calendar;
mod moments;

#[allow(
    clippy::all,
    clippy::pedantic,
    clippy::unwrap_used,
    reason = "it is not ours to write, and was checked when it was made"
)]
mod generated {
    include!(concat!(env!("OUT_DIR"), "/generated.rs"));
}

use std::sync::LazyLock;

pub use generated::{L10n as Language, L10nLanguage as Words};

/// Each is read once, when the first word is asked for.
static WORDS: LazyLock<Vec<Words>> =
    LazyLock::new(|| Language::iter().map(Language::load).collect());

impl Language {
    /// What there is to say in it.
    #[must_use]
    pub fn words(self) -> &'static Words {
        &WORDS[self as usize]
    }

    /// Its tag, like `en`.
    #[must_use]
    pub fn tag(self) -> &'static str {
        &Self::iter().as_slice()[self as usize]
    }

    /// The one of a tag; none when it is none of ours.
    #[must_use]
    pub fn from_tag(tag: &str) -> Option<Self> {
        tag.parse().ok()
    }

    /// In which direction it is written.
    #[must_use]
    pub fn direction(self) -> String {
        self.words().language_direction()
    }
}
