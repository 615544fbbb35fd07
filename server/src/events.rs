//! Telling an open page that its session is over: a stream of server-sent events that says one thing.
//!
//! It neither renews the session nor counts as use of it: a page that is only looked at runs out like
//! any other. So it stands before the layer that turns cookies into a session, and reads them itself.

use std::collections::HashMap;
use std::convert::Infallible;
use std::sync::{Arc, Mutex, PoisonError};
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

/// How many pages of each session listen; cheap to clone.
#[derive(Clone, Default)]
pub(crate) struct Streams(Arc<Mutex<HashMap<SessionId, usize>>>);

/// One of them. It is given up when dropped.
struct Place {
    streams: Streams,
    id: SessionId,
}

impl Streams {
    /// Counts another one, from before its answer begins: many that ask at once do not pass together. None when
    /// there are too many.
    fn take(&self, id: SessionId) -> Option<Place> {
        let mut taken = self.0.lock().unwrap_or_else(PoisonError::into_inner);
        let count = taken.entry(id).or_default();
        if *count >= STREAMS {
            return None;
        }
        *count += 1;
        let streams = self.clone();
        Some(Place { streams, id })
    }
}

impl Drop for Place {
    fn drop(&mut self) {
        let taken = &self.streams.0;
        let mut taken = taken.lock().unwrap_or_else(PoisonError::into_inner);
        if let Some(count) = taken.get_mut(&self.id) {
            *count -= 1;
            if *count == 0 {
                taken.remove(&self.id);
            }
        }
    }
}

/// `GET /session/events`: the event `ended` when the session of the request is over.
pub(crate) async fn events(State(app): State<App>, headers: HeaderMap) -> Response {
    let services = &app.services;
    let now = app.clock.now();
    let Some(id) = session_id(&services.auth, &services.cookies, &headers, now) else {
        return mark_private(answer::failure(AppError::unauthenticated()));
    };
    let Some(place) = app.streams.take(id) else {
        return mark_private(answer::failure(
            AppError::new(
                429,
                "too_many_streams",
                "This session is open in very many windows.",
            )
            .after(60),
        ));
    };
    let ended = stream::unfold(Some((app, place)), move |waiting| async move {
        let (app, place) = waiting?;
        let is_over = wait(&app, place.id).await;
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

#[cfg(test)]
mod tests {
    use super::*;

    fn session(text: &str) -> SessionId {
        text.to_owned().try_into().unwrap()
    }

    #[test]
    fn a_session_has_so_many_streams_and_no_more() {
        let streams = Streams::default();
        let (ada, eve) = ("AAAAAAAAAAAAAAAAAAAAAA", "BBBBBBBBBBBBBBBBBBBBBA");
        let mut places = Vec::from_iter((0..STREAMS).map(|_| streams.take(session(ada)).unwrap()));
        assert!(streams.take(session(ada)).is_none());
        assert!(
            streams.take(session(eve)).is_some(),
            "others have their own"
        );
        places.pop();
        places.push(streams.take(session(ada)).unwrap());
        assert!(streams.take(session(ada)).is_none());
        drop(places);
        assert!(streams.0.lock().unwrap().is_empty(), "nothing is left");
    }
}
