//! Routes of your own, beside the pages and behind the same door.
//!
//! They pass every layer in front of the pages: a post from another site is refused, and what is under the path of a
//! protected page is protected. A route that stands elsewhere takes a [`Member`] as an argument, and is then for
//! those who are signed in.

use std::sync::Arc;

use app::error::AppError;
use app::ssr::Arrival;
use auth::Session;
use axum::Router;
use axum::extract::FromRequestParts;
use axum::http::request::Parts;
use axum::response::Response;
use axum::routing::get;

use crate::{App, answer, export};

/// One line for each route.
pub(crate) fn routes() -> Router<App> {
    Router::new().route(app::data::DOWNLOAD, get(export::download))
}

/// Somebody who is signed in. A handler that takes one is not called for anybody else.
pub(crate) struct Member {
    /// `user` in it is what rows of your own name their owner by.
    pub(crate) session: Arc<Session>,
    /// When the request came, and from where.
    pub(crate) arrival: Arrival,
}

impl<S: Sync> FromRequestParts<S> for Member {
    type Rejection = Response;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, Response> {
        let arrival = parts.extensions.get::<Arrival>().cloned();
        let session = arrival.as_ref().and_then(|arrival| arrival.session.clone());
        match (session, arrival) {
            (Some(session), Some(arrival)) => Ok(Self { session, arrival }),
            _ => Err(answer::failure(AppError::unauthenticated())),
        }
    }
}
