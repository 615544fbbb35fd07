//! In which language and colours a request is answered: the language that was chosen, or else the one that the
//! browser likes best.
//!
//! The JSON API speaks English: programs compare what it says.

use axum::extract::Request;
use axum::http::header::{ACCEPT_LANGUAGE, CONTENT_LANGUAGE, CONTENT_TYPE, VARY};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::Response;
use words::Language;

use crate::choice::Choice;
use crate::{App, api};

/// Tells the rest of the request, and whoever reads the answer.
pub(crate) async fn choose(
    app: &App,
    mut request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    if api::is_of_api(request.uri().path()) {
        return next(request).await;
    }
    let headers = request.headers();
    let chosen = Choice::of(app, headers);
    let language = chosen.language.unwrap_or_else(|| accepted(headers));
    request.extensions_mut().insert(language);
    request
        .extensions_mut()
        .insert(chosen.theme.unwrap_or_default());
    let mut response = next(request).await;
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

fn accepted(headers: &HeaderMap) -> Language {
    let header = headers.get(ACCEPT_LANGUAGE);
    let header = header.and_then(|value| value.to_str().ok());
    header.map(Language::accepted).unwrap_or_default()
}
