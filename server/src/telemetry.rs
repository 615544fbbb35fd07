//! What the program tells of itself: its log, its metrics, and traces for a collector.
//!
//! No secret may get into any of them, whatever `RUST_LOG` says: `limit.rs` holds down what is not ours.

mod limit;
mod lines;
pub mod metrics;
mod otlp;
mod panics;
mod plain;
#[cfg(test)]
pub(crate) mod testing;

use std::io::{IsTerminal, Stderr};
use std::time::Duration;

use anyhow::Context;
use clap::ValueEnum;
use opentelemetry::trace::TracerProvider;
use opentelemetry_sdk::trace::SdkTracerProvider;
use tokio::runtime::Handle;
use tracing::Subscriber;
use tracing_subscriber::filter::{FilterExt, ParseError, Targets};
use tracing_subscriber::fmt::MakeWriter;
use tracing_subscriber::layer::SubscriberExt;
use tracing_subscriber::registry::LookupSpan;
use tracing_subscriber::util::SubscriberInitExt;
use tracing_subscriber::{EnvFilter, Layer};

use crate::telemetry::lines::Lines;
use crate::telemetry::plain::{Plain, PlainFields};

/// What is logged when `RUST_LOG` says nothing.
const USUAL: &str = "info,sqlx=warn";

/// How long the last spans may take to leave when the program ends.
const FAREWELL: Duration = Duration::from_secs(2);

/// How the log is written.
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum LogFormat {
    /// For people.
    Text,
    /// For programs: one object a line.
    Json,
}

#[derive(Clone, Copy, PartialEq, Eq)]
enum Colours {
    Some,
    None,
}

type Log<S> = Box<dyn Layer<S> + Send + Sync>;

/// What is to be in the log.
#[expect(
    clippy::large_enum_variant,
    reason = "there is one, and it is soon taken apart"
)]
enum Wanted {
    /// By where it comes from and its level: each place that logs is held against that once.
    Plain(Targets),
    /// Also by the spans that it is said in.
    InSpans(EnvFilter),
}

impl Wanted {
    /// Lets nothing else through to these lines. Where nobody but the log listens, what it does not want is not made at
    /// all, and nobody has to remember who wanted what.
    fn of<S>(self, lines: Log<S>, listeners: Listeners) -> Log<S>
    where
        S: Subscriber + for<'a> LookupSpan<'a>,
    {
        match (self, listeners) {
            (Self::Plain(it), Listeners::Log) => lines.and_then(limit::log_of(it)).boxed(),
            (Self::InSpans(it), Listeners::Log) => {
                lines.and_then(it).and_then(limit::log()).boxed()
            }
            (Self::Plain(it), Listeners::Several) => {
                lines.with_filter(it.and(limit::log())).boxed()
            }
            (Self::InSpans(it), Listeners::Several) => {
                lines.with_filter(it.and(limit::log())).boxed()
            }
        }
    }
}

/// Who hears what is said.
#[derive(Clone, Copy)]
pub(crate) enum Listeners {
    Log,
    /// The log, and a collector.
    Several,
}

/// What is to be sent off before the program ends.
pub struct Telemetry {
    traces: Option<SdkTracerProvider>,
    lines: Lines<Stderr>,
}

/// Writes the last lines of the log, also when the program ends by a panic.
impl Drop for Telemetry {
    fn drop(&mut self) {
        self.lines.write();
    }
}

