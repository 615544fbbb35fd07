//! What is logged of a panic: where, and what was written there for everybody.
//!
//! A panic's text may hold the value that was not expected, which may be anybody's password. So it is told only
//! when it is a text of the program's own; the place says the rest.

use std::backtrace::{Backtrace, BacktraceStatus};
use std::panic::{self, PanicHookInfo};

pub(super) fn log() {
    panic::set_hook(Box::new(|info| {
        let place = info.location().map(ToString::to_string);
        let place = place.unwrap_or_default();
        // With `RUST_BACKTRACE` only.
        let trace = Backtrace::capture();
        let trace = (trace.status() == BacktraceStatus::Captured).then(|| trace.to_string());
        tracing::error!(place, text = text(info), trace, "panicked");
    }));
}

/// A text that was put together has another type than one that stands in the program.
fn text<'a>(info: &'a PanicHookInfo<'_>) -> Option<&'a str> {
    info.payload().downcast_ref::<&'static str>().copied()
}
