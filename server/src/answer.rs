//! Answers that are not pages: redirects, and failures that come before or instead of a page.

use app::error::AppError;
use axum::Json;
use axum::extract::Request;
use axum::http::header::{ACCEPT, LOCATION};
use axum::http::{HeaderValue, StatusCode};
use axum::response::{Html, IntoResponse, Response};
use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

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

/// The error, as a page or as JSON, whichever was asked for.
pub(crate) fn failure(request: &Request, error: &AppError) -> Response {
    if wants_html(request) {
        page(error)
    } else {
        json(error)
    }
}

pub(crate) fn json(error: &AppError) -> Response {
    (status(error), Json(error)).into_response()
}

/// A page that needs nothing: it is shown when the database, or the page itself, failed.
pub(crate) fn page(error: &AppError) -> Response {
    let (status, message) = (status(error), &error.message);
    let reason = status.canonical_reason().unwrap_or("Error");
    let html = format!(
        "<!DOCTYPE html><html lang=\"en\"><meta charset=\"utf-8\">\
         <meta name=\"viewport\" content=\"width=device-width, initial-scale=1\">\
         <meta name=\"color-scheme\" content=\"light dark\">\
         <title>{reason} · Latchkey</title><h1>{reason}</h1><p>{message}</p><p><a href=\"/\">Go to the start page</a></p></html>"
    );
    (status, Html(html)).into_response()
}

pub(crate) fn status(error: &AppError) -> StatusCode {
    StatusCode::from_u16(error.status).unwrap_or(StatusCode::INTERNAL_SERVER_ERROR)
}
