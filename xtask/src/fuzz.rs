//! `cargo xtask fuzz`: hostile input, thousands a second, for whatever reads what strangers send.
//!
//! What a target finds stays in `fuzz/artifacts`. What it has learnt stays in `fuzz/corpus`, and the
//! next run goes on from there.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, ensure};

use crate::checkout::Checkout;
use crate::process::{self, Shell};
use crate::setup;

/// How long each target runs when nobody says, in seconds.
pub(crate) const A_MINUTE: u32 = 60;

/// An input that takes longer is a finding.
const SECONDS_FOR_ONE_INPUT: u32 = 10;

/// Reads how long each target shall run.
pub(crate) fn seconds(text: &str) -> Result<u32> {
    let seconds = text.parse().ok().filter(|seconds| *seconds > 0);
    seconds.with_context(|| format!("`{text}` is no number of seconds"))
}

/// Runs every target for `seconds`; one that finds something does not stop the others.
pub(crate) fn run(seconds: u32) -> Result<()> {
    let shell = Shell::new(Checkout::root());
    setup::fuzz::ensure(&shell)?;
    let checkout = Checkout::read(&shell)?;
    lock_as_shipped(&checkout.root)?;
    process::run(&mut shell.cargo(["+nightly", "fuzz", "build"]))?;

    let scratch = checkout.target.join("fuzz-scratch");
    fs::create_dir_all(&scratch)?;
    let targets = process::read(&mut shell.cargo(["+nightly", "fuzz", "list"]))?;
    let failed: Vec<&str> = targets
        .lines()
        .filter(|target| !holds(&shell, target, seconds, &scratch))
        .collect();
    fs::remove_dir_all(&scratch)?;
    ensure!(
        failed.is_empty(),
        "something was found by: {}; the inputs are in fuzz/artifacts",
        failed.join(", ")
    );
    println!("fuzz: nothing was found");
    Ok(())
}

/// Has the targets built with the versions that the site is built with.
fn lock_as_shipped(root: &Path) -> Result<()> {
    fs::copy(root.join("Cargo.lock"), root.join("fuzz/Cargo.lock"))
        .context("cannot copy Cargo.lock to fuzz")?;
    Ok(())
}

/// Whether a target finds nothing. Its database goes to `scratch`: it ends without cleaning up.
fn holds(shell: &Shell, target: &str, seconds: u32, scratch: &Path) -> bool {
    println!("\nfuzz: {target}");
    let mut fuzz = shell.cargo(["+nightly", "fuzz", "run", target, "--"]);
    fuzz.arg(format!("-max_total_time={seconds}"));
    fuzz.arg(format!("-timeout={SECONDS_FOR_ONE_INPUT}"));
    fuzz.arg("-print_final_stats=1");
    let ran = process::run(fuzz.env("TMPDIR", scratch));
    if let Err(error) = &ran {
        println!("fuzz: {error}");
    }
    ran.is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_time_is_a_positive_number() {
        assert_eq!(seconds("5").unwrap(), 5);
        for wrong in ["0", "-1", "", "1m"] {
            assert!(seconds(wrong).is_err(), "{wrong}");
        }
    }
}
