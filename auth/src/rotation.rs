//! The refresh state machine: a pure function of a session's row, the generation presented and the time.

use time::{Duration, OffsetDateTime};

use crate::error::Refusal;
use crate::session::SessionRow;

/// How long the parent of the current generation gets the current one again: tabs and retries converge.
pub(crate) const GRACE: Duration = Duration::seconds(30);

/// What to do with a refresh token that is ours.
#[derive(Debug, PartialEq, Eq)]
pub(crate) enum Decision {
    /// It is the current one: advance the generation.
    Rotate,
    /// It is the parent, and nobody proves that its successor arrived: hand the current one out again.
    Repeat,
    /// Two parties hold it: end the session.
    Revoke,
    /// A limit has passed: end the session.
    Expire(Refusal),
    /// There is nothing to end.
    Refuse(Refusal),
}

impl SessionRow {
    /// Whether it was not ended, and none of its limits has passed.
    pub(crate) fn is_alive(&self, now: OffsetDateTime) -> bool {
        let end = self.expires_at.min(self.idle_expires_at);
        self.revoked_at.is_none() && !self.disabled && now < end
    }

    /// The refresh state machine: a pure function of the row, the generation presented and the time.
    pub(crate) fn decide(&self, presented: i64, now: OffsetDateTime) -> Decision {
        if self.revoked_at.is_some() {
            return Decision::Refuse(Refusal::Revoked);
        }
        if self.disabled {
            return Decision::Expire(Refusal::Disabled);
        }
        if now >= self.expires_at {
            return Decision::Expire(Refusal::Expired);
        }
        if now >= self.idle_expires_at {
            return Decision::Expire(Refusal::Idle);
        }
        self.place(presented, now)
    }

    /// The same for a session that is alive.
    fn place(&self, presented: i64, now: OffsetDateTime) -> Decision {
        #[cfg(test)]
        if let Some(decision) = seeded::bug(self.generation, presented) {
            return decision;
        }
        let is_parent = presented == self.generation - 1;
        let is_fresh = now < self.rotated_at + GRACE;
        let was_lost = self.used_generation < self.generation;
        match presented {
            current if current == self.generation => Decision::Rotate,
            _ if is_parent && (is_fresh || was_lost) => Decision::Repeat,
            // A generation that was never reached has a valid MAC only if the database went back in time.
            future if future > self.generation => Decision::Refuse(Refusal::Unknown),
            _ => Decision::Revoke,
        }
    }
}

/// Mistakes that can be made in the state machine on purpose, to see that the model finds them.
#[cfg(test)]
pub(crate) mod seeded {
    use std::cell::Cell;

    use super::Decision;

    #[derive(Debug, Clone, Copy, PartialEq, Eq)]
    pub(crate) enum Bug {
        /// The generation that is presented does not matter.
        NoGenerationCheck,
        /// A token of any age counts as the parent.
        AnyParent,
    }

    thread_local! {
        pub(crate) static BUG: Cell<Option<Bug>> = const { Cell::new(None) };
    }

    pub(super) fn bug(current: i64, presented: i64) -> Option<Decision> {
        match BUG.get()? {
            Bug::NoGenerationCheck => Some(Decision::Rotate),
            Bug::AnyParent => (presented < current).then_some(Decision::Repeat),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::session::{Client, Persistence, SessionId};

    const START: OffsetDateTime = time::macros::datetime!(2026-11-21 12:00 UTC);

    fn row() -> SessionRow {
        SessionRow {
            id: SessionId::random(),
            user_id: 1,
            generation: 5,
            rotated_at: START,
            used_generation: 5,
            persistence: Persistence::Browser,
            authenticated_at: START,
            methods: vec!["pwd".to_owned()],
            created_at: START,
            last_seen_at: START,
            idle_expires_at: START + Duration::hours(2),
            expires_at: START + Duration::hours(24),
            revoked_at: None,
            client: Client::default(),
            device: None,
            user: "user".to_owned(),
            role: "user".to_owned(),
            disabled: false,
        }
    }

    #[test]
    fn the_current_generation_rotates() {
        assert_eq!(row().decide(5, START), Decision::Rotate);
    }

    #[test]
    fn the_parent_gets_the_current_one_again_for_thirty_seconds() {
        assert_eq!(
            row().decide(4, START + GRACE - Duration::MILLISECOND),
            Decision::Repeat
        );
        assert_eq!(row().decide(4, START + GRACE), Decision::Revoke);
    }

    #[test]
    fn the_parent_gets_it_at_any_time_while_the_successor_was_never_used() {
        let lost = SessionRow {
            used_generation: 4,
            ..row()
        };
        assert_eq!(lost.decide(4, START + Duration::hours(1)), Decision::Repeat);
        assert_eq!(lost.decide(3, START), Decision::Revoke);
    }

    #[test]
    fn anything_older_ends_the_session() {
        assert_eq!(row().decide(3, START), Decision::Revoke);
        assert_eq!(row().decide(0, START), Decision::Revoke);
    }

    #[test]
    fn a_generation_that_never_was_is_refused() {
        assert_eq!(row().decide(6, START), Decision::Refuse(Refusal::Unknown));
    }

    #[test]
    fn limits_revocation_and_disabled_accounts_refuse_every_generation() {
        for presented in [3, 4, 5] {
            let refused = |row: SessionRow, now| row.decide(presented, now);
            assert_eq!(
                refused(row(), START + Duration::hours(2)),
                Decision::Expire(Refusal::Idle)
            );
            assert_eq!(
                refused(row(), START + Duration::hours(24)),
                Decision::Expire(Refusal::Expired)
            );
            let revoked = SessionRow {
                revoked_at: Some(START),
                ..row()
            };
            assert_eq!(refused(revoked, START), Decision::Refuse(Refusal::Revoked));
            let disabled = SessionRow {
                disabled: true,
                ..row()
            };
            assert_eq!(
                refused(disabled, START),
                Decision::Expire(Refusal::Disabled)
            );
        }
    }
}
