//! What only `cargo xtask fuzz` needs: a nightly compiler, which has the sanitizers, and cargo-fuzz.

use anyhow::{Context, Result, bail};

use crate::process::{self, Shell, cargo_bin};
use crate::setup::cache::Cache;
use crate::setup::crate_install::{self, Crate, Lock};

pub(crate) fn ensure(shell: &Shell) -> Result<()> {
    ensure_nightly(shell)?;
    ensure_cargo_fuzz(shell)
}

fn ensure_nightly(shell: &Shell) -> Result<()> {
    if shell.find("rustup").is_none() {
        bail!(
            "fuzzing needs a nightly compiler beside this one, and there is no rustup to choose it with: install rustup"
        );
    }
    let installed = process::read(shell.command("rustup").args(["toolchain", "list"]))?;
    if installed.lines().any(is_newest_nightly) {
        return Ok(());
    }
    println!("setup: adding the nightly compiler");
    let mut rustup = shell.command("rustup");
    rustup.args(["toolchain", "install", "nightly", "--profile=minimal"]);
    process::run(&mut rustup).context("fuzzing needs a nightly compiler: install one with rustup")
}

/// Whether `cargo +nightly` means this toolchain: not one of a certain day.
fn is_newest_nightly(toolchain: &str) -> bool {
    let name = toolchain.split_whitespace().next().unwrap_or_default();
    name.strip_prefix("nightly")
        .is_some_and(|host| !host.starts_with("-20"))
}

/// Goes where cargo looks for its subcommands: whoever mends a finding repeats it by `cargo fuzz run`.
fn ensure_cargo_fuzz(shell: &Shell) -> Result<()> {
    if shell.find("cargo-fuzz").is_some() {
        return Ok(());
    }
    let cache = Cache::open()?;
    let bin = cargo_bin()?;
    let wanted = Crate {
        name: "cargo-fuzz",
        version: "0.13.2",
        program: "cargo-fuzz",
        root: bin.parent().context("CARGO_HOME is the file system root")?,
        lock: Lock::AsPublished,
    };
    crate_install::install(shell, &cache, &wanted)?;
    cache.clear_build()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_nightly_of_a_certain_day_is_not_the_one_that_cargo_would_take() {
        for newest in ["nightly", "nightly-x86_64-unknown-linux-gnu (default)"] {
            assert!(is_newest_nightly(newest), "{newest}");
        }
        for other in ["stable-x86_64", "nightly-2026-05-15-x86_64", "1.95.0", ""] {
            assert!(!is_newest_nightly(other), "{other}");
        }
    }
}
