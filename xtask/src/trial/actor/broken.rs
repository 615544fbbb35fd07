//! What a ledger and a site disagree about.

/// Promises that were not kept.
#[derive(Default)]
pub(crate) struct Broken {
    /// Acknowledged, and not there.
    pub(crate) lost: Vec<String>,
    /// Whose session was refused though nobody had ended it.
    pub(crate) signed_out: Vec<String>,
    /// Ended, and accepted.
    pub(crate) alive: Vec<String>,
}

impl Broken {
    pub(crate) fn add(&mut self, other: Self) {
        self.lost.extend(other.lost);
        self.signed_out.extend(other.signed_out);
        self.alive.extend(other.alive);
    }

    pub(crate) fn sentences(&self) -> impl Iterator<Item = &String> {
        self.lost.iter().chain(&self.signed_out).chain(&self.alive)
    }
}
