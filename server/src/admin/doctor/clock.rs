//! The clock of this machine, held against others.

use time::{Duration, OffsetDateTime};

use crate::admin::doctor::Findings;

/// How far the clocks of two nodes may stand apart before tokens of one are refused by the other.
const LEEWAY: Duration = Duration::seconds(5);
/// From here on links and sessions end at times that nobody expects.
const FAR: Duration = Duration::MINUTE;

/// Holds it against `theirs`, which was read in the same moment.
pub(super) fn compare(
    whose: &str,
    ours: OffsetDateTime,
    theirs: OffsetDateTime,
    findings: &mut Findings,
) {
    let apart = (ours - theirs).abs();
    let seconds = apart.whole_seconds();
    if apart <= LEEWAY {
        findings.ok("clock", format!("with {whose}, to {seconds} s"));
    } else if apart <= FAR {
        findings.warn("clock", format!("{seconds} s from {whose}"));
    } else {
        findings.fail("clock", format!("{seconds} s from {whose}"));
    }
}

/// Holds it against the newest event: time does not go back.
pub(super) fn since(newest: OffsetDateTime, now: OffsetDateTime, findings: &mut Findings) {
    let ahead = newest - now;
    if ahead > LEEWAY {
        let message = format!(
            "the newest event of the trail is {} s ahead of it: time has gone back, or another node's clock is wrong",
            ahead.whole_seconds()
        );
        findings.fail("clock", message);
    } else {
        findings.ok("clock", "not before the newest event of the trail");
    }
}

#[cfg(test)]
mod tests {
    use time::macros::datetime;

    use super::*;
    use crate::admin::doctor::State;

    #[test]
    fn clocks_that_are_apart_and_time_that_goes_back_are_told() {
        let now = datetime!(2026-11-21 12:00 UTC);
        let mut findings = Findings::default();
        for apart in [0, -5, 6, -60, 61] {
            compare(
                "another's",
                now,
                now + Duration::seconds(apart),
                &mut findings,
            );
        }
        since(now - Duration::days(3), now, &mut findings);
        since(now + Duration::seconds(6), now, &mut findings);
        let states: Vec<_> = findings.0.iter().map(|one| one.state).collect();
        use State::{Fail, Ok, Warn};
        assert_eq!(states, [Ok, Ok, Warn, Warn, Fail, Ok, Fail]);
    }
}
