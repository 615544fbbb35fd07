//! cargo-leptos: whichever is installed, or the newest that the compiler can build.

use anyhow::{Context, Result};

use crate::process::{Shell, cargo_bin};
use crate::setup::cache::Cache;
use crate::setup::crate_install::{self, Crate, Lock};
use crate::setup::toolchain;

pub(crate) fn ensure(shell: &Shell, cache: &Cache) -> Result<()> {
    if shell.find("cargo-leptos").is_some() {
        return Ok(());
    }
    let bin = cargo_bin()?;
    let wanted = Crate {
        name: "cargo-leptos",
        version: version_for(toolchain::compiler_minor(shell)?),
        program: "cargo-leptos",
        root: bin.parent().context("CARGO_HOME is the file system root")?,
        lock: Lock::AsPublished,
    };
    crate_install::install(shell, cache, &wanted)
}

/// 0.3.11 was published with dependencies that need Rust 1.96.
fn version_for(compiler_minor: u32) -> &'static str {
    if compiler_minor < 96 {
        "0.3.10"
    } else {
        "0.3.11"
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn older_compilers_get_the_last_version_they_can_build() {
        assert_eq!(version_for(94), "0.3.10");
        assert_eq!(version_for(95), "0.3.10");
        assert_eq!(version_for(96), "0.3.11");
        assert_eq!(version_for(100), "0.3.11");
    }
}
