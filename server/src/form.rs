//! Forms, with script and without, by the same server functions.
//!
//! Leptos answers a form that was posted without script by a redirect to the *Referer*, with the error
//! in the query. Both are in the hands of whoever made the link. So it is never asked to: this layer
//! checks the body, runs the server function as for a program, and turns its answer into what a browser
//! expects: a redirect to a path of this site, or the page again with what was typed and what was wrong.

use app::error::AppError;
use app::session::Submission;
use app::ssr::Refused;
use axum::Json;
use axum::body::{Body, to_bytes};
use axum::extract::Request;
use axum::http::header::{ACCEPT, CONTENT_LENGTH, CONTENT_TYPE};
use axum::http::request::Parts;
use axum::http::{HeaderValue, Method};
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode;

use crate::answer;

/// The largest form, in bytes: a password of 128 characters, each of four bytes, each percent-encoded,
/// is 1.5 KB.
pub(crate) const MAX_FORM: usize = 64 * 1024;

/// The largest answer of a server function that answers a form, in bytes.
const MAX_ANSWER: usize = 64 * 1024;

type Fields = Vec<(String, String)>;

/// Runs a posted form, and shows its page again when it was refused.
pub(crate) async fn handle(request: Request, next: Next) -> Response {
    let known = app::form::fields(request.uri().path());
    if request.method() != Method::POST {
        return next.run(request).await;
    }
    let wants_html = answer::wants_html(&request);
    let (mut parts, body) = request.into_parts();
    let (error, fields) = match read(&parts, body, known).await {
        Ok((bytes, fields)) => {
            parts
                .headers
                .insert(ACCEPT, HeaderValue::from_static("application/json"));
            let response = next
                .clone()
                .run(Request::from_parts(parts.clone(), bytes))
                .await;
            match outcome(response).await {
                Outcome::Other(response) => return response,
                Outcome::GoTo(path) if wants_html && known.is_some() => {
                    return answer::see_other(&path);
                }
                Outcome::GoTo(path) => return Json(path).into_response(),
                Outcome::Refused(error) => (error, fields),
            }
        }
        Err(error) => (error, Fields::new()),
    };
    match wants_html {
        true if app::form::has_page(parts.uri.path()) => {
            page_again(parts, next, error, fields).await
        }
        true => answer::page(&error),
        false => answer::json(&error),
    }
}

/// Reads a form: within the limit, of the right type, valid UTF-8, and with no field that is not known.
async fn read(
    parts: &Parts,
    body: Body,
    known: Option<&[&str]>,
) -> Result<(Body, Fields), AppError> {
    let content_type = parts
        .headers
        .get(CONTENT_TYPE)
        .and_then(|value| value.to_str().ok())
        .unwrap_or_default();
    let essence = content_type.split(';').next().unwrap_or_default().trim();
    let is_form = essence.eq_ignore_ascii_case("application/x-www-form-urlencoded");
    let not_a_form = || {
        AppError::new(
            415,
            "content_type",
            "Forms are accepted as application/x-www-form-urlencoded only.",
        )
    };
    if !is_form && !essence.is_empty() {
        return Err(not_a_form());
    }
    let bytes = to_bytes(body, MAX_FORM).await.map_err(|_| {
        AppError::new(
            413,
            "too_large",
            "That is more than this form can take. Please shorten it.",
        )
    })?;
    if !is_form && !bytes.is_empty() {
        return Err(not_a_form());
    }
    let fields = decode(&bytes).ok_or_else(AppError::malformed)?;
    let unknown = known.is_some_and(|known| {
        fields
            .iter()
            .any(|(name, _)| !known.contains(&name.as_str()))
    });
    if unknown {
        return Err(AppError::new(
            422,
            "unknown_field",
            "The form has a field that is not known here. Please try again.",
        ));
    }
    Ok((Body::from(bytes), fields))
}

/// Decodes strictly. The usual decoders replace what is not UTF-8, and the password would be another.
fn decode(bytes: &[u8]) -> Option<Fields> {
    let text = |encoded: &[u8]| {
        let spaced: Vec<u8> = encoded
            .iter()
            .map(|b| if *b == b'+' { b' ' } else { *b })
            .collect();
        let decoded = percent_decode(&spaced).decode_utf8().ok()?.into_owned();
        // Postgres has no text with a NUL in it.
        (!decoded.contains('\0')).then_some(decoded)
    };
    let pairs = bytes.split(|b| *b == b'&').filter(|pair| !pair.is_empty());
    pairs
        .map(|pair| {
            let at = pair.iter().position(|b| *b == b'=').unwrap_or(pair.len());
            Some((
                text(&pair[..at])?,
                text(pair.get(at + 1..).unwrap_or_default())?,
            ))
        })
        .collect()
}

/// What a server function said.
enum Outcome {
    GoTo(String),
    Refused(AppError),
    /// Not the answer of a form: it goes out as it is.
    Other(Response),
}

async fn outcome(response: Response) -> Outcome {
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

/// Renders the page that the form stands on, with the error in it. The status is the error's: no
/// browser follows or hides a page for that.
async fn page_again(mut parts: Parts, next: Next, error: AppError, fields: Fields) -> Response {
    let status = answer::status(&error);
    // A password is typed again: it never travels back.
    let values = fields
        .into_iter()
        .filter(|(name, _)| name != "password")
        .collect();
    parts.method = Method::GET;
    parts.headers.remove(CONTENT_TYPE);
    parts.headers.remove(CONTENT_LENGTH);
    parts.extensions.insert(Refused(Submission {
        error: Some(error),
        values,
    }));
    let mut response = next.run(Request::from_parts(parts, Body::empty())).await;
    *response.status_mut() = status;
    answer::say_when_to_retry(&mut response);
    response
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_form_decodes_strictly() {
        let fields = decode(b"a=1+2%2B3&b=&c&%C3%BC=x").unwrap();
        let expected = [("a", "1 2+3"), ("b", ""), ("c", ""), ("ü", "x")];
        assert_eq!(
            fields,
            expected.map(|(name, value)| (name.to_owned(), value.to_owned()))
        );
        for bad in [&b"a=%ff"[..], b"a=%C3", b"\xff=1", b"a=x%00y"] {
            assert_eq!(decode(bad), None, "{bad:?}");
        }
    }
}
