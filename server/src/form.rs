//! Forms, with script and without, by the same server functions.
//!
//! Leptos answers a form that was posted without script by a redirect to the *Referer*, with the error
//! in the query. Both are in the hands of whoever made the link. So it is never asked to: this layer
//! checks the body, runs the server function as for a program, and turns its answer into what a browser
//! expects: a redirect to a path of this site, or the page again with what was typed and what was wrong.

mod body;

use app::error::AppError;
use app::pages::{form_fields, form_has_page};
use app::session::Submission;
use app::ssr::Refused;
use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};

use crate::answer;
use crate::form::body::{Fields, Posted};

/// The largest answer of a server function that answers a form, in bytes.
const MAX_ANSWER: usize = 64 * 1024;

/// Runs a posted form, and shows its page again when it was refused.
pub(crate) async fn handle(request: Request, next: Next) -> Response {
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    let wants_html = answer::wants_html(&request);
    let known = form_fields(request.uri().path());
    let (parts, body) = request.into_parts();
    let (error, fields) = match body::read(&parts, body, known).await {
        Ok(posted) => {
            let Posted { body, fields } = posted;
            match run(parts.clone(), body, next.clone()).await {
                Outcome::GoTo(path) if wants_html && known.is_some() => {
                    return answer::see_other(&path);
                }
                Outcome::GoTo(path) => return Json(path).into_response(),
                Outcome::Other(response) => return response,
                Outcome::Refused(error) => (error, fields),
            }
        }
        Err(refused) => refused,
    };
    if wants_html && form_has_page(parts.uri.path()) {
        page_again(parts, next, error, fields).await
    } else {
        answer::failure(error)
    }
}

/// What a server function said.
enum Outcome {
    GoTo(String),
    Refused(AppError),
    /// Not the answer of a form: it goes out as it is.
    Other(Response),
}

async fn run(mut parts: Parts, body: Body, next: Next) -> Outcome {
    parts
        .headers
        .insert(ACCEPT, HeaderValue::from_static("application/json"));
    let response = next.run(Request::from_parts(parts, body)).await;
    let is_json = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|value| value == "application/json");
    if !is_json {
        return Outcome::Other(response);
    }
    let (parts, body) = response.into_parts();
    let Ok(bytes) = to_bytes(body, MAX_ANSWER).await else {
        return Outcome::Refused(AppError::internal());
    };
    if let Ok(path) = serde_json::from_slice::<String>(&bytes) {
        return Outcome::GoTo(path);
    }
    match serde_json::from_slice::<AppError>(&bytes) {
        Ok(error) => Outcome::Refused(error),
        Err(_) => Outcome::Other(Response::from_parts(parts, Body::from(bytes))),
    }
}

/// Renders the page that the form stands on, with the error in it.
async fn page_again(mut parts: Parts, next: Next, error: AppError, fields: Fields) -> Response {
    let (status, retry_after) = (status_of_page(&error), error.retry_after);
    // A password is typed again: it never travels back.
    let values = fields
        .into_iter()
        .filter(|(name, _)| !name.contains("password"))
        .collect();
    parts.method = Method::GET;
    parts.headers.remove(CONTENT_TYPE);
    parts.headers.remove(CONTENT_LENGTH);
    parts.extensions.insert(Refused(Submission {
        error: Some(error),
        values,
    }));
    let mut response = next.run(Request::from_parts(parts, Body::empty())).await;
    if response.status().is_success() {
        *response.status_mut() = status;
        answer::wait(&mut response, retry_after);
    }
    response
}

/// A page that asks again for what a person can mend is a good answer to a form, and is told so: error
/// statuses are for programs. What no form of ours sends, and what is wrong on our side, keeps its own.
fn status_of_page(error: &AppError) -> StatusCode {
    let status = answer::status(error);
    let can_be_mended = match status {
        StatusCode::UNAUTHORIZED | StatusCode::NOT_FOUND | StatusCode::CONFLICT => true,
        StatusCode::UNPROCESSABLE_ENTITY => error.field.is_some(),
        _ => false,
    };
    if can_be_mended {
        StatusCode::OK
    } else {
        status
    }
}
