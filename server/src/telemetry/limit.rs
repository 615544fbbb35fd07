//! The most that may be logged, whatever is asked for.
//!
//! Our own lines are written with care at every level. What others write at `debug` and `trace` is for those
//! who mend their code: bytes as they were read, values as they were refused. Passwords and tokens go through
//! all of it, so nobody is heard below `info` of whom we do not know what they say.

use auth::TRACES;
use tracing::level_filters::LevelFilter;
use tracing::{Level, Metadata};
use tracing_subscriber::Registry;
use tracing_subscriber::filter::{FilterFn, Targets, filter_fn};
use tracing_subscriber::layer::Filter;

/// Crates that may say everything, by the names that their targets begin with.
const OURS: [&str; 4] = ["app", "auth", "latchkey", "server"];

/// Crates that may say what they say at `debug`: sqlx writes down statements, and a statement of ours has a
/// place where a value belongs (`$1`), never the value.
const KNOWN: [&str; 1] = ["sqlx"];

/// What may be in the log.
pub(super) fn log() -> FilterFn {
    filter_fn(may_be_logged)
}

fn may_be_logged(of: &Metadata<'_>) -> bool {
    of.target() != TRACES && may_be_said(of)
}

/// The same, and nothing that is not wanted: one filter, so that each place that logs is held against it once, and is
/// passed by from then on when it says nothing.
pub(super) fn log_of(
    wanted: Targets,
) -> FilterFn<impl Fn(&Metadata<'_>) -> bool + Send + Sync + 'static> {
    let most = Filter::<Registry>::max_level_hint(&wanted).unwrap_or(LevelFilter::TRACE);
    let is_wanted =
        move |of: &Metadata<'_>| wanted.would_enable(of.target(), of.level()) && may_be_logged(of);
    filter_fn(is_wanted).with_max_level_hint(most)
}

/// What a collector gets: a span for each request, those of the domain in it, and what we say meanwhile.
pub(super) fn traces() -> FilterFn {
    filter_fn(|of| {
        let is_ours = OURS.contains(&crate_of(of)) && of.is_event();
        of.target() == TRACES || (is_ours && *of.level() <= Level::INFO)
    })
}

fn may_be_said(of: &Metadata<'_>) -> bool {
    let most = match crate_of(of) {
        name if OURS.contains(&name) => Level::TRACE,
        name if KNOWN.contains(&name) => Level::DEBUG,
        _ => Level::INFO,
    };
    *of.level() <= most
}

/// The whole name: `server_fn` is not `server`.
fn crate_of<'a>(of: &Metadata<'a>) -> &'a str {
    let target = of.target();
    target.split_once("::").map_or(target, |(name, _)| name)
}

#[cfg(test)]
mod tests {
    use crate::telemetry::testing::Page;
    use crate::telemetry::{Listeners, LogFormat};

    /// Whoever listens beside it.
    fn logged(wanted: &str, say: impl Fn()) -> String {
        let logged = [Listeners::Log, Listeners::Several].map(|listeners| {
            let page = Page::default();
            let log = page.subscriber_among(listeners, LogFormat::Text, wanted);
            tracing::subscriber::with_default(log, &say);
            page.text()
        });
        let [alone, among_others] = logged.each_ref().map(|log| log.lines().count());
        assert_eq!(alone, among_others, "{logged:?}");
        logged.concat()
    }

    #[test]
    fn what_is_said_in_a_span_for_a_collector_has_the_id_of_the_request() {
        for (format, listeners) in [
            (LogFormat::Text, Listeners::Log),
            (LogFormat::Json, Listeners::Log),
            (LogFormat::Text, Listeners::Several),
            (LogFormat::Json, Listeners::Several),
        ] {
            let page = Page::default();
            let log = page.subscriber_among(listeners, format, "trace");
            tracing::subscriber::with_default(log, || {
                let _request = tracing::error_span!("request", request_id = "7").entered();
                let _traced = tracing::error_span!(target: super::TRACES, "traced").entered();
                tracing::warn!(target: "auth::refresh", "said");
            });
            let log = page.text();
            assert!(log.contains("said") && !log.contains("traced"), "{log}");
            let id = match format {
                LogFormat::Text => "request{request_id=\"7\"}: auth::refresh: said",
                LogFormat::Json => "\"span\":{\"request_id\":\"7\",\"name\":\"request\"}",
            };
            assert!(log.contains(id), "{log}");
        }
    }

    fn all() {
        tracing::trace!(target: "auth::login", "ours");
        tracing::debug!(target: "sqlx::query", "a statement");
        tracing::trace!(target: "sqlx::query", "bytes");
        tracing::debug!(target: "hyper::proto", "a header");
        tracing::trace!(target: "server_fn::request", "a body");
        tracing::info!(target: "hyper::proto", "what hyper tells everybody");
        tracing::error!(target: super::TRACES, "for the collector");
    }

    #[test]
    fn what_is_not_ours_is_held_down_whatever_is_asked_for() {
        for wanted in [
            "trace",
            "hyper=trace,sqlx=trace,server_fn=trace,auth=trace,traces=trace",
            "trace,hyper::proto=trace,[request]=trace",
        ] {
            let log = logged(wanted, all);
            assert!(
                log.contains("ours") && log.contains("a statement"),
                "{wanted}: {log}"
            );
            for unheard in ["bytes", "a header", "a body", "for the collector"] {
                assert!(!log.contains(unheard), "{wanted}: {log}");
            }
        }
    }

    #[test]
    fn what_is_not_wanted_is_not_logged_because_it_may_be() {
        let log = logged("warn", all);
        assert_eq!(log, "");
        let log = logged("info", all);
        assert!(log.contains("what hyper tells everybody") && log.lines().count() == 2);
    }
}
