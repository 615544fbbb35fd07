//! What is counted and measured, for whoever runs a site.
//!
//! Only here are the names of metrics. What they are told apart by is one of few words of ours, never anything
//! that somebody sent: each word is a series that is kept for ever. Where nobody records, all of it does nothing.

use std::time::{Duration, Instant};

use metrics::{
    Unit, counter, describe_counter, describe_gauge, describe_histogram, gauge, histogram,
};
use time::OffsetDateTime;

use crate::Auth;
use crate::error::{Error, Refusal, Result};
use crate::login::SignedUp;

/// The target of the spans that are for a collector only: a log has enough in its lines.
pub const TRACES: &str = "traces";

const SIGN_INS: &str = "latchkey_sign_ins_total";
const SIGN_UPS: &str = "latchkey_sign_ups_total";
const REFRESHES: &str = "latchkey_refreshes_total";
const REUSES: &str = "latchkey_reuses_caught_total";
const ENDED: &str = "latchkey_sessions_ended_total";
const LETTERS: &str = "latchkey_letters_total";
const HASH_WAITING: &str = "latchkey_hash_waiting";
const HASH_RUNNING: &str = "latchkey_hash_running";
const HASH_CAPACITY: &str = "latchkey_hash_capacity";
const HASH_SECONDS: &str = "latchkey_hash_duration_seconds";
const DATABASE_SECONDS: &str = "latchkey_database_duration_seconds";
const BEHIND: &str = "latchkey_revocations_behind";
const HEARD_AT: &str = "latchkey_revocations_heard_timestamp_seconds";

/// What comes of a sign-in.
const SIGN_IN_OUTCOMES: [&str; 6] = [
    "ok",
    "bad_credentials",
    "throttled",
    "busy",
    "unavailable",
    "failed",
];

/// What a database is waited for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Work {
    /// A connection that reads.
    WaitToRead,
    /// From getting such a connection to giving it back.
    Read,
    /// A turn to write.
    WaitToWrite,
    /// From getting the turn to being done with it.
    Write,
    /// Until what was written is on the disk.
    Commit,
}

/// Measures from its beginning.
#[derive(Debug)]
pub(crate) struct Stopwatch(Instant);

impl Stopwatch {
    pub(crate) fn start() -> Self {
        Self(Instant::now())
    }

    pub(crate) fn database(&self, work: Work) {
        let operation = match work {
            Work::WaitToRead => "wait_to_read",
            Work::Read => "read",
            Work::WaitToWrite => "wait_to_write",
            Work::Write => "write",
            Work::Commit => "commit",
        };
        histogram!(DATABASE_SECONDS, "operation" => operation).record(self.0.elapsed());
    }
}

pub(crate) fn hashed(took: Duration) {
    histogram!(HASH_SECONDS).record(took);
}

/// How many passwords are being hashed, wait for it, and may do either.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct HashLoad {
    pub(crate) waiting: usize,
    pub(crate) running: usize,
    pub(crate) capacity: usize,
}

impl Auth {
    /// Measures what is a state and no event. To be called before metrics are shown.
    pub fn measure(&self) {
        let load = self.hasher().load();
        // No queue is as long as the numbers that a float leaves out.
        gauge!(HASH_WAITING).set(load.waiting as f64);
        gauge!(HASH_RUNNING).set(load.running as f64);
        gauge!(HASH_CAPACITY).set(load.capacity as f64);
    }
}

/// A part of a request, for a collector. Its name is what it says: values that pass by are not in it.
macro_rules! traced {
    ($name:literal) => {
        tracing::info_span!(target: crate::measure::TRACES, $name)
    };
}
pub(crate) use traced;

pub(crate) fn sign_in<T>(came_of_it: &Result<T>) {
    let outcome = came_of_it.as_ref().map_or_else(outcome, |_| "ok");
    counter!(SIGN_INS, "outcome" => outcome).increment(1);
}

