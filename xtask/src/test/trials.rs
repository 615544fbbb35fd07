//! Faults under a small load: nothing that was acknowledged is lost, and nobody is signed out.
//!
//! `cargo xtask trial` does the same at length, with figures.

use anyhow::Result;

use crate::checkout::Checkout;
use crate::process::Shell;
use crate::test::counts::Counts;
use crate::test::report::Outcome;
use crate::trial::{self, Verdict};

pub(crate) fn run(shell: &Shell, checkout: &Checkout) -> Result<Outcome> {
    let mut counts = Counts::default();
    for (fault, verdict) in trial::in_short(shell, checkout)? {
        match verdict {
            Verdict::Kept => {
                println!("test {fault} ... ok");
                counts.passed += 1;
            }
            Verdict::Skipped(why) => {
                println!("test {fault} ... SKIPPED: {why}");
                counts.skipped += 1;
            }
            Verdict::Broken(promises) => {
                println!("test {fault} ... FAILED\n    {}", promises.join("\n    "));
                counts.failed += 1;
            }
        }
    }
    Ok(Outcome {
        succeeded: counts.failed == 0,
        counts,
    })
}
