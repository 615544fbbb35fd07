//! Telling an open page that its session is over: a stream of server-sent events that says one thing.
//!
//! It neither renews the session nor counts as use of it: a page that is only looked at runs out like
//! any other. So it stands before the layer that turns cookies into a session, and reads them itself.

use std::convert::Infallible;
use std::time::Duration as StdDuration;

use app::error::AppError;
use auth::{Auth, CookieJarStyle, SessionId};
use axum::extract::State;
use axum::http::header::{COOKIE, HeaderName};
use axum::http::{HeaderMap, HeaderValue};
use axum::response::sse::{Event, KeepAlive, Sse};
use axum::response::{IntoResponse, Response};
use cookie::Cookie;
use futures_util::stream;
use time::OffsetDateTime;

use crate::session::mark_private;
use crate::{App, answer};

/// How long a connection may say nothing before proxies take it for dead.
const KEEP_ALIVE: StdDuration = StdDuration::from_secs(15);
/// How long the limits of a session are believed: another tab may have moved them.
const BELIEVED: StdDuration = StdDuration::from_secs(60);

/// How many pages of one session may listen on one node.
const STREAMS: usize = 64;

/// `GET /session/events`: the event `ended` when the session of the request is over.
pub(crate) async fn events(State(app): State<App>, headers: HeaderMap) -> Response {
    let services = &app.services;
    let now = app.clock.now();
    let Some(id) = session_id(&services.auth, &services.cookies, &headers, now) else {
        return mark_private(answer::failure(AppError::unauthenticated()));
    };
    if services.auth.listeners(id) >= STREAMS {
        return mark_private(answer::failure(AppError::new(
            429,
            "too_many_streams",
            "This session is open in very many windows.",
        )));
    }
    let ended = stream::unfold(Some(app), move |app| async move {
        let is_over = wait(&app?, id).await;
        let event = is_over.then(|| Event::default().event("ended").data("ended"));
        Some((Ok::<_, Infallible>(event?), None))
    });
    let mut response = Sse::new(ended)
        .keep_alive(KeepAlive::new().interval(KEEP_ALIVE))
        .into_response();
    // nginx holds an answer back until it has enough of it, unless it is told not to.
    let unbuffered = HeaderValue::from_static("no");
    response
        .headers_mut()
        .insert(HeaderName::from_static("x-accel-buffering"), unbuffered);
    mark_private(response)
}

/// Whose cookies these are. The refresh token counts although its session may be over: that is what is asked.
fn session_id(
    auth: &Auth,
    style: &CookieJarStyle,
    headers: &HeaderMap,
    now: OffsetDateTime,
) -> Option<SessionId> {
    let cookies: Vec<Cookie<'_>> = headers
        .get_all(COOKIE)
        .iter()
        .filter_map(|value| value.to_str().ok())
        .flat_map(Cookie::split_parse)
        .filter_map(Result::ok)
        .collect();
    let value = |name: &str| {
        let found = cookies.iter().find(|cookie| cookie.name() == name);
        found.map(Cookie::value)
    };
    let by_refresh = value(style.refresh_name()).and_then(|token| auth.session_of(token));
    by_refresh.or_else(|| {
        let access = value(style.access_name())?;
        auth.verify(access, now).ok().map(|session| session.id)
    })
}

/// Returns true when the session is over, and false when nobody can say any more: the browser asks again.
async fn wait(app: &App, id: SessionId) -> bool {
    let auth = &app.services.auth;
    loop {
        let now = app.clock.now();
        let until = match auth.ends_at(id, now).await {
            Ok(Some(until)) => until,
            Ok(None) => return true,
            Err(_) => return false,
        };
        let rest = (until - now).try_into().unwrap_or(BELIEVED);
        tokio::select! {
            () = auth.ended(id) => return true,
            () = app.leaving.asked() => return false,
            () = tokio::time::sleep(rest.min(BELIEVED)) => {}
        }
    }
}