/// Begins to log, and to send traces when there is somebody to send them to. `runtime` is where that is done.
///
/// # Errors
/// A sentence that names the setting that is wrong.
pub fn start(
    format: LogFormat,
    collector: Option<&str>,
    runtime: &Handle,
) -> anyhow::Result<Telemetry> {
    let traces = collector.map(|base| otlp::provider(base, runtime));
    let traces = traces.transpose()?;
    let to_collector = traces.as_ref().map(|provider| {
        tracing_opentelemetry::layer()
            .with_tracer(provider.tracer("latchkey"))
            // Which line of code, and which thread, is nothing to a reader of traces.
            .with_location(false)
            .with_threads(false)
            .with_tracked_inactivity(false)
            .with_filter(limit::traces())
    });
    let wanted = wanted()?;
    let lines = Lines::start(std::io::stderr()).context("the log")?;
    let listeners = match to_collector {
        Some(_) => Listeners::Several,
        None => Listeners::Log,
    };
    let log = wanted.of(log(format, lines.clone(), colours()), listeners);
    tracing_subscriber::registry()
        .with(log)
        .with(to_collector)
        .try_init()
        .context("the log")?;
    panics::log();
    Ok(Telemetry { traces, lines })
}

impl Telemetry {
    /// Sends what has not been sent yet, if somebody takes it within a moment. What is logged after that is written
    /// when this is dropped.
    pub fn send_the_rest(&mut self) {
        // Who does not get the last spans has been told of by the one who sends them.
        let _ = self
            .traces
            .take()
            .map(|provider| provider.shutdown_with_timeout(FAREWELL));
    }
}

fn log<S, W>(format: LogFormat, to: W, colours: Colours) -> Log<S>
where
    S: Subscriber + for<'a> LookupSpan<'a>,
    W: for<'a> MakeWriter<'a> + Send + Sync + 'static,
{
    let lines = tracing_subscriber::fmt::layer()
        .with_ansi(colours == Colours::Some)
        .with_writer(to);
    match format {
        LogFormat::Text if colours == Colours::None => {
            let lines = lines.fmt_fields(PlainFields);
            lines.event_format(Plain::default()).boxed()
        }
        LogFormat::Text => lines.boxed(),
        LogFormat::Json => {
            // There is one span at most: that of the request.
            let lines = lines.json().flatten_event(true).with_span_list(false);
            lines.boxed()
        }
    }
}

/// Colours are for people (<https://no-color.org>).
fn colours() -> Colours {
    let are_unwanted = std::env::var_os("NO_COLOR").is_some_and(|value| !value.is_empty());
    if std::io::stderr().is_terminal() && !are_unwanted {
        Colours::Some
    } else {
        Colours::None
    }
}

fn wanted() -> anyhow::Result<Wanted> {
    match std::env::var(EnvFilter::DEFAULT_ENV) {
        Ok(directives) if !directives.trim().is_empty() => filter(&directives)
            .with_context(|| format!("RUST_LOG is {directives:?}, which is no filter")),
        _ => Ok(filter(USUAL)?),
    }
}

fn filter(directives: &str) -> Result<Wanted, ParseError> {
    let filter = EnvFilter::try_new(directives)?;
    // Most say nothing of spans.
    let targets = is_plain(directives).then(|| directives.parse::<Targets>());
    Ok(match targets {
        Some(Ok(targets)) => Wanted::Plain(targets),
        _ => Wanted::InSpans(filter),
    })
}

/// Whether both filters read the directives in the same way: nothing of spans is in them, and nothing is left out.
fn is_plain(directives: &str) -> bool {
    let is_whole = |one: &str| !one.trim().is_empty() && !one.contains('[') && !one.ends_with('=');
    directives.split(',').all(is_whole)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::testing::Page;

    #[test]
    fn directives_that_are_not_whole_mean_what_they_mean_to_others() {
        for (directives, is_heard) in [
            ("info", true),
            ("info,", true),
            ("info,,sqlx=warn", true),
            ("server=", true),
            ("warn,server=info", true),
            ("server", true),
            ("off", false),
            ("warn", false),
            ("info,server=warn", false),
        ] {
            let page = Page::default();
            let log = page.subscriber(LogFormat::Text, directives);
            tracing::subscriber::with_default(log, || tracing::info!(target: "server", "said"));
            assert_eq!(page.text().contains("said"), is_heard, "{directives}");
        }
        assert!(filter("info,server=loud").is_err());
    }
}
