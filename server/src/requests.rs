//! One line in the log for each request, and one measurement.
//!
//! The outermost layer: what others refuse passes here too. Each request has a random id, which its answer, its
//! line and whatever else is logged meanwhile carry. An id that a client sends is not looked at: it could be
//! that of another request. Nor is anything else that a client says in the log, but for the method and the path.

use std::time::Instant;

use auth::TRACES;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, StatusCode};
use axum::response::Response;
use metrics::{Unit, counter, describe_counter, describe_histogram, histogram};
use tracing::field::Empty;
use tracing::{Instrument, Span};
use uuid::Uuid;

use crate::serve::TURNED_AWAY;

/// What balancers ask, several times a second: it is no news that all is well.
const PROBE: &str = "probe";

const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Of each request, by the class of its path and of its answer.
const SECONDS: &str = "latchkey_http_request_duration_seconds";

/// The longest name that a part of a path of ours has. A token would be longer.
const LONGEST_PART: usize = 40;
/// The longest path that is logged.
const LONGEST_PATH: usize = 200;

/// Says what the measurements mean.
pub(crate) fn describe_metrics() {
    let meaning = "how long requests took, until the head of the answer";
    describe_histogram!(SECONDS, Unit::Seconds, meaning);
    let meaning = "connections that were closed at once, because there were too many";
    describe_counter!(TURNED_AWAY, meaning);
    counter!(TURNED_AWAY).increment(0);
}

/// Gives the request an id, and tells of it when it is answered.
pub(crate) async fn watch(
    request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let id = Uuid::new_v4().simple().to_string();
    // At the level of the worst, so that what is logged at any level carries the id.
    let span = tracing::error_span!("request", request_id = id);
    let watched = Watched::new(&request, &id, span.clone());
    let answering = next(request);
    let answering = answering
        .instrument(watched.traced.clone())
        .instrument(span);
    let mut response = answering.await;
    watched.answered(response.status());
    if let Ok(id) = HeaderValue::try_from(id) {
        response.headers_mut().insert(REQUEST_ID, id);
    }
    response
}

/// A request that is under way.
struct Watched {
    method: String,
    path: String,
    class: &'static str,
    began: Instant,
    status: Option<StatusCode>,
    span: Span,
    /// For a collector.
    traced: Span,
}

impl Watched {
    fn new(request: &Request, id: &str, span: Span) -> Self {
        let class = class(request.uri().path());
        let method: String = request.method().as_str().chars().take(20).collect();
        let path = loggable(request.uri().path());
        let traced = tracing::error_span!(
            target: TRACES,
            "request",
            otel.name = format!("{method} {class}"),
            otel.kind = "server",
            otel.status_code = Empty,
            request_id = id,
            http.request.method = method,
            http.response.status_code = Empty,
            url.path = path,
        );
        Self {
            method,
            path,
            class,
            began: Instant::now(),
            status: None,
            span,
            traced,
        }
    }

    fn answered(mut self, status: StatusCode) {
        self.status = Some(status);
    }
}

/// Also when the client hung up before there was an answer.
impl Drop for Watched {
    fn drop(&mut self) {
        let took = self.began.elapsed();
        let status = self.status.map(|status| status.as_u16());
        let milliseconds = (took.as_secs_f64() * 10_000.0).round() / 10.0;
        histogram!(SECONDS, "route" => self.class, "status" => status_class(status))
            .record(took.as_secs_f64());
        let _entered = self.span.enter();
        let (method, path) = (self.method.as_str(), self.path.as_str());
        match status {
            None => tracing::info!(method, path, milliseconds, "the client hung up"),
            Some(status) if self.class == PROBE => {
                tracing::debug!(method, path, status, milliseconds, "answered");
            }
            Some(status) if status >= 500 => {
                tracing::error!(method, path, status, milliseconds, "failed");
                self.traced.record("otel.status_code", "ERROR");
            }
            Some(status) => tracing::info!(method, path, status, milliseconds, "answered"),
        }
        if let Some(status) = status {
            self.traced.record("http.response.status_code", status);
        }
    }
}

/// What kind of thing is asked for. One of few words: each is a series of its own.
fn class(path: &str) -> &'static str {
    let first = path.split('/').nth(1).unwrap_or_default();
    match first {
        "api" => "api",
        "pkg" | "favicon.svg" | "robots.txt" => "file",
        ".well-known" => "keys",
        "healthz" | "readyz" => PROBE,
        "session" => "events",
        "dev" => "outbox",
        _ => "page",
    }
}

