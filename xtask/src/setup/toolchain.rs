//! The compiler's parts: the standard library for the browser, rustfmt and clippy.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process::{self, Shell};
use crate::setup::cache::Cache;
use crate::setup::{apt, debian};

pub(crate) const WASM: &str = "wasm32-unknown-unknown";

/// What the compiler that this checkout uses comes with.
struct Installed {
    sysroot: PathBuf,
    wasm_library: PathBuf,
}

pub(crate) fn ensure(shell: &Shell, cache: &Cache) -> Result<()> {
    let installed = Installed::read(shell)?;
    if debian::is_outdated(&installed.sysroot) {
        return debian::install(shell, cache);
    }
    if !installed.has_wasm() {
        add_wasm(shell, cache)?;
    }
    if !Installed::read(shell)?.has_components() {
        add_components(shell);
    }
    Ok(())
}

impl Installed {
    fn read(shell: &Shell) -> Result<Self> {
        let mut rustc = shell.command("rustc");
        rustc.args(["--print=sysroot", "--print=target-libdir", "--target", WASM]);
        let printed = process::read(&mut rustc)?;
        let (sysroot, wasm_library) = printed.split_once('\n').context("rustc is silent")?;
        Ok(Self {
            sysroot: sysroot.into(),
            wasm_library: wasm_library.trim().into(),
        })
    }

    fn has_wasm(&self) -> bool {
        holds_core(&self.wasm_library)
    }

    fn has_components(&self) -> bool {
        let bin = self.sysroot.join("bin");
        bin.join("cargo-fmt").exists() && bin.join("cargo-clippy").exists()
    }
}

/// Looks for the library itself: rustc names the folder whether it is there or not.
fn holds_core(folder: &Path) -> bool {
    let entries = fs::read_dir(folder).into_iter().flatten().flatten();
    entries
        .map(|entry| entry.file_name())
        .any(|name| name.to_string_lossy().starts_with("libcore-"))
}

fn add_wasm(shell: &Shell, cache: &Cache) -> Result<()> {
    if shell.find("rustup").is_none() {
        bail!("this Rust has no {WASM} and there is no rustup to add it with: install rustup");
    }
    println!("setup: adding the {WASM} target");
    let added = process::run(shell.command("rustup").args(["target", "add", WASM]));
    match added {
        Err(error) if apt::available(shell) => {
            println!("setup: {error}; trying Debian's compiler instead");
            debian::install(shell, cache)
        }
        other => other,
    }
}

/// Adds what only `cargo xtask test` needs; without it, running and watching still work.
fn add_components(shell: &Shell) {
    println!("setup: adding rustfmt and clippy");
    let mut rustup = shell.command("rustup");
    rustup.args(["component", "add", "rustfmt", "clippy"]);
    if let Err(error) = process::run(&mut rustup) {
        println!("setup: {error}; `cargo xtask test` will miss them");
    }
}

/// Reads the minor version of the compiler: 95 of 1.95.0.
pub(crate) fn compiler_minor(shell: &Shell) -> Result<u32> {
    let version = process::read(shell.command("rustc").arg("--version"))?;
    minor(&version).with_context(|| format!("`{}` is no rustc version", version.trim()))
}

fn minor(version: &str) -> Option<u32> {
    let number = version.strip_prefix("rustc 1.")?;
    number.split('.').next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_minor_version_is_read_from_stable_nightly_and_distribution_compilers() {
        assert_eq!(minor("rustc 1.95.0 (59807616e 2026-04-14)\n"), Some(95));
        assert_eq!(minor("rustc 1.100.0-nightly (abc 2027-01-01)"), Some(100));
        assert_eq!(
            minor("rustc 1.96.0 (built from a source tarball)"),
            Some(96)
        );
        assert_eq!(minor("gcc 12"), None);
    }
}
