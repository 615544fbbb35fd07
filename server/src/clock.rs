//! The clock: the only place where the time is read.

use std::sync::Arc;

use time::OffsetDateTime;

/// Tells the time. Tests give one that stands still until they move it.
#[derive(Clone)]
pub struct Clock(Arc<dyn Fn() -> OffsetDateTime + Send + Sync>);

impl Clock {
    #[must_use]
    #[expect(clippy::disallowed_methods, reason = "this is the one place")]
    pub fn system() -> Self {
        Self::new(OffsetDateTime::now_utc)
    }

    pub fn new(now: impl Fn() -> OffsetDateTime + Send + Sync + 'static) -> Self {
        Self(Arc::new(now))
    }

    #[must_use]
    pub fn now(&self) -> OffsetDateTime {
        (self.0)()
    }
}
