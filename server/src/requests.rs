//! One line in the log for each request, and one measurement.
//!
//! Whatever is refused later has passed here. Each request has a random id, which its answer, its line and whatever
//! else is logged meanwhile carry. An id that a client sends is not looked at: it could be that of another request.
//! Nor is anything else that a client says in the log, but for the method and the path.

use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use auth::TRACES;
use axum::extract::Request;
use axum::http::{HeaderName, HeaderValue, Method, StatusCode};
use axum::response::Response;
use metrics::{Histogram, Unit, counter, describe_counter, describe_histogram, histogram};
use tracing::field::Empty;
use tracing::{Instrument, Span};
use uuid::Uuid;
use uuid::fmt::Simple;

use crate::serve::TURNED_AWAY;

pub(crate) const REQUEST_ID: HeaderName = HeaderName::from_static("x-request-id");

/// Of each request, by the class of its path and of its answer.
const SECONDS: &str = "latchkey_http_request_duration_seconds";

/// The longest method that is logged.
const LONGEST_METHOD: usize = 20;
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

/// A request that is under way: it has an id, and is told of when this is dropped.
pub(crate) struct Watched {
    id: Simple,
    method: Method,
    path: String,
    class: Class,
    began: Instant,
    status: Option<StatusCode>,
    span: Span,
    /// For a collector.
    traced: Span,
    measured: Measured,
}

impl Watched {
    pub(crate) fn begin<B>(measured: &Measured, request: &Request<B>) -> Self {
        let id = Uuid::new_v4().simple();
        let mut text = [0; Simple::LENGTH];
        let text = &*id.encode_lower(&mut text);
        let class = Class::of(request.uri().path());
        let method = request.method().clone();
        let path = loggable(request.uri().path());
        // At the level of the worst, so that what is logged at any level carries the id.
        let span = tracing::error_span!(parent: None, "request", request_id = text);
        let traced = tracing::error_span!(
            target: TRACES,
            parent: None,
            "request",
            otel.name = format!("{} {}", shown(&method), class.name()),
            otel.kind = "server",
            otel.status_code = Empty,
            request_id = text,
            http.request.method = shown(&method),
            http.response.status_code = Empty,
            url.path = path,
        );
        Self {
            id,
            method,
            path,
            class,
            began: Instant::now(),
            status: None,
            span,
            traced,
            measured: measured.clone(),
        }
    }

    /// What is logged meanwhile carries the id.
    pub(crate) fn during<F: Future>(
        &self,
        answering: F,
    ) -> impl Future<Output = F::Output> + use<F> {
        answering
            .instrument(self.traced.clone())
            .instrument(self.span.clone())
    }

    /// Tells of it, and gives the answer the id.
    pub(crate) fn answered(mut self, mut response: Response) -> Response {
        self.status = Some(response.status());
        let mut text = [0; Simple::LENGTH];
        if let Ok(id) = HeaderValue::from_str(self.id.encode_lower(&mut text)) {
            response.headers_mut().insert(REQUEST_ID, id);
        }
        response
    }
}

