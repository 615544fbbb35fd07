//! `cargo xtask test`: everything that must hold before a change goes in, cheapest first.
//!
//! A step that fails does not stop the others: one run tells all there is to mend. The last line is
//! the number of tests, `N passed, N failed`.

pub(crate) mod browser;
mod counts;
mod guide;
mod lighthouse;
mod nodes;
mod report;
mod schemathesis;
pub(crate) mod suites;
mod trials;

use std::fs;
use std::process::Command;

use anyhow::{Result, ensure};

use crate::checkout::Checkout;
use crate::process::{self, Shell};
use crate::setup::toolchain::WASM;
use crate::test::report::{Outcome, Report};
use crate::{release, setup, supply};

pub(crate) fn everything() -> Result<()> {
    let (shell, checkout, mut report) = begin()?;
    check(&shell, &mut report);
    cargo_tests(&shell, &mut report);
    let built = report.step("release build", || release::ensure(&shell, &checkout));
    let on_release = |suite: fn(&Shell, &Checkout) -> Result<Outcome>| {
        ensure!(built, "there is no release to test");
        suite(&shell, &checkout)
    };
    report.suite("schemathesis", || on_release(schemathesis::run));
    report.suite("several nodes", || on_release(nodes::run));
    report.suite("trials", || on_release(trials::run));
    report.suite("browser tests", || on_release(suites::playwright));
    report.suite("lighthouse", || on_release(lighthouse::run));
    report.finish()
}

pub(crate) fn without_browser() -> Result<()> {
    let (shell, _, mut report) = begin()?;
    check(&shell, &mut report);
    cargo_tests(&shell, &mut report);
    println!("\nThe browser tests were left out.");
    report.finish()
}

/// Tests several nodes alone, on the release as it is or on the binary that the environment names.
pub(crate) fn nodes() -> Result<()> {
    let shell = Shell::new(Checkout::root());
    let checkout = Checkout::read(&shell)?;
    let mut report = Report::default();
    report.suite("several nodes", || nodes::run(&shell, &checkout));
    report.finish()
}

/// Follows `docs/build-on-it.md` alone.
pub(crate) fn guide() -> Result<()> {
    let shell = Shell::new(Checkout::root());
    let mut report = Report::default();
    report.suite("a product of one's own", || guide::run(&shell));
    report.finish()
}

/// Tries faults alone, in the same way.
pub(crate) fn trials() -> Result<()> {
    let shell = Shell::new(Checkout::root());
    let checkout = Checkout::read(&shell)?;
    let mut report = Report::default();
    report.suite("trials", || trials::run(&shell, &checkout));
    report.finish()
}

/// Measures the first pages alone, in the same way.
pub(crate) fn lighthouse() -> Result<()> {
    let shell = Shell::new(Checkout::root());
    let checkout = Checkout::read(&shell)?;
    let mut report = Report::default();
    report.suite("lighthouse", || lighthouse::run(&shell, &checkout));
    report.finish()
}

fn cargo_tests(shell: &Shell, report: &mut Report) {
    report.suite("tests on SQLite", || suites::on_sqlite(shell));
    report.suite("tests on Postgres", || suites::on_postgres(shell));
    report.suite("a product of one's own", || guide::run(shell));
}

fn begin() -> Result<(Shell, Checkout, Report)> {
    let mut shell = Shell::new(Checkout::root());
    let mut report = Report::default();
    report.step("setup", || setup::ensure(&mut shell));
    let checkout = Checkout::read(&shell)?;
    Ok((shell, checkout, report))
}

/// `cargo fmt` does not find the pages: a macro declares their modules.
fn pages_format(shell: &Shell) -> Result<Command> {
    let mut rustfmt = shell.command("rustfmt");
    rustfmt.args(["--check", "--edition", "2024"]);
    for file in fs::read_dir(shell.directory().join("app/src"))? {
        let path = file?.path();
        if path.extension().is_some_and(|extension| extension == "rs") {
            rustfmt.arg(path);
        }
    }
    Ok(rustfmt)
}

/// Runs what needs no test: the format, what we depend on, the lints of both targets, the documentation.
///
/// `frontend` is left out of every native build: in one build with the server, cargo would compile
/// Leptos for the browser and for the server at once.
fn check(shell: &Shell, report: &mut Report) {
    report.step("format", || {
        process::run(&mut shell.cargo(["fmt", "--all", "--check"]))?;
        // A workspace of its own.
        process::run(&mut shell.cargo(["fmt", "--manifest-path=fuzz/Cargo.toml", "--check"]))?;
        process::run(&mut pages_format(shell)?)
    });
    report.step("licences", || supply::licences(shell));
    report.step("advisories", || supply::advisories(shell));
    report.step("unused dependencies", || supply::unused(shell));
    report.step("clippy", || {
        let mut clippy = shell.cargo(["clippy", "--workspace", "--exclude=frontend"]);
        process::run(clippy.args(["--all-targets", "--", "-D", "warnings"]))
    });
    report.step("clippy, for the browser", || {
        let mut clippy = shell.cargo(["clippy", "--package=frontend", "--target", WASM]);
        process::run(clippy.args(["--", "-D", "warnings"]))
    });
    report.step("documentation", || {
        let mut doc = shell.cargo(["doc", "--workspace", "--exclude=frontend"]);
        doc.args(["--no-deps", "--document-private-items"]);
        process::run(doc.env("RUSTDOCFLAGS", "-D warnings"))
    });
}
