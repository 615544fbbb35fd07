//! In which language a request is answered: the one that was chosen, or else the one that the browser likes best.
//!
//! The JSON API speaks English: programs compare what it says.

use axum::extract::{Request, State};
use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE, CONTENT_TYPE, COOKIE, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use cookie::Cookie;
use words::Language;

use crate::{App, api};

/// Tells the rest of the request, and whoever reads the answer.
pub(crate) async fn choose(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if api::is_of_api(request.uri().path()) {
        return next.run(request).await;
    }
    let headers = request.headers();
    let chosen = chosen(headers, app.services.language_cookie());
    let language = chosen.unwrap_or_else(|| accepted(headers));
    request.extensions_mut().insert(language);
    let mut response = next.run(request).await;
    let headers = response.headers_mut();
    let is_page = headers
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    if is_page {
        headers.insert(CONTENT_LANGUAGE, HeaderValue::from_static(language.tag()));
        headers.append(VARY, HeaderValue::from_static("Accept-Language, Cookie"));
    }
    response
}

/// By the switch. A cookie of another value is as none.
fn chosen(headers: &HeaderMap, name: &str) -> Option<Language> {
    let lines = headers.get_all(COOKIE).iter();
    let mut cookies = lines
        .filter_map(|line| line.to_str().ok())
        .flat_map(Cookie::split_parse)
        .flatten();
    let cookie = cookies.find(|cookie| cookie.name() == name)?;
    Language::from_tag(cookie.value())
}

fn accepted(headers: &HeaderMap) -> Language {
    let header = headers.get(ACCEPT_LANGUAGE);
    let header = header.and_then(|value| value.to_str().ok());
    header.map(Language::accepted).unwrap_or_default()
}
