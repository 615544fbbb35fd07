//! What a first visit has to be.

use crate::test::lighthouse::visit::Visit;

/// All that comes over the line, with the headers of the answers.
const BYTES: u64 = 100_000;

/// Before a page can be used, see [`Visit::needed`].
const REQUESTS: u64 = 3;

/// Milliseconds until a page can be used.
const INTERACTIVE: u64 = 1000;

/// One thing that was promised.
pub(crate) struct Judgement {
    pub(crate) says: String,
    pub(crate) holds: bool,
}

pub(crate) fn judge(visit: &Visit) -> Vec<Judgement> {
    let scores = visit.scores.iter().map(|(name, score)| Judgement {
        says: format!("{name} is {score}, of 100"),
        holds: *score == 100,
    });
    let figures = [
        at_most("bytes", visit.bytes(), BYTES),
        at_most("requests before it can be used", visit.needed, REQUESTS),
        at_most(
            "milliseconds until it is interactive",
            visit.interactive,
            INTERACTIVE,
        ),
    ];
    scores.chain(figures).collect()
}

/// Whether everything holds that another visit could change.
pub(crate) fn is_quick(visit: &Visit) -> bool {
    visit.performance() == 100 && visit.interactive <= INTERACTIVE
}

fn at_most(name: &str, measured: u64, limit: u64) -> Judgement {
    Judgement {
        says: format!("{name}: {measured}, at most {limit}"),
        holds: measured <= limit,
    }
}