/// Also when the client hung up before there was an answer.
impl Drop for Watched {
    fn drop(&mut self) {
        let took = self.began.elapsed();
        if std::thread::panicking() {
            // Not in a handler: that would be an answer. The client sees its connection end.
            self.status = Some(StatusCode::INTERNAL_SERVER_ERROR);
        }
        self.measured.record(self.class, self.status, took);
        let milliseconds = (took.as_secs_f64() * 10_000.0).round() / 10.0;
        let (method, path) = (shown(&self.method), self.path.as_str());
        let status = self.status.map(|status| status.as_u16());
        // Entered, and not named as the parent: filters that look at spans know of no other.
        let _entered = self.span.enter();
        match status {
            None => tracing::info!(method, path, milliseconds, "the client hung up"),
            // Who is told that a node is not ready has asked for just that.
            Some(status) if self.class == Class::Probe && status != 500 => {
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

/// How long requests took; cheap to clone. Each series is looked up once, when the first of its requests is answered.
#[derive(Clone, Default)]
pub(crate) struct Measured(Arc<[[OnceLock<Histogram>; STATUSES.len()]; CLASSES]>);

impl Measured {
    fn record(&self, class: Class, status: Option<StatusCode>, took: Duration) {
        let hundreds = status.map_or(0, |status| usize::from(status.as_u16() / 100));
        let hundreds = hundreds.min(STATUSES.len() - 1);
        let series = self.0[class as usize][hundreds].get_or_init(
            || histogram!(SECONDS, "route" => class.name(), "status" => STATUSES[hundreds]),
        );
        series.record(took.as_secs_f64());
    }
}

/// What came of a request, by the hundreds of its status; none is there when the client hung up.
const STATUSES: [&str; 6] = ["none", "1xx", "2xx", "3xx", "4xx", "5xx"];

/// What kind of thing is asked for. There are few: each is a series of its own.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Class {
    Api,
    Events,
    File,
    Keys,
    Outbox,
    Page,
    /// What balancers ask, several times a second: it is no news that all is well.
    Probe,
}

const CLASSES: usize = Class::Probe as usize + 1;

impl Class {
    fn of(path: &str) -> Self {
        let first = path.split('/').nth(1).unwrap_or_default();
        match first {
            "api" => Self::Api,
            "pkg" | "favicon.svg" | "robots.txt" => Self::File,
            ".well-known" => Self::Keys,
            "healthz" | "readyz" => Self::Probe,
            "session" => Self::Events,
            "dev" => Self::Outbox,
            _ => Self::Page,
        }
    }

    fn name(self) -> &'static str {
        match self {
            Self::Api => "api",
            Self::Events => "events",
            Self::File => "file",
            Self::Keys => "keys",
            Self::Outbox => "outbox",
            Self::Page => "page",
            Self::Probe => "probe",
        }
    }
}

/// A method as it may be logged. All of it is ASCII.
fn shown(method: &Method) -> &str {
    let method = method.as_str();
    method.get(..LONGEST_METHOD).unwrap_or(method)
}

/// A path as it may be logged: without the query, which in our links holds a token.
///
/// Some mail programs write the question mark of a link as `%3F`, and then the query is a part of the path. So it
/// is cut at the first character that no path of ours has, and at a part that is as long as a token.
pub(crate) fn loggable(path: &str) -> String {
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
    let mut shown = path[..end].to_owned();
    if is_cut {
        shown.push('…');
    }
    shown
}

#[cfg(test)]
mod tests {
    use std::panic::{AssertUnwindSafe, catch_unwind};

    use axum::Router;
    use axum::body::Body;
    use axum::middleware::{Next, from_fn};
    use axum::routing::get;
    use futures_util::FutureExt;
    use tower::ServiceExt;

    use super::*;
    use crate::attend::unless_it_panics;
    use crate::telemetry::testing::Page;
    use crate::telemetry::{Listeners, LogFormat};

    /// A site whose handlers do what they should not.
    fn site() -> Router {
        Router::new()
            .route("/panics", get(panics))
            .route("/waits", get(std::future::pending::<StatusCode>))
            .layer(from_fn(async |request: Request, next: Next| {
                let watched = Watched::begin(&Measured::default(), &request);
                let answering = unless_it_panics(next.run(request));
                let response = watched.during(answering).await;
                watched.answered(response)
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

    #[test]
    fn a_panic_that_nobody_made_an_answer_of_is_no_client_that_hung_up() {
        let page = Page::default();
        let log = page.subscriber(LogFormat::Text, "info");
        let _here = tracing::subscriber::set_default(log);
        let watched = Watched::begin(&Measured::default(), &request("/login"));
        let panicking = AssertUnwindSafe(|| {
            let _watched = watched;
            panic!("a password: {}", 7)
        });
        assert!(catch_unwind(panicking).is_err());
        let log = page.text();
        assert!(
            log.contains("ERROR")
                && log.contains("failed method=\"GET\" path=\"/login\" status=500"),
            "{log}"
        );
        assert_eq!(log.lines().count(), 1, "{log}");
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

    #[tokio::test]
    async fn whoever_asks_for_what_is_said_in_requests_hears_of_each() {
        for listeners in [Listeners::Log, Listeners::Several] {
            let page = Page::default();
            let log = page.subscriber_among(listeners, LogFormat::Text, "warn,[request]=info");
            let _here = tracing::subscriber::set_default(log);
            let answer = site().oneshot(request("/nowhere")).await.unwrap();
            assert_eq!(answer.status(), StatusCode::NOT_FOUND);
            let log = page.text();
            assert!(
                log.contains("answered method=\"GET\" path=\"/nowhere\""),
                "{log}"
            );
        }
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
