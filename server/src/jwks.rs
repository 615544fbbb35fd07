//! The public keys, for whoever verifies our access tokens: `/.well-known/jwks.json` (RFC 7517).

use axum::extract::State;
use axum::http::header::{CACHE_CONTROL, CONTENT_TYPE, ETAG, IF_NONE_MATCH};
use axum::http::{HeaderMap, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::App;

/// Ten minutes: a key is published for longer than that before it signs.
const CACHED: &str = "public, max-age=600";

pub(crate) async fn jwks(State(app): State<App>, headers: HeaderMap) -> Response {
    let (tag, keys) = app.services.auth.jwks();
    let tag = format!("\"{tag}\"");
    let head = [(CACHE_CONTROL, CACHED), (ETAG, tag.as_str())];
    let known = headers.get_all(IF_NONE_MATCH).iter();
    let is_known = known
        .filter_map(|value| value.to_str().ok())
        .flat_map(|value| value.split(','))
        .any(|known| known.trim().trim_start_matches("W/") == tag);
    if is_known {
        return (StatusCode::NOT_MODIFIED, head).into_response();
    }
    (head, [(CONTENT_TYPE, "application/jwk-set+json")], keys).into_response()
}
