//! The language of a page: a cookie that the server reads, or else what the browser asks for.

use leptos::prelude::*;
use words::{Language, Words};

use crate::error::AppError;
use crate::session::visit;

/// What there is to say, in the language of whoever asks: English where that is not known.
#[must_use]
pub fn words() -> &'static Words {
    language().words()
}

/// The language of whoever asks.
pub(crate) fn language() -> Language {
    use_context::<Language>().unwrap_or_default()
}

/// Remembers a language for a year, and goes back to the page.
#[server(prefix = "", endpoint = "language")]
pub async fn set_language(language: String, next: String) -> Result<String, AppError> {
    crate::ssr::language::remember(&language).await?;
    Ok(crate::next::local_path(&next).unwrap_or("/").to_owned())
}

/// The names of the fields of [`set_language`].
pub const FIELDS: &[&str] = &["language", "next"];

/// The switch at the foot of every page. Each language is named in itself, for those who read no other.
#[component]
#[must_use]
pub fn LanguageChoice() -> impl IntoView {
    let back = visit().way_back();
    let spoken = language();
    let buttons = Language::iter().map(|language| {
        view! {
            <button
                type="submit"
                name="language"
                value=language.tag()
                lang=language.tag()
                aria-pressed=(*language == spoken).to_string()
            >
                {language.language_name()}
            </button>
        }
    });
    view! {
        <form method="post" action="/language" class="language" aria-label=words().choose_language()>
            <input type="hidden" name="next" value=back />
            {buttons.collect_view()}
        </form>
    }
}
