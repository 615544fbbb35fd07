//! Whether the JSON API is what its description says: schemathesis sends what the description allows and
//! what it does not, and holds the answers against it.
//!
//! What is sent is the same in each run. `end2end/schemathesis.toml` says how much, and which checks.

use std::fs;
use std::net::TcpStream;
use std::path::Path;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::checkout::Checkout;
use crate::process::{self, Shell};
use crate::server::{self, LOG, Server};
use crate::setup::python;
use crate::test::counts::Counts;
use crate::test::report::Outcome;

/// What nobody gets without being signed in: when it was never given, the rest was tested as a stranger only.
const PROTECTED: &str = "GET /api/users/me";

pub(crate) fn run(shell: &Shell, checkout: &Checkout) -> Result<Outcome> {
    let python = python::ensure(shell)?;
    // What the tools remember from one run to the next goes here too, and is not remembered.
    let folder = checkout.target.join("schemathesis");
    if folder.exists() {
        fs::remove_dir_all(&folder)?;
    }
    fs::create_dir_all(&folder)?;
    let mut server = start(shell, checkout, &folder)?;
    server.connect(TcpStream::connect)?;

    let site = format!("http://{}", server.address());
    let report = folder.join("report.json");
    let end2end = checkout.root.join("end2end");
    let mut tests = shell.in_directory(&folder).command(python);
    tests
        .args(["-m", "schemathesis.cli", "--config-file"])
        .arg(end2end.join("schemathesis.toml"))
        .arg("run")
        .arg(format!("{site}/api/openapi.json"))
        // The description names the public address; the server listens on this one.
        .args(["--origin", &site])
        .args(["--report=json", "--report-json-path"])
        .arg(&report)
        .env("SCHEMATHESIS_HOOKS", end2end.join("schemathesis_hooks.py"))
        .env("LATCHKEY_SITE", &site);
    let passed = process::run(&mut tests).is_ok();
    let survived = end(server, shell, &folder);
    if let Err(error) = &survived {
        println!("{error:#}");
    }
    let counts = read_report(&report)?;
    let succeeded = passed && survived.is_ok();
    Ok(Outcome { counts, succeeded })
}

/// Starts the release with its own settings, whatever those of the developer are.
fn start(shell: &Shell, checkout: &Checkout, folder: &Path) -> Result<Server> {
    let mut command = shell.command(checkout.binary());
    server::unset(&mut command);
    // What a password costs is measured elsewhere; here it would only be waited for.
    command.env("LATCHKEY_ARGON2", "m=64,t=1,p=1");
    Server::start(command, checkout, folder)
}

fn end(server: Server, shell: &Shell, folder: &Path) -> Result<()> {
    server.stop(shell)?;
    server::ensure_no_panic(&folder.join(LOG))
}

fn read_report(file: &Path) -> Result<Counts> {
    let text = fs::read_to_string(file).context("schemathesis left no report")?;
    let report: Value =
        serde_json::from_str(&text).context("the report of schemathesis is not JSON")?;
    let counts = Counts::from_schemathesis(&report)
        .context("the report of schemathesis counts no operations")?;
    ensure!(
        was_signed_in(&report),
        "schemathesis never got what {PROTECTED} gives: it was not signed in"
    );
    Ok(counts)
}

fn was_signed_in(report: &Value) -> bool {
    let phases = report["valid_rates"][PROTECTED].as_object();
    phases.is_some_and(|phases| {
        let mut accepted = phases.values().filter_map(|rate| rate["accepted"].as_u64());
        accepted.any(|accepted| accepted > 0)
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn a_run_that_was_never_signed_in_is_noticed() {
        let report = |accepted| json!({ "valid_rates": { PROTECTED: { "fuzzing": { "accepted": accepted, "rejected": 3 } } } });
        assert!(was_signed_in(&report(2)));
        assert!(!was_signed_in(&report(0)));
        assert!(!was_signed_in(&json!({})));
    }
}
