//! Who asks the API: by `Authorization: Bearer` (RFC 6750), or else by the cookies of a browser.
//!
//! A request with a bearer token stands on that alone: its cookies say nothing about who asks. So it needs no
//! check for where it came from, which a request with cookies does.

use std::sync::Arc;

use app::ssr::Arrival;
use auth::Session;
use axum::extract::{FromRequestParts, Request, State};
use axum::http::HeaderMap;
use axum::http::header::AUTHORIZATION;
use axum::http::request::Parts;
use axum::middleware::Next;
use axum::response::{IntoResponse, Response};
use tower_cookies::Cookies;

use crate::App;
use crate::api::cookies::Elsewhere;
use crate::api::error::ApiError;
use crate::security::{self, CrossOrigin};
use crate::session::{self, mark_private};

/// Finds out who asks, and lets everybody pass: [`Caller`] is for those who are known.
pub(super) async fn identify(
    State(app): State<App>,
    cookies: Cookies,
    mut request: Request,
    next: Next,
) -> Response {
    let Some(token) = bearer(request.headers()) else {
        // Another site's cookies are there to be renewed and taken back, and say nothing about who asks.
        return match request.extensions().get::<Elsewhere>() {
            Some(Elsewhere) => session::meet(State(app), cookies, request, next).await,
            None => session::identify_all(State(app), cookies, request, next).await,
        };
    };
    let now = app.clock.now();
    let Ok(session) = app.services.auth.verify(token, now) else {
        return mark_private(ApiError::invalid_token().into_response());
    };
    let client = session::client(&app, &cookies, &request);
    request.extensions_mut().insert(Arrival {
        now,
        client,
        session: Some(session),
    });
    mark_private(next.run(request).await)
}

/// Refuses what other sites make a browser send, unless it stands on a bearer token, which browsers add by
/// themselves to nothing.
pub(super) async fn check_origin(
    cross_origin: State<CrossOrigin>,
    request: Request,
    next: Next,
) -> Response {
    if bearer(request.headers()).is_some() {
        return next.run(request).await;
    }
    security::check_origin(cross_origin, request, next).await
}

/// The token of a header that is exactly `Bearer <token>`. Any other counts as none, as it does at Strapi's.
fn bearer(headers: &HeaderMap) -> Option<&str> {
    let header = headers.get(AUTHORIZATION)?.to_str().ok()?;
    let (scheme, token) = header.split_once(' ')?;
    let is_token = !token.is_empty() && !token.contains(char::is_whitespace);
    (scheme.eq_ignore_ascii_case("bearer") && is_token).then_some(token)
}

/// Somebody who is signed in, and what is known of their request.
pub(super) struct Caller {
    pub(super) session: Arc<Session>,
    pub(super) arrival: Arrival,
    /// Whether the cookies of a browser say who they are.
    pub(super) is_by_cookie: bool,
}

impl<S: Sync> FromRequestParts<S> for Caller {
    type Rejection = ApiError;

    async fn from_request_parts(parts: &mut Parts, _: &S) -> Result<Self, ApiError> {
        let arrival = parts.extensions.get::<Arrival>().cloned();
        let arrival = arrival.ok_or_else(ApiError::forbidden)?;
        let session = arrival.session.clone().ok_or_else(ApiError::forbidden)?;
        Ok(Self {
            session,
            arrival,
            is_by_cookie: bearer(&parts.headers).is_none(),
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_header_that_is_exactly_a_bearer_token_counts() {
        let read = |header: &str| {
            let headers = HeaderMap::from_iter([(AUTHORIZATION, header.parse().unwrap())]);
            bearer(&headers).map(str::to_owned)
        };
        assert_eq!(read("Bearer a.b.c").as_deref(), Some("a.b.c"));
        assert_eq!(read("bearer a.b.c").as_deref(), Some("a.b.c"));
        for other in [
            "Bearer",
            "Bearer ",
            "Bearer  a",
            "Bearer a b",
            "Basic a",
            "a.b.c",
            "",
            "Bearer\ta",
        ] {
            assert_eq!(read(other), None, "{other:?}");
        }
    }
}
