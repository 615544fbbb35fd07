//! Lines as `tracing_subscriber` writes them without colours, to the letter, made faster.
//!
//! There is a line for each request, and to make it is a large part of what it takes to refuse a stranger. What is
//! simple is written here as it is; all else, like text that has to be escaped, goes the usual way.

use std::cell::RefCell;
use std::error::Error;
use std::fmt::{self, Write};
use std::time::{Duration, SystemTime};

use tracing::field::{Field, Visit};
use tracing::{Event, Level, Subscriber};
use tracing_subscriber::field::{RecordFields, VisitOutput};
use tracing_subscriber::fmt::format::{
    DefaultVisitor, Format, FormatEvent, FormatFields, Full, Writer,
};
use tracing_subscriber::fmt::time::{self, FormatTime};
use tracing_subscriber::fmt::{FmtContext, FormattedFields};
use tracing_subscriber::registry::LookupSpan;

/// Makes a line of an event.
pub(super) struct Plain {
    usual: Format<Full, Clock>,
}

impl Default for Plain {
    fn default() -> Self {
        let usual = Format::default().with_timer(Clock);
        Self { usual }
    }
}

/// What is kept for the next line, in bytes, and not given back: more than most lines are long.
const KEPT: usize = 4 << 10;

impl<S> FormatEvent<S, PlainFields> for Plain
where
    S: Subscriber + for<'a> LookupSpan<'a>,
{
    fn format_event(
        &self,
        ctx: &FmtContext<'_, S, PlainFields>,
        writer: Writer<'_>,
        event: &Event<'_>,
    ) -> fmt::Result {
        let of = event.metadata();
        // What comes by way of the crate `log` says in its fields where it is from.
        if of.target() == "log" {
            return self.usual.format_event(ctx, writer, event);
        }
        in_one_piece(writer, |line| {
            write_now(line)?;
            line.push_str(name(*of.level()));
            let mut is_in_span = false;
            for span in ctx
                .event_scope()
                .into_iter()
                .flat_map(|scope| scope.from_root())
            {
                line.push_str(span.name());
                if let Some(fields) = span.extensions().get::<FormattedFields<PlainFields>>()
                    && !fields.is_empty()
                {
                    line.push('{');
                    line.push_str(fields);
                    line.push('}');
                }
                line.push(':');
                is_in_span = true;
            }
            if is_in_span {
                line.push(' ');
            }
            line.push_str(of.target());
            line.push_str(": ");
            write_fields(line, event)?;
            line.push('\n');
            Ok(())
        })
    }
}

thread_local! {
    static PIECE: RefCell<String> = const { RefCell::new(String::new()) };
}

/// Puts together what is then written at once. Written piece by piece, each would pass through several writers, and the
/// text of a span, which begins without room, would be moved several times.
fn in_one_piece(
    mut writer: Writer<'_>,
    put_together: impl FnOnce(&mut String) -> fmt::Result,
) -> fmt::Result {
    // What is written may itself log, when it is asked for its `Debug`: that line then begins a text of its own.
    let mut piece = PIECE.take();
    piece.clear();
    let written = put_together(&mut piece).and_then(|()| writer.write_str(&piece));
    if piece.capacity() <= KEPT {
        PIECE.set(piece);
    }
    written
}

fn name(level: Level) -> &'static str {
    match level {
        Level::TRACE => " TRACE ",
        Level::DEBUG => " DEBUG ",
        Level::INFO => "  INFO ",
        Level::WARN => "  WARN ",
        Level::ERROR => " ERROR ",
    }
}

/// The moment, in UTC, to the microsecond.
struct Clock;

/// The end of the year 9999, since 1970.
const END: Duration = Duration::from_secs(253_402_300_800);

/// Like `2026-11-29T12:00:00.`, and the second since 1970 that it is.
type Second = (u64, String);

thread_local! {
    static LAST: RefCell<Second> = const { RefCell::new((u64::MAX, String::new())) };
}

impl FormatTime for Clock {
    fn format_time(&self, writer: &mut Writer<'_>) -> fmt::Result {
        in_one_piece(writer.by_ref(), write_now)
    }
}

fn write_now(line: &mut String) -> fmt::Result {
    #[expect(
        clippy::disallowed_methods,
        reason = "a line says when it was written, whatever the clock of the site says"
    )]
    let now = SystemTime::now();
    match now.duration_since(SystemTime::UNIX_EPOCH) {
        Ok(since) if since < END => write_moment(line, since),
        // A clock that is so wrong is not worth words of our own.
        _ => time::SystemTime.format_time(&mut Writer::new(line)),
    }
}

