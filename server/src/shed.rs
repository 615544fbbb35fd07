//! What there is no room for is turned away at once, instead of making everybody wait.

use app::error::AppError;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;

use crate::{App, answer};

/// Works on a request when there is a place for it. The place is free again when the answer begins: it is
/// the rendering that takes memory.
pub(crate) async fn shed(State(app): State<App>, request: Request, next: Next) -> Response {
    let Ok(_place) = app.places.try_acquire() else {
        let message = "Many people are here right now. Please try again in a moment.";
        return answer::failure(AppError::new(503, "overloaded", message).after(2));
    };
    next.run(request).await
}
