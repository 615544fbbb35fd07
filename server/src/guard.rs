//! Holds every request against the table of pages (`app/src/lib.rs`), which says who may see what.
//!
//! It decides before Leptos runs, so a page is never rendered for somebody who may not see it.

use std::borrow::Cow;

use app::error::{AppError, Failure};
use app::next;
use app::pages::{Who, page_at, who_may_see};
use app::ssr::{Arrival, Guarded};
use auth::CookieJarStyle;
use axum::extract::Request;
use axum::http::header::{COOKIE, LOCATION};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::response::{IntoResponse, Response};
use percent_encoding::percent_decode_str;

use crate::requests::REQUEST_ID;
use crate::{App, answer, security, session};

/// Where strangers are sent.
const SIGN_IN: &str = "/login";

/// Where the password is asked for again.
const PROOF: &str = "/profile/confirm";

/// Sends those to the sign-in who ask for a page of the table and bring no cookie, before a session is looked for: it
/// is known by one. Whoever this lets pass may still be a stranger to [`guard`].
pub(crate) fn turn_away<B>(app: &App, request: &Request<B>) -> Option<Response> {
    let is_plain = matches!(*request.method(), Method::GET | Method::HEAD);
    if !is_plain || request.headers().contains_key(COOKIE) {
        return None;
    }
    let path = request.uri().path();
    // What is there by a pattern could be another's: a file, or a route that is no page.
    page_at(path).filter(|page| page.is_only_at(path) && is_protected(page.who))?;
    let door = HeaderValue::try_from(door_for(SIGN_IN, request, true)).ok()?;
    let mut response = StatusCode::SEE_OTHER.into_response();
    let headers = response.headers_mut();
    headers.clone_from(&app.turned_away);
    headers.insert(LOCATION, door);
    Some(response)
}

/// The headers of such an answer, with room for the id of the request. They are the same for everybody, but for where
/// it leads: to copy them takes a part of the time that it takes to put them together.
pub(crate) fn turned_away(cookies: &CookieJarStyle) -> HeaderMap {
    let response = session::mark_private(answer::see_other(SIGN_IN));
    let mut headers = security::protect(cookies, response).headers().clone();
    headers.insert(REQUEST_ID, HeaderValue::from_static(""));
    headers
}

/// Whether there is nothing at it for strangers.
fn is_protected(who: Who) -> bool {
    !matches!(who, Who::Everybody | Who::Strangers)
}

/// Sends strangers to the sign-in, and those who are signed in away from it.
pub(crate) async fn guard(
    mut request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let Some(path) = canonical(request.uri().path()) else {
        return answer::failure(Failure::BadPath.into());
    };
    let who = who_may_see(&path);
    let standing = standing(&request);
    let is_reading = request.method().is_safe();
    let is_protected = is_protected(who);
    if is_protected && standing == Standing::Stranger {
        if !is_reading && !answer::wants_html(&request) {
            return answer::failure(AppError::unauthenticated());
        }
        return answer::see_other(&door_for(SIGN_IN, &request, is_reading));
    }
    if who == Who::Admins && !is_admin(&request) {
        return answer::failure(AppError::forbidden());
    }
    if let Some(trimmed) = path
        .strip_suffix('/')
        .filter(|rest| is_reading && !rest.is_empty())
    {
        return answer::moved(trimmed, request.uri().query());
    }
    if is_reading && who == Who::Strangers && standing != Standing::Stranger {
        return answer::see_other(&destination(&request));
    }
    if is_reading && who == Who::Proven && standing != Standing::Proven {
        return answer::see_other(&door_for(PROOF, &request, is_reading));
    }
    if is_protected {
        request.extensions_mut().insert(Guarded);
    }
    next(request).await
}

/// The path as a person would write it: percent-decoded once. None when two parties could read it in
/// two ways: encoded or doubled slashes, backslashes, dot segments, control characters, bad UTF-8.
fn canonical(path: &str) -> Option<String> {
    let segments: Option<Vec<String>> = path
        .strip_prefix('/')?
        .split('/')
        .map(|segment| Some(percent_decode_str(segment).decode_utf8().ok()?.into_owned()))
        .collect();
    let segments = segments?;
    let last = segments.len() - 1;
    let is_plain = segments.iter().enumerate().all(|(at, segment)| {
        let is_hole = segment.is_empty() && at != last;
        let is_dots = segment == "." || segment == "..";
        !is_hole
            && !is_dots
            && !segment.contains(|c: char| c == '/' || c == '\\' || c == '%' || c.is_control())
    });
    is_plain.then(|| format!("/{}", segments.join("/")))
}

/// What is known of whoever asks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Standing {
    Stranger,
    SignedIn,
    /// They have shown who they are not long ago.
    Proven,
}

fn standing(request: &Request) -> Standing {
    let Some(arrival) = request.extensions().get::<Arrival>() else {
        return Standing::Stranger;
    };
    match &arrival.session {
        Some(session) if session.is_proven(arrival.now) => Standing::Proven,
        Some(_) => Standing::SignedIn,
        None => Standing::Stranger,
    }
}

fn is_admin(request: &Request) -> bool {
    let arrival = request.extensions().get::<Arrival>();
    let session = arrival.and_then(|arrival| arrival.session.as_deref());
    session.is_some_and(app::ssr::is_admin)
}

/// A form that was posted is not asked for again after the sign-in: its page is.
fn door_for<B>(door: &str, request: &Request<B>, is_reading: bool) -> String {
    let uri = request.uri();
    let wanted = match uri.query() {
        Some(query) if is_reading => Cow::Owned(format!("{}?{query}", uri.path())),
        _ => Cow::Borrowed(uri.path()),
    };
    next::from_door(door, Some(next::after_sign_in(&wanted)))
}

fn destination(request: &Request) -> String {
    let query = url::form_urlencoded::parse(request.uri().query().unwrap_or_default().as_bytes());
    let wanted = query
        .into_iter()
        .find(|(name, _)| name == "next")
        .map(|(_, value)| value);
    next::after_sign_in(&wanted.unwrap_or_default()).to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_spelling_of_a_protected_path_is_protected() {
        for path in [
            "/dashboard",
            "/dashboard/",
            "/dashboard/x",
            "/profile",
            "/%64ashboard",
            "/Dashboard",
            "/profile/%64evices",
            "/profile/data/download",
            "/PROFILE/anything",
        ] {
            assert!(
                who_may_see(&canonical(path).unwrap()) >= Who::Members,
                "{path}"
            );
        }
        for path in ["/", "/dashboards", "/login", "/x/dashboard", "/profiler/x"] {
            assert!(
                who_may_see(&canonical(path).unwrap()) < Who::Members,
                "{path}"
            );
        }
    }

    #[test]
    fn a_path_that_can_be_read_in_two_ways_is_none() {
        for path in [
            "//dashboard",
            "/x//dashboard",
            "/%2Fdashboard",
            "/x%5Cdashboard",
            "/./dashboard",
            "/x/../dashboard",
            "/%2e%2e/x",
            "/a%00b",
            "/%ff",
            "/%2564ashboard",
            "*",
        ] {
            assert_eq!(canonical(path), None, "{path}");
        }
        assert_eq!(canonical("/%C3%BC").as_deref(), Some("/ü"));
    }
}