pub(crate) fn sign_up(came_of_it: &Result<SignedUp>) {
    let outcome = match came_of_it {
        Ok(SignedUp::SignedIn(_)) => "ok",
        Ok(SignedUp::Unconfirmed(_)) => "unconfirmed",
        Err(error) => outcome(error),
    };
    counter!(SIGN_UPS, "outcome" => outcome).increment(1);
}

pub(crate) fn rotated() {
    counter!(REFRESHES, "outcome" => "rotated").increment(1);
}

pub(crate) fn repeated() {
    counter!(REFRESHES, "outcome" => "repeated").increment(1);
}

/// Counts a refresh that gave nothing; what it was granted is counted where that is known.
pub(crate) fn refresh<T>(came_of_it: &Result<T>) {
    if let Err(error) = came_of_it {
        let outcome = match error {
            Error::Refused(why) => why.name(),
            other => outcome(other),
        };
        counter!(REFRESHES, "outcome" => outcome).increment(1);
    }
}

pub(crate) fn reuse_caught() {
    counter!(REUSES).increment(1);
}

pub(crate) fn sessions_ended(reason: &'static str, how_many: usize) {
    counter!(ENDED, "reason" => reason).increment(how_many as u64);
}

pub(crate) fn letter(outcome: &'static str) {
    counter!(LETTERS, "outcome" => outcome).increment(1);
}

/// How many revocations of others were not known here until now.
pub(crate) fn behind(revocations: i64) {
    gauge!(BEHIND).set(revocations as f64);
}

/// All of them are known.
pub(crate) fn heard(now: OffsetDateTime) {
    behind(0);
    gauge!(HEARD_AT).set(now.unix_timestamp() as f64);
}

/// The word for an error.
fn outcome(error: &Error) -> &'static str {
    match error {
        Error::BadCredentials => "bad_credentials",
        Error::Throttled { .. } | Error::TooManyAttempts { .. } => "throttled",
        Error::Busy => "busy",
        Error::Unavailable(_) => "unavailable",
        Error::RegistrationClosed => "closed",
        Error::EmailTaken | Error::UsernameTaken => "taken",
        Error::Email(_) | Error::Username(_) | Error::Password(_) => "refused",
        _ => "failed",
    }
}

/// Says what the metrics mean, and begins to count at nothing: the first of a kind would not be seen as more
/// than there was before.
pub fn describe_metrics() {
    describe_counter!(SIGN_INS, "sign-ins with a password, by what came of them");
    describe_counter!(SIGN_UPS, "registrations, by what came of them");
    describe_counter!(REFRESHES, "refreshes, by what came of them");
    describe_counter!(REUSES, "sessions ended because a spent token was presented");
    describe_counter!(ENDED, "sessions that were ended, by the reason");
    describe_counter!(LETTERS, "letters, by what became of them");
    describe_gauge!(HASH_WAITING, "passwords that wait to be hashed");
    describe_gauge!(HASH_RUNNING, "passwords that are being hashed");
    describe_gauge!(
        HASH_CAPACITY,
        "passwords that may wait or be hashed; others are turned away"
    );
    let meaning = "how long hashing a password took, without the wait";
    describe_histogram!(HASH_SECONDS, Unit::Seconds, meaning);
    let meaning = "how long the database was worked with or waited for";
    describe_histogram!(DATABASE_SECONDS, Unit::Seconds, meaning);
    describe_gauge!(
        BEHIND,
        "revocations of other nodes that this one is learning"
    );
    let meaning = "when this node last knew all revocations";
    describe_gauge!(HEARD_AT, Unit::Seconds, meaning);
    for outcome in SIGN_IN_OUTCOMES {
        counter!(SIGN_INS, "outcome" => outcome).increment(0);
    }
    for refusal in Refusal::ALL {
        counter!(REFRESHES, "outcome" => refusal.name()).increment(0);
    }
    for outcome in ["rotated", "repeated"] {
        counter!(REFRESHES, "outcome" => outcome).increment(0);
    }
    for outcome in ["sent", "put_off", "failed", "dropped"] {
        counter!(LETTERS, "outcome" => outcome).increment(0);
    }
    counter!(REUSES).increment(0);
}
