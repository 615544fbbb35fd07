//! Installing a program from the crate registry.

use std::path::Path;

use anyhow::{Result, ensure};

use crate::process::{self, Shell};
use crate::setup::cache::Cache;

/// A program to install as `<root>/bin/<program>`.
pub(crate) struct Crate<'a> {
    pub(crate) name: &'static str,
    pub(crate) version: &'a str,
    pub(crate) program: &'static str,
    pub(crate) root: &'a Path,
    pub(crate) lock: Lock,
}

/// Whether to build with the versions the crate was published with.
#[derive(PartialEq)]
pub(crate) enum Lock {
    AsPublished,
    Newest,
}

/// Fetches the finished program where cargo-binstall is installed and has it, or compiles it.
pub(crate) fn install(shell: &Shell, cache: &Cache, wanted: &Crate) -> Result<()> {
    let Crate { name, version, .. } = wanted;
    println!("setup: installing {name} {version}");
    if shell.find("cargo-binstall").is_some() {
        match download(shell, wanted) {
            Ok(()) => return Ok(()),
            Err(error) => println!("setup: {error}; compiling it instead"),
        }
    }
    println!("setup: this takes minutes, once; interrupted, it goes on where it stopped");
    compile(shell, cache, wanted)
}

fn download(shell: &Shell, wanted: &Crate) -> Result<()> {
    let mut binstall = shell.cargo(["binstall", "--no-confirm", "--disable-strategies=compile"]);
    binstall.arg("--root").arg(wanted.root);
    binstall.arg(format!("{}@{}", wanted.name, wanted.version));
    process::run(&mut binstall)?;
    let program = wanted.root.join("bin").join(wanted.program);
    ensure!(
        program.exists(),
        "cargo binstall left no {}",
        wanted.program
    );
    Ok(())
}

/// Compiles for a short build, not a fast program: these tools run for seconds at a time, and the
/// link-time optimisation that some ask for would double the wait.
fn compile(shell: &Shell, cache: &Cache, wanted: &Crate) -> Result<()> {
    let mut install = shell.cargo(["install", wanted.name, "--version", wanted.version]);
    install.args(["--bin", wanted.program]);
    install.arg("--root").arg(wanted.root);
    if wanted.lock == Lock::AsPublished {
        install.arg("--locked");
    }
    install
        .env("CARGO_TARGET_DIR", cache.build())
        .env("CARGO_PROFILE_RELEASE_LTO", "off")
        .env("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "16")
        .env("CARGO_PROFILE_RELEASE_OPT_LEVEL", "1");
    process::run(&mut install)
}