fn status_class(status: Option<u16>) -> &'static str {
    match status.map(|status| status / 100) {
        None => "none",
        Some(1) => "1xx",
        Some(2) => "2xx",
        Some(3) => "3xx",
        Some(4) => "4xx",
        Some(_) => "5xx",
    }
}

/// A path as it may be logged: without the query, which in our links holds a token.
///
/// Some mail programs write the question mark of a link as `%3F`, and then the query is a part of the path. So it
/// is cut at the first character that no path of ours has, and at a part that is as long as a token.
fn loggable(path: &str) -> String {
    let is_plain = |c: char| c.is_ascii_alphanumeric() || "/._-".contains(c);
    let plain = path.find(|c| !is_plain(c)).unwrap_or(path.len());
    let mut end = plain.min(LONGEST_PATH);
    let mut begin = 0;
    for part in path[..plain].split('/') {
        if part.len() > LONGEST_PART {
            end = end.min(begin);
            break;
        }
        begin += part.len() + 1;
    }
    let is_cut = end < path.len();
    format!("{}{}", &path[..end], if is_cut { "…" } else { "" })
}

#[cfg(test)]
mod tests {
    use axum::Router;
    use axum::body::Body;
    use axum::middleware::{Next, from_fn};
    use axum::response::IntoResponse;
    use axum::routing::get;
    use futures_util::FutureExt;
    use tower::ServiceExt;
    use tower_http::catch_panic::CatchPanicLayer;

    use super::*;
    use crate::telemetry::LogFormat;
    use crate::telemetry::testing::Page;

    /// A site whose handlers do what they should not.
    fn site() -> Router {
        Router::new()
            .route("/panics", get(panics))
            .route("/waits", get(std::future::pending::<StatusCode>))
            .layer(CatchPanicLayer::custom(|_| {
                StatusCode::INTERNAL_SERVER_ERROR.into_response()
            }))
            .layer(from_fn(async |request, next: Next| {
                watch(request, async |request| next.run(request).await).await
            }))
    }

    async fn panics() -> StatusCode {
        panic!("a password: {}", 7)
    }

    fn request(path: &str) -> Request {
        Request::get(path).body(Body::empty()).unwrap()
    }

    #[tokio::test]
    async fn a_request_whose_handler_panics_is_logged_as_an_error_with_its_id() {
        let page = Page::default();
        let _here = tracing::subscriber::set_default(page.subscriber(LogFormat::Text, "error"));
        let answer = site().oneshot(request("/panics?a")).await.unwrap();
        let id = answer.headers()[REQUEST_ID].to_str().unwrap().to_owned();
        let log = page.text();
        let line = format!("request{{request_id=\"{id}\"}}: server::requests: failed");
        assert!(log.contains("ERROR") && log.contains(&line), "{log}");
        assert!(log.contains("path=\"/panics\" status=500"), "{log}");
        assert_eq!(log.lines().count(), 1, "{log}");
        assert!(!log.contains("a password"), "{log}");
    }

    #[tokio::test]
    async fn a_client_that_hangs_up_is_logged_too() {
        let page = Page::default();
        let _here = tracing::subscriber::set_default(page.subscriber(LogFormat::Text, "info"));
        let left = site().oneshot(request("/waits")).now_or_never();
        assert!(left.is_none());
        let log = page.text();
        assert!(log.contains("the client hung up"), "{log}");
        assert_eq!(log.lines().count(), 1, "{log}");
    }

    #[test]
    fn paths_of_ours_are_logged_whole() {
        let outbox = "/dev/outbox/1763726400-12.aZ_-9aZ_-9aZ_-9aZ_-9aZ.eml";
        for path in [
            "/",
            "/login",
            "/pkg/latchkey.3kXJ9yLm0PqRsTuVwXyZ.wasm",
            "/.well-known/jwks.json",
            "/api/auth/local",
            outbox,
        ] {
            assert_eq!(loggable(path), path);
        }
    }

    #[test]
    fn a_path_is_cut_before_what_may_be_a_secret() {
        let token = "x".repeat(43);
        for (path, shown) in [
            (format!("/confirm-email%3Ftoken={token}"), "/confirm-email…"),
            (format!("/confirm-email/{token}/more"), "/confirm-email/…"),
            (format!("/{token}"), "/…"),
            ("/u/ada@example.org".to_owned(), "/u/ada…"),
            ("/ü".to_owned(), "/…"),
            ("/a\r\nb".to_owned(), "/a…"),
            ("*".to_owned(), "…"),
        ] {
            assert_eq!(loggable(&path), shown, "{path}");
        }
    }

    #[test]
    fn a_very_long_path_is_cut() {
        let path = "/a".repeat(4000);
        assert_eq!(loggable(&path).chars().count(), LONGEST_PATH + 1);
    }
}
