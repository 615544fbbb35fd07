//! A toolchain from Debian's packages, for where rustup's servers cannot be reached.
//!
//! A company mirror or an offline box has crates, npm and Debian packages, and nothing else.
//! Debian's compiler comes with its source, from which cargo builds the standard library for the
//! browser. The result is linked into rustup under a name of its own, for this checkout only;
//! nothing that is installed changes.

use std::fs;
use std::os::unix::fs::{PermissionsExt, symlink};
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, ensure};

use crate::process::{self, Shell};
use crate::setup::cache::{Cache, user_data};
use crate::setup::{apt, toolchain::WASM};

const PACKAGES: [&str; 3] = ["rustc-web", "rust-web-src", "rust-web-clippy"];
const RUSTC: &str = "/usr/bin/rustc";
const CLIPPY: &str = "/usr/bin/cargo-clippy";
const SYSROOT: &str = "/usr/lib/rustlib";

/// The compiler whose library the folder holds: after an upgrade the two would not go together.
const COMPILER: &str = "compiler.txt";

/// Builds the toolchain if need be and has rustup use it in this checkout.
pub(crate) fn install(shell: &Shell, cache: &Cache) -> Result<()> {
    if !is_installed() {
        println!("setup: installing Debian's Rust compiler, beside the one of rustup");
        apt::install(shell, &PACKAGES)?;
    }
    let folder = user_data()?.join("toolchain");
    if !folder.exists() || is_outdated(&folder) {
        println!("setup: building the standard library for {WASM} (about a minute)");
        let library = build_library(shell, cache)?;
        lay_out(shell, cache, &folder, &library)?;
    }
    println!("setup: linking it into rustup as `latchkey`, for this checkout");
    let mut link = shell.command("rustup");
    link.args(["toolchain", "link", "latchkey"]).arg(&folder);
    process::run(&mut link)?;
    process::run(
        shell
            .command("rustup")
            .args(["override", "set", "latchkey"]),
    )
}

fn is_installed() -> bool {
    let source = Path::new(SYSROOT).join("src/rust/library");
    Path::new(RUSTC).is_file() && Path::new(CLIPPY).is_file() && source.is_dir()
}

/// Tells whether this is a toolchain of ours for another compiler than is installed now.
pub(crate) fn is_outdated(sysroot: &Path) -> bool {
    let recorded = fs::read_to_string(sysroot.join(COMPILER));
    recorded.is_ok_and(|recorded| compiler().map_or(true, |now| now != recorded))
}

fn compiler() -> Result<String> {
    process::read(std::process::Command::new(RUSTC).arg("-vV"))
}

/// Compiles `std` as the dependency of an empty crate; returns the folder with the libraries.
fn build_library(shell: &Shell, cache: &Cache) -> Result<PathBuf> {
    let empty = cache.path("empty");
    fs::create_dir_all(empty.join("src"))?;
    let manifest = "[package]\nname = \"empty\"\nedition = \"2024\"\n[workspace]\n";
    fs::write(empty.join("Cargo.toml"), manifest)?;
    fs::write(empty.join("src/lib.rs"), "")?;

    let outside = shell.in_directory(&empty);
    let mut build = outside.cargo(["build", "--release", "-Z", "build-std=std,panic_abort"]);
    build
        .args(["--target", WASM])
        .env("RUSTC", RUSTC)
        // Building the standard library is unstable; this is how a stable compiler may.
        .env("RUSTC_BOOTSTRAP", "1")
        .env("CARGO_TARGET_DIR", cache.build());
    process::run(&mut build)?;
    Ok(cache.build().join(WASM).join("release/deps"))
}

/// Lays the toolchain out as rustup expects one, in a folder that appears when it is complete.
fn lay_out(shell: &Shell, cache: &Cache, folder: &Path, library: &Path) -> Result<()> {
    let partial = folder.with_extension("partial");
    remove(&partial)?;
    let rustup = rustup_sysroot(&shell.in_directory(cache.path("empty")))?;
    let compiler = compiler()?;
    let host = host(&compiler).context("rustc does not name its host")?;

    add_programs(&partial.join("bin"), folder, &rustup)?;
    let rustlib = partial.join("lib/rustlib");
    fs::create_dir_all(rustlib.join(host))?;
    symlink(
        Path::new(SYSROOT).join(host).join("lib"),
        rustlib.join(host).join("lib"),
    )?;
    // Holds the linker for WASM, which Debian's package lacks.
    symlink(
        rustup.join("lib/rustlib").join(host).join("bin"),
        rustlib.join(host).join("bin"),
    )?;
    copy_libraries(library, &rustlib.join(WASM).join("lib"))?;
    fs::write(partial.join(COMPILER), &compiler)?;
    remove(folder)?;
    fs::rename(&partial, folder).context("cannot move the toolchain to its place")
}

/// Adds scripts around Debian's programs and links to rustup's.
fn add_programs(bin: &Path, folder: &Path, rustup: &Path) -> Result<()> {
    fs::create_dir_all(bin)?;
    let sysroot = format!("--sysroot '{}'", folder.display());
    for program in ["rustc", "rustdoc", "clippy-driver"] {
        // Behind the arguments: clippy's first one is the compiler it stands in for.
        let script = format!("#!/bin/sh\nexec /usr/bin/{program} \"$@\" {sysroot}\n");
        let file = bin.join(program);
        fs::write(&file, script)?;
        fs::set_permissions(&file, fs::Permissions::from_mode(0o755))?;
    }
    for program in ["cargo", "rustfmt", "cargo-fmt"] {
        symlink(rustup.join("bin").join(program), bin.join(program))?;
    }
    // A copy, because it looks for clippy-driver beside the file that it is.
    fs::copy(CLIPPY, bin.join("cargo-clippy"))?;
    Ok(())
}

fn copy_libraries(from: &Path, to: &Path) -> Result<()> {
    fs::create_dir_all(to)?;
    let mut copied = 0;
    for entry in fs::read_dir(from)?.flatten() {
        let name = entry.file_name();
        let name = name.to_string_lossy();
        if name.ends_with(".rlib") && !name.starts_with("libempty") {
            fs::copy(entry.path(), to.join(&*name))?;
            copied += 1;
        }
    }
    ensure!(copied > 0, "no libraries in {}", from.display());
    Ok(())
}

/// Finds the toolchain rustup uses elsewhere than in this checkout.
fn rustup_sysroot(outside: &Shell) -> Result<PathBuf> {
    let cargo = process::read(outside.command("rustup").args(["which", "cargo"]))?;
    let sysroot = Path::new(cargo.trim()).parent().and_then(Path::parent);
    sysroot
        .map(Path::to_path_buf)
        .context("rustup has no cargo")
}

fn host(version: &str) -> Option<&str> {
    let mut lines = version.lines();
    lines.find_map(|line| line.strip_prefix("host: "))
}

fn remove(folder: &Path) -> Result<()> {
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_host_is_read_from_the_verbose_version() {
        let version = "rustc 1.96.0\nbinary: rustc\nhost: x86_64-unknown-linux-gnu\n";
        assert_eq!(host(version), Some("x86_64-unknown-linux-gnu"));
        assert_eq!(host("rustc 1.96.0"), None);
    }

    #[test]
    fn a_toolchain_of_rustup_is_never_outdated() {
        assert!(!is_outdated(Path::new("/nowhere")));
    }
}
