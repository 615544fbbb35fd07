//! `cargo xtask supply` and `cargo xtask sbom`: what Latchkey is made of, and whether it may be.

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};
use serde_json::Value;

use crate::checkout::Checkout;
use crate::process::{self, Shell};
use crate::setup::supply::{self, CYCLONEDX, DENY, MACHETE};

/// Everything, one after the other.
pub(crate) fn check() -> Result<()> {
    let shell = Shell::new(Checkout::root());
    licences(&shell)?;
    advisories(&shell)?;
    unused(&shell)
}

/// Licences, crates that must not be there, and where all of them come from (`deny.toml`).
pub(crate) fn licences(shell: &Shell) -> Result<()> {
    supply::ensure(shell, &[DENY])?;
    let mut deny = shell.cargo(["deny", "--log-level=warn", "check"]);
    process::run(deny.args(["--hide-inclusion-graph", "bans", "licenses", "sources"]))
}

/// Known vulnerabilities, where the list of them can be had.
pub(crate) fn advisories(shell: &Shell) -> Result<()> {
    supply::ensure(shell, &[DENY])?;
    if let Err(error) = supply::fetch_advisories(shell) {
        let error = format!("{error:#}");
        let reason = error.lines().next().unwrap_or_default();
        println!("advisories: NOT CHECKED, because their database cannot be had here: {reason}");
        return Ok(());
    }
    let mut deny = shell.cargo(["deny", "--log-level=error", "check"]);
    process::run(deny.arg("advisories"))
}

/// Dependencies that are listed and that nothing uses.
pub(crate) fn unused(shell: &Shell) -> Result<()> {
    supply::ensure(shell, &[MACHETE])?;
    process::run(&mut shell.cargo(["machete", "--skip-target-dir"]))
}

/// Writes the list of what is in the binary, as CycloneDX.
pub(crate) fn list() -> Result<()> {
    let shell = Shell::new(Checkout::root());
    supply::ensure(&shell, &[CYCLONEDX])?;
    let checkout = Checkout::read(&shell)?;
    let name = "latchkey.cdx";
    let mut cyclonedx = shell.cargo(["cyclonedx", "--format=json", "--spec-version=1.5"]);
    cyclonedx
        .args([
            "--manifest-path",
            "server/Cargo.toml",
            "--override-filename",
            name,
        ])
        .args(["--all-features", "--quiet"]);
    process::run(&mut cyclonedx)?;
    let list = collect(&checkout, name)?;
    let text = fs::read_to_string(&list)?;
    let list_of: Value = serde_json::from_str(&text).context("the list is not JSON")?;
    let components = list_of["components"].as_array().map_or(0, Vec::len);
    ensure!(components > 0, "{} lists nothing", list.display());
    println!("sbom: {components} components in {}", list.display());
    Ok(())
}

/// The tool leaves a list beside the manifest of each member: that of the server is wanted.
fn collect(checkout: &Checkout, name: &str) -> Result<PathBuf> {
    let file = format!("{name}.json");
    let wanted = checkout.target.join(&file);
    fs::create_dir_all(&checkout.target)?;
    for member in ["server", "app", "auth", "frontend", "words", "xtask"] {
        let left = checkout.root.join(member).join(&file);
        if member == "server" {
            fs::copy(&left, &wanted).with_context(|| format!("there is no {}", left.display()))?;
        }
        if left.exists() {
            fs::remove_file(&left)?;
        }
    }
    Ok(wanted)
}
