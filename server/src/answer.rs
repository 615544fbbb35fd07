//! Answers that are not pages: redirects, and failures that come before or instead of a page.

mod page;

use app::error::{AppError, Failure};
use app::theme::Theme;
use axum::Json;
use axum::extract::Request;
use axum::http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE, LOCATION, RETRY_AFTER};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};
use words::Language;

use crate::App;
use crate::api;
use crate::api::error::{ApiError, Asker};

/// Whether a browser asks for a page, rather than a program for data.
pub(crate) fn wants_html(request: &Request) -> bool {
    let accept = request
        .headers()
        .get(ACCEPT)
        .and_then(|value| value.to_str().ok());
    accept.is_some_and(|accept| accept.contains("text/html"))
}

/// 303 to a path of this site, without a body.
pub(crate) fn see_other(path: &str) -> Response {
    match HeaderValue::from_str(path) {
        Ok(location) => (StatusCode::SEE_OTHER, [(LOCATION, location)]).into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// 302 to a path of this site, for those who expect that and no other.
pub(crate) fn found(path: &str) -> Response {
    match HeaderValue::from_str(path) {
        Ok(location) => (StatusCode::FOUND, [(LOCATION, location)]).into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// 308 to another spelling of the address: pages have no slash at their end.
pub(crate) fn moved(path: &str, query: Option<&str>) -> Response {
    let query = query.map(|query| format!("?{query}")).unwrap_or_default();
    match HeaderValue::try_from(format!("{}{query}", utf8_percent_encode(path, PATH))) {
        Ok(location) => (StatusCode::PERMANENT_REDIRECT, [(LOCATION, location)]).into_response(),
        Err(_) => StatusCode::BAD_REQUEST.into_response(),
    }
}

/// What a path holds as it is (RFC 3986, 3.3).
const PATH: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'/')
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~');

/// Says no. Whoever asked gets it as a page or as JSON, when [`render`] has seen what they want.
pub(crate) fn failure(error: AppError) -> Response {
    let mut response = status(&error).into_response();
    wait(&mut response, error.retry_after);
    response.extensions_mut().insert(error);
    response
}

/// Says when to come again.
pub(crate) fn wait(response: &mut Response, seconds: Option<u32>) {
    if let Some(seconds) = seconds {
        response.headers_mut().insert(RETRY_AFTER, seconds.into());
    }
}

/// Gives every failure that has no words yet a body that the client can read: a page, JSON of ours, or what
/// the JSON API says.
pub(crate) async fn render(
    app: &App,
    request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let asker = api::is_of_api(request.uri().path()).then(|| Asker::of(request.headers()));
    let wants_html = wants_html(&request);
    let language = request.extensions().get::<Language>().copied();
    let look = page::Look {
        language: language.unwrap_or_default(),
        theme: request
            .extensions()
            .get::<Theme>()
            .copied()
            .unwrap_or_default(),
        stylesheet: app.services.files.stylesheet(),
    };
    let mut response = next(request).await;
    let refusal = response.extensions_mut().remove::<ApiError>();
    let error = response.extensions_mut().remove::<AppError>();
    let error = error.or_else(|| wordless(&response));
    let told = match (asker, refusal, error) {
        (Some(asker), Some(refusal), _) => refusal.told_to(asker),
        (Some(asker), None, Some(error)) => ApiError::from(error).told_to(asker),
        (None, _, Some(error)) if wants_html => {
            let error = error.in_words(look.language.words());
            Html(page::page(&error, &look)).into_response()
        }
        (None, _, Some(error)) => Json(error.in_words(look.language.words())).into_response(),
        (_, _, None) => return response,
    };
    let (head, body) = told.into_parts();
    *response.body_mut() = body;
    response.headers_mut().remove(CONTENT_LENGTH);
    response.headers_mut().extend(head.headers);
    response
}

/// What a bare status of the layers means: a file that is not there, a method that is not served, a
/// request that took too long.
fn wordless(response: &Response) -> Option<AppError> {
    if response.headers().contains_key(CONTENT_TYPE) {
        return None;
    }
    match response.status() {
        StatusCode::NOT_FOUND => Some(Failure::NotFound.into()),
        StatusCode::METHOD_NOT_ALLOWED => Some(Failure::MethodNotAllowed.into()),
        StatusCode::SERVICE_UNAVAILABLE => Some(AppError::unavailable()),
        _ => None,
    }
}

pub(crate) fn status(error: &AppError) -> StatusCode {
    StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
