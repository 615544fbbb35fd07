//! Letters that go nowhere, for tests to read.

use std::fmt;
use std::sync::{Arc, Mutex, PoisonError};

/// Letters that went nowhere; cheap to clone, and all clones are the same.
#[derive(Clone, Default)]
pub struct Outbox(Arc<Mutex<Vec<Sent>>>);

/// A letter that went nowhere.
#[derive(Clone)]
pub struct Sent {
    /// Its place in the order of letters.
    pub number: i64,
    /// Whom it is to.
    pub to: String,
    /// What it is about.
    pub subject: String,
    /// What it says, as text.
    pub text: String,
    /// What it says, as HTML.
    pub html: String,
}

impl Outbox {
    /// Takes the letters out, in the order in which they were queued: they leave several at a time.
    #[must_use]
    pub fn take(&self) -> Vec<Sent> {
        let mut letters =
            std::mem::take(&mut *self.0.lock().unwrap_or_else(PoisonError::into_inner));
        letters.sort_by_key(|letter| letter.number);
        letters
    }

    pub(super) fn put(&self, sent: Sent) {
        self.0
            .lock()
            .unwrap_or_else(PoisonError::into_inner)
            .push(sent);
    }
}

impl fmt::Debug for Outbox {
    /// The letters have links in them that let their readers in.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("Outbox(…)")
    }
}
