//! The two kinds of tests: cargo's, on both databases, and Playwright's against the release build.

use std::env;
use std::fs;
use std::io::{BufRead, BufReader};
use std::path::Path;
use std::process::{Command, Stdio};

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::postgres::{self, Postgres};
use crate::process::{self, Shell};
use crate::setup::python;
use crate::test::browser::{self, Browser};
use crate::test::counts::Counts;
use crate::test::report::Outcome;

/// How much is tried by the tests that try at random, and of which: histories of a session against the model
/// of the session engine, and lives of accounts in several hands.
type Cases = [(&'static str, &'static str); 2];

const ON_SQLITE: Cases = [
    ("LATCHKEY_MODEL_CASES", "10000"),
    ("LATCHKEY_LIFE_CASES", "32"),
];
const ON_POSTGRES: Cases = [
    ("LATCHKEY_MODEL_CASES", "1000"),
    ("LATCHKEY_LIFE_CASES", "4"),
];

/// Names the example in Rust that the browser tests run.
const EXAMPLE: &str = "LATCHKEY_VERIFY_RS";

/// Runs all unit and integration tests.
pub(crate) fn on_sqlite(shell: &Shell) -> Result<Outcome> {
    let mut tests = cargo_test(shell, &["--workspace", "--exclude=frontend"], ON_SQLITE);
    count(tests.env_remove(postgres::VARIABLE))
}

/// Runs those that have to do with a database once more, on the server that the environment names or
/// on one of our own.
pub(crate) fn on_postgres(shell: &Shell) -> Result<Outcome> {
    let mut tests = cargo_test(shell, &["--package=auth", "--package=server"], ON_POSTGRES);
    if env::var_os(postgres::VARIABLE).is_some_and(|url| !url.is_empty()) {
        return count(&mut tests);
    }
    let server = Postgres::start(shell)?;
    count(tests.env(postgres::VARIABLE, server.url()))
}

fn cargo_test(shell: &Shell, packages: &[&'static str], cases: Cases) -> Command {
    let mut tests = shell.cargo(["test", "--no-fail-fast"]);
    tests.args(packages);
    for (variable, count) in cases {
        if env::var_os(variable).is_none() {
            tests.env(variable, count);
        }
    }
    tests
}

/// Runs tests, passing their output on while counting.
pub(super) fn count(tests: &mut Command) -> Result<Outcome> {
    println!("$ {}", process::describe(tests));
    let mut child = tests
        .stdout(Stdio::piped())
        .spawn()
        .with_context(|| process::start_failure(tests))?;
    let output = child.stdout.take().expect("stdout was asked for");

    let mut counts = Counts::default();
    for line in BufReader::new(output).split(b'\n') {
        let line = line?;
        let line = String::from_utf8_lossy(&line);
        println!("{line}");
        counts += Counts::from_cargo(&line).unwrap_or_default();
    }
    let succeeded = child.wait()?.success();
    Ok(Outcome { counts, succeeded })
}

/// Runs the browser tests; they start their own servers from the release build.
pub(crate) fn playwright(shell: &Shell, checkout: &Checkout) -> Result<Outcome> {
    let folder = shell.in_directory(checkout.root.join("end2end"));
    install_packages(&folder)?;
    process::run(folder.command("npx").args(["--no-install", "tsc"]))?;
    let browser = browser::find(&folder)?;
    let python = python::ensure(shell)?;
    build_example(shell)?;
    let report = checkout.target.join("playwright.json");
    if report.exists() {
        fs::remove_file(&report)?;
    }

    let mut tests = folder.command("npx");
    tests
        .args(["--no-install", "playwright", "test", "--reporter=list,json"])
        .env("LATCHKEY_BIN", checkout.binary())
        .env("LEPTOS_SITE_ROOT", &checkout.site)
        .env(EXAMPLE, checkout.target.join("debug/examples/verify"))
        .env(python::VARIABLE, python)
        // The second name is that of newer versions.
        .env("PLAYWRIGHT_JSON_OUTPUT_NAME", &report)
        .env("PLAYWRIGHT_JSON_OUTPUT_FILE", &report);
    if let Browser::Program(program) = browser {
        tests.env(browser::VARIABLE, program);
    }
    let succeeded = process::run(&mut tests).is_ok();
    let counts = read_report(&report)?;
    Ok(Outcome { counts, succeeded })
}

/// Builds what other services copy to verify tokens, in one build with what `cargo test` has compiled.
fn build_example(shell: &Shell) -> Result<()> {
    let mut build = shell.cargo(["build", "--workspace", "--exclude=frontend"]);
    process::run(build.args(["--example", "verify"]))
}

/// Installs what the lock file names, unless that was done since it last changed.
pub(crate) fn install_packages(folder: &Shell) -> Result<()> {
    let modified = |file: &str| {
        let metadata = folder.directory().join(file).metadata();
        metadata.and_then(|metadata| metadata.modified()).ok()
    };
    let installed = modified("node_modules/.package-lock.json");
    if installed.is_some() && installed >= modified("package-lock.json") {
        return Ok(());
    }
    let mut npm = folder.command("npm");
    process::run(npm.args(["ci", "--no-audit", "--no-fund"]))
}

fn read_report(file: &Path) -> Result<Counts> {
    let text = fs::read_to_string(file).context("Playwright left no report")?;
    let report = serde_json::from_str(&text).context("Playwright's report is not JSON")?;
    Counts::from_playwright(&report).context("Playwright's report has no statistics")
}
