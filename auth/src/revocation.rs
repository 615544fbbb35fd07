//! The sessions that were ended while an access token of theirs may still be valid.
//!
//! Every verification consults this set, so a revocation holds from the moment it is made. An entry
//! lives as long as any access token can, whatever lifespan was set when it was made: who shortens the
//! lifespan because something is wrong must not bring ended sessions back.

use std::collections::HashMap;
use std::sync::{PoisonError, RwLock};

use time::{Duration, OffsetDateTime};

use crate::session::SessionId;
use crate::token;

/// How long an entry lives. The minute covers a token that another request, which began earlier and
/// was slow, gets in the moment of the revocation.
pub(crate) const HOLD: Duration = token::MAX_ACCESS_LIFESPAN
    .saturating_add(token::LEEWAY)
    .saturating_add(Duration::MINUTE);

#[derive(Default)]
pub(crate) struct Revocations(RwLock<Entries>);

#[derive(Default)]
struct Entries {
    /// When no access token of the session can be good any more, by session.
    until: HashMap<SessionId, OffsetDateTime>,
    swept_at_size: usize,
}

impl Revocations {
    pub(crate) fn insert(&self, id: SessionId, revoked_at: OffsetDateTime, now: OffsetDateTime) {
        let mut entries = self.0.write().unwrap_or_else(PoisonError::into_inner);
        entries.until.insert(id, revoked_at + HOLD);
        // Sweeping when the set has doubled keeps the cost of an insertion constant on average.
        if entries.until.len() > 2 * entries.swept_at_size + 64 {
            entries.until.retain(|_, until| *until > now);
            entries.swept_at_size = entries.until.len();
        }
    }

    pub(crate) fn contains(&self, id: &SessionId) -> bool {
        self.0
            .read()
            .unwrap_or_else(PoisonError::into_inner)
            .until
            .contains_key(id)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn entries_go_when_no_token_of_theirs_can_be_valid() {
        let (set, start) = (Revocations::default(), OffsetDateTime::UNIX_EPOCH);
        let kept = SessionId::random();
        let later = start + HOLD;
        set.insert(kept.clone(), later, start);
        for _ in 0..1000 {
            set.insert(SessionId::random(), start, later);
        }
        assert!(set.contains(&kept));
        assert!(set.0.read().unwrap().until.len() < 200);
    }
}
