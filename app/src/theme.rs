//! Light, dark, or as the system has it: a cookie that the server reads, so that no page flashes.

use leptos::ev::SubmitEvent;
use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::language::words;
use crate::session::visit;

/// The name of the cookie. It is no secret, and no one is signed in by it.
pub const COOKIE: &str = product::THEME_COOKIE;

/// Its name on https, under which nobody can set one over plain http.
pub const SECURE_COOKIE: &str = product::SECURE_THEME_COOKIE;

#[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, Default, Serialize, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum Theme {
    #[default]
    System,
    Light,
    Dark,
}

impl Theme {
    pub const ALL: [Self; 3] = [Self::System, Self::Light, Self::Dark];

    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::System => "system",
            Self::Light => "light",
            Self::Dark => "dark",
        }
    }

    /// Anything but a known name is the system's.
    #[must_use]
    pub fn from_name(name: &str) -> Self {
        Self::ALL
            .into_iter()
            .find(|theme| theme.name() == name)
            .unwrap_or_default()
    }

    /// For the browser's own parts of a page: scroll bars, autofilled fields.
    #[must_use]
    pub fn color_scheme(self) -> &'static str {
        match self {
            Self::System => "light dark",
            other => other.name(),
        }
    }
}

/// Remembers a theme for a year, and goes back to the page.
#[server(prefix = "", endpoint = "theme")]
pub async fn set_theme(theme: Theme, next: String) -> Result<String, AppError> {
    crate::ssr::remember_theme(theme)?;
    Ok(crate::next::local_path(&next).unwrap_or("/").to_owned())
}

/// The names of the fields of [`set_theme`].
pub const FIELDS: &[&str] = &["theme", "next"];

/// The switch at the foot of every page.
#[component]
#[must_use]
pub fn ThemeChoice() -> impl IntoView {
    let visit = visit();
    let words = words();
    let labels = [
        words.theme_system(),
        words.theme_light(),
        words.theme_dark(),
    ];
    let (chosen, back) = (visit.theme, visit.way_back());
    let buttons = Theme::ALL.into_iter().zip(labels).map(move |(choice, label)| {
        let is_chosen = choice == chosen;
        view! {
            <button type="submit" name="theme" value=choice.name() aria-pressed=is_chosen.to_string()>
                {label}
            </button>
        }
    });
    view! {
        <ThemeSwitch>
            <form method="post" action="/theme" class="theme" aria-label=words.theme()>
                <input type="hidden" name="next" value=back />
                {buttons.collect_view()}
            </form>
        </ThemeSwitch>
    }
}

/// With WASM the page changes its colours where it is.
#[island]
pub fn ThemeSwitch(children: Children) -> impl IntoView {
    view! { <div class="island" on:submit=choose>{children()}</div> }
}

/// Takes the theme of the button that was pressed.
fn choose(event: SubmitEvent) {
    let Some(button) = event.submitter() else {
        return;
    };
    event.prevent_default();
    if let Ok(Some(before)) = document().query_selector(".theme [aria-pressed=true]") {
        let _ = before.set_attribute("aria-pressed", "false");
    }
    let _ = button.set_attribute("aria-pressed", "true");
    let name = button.get_attribute("value").unwrap_or_default();
    wear(Theme::from_name(&name));
}

/// Colours the page and remembers the choice. The cookie is set here and not asked of the server:
/// it holds nothing but the name of a theme.
fn wear(theme: Theme) {
    use wasm_bindgen::JsCast;
    let document = document();
    if let Some(root) = document.document_element() {
        let _ = root.set_attribute("data-theme", theme.name());
    }
    if let Ok(Some(meta)) = document.query_selector("meta[name=color-scheme]") {
        let _ = meta.set_attribute("content", theme.color_scheme());
    }
    if let Some(document) = document.dyn_ref::<web_sys::HtmlDocument>() {
        let scheme = window().location().protocol();
        let (name, secure) = if scheme.is_ok_and(|scheme| scheme == "https:") {
            (SECURE_COOKIE, "; Secure")
        } else {
            (COOKIE, "")
        };
        let cookie = format!(
            "{name}={}; Path=/; Max-Age=31536000; SameSite=Lax{secure}",
            theme.name()
        );
        let _ = document.set_cookie(&cookie);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_unknown_theme_is_the_systems() {
        assert_eq!(Theme::from_name("dark"), Theme::Dark);
        assert_eq!(Theme::from_name("<script>"), Theme::System);
    }
}
