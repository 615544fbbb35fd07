//! Bodies of requests: within the limit, and in time.

use std::error::Error as _;
use std::time::Duration;

use app::error::{AppError, Failure};
use axum::body::{Body, Bytes, to_bytes};
use axum::http::Extensions;
use http_body_util::LengthLimitError;

/// The largest body, in bytes: a password of 128 characters, each of four bytes, each percent-encoded, is
/// 1.5 KB.
pub(crate) const MAX_BODY: usize = 64 * 1024;

/// How long a body may take to arrive.
const TIME_LIMIT: Duration = Duration::from_secs(10);

/// What came as the body of a request, or what was wrong with it. It is read before there is a place for the
/// request, and looked at by whoever answers.
#[derive(Clone)]
pub(crate) struct Received(pub(crate) Result<Bytes, AppError>);

/// What came as the body; it is read now, where that was not done before.
///
/// # Errors
/// Those of [`receive`].
pub(crate) async fn received(extensions: &Extensions, body: Body) -> Result<Bytes, AppError> {
    match extensions.get::<Received>() {
        Some(Received(received)) => received.clone(),
        None => receive(body).await,
    }
}

/// Reads a body to its end.
///
/// # Errors
/// 408, 413, or 400 when it breaks off.
pub(crate) async fn receive(body: Body) -> Result<Bytes, AppError> {
    let received = tokio::time::timeout(TIME_LIMIT, to_bytes(body, MAX_BODY)).await;
    let bytes = received.map_err(|_| AppError::from(Failure::TooSlow))?;
    bytes.map_err(|error| {
        let source = error.source();
        match source.and_then(|source| source.downcast_ref::<LengthLimitError>()) {
            Some(_) => Failure::TooLarge.into(),
            None => AppError::malformed(),
        }
    })
}
