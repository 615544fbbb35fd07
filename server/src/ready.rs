//! Whether this node can be asked: `/readyz`, for who distributes requests over several.

use app::error::AppError;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};

use crate::{App, answer};

/// 200 when the node is there to stay and reaches its database, 503 when not.
pub(crate) async fn ready(State(app): State<App>) -> Response {
    let mut response = if app.leaving.is_asked() {
        answer::failure(AppError::new(
            503,
            "leaving",
            "This node is about to leave.",
        ))
    } else {
        match app.services.auth.has_accounts().await {
            Ok(_) => (StatusCode::OK, "ready\n").into_response(),
            Err(error) => answer::failure(error.into()),
        }
    };
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
