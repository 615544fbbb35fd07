//! Whether this node is alive (`/healthz`), and whether it can be asked (`/readyz`): for who restarts it, and who
//! distributes requests over several.

use std::time::{Duration, Instant};

use app::error::AppError;
use axum::extract::State;
use axum::http::header::CACHE_CONTROL;
use axum::http::{HeaderValue, StatusCode};
use axum::response::{IntoResponse, Response};
use tokio::sync::Mutex;

use crate::{App, answer};

/// 200 as long as the process answers, whatever has become of its database: for who restarts it otherwise.
pub(crate) async fn alive() -> &'static str {
    "alive\n"
}

/// How long an answer of the database is good for. Anybody can ask: however many do, it is asked four times a second.
const GOOD_FOR: Duration = Duration::from_millis(250);

/// What the database said last.
#[derive(Default)]
pub(crate) struct Readiness(Mutex<Option<(Instant, Result<(), AppError>)>>);

impl Readiness {
    /// Those who come while somebody asks wait for the same answer.
    async fn look(&self, app: &App) -> Result<(), AppError> {
        let mut last = self.0.lock().await;
        if let Some((at, said)) = &*last
            && at.elapsed() < GOOD_FOR
        {
            return said.clone();
        }
        let said = app.services.auth.has_accounts().await;
        let said = said.map(drop).map_err(AppError::from);
        *last = Some((Instant::now(), said.clone()));
        said
    }
}

/// 200 when the node is there to stay and reaches its database, 503 when not.
pub(crate) async fn ready(State(app): State<App>) -> Response {
    let mut response = if app.leaving.is_asked() {
        answer::failure(AppError::new(
            503,
            "leaving",
            "This node is about to leave.",
        ))
    } else {
        match app.readiness.look(&app).await {
            Ok(()) => (StatusCode::OK, "ready\n").into_response(),
            Err(error) => answer::failure(error),
        }
    };
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    response
}
