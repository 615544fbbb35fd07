//! What a browser chose, by cookies that are no secret: they are looked at wherever a request is answered, also where
//! none of the layers that know cookies is passed.

use app::theme::Theme;
use axum::http::HeaderMap;
use axum::http::header::COOKIE;
use cookie::Cookie;
use words::Language;

use crate::App;

/// Each none when there is no such cookie, or it names none of ours. Of several the first counts.
#[derive(Debug, Default)]
pub(crate) struct Choice {
    pub(crate) language: Option<Language>,
    pub(crate) theme: Option<Theme>,
}

impl Choice {
    pub(crate) fn of(app: &App, headers: &HeaderMap) -> Self {
        let services = &app.services;
        let (mut language, mut theme) = (None, None);
        let lines = headers.get_all(COOKIE).iter();
        let lines = lines.filter_map(|line| line.to_str().ok());
        for cookie in lines.flat_map(Cookie::split_parse).flatten() {
            if cookie.name() == services.language_cookie() {
                language.get_or_insert_with(|| Language::from_tag(cookie.value()));
            } else if cookie.name() == services.theme_cookie() {
                theme.get_or_insert_with(|| Theme::from_name(cookie.value()));
            }
        }
        Self {
            language: language.flatten(),
            theme,
        }
    }
}