/// `since` is since 1970. Most lines are of the same second as the last.
fn write_moment(line: &mut String, since: Duration) -> fmt::Result {
    LAST.with_borrow_mut(|(second, text)| {
        if *second != since.as_secs() {
            *text = up_to_the_second(since);
            *second = since.as_secs();
        }
        line.push_str(text);
    });
    write!(line, "{:06}Z", since.subsec_micros())
}

fn up_to_the_second(since: Duration) -> String {
    let at = ::time::OffsetDateTime::UNIX_EPOCH + since;
    let (date, (hour, minute, second)) = (at.date(), at.to_hms());
    let (year, month, day) = (date.year(), u8::from(date.month()), date.day());
    format!("{year:04}-{month:02}-{day:02}T{hour:02}:{minute:02}:{second:02}.")
}

/// Writes `name=value`, as it is usual.
pub(super) struct PlainFields;

impl<'writer> FormatFields<'writer> for PlainFields {
    fn format_fields<R: RecordFields>(&self, writer: Writer<'writer>, fields: R) -> fmt::Result {
        in_one_piece(writer, |piece| write_fields(piece, fields))
    }
}

fn write_fields(line: &mut String, fields: impl RecordFields) -> fmt::Result {
    let mut visitor = Visitor {
        line,
        is_first: true,
        written: Ok(()),
    };
    fields.record(&mut visitor);
    visitor.written
}

struct Visitor<'a> {
    line: &'a mut String,
    is_first: bool,
    written: fmt::Result,
}

impl Visitor<'_> {
    fn write(&mut self, field: &Field, value: impl FnOnce(&mut String) -> fmt::Result) {
        if self.written.is_ok() {
            if !std::mem::take(&mut self.is_first) {
                self.line.push(' ');
            }
            self.line.push_str(field.name());
            self.line.push('=');
            self.written = value(self.line);
        }
    }

    fn write_usually(&mut self, field: &Field, write: impl FnOnce(&mut DefaultVisitor<'_>)) {
        if self.written.is_ok() && !is_of_log(field) {
            let mut visitor = DefaultVisitor::new(Writer::new(self.line), self.is_first);
            self.is_first = false;
            write(&mut visitor);
            self.written = visitor.finish();
        }
    }
}

/// Whether it is written by its name.
fn is_named(field: &Field) -> bool {
    let name = field.name();
    name != "message" && !name.starts_with("r#") && !is_of_log(field)
}

/// What the crate `log` knows of a line is not written.
fn is_of_log(field: &Field) -> bool {
    field.name().starts_with("log.")
}

impl Visit for Visitor<'_> {
    fn record_u64(&mut self, field: &Field, value: u64) {
        if is_named(field) {
            self.write(field, |line| write!(line, "{value}"));
        } else {
            self.record_debug(field, &value);
        }
    }

    fn record_f64(&mut self, field: &Field, value: f64) {
        let tenths = (value * 10.0).round();
        // Most are rounded to a tenth, which is the shortest that can be written of them.
        if is_named(field)
            && value.is_sign_positive()
            && (0.0..1e9).contains(&tenths)
            && tenths / 10.0 == value
        {
            let tenths = tenths as u64;
            self.write(field, |line| {
                write!(line, "{}.{}", tenths / 10, tenths % 10)
            });
        } else {
            self.record_debug(field, &value);
        }
    }

    fn record_str(&mut self, field: &Field, value: &str) {
        let is_plain = |c: u8| matches!(c, b' '..=b'~') && c != b'"' && c != b'\\';
        if is_named(field) && value.bytes().all(is_plain) {
            self.write(field, |line| {
                line.push('"');
                line.push_str(value);
                line.push('"');
                Ok(())
            });
        } else {
            self.write_usually(field, |visitor| visitor.record_str(field, value));
        }
    }

    fn record_error(&mut self, field: &Field, value: &(dyn Error + 'static)) {
        self.write_usually(field, |visitor| visitor.record_error(field, value));
    }

    fn record_debug(&mut self, field: &Field, value: &dyn fmt::Debug) {
        if field.name() == "message" && self.is_first && self.written.is_ok() {
            self.is_first = false;
            let line = &mut *self.line;
            self.written = write!(Message { field, line }, "{value:?}");
        } else {
            self.write_usually(field, |visitor| visitor.record_debug(field, value));
        }
    }
}

/// What is written of a message, piece by piece: what could move the cursor of a terminal is escaped.
struct Message<'a> {
    field: &'a Field,
    line: &'a mut String,
}

impl fmt::Write for Message<'_> {
    fn write_str(&mut self, piece: &str) -> fmt::Result {
        if piece.bytes().all(|c| matches!(c, b' '..=b'~')) {
            self.line.push_str(piece);
            return Ok(());
        }
        let mut visitor = DefaultVisitor::new(Writer::new(self.line), true);
        visitor.record_debug(self.field, &format_args!("{piece}"));
        visitor.finish()
    }
}

#[cfg(test)]
mod tests {
    use std::io;

    use tracing::subscriber::with_default;
    use tracing_subscriber::layer::SubscriberExt;
    use tracing_subscriber::{Layer, Registry};

    use super::*;
    use crate::telemetry::testing::Page;

    /// What is written, without the time.
    fn written<L: Layer<Registry> + Send + Sync>(layer: impl FnOnce(Page) -> L) -> String {
        let page = Page::default();
        let log = tracing_subscriber::registry().with(layer(page.clone()));
        with_default(log, say);
        let text = page.text();
        let lines = text
            .split_inclusive('\n')
            .map(|line| line.get("2026-11-29T12:00:00.000000Z".len()..));
        lines.map(|line| line.unwrap_or("(cut)\n")).collect()
    }

    fn say() {
        tracing::info!("said");
        tracing::error!("");
        tracing::warn!("\x1b[31mred\x07 \u{9b}31m");
        tracing::warn!("plain, {} and\n{:?}", "\x1b[31mred", "wide ü 🦊");
        let name = "plain";
        tracing::debug!(name, number = 7_u64, "with {}", "fields");
        tracing::trace!(
            less = -7,
            half = 0.5,
            yes = true,
            none = Option::<u64>::None
        );
        tracing::info!(
            quoted = "\"a\" \\",
            lines = "a\r\nb",
            wide = "ü 🦊",
            escape = "\x1b[31m"
        );
        tracing::info!(r#type = "a word", number = 7_u64, message = "of a field");
        tracing::info!(target: "log", { log.target = "elsewhere", log.line = 7_u64 }, "of another");
        let error = io::Error::other(std::fmt::Error);
        tracing::error!(error = &error as &dyn Error, %name, ?name, "failed");
        for number in [
            0.0,
            -0.0,
            0.1,
            0.25,
            0.3,
            1.0,
            7.7,
            12.35,
            99_999_999.9,
            1e9,
            1e17,
            -1.5,
            f64::NAN,
        ] {
            tracing::info!(number, "counted");
        }
        let outer = tracing::error_span!("request", request_id = "7f", count = 7_u64);
        let inner = tracing::info_span!("inner", late = tracing::field::Empty);
        outer.in_scope(|| {
            tracing::info!(status = 303_u16, "answered");
            inner.in_scope(|| tracing::info!("before"));
            inner.record("late", "a value");
            inner.in_scope(|| tracing::info!("after"));
        });
        tracing::error_span!("empty").in_scope(|| tracing::info!("in nothing"));
    }

    #[test]
    fn lines_are_those_of_the_library() {
        let usual = written(|page| {
            let layer = tracing_subscriber::fmt::layer().with_ansi(false);
            layer.with_writer(move || page.clone())
        });
        let plain = written(|page| {
            let layer = tracing_subscriber::fmt::layer().with_ansi(false);
            let layer = layer.fmt_fields(PlainFields).event_format(Plain::default());
            layer.with_writer(move || page.clone())
        });
        assert_eq!(plain, usual);
        assert!(
            plain.contains("\\x1b[31mred") && plain.lines().count() > 12,
            "{plain}"
        );
    }

    #[test]
    fn moments_are_told_apart_to_the_microsecond() {
        for (micros, text) in [
            (0, "1970-01-01T00:00:00.000000Z"),
            (999_999, "1970-01-01T00:00:00.999999Z"),
            (1_000_000, "1970-01-01T00:00:01.000000Z"),
            (1_709_210_096_000_789, "2024-02-29T12:34:56.000789Z"),
            (0, "1970-01-01T00:00:00.000000Z"),
        ] {
            let mut written = String::new();
            write_moment(&mut written, Duration::from_micros(micros)).unwrap();
            assert_eq!(written, text);
        }
    }
}
