//! wasm-opt, which makes the WASM a third smaller; npm carries a current one for every platform.

use anyhow::Result;

use crate::process::{self, Shell};
use crate::setup::cache::Cache;
use crate::setup::link;

const PROGRAM: &str = "wasm-opt";
const RELEASE: &str = "132.0.0";

/// Older ones refuse WASM features that today's compiler uses by default.
const OLDEST: u32 = 120;

pub(crate) fn ensure(shell: &mut Shell, cache: &Cache) -> Result<()> {
    let root = cache.path(&format!("binaryen-{RELEASE}"));
    let bin = root.join("node_modules/.bin");
    if is_usable(shell, cache) {
        return Ok(());
    }
    if !bin.join(PROGRAM).is_file() {
        println!("setup: installing wasm-opt (npm package binaryen {RELEASE})");
        let mut npm = shell.command("npm");
        npm.args(["install", "--no-audit", "--no-fund", "--prefix"]);
        npm.arg(&root).arg(format!("binaryen@{RELEASE}"));
        if let Err(error) = process::run(&mut npm) {
            println!("setup: {error}; cargo-leptos will try to download wasm-opt itself");
            return Ok(());
        }
    }
    link::offer(shell, cache, &bin, PROGRAM)
}

/// Knows npm's by its place: a JavaScript program takes half a second to tell its version.
fn is_usable(shell: &Shell, cache: &Cache) -> bool {
    let Some(program) = shell.find(PROGRAM) else {
        return false;
    };
    if let Ok(file) = program.canonicalize()
        && cache.contains(&file)
    {
        return file.starts_with(cache.path(&format!("binaryen-{RELEASE}")));
    }
    let version = process::read(shell.command(program).arg("--version"));
    version.is_ok_and(|answer| release(&answer).is_some_and(|release| release >= OLDEST))
}

/// Reads 132 from `wasm-opt version 132 (version_132)`.
fn release(answer: &str) -> Option<u32> {
    let number = answer.strip_prefix("wasm-opt version ")?;
    number.split_whitespace().next()?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_release_is_read_from_what_wasm_opt_answers() {
        assert_eq!(release("wasm-opt version 132 (version_132)\n"), Some(132));
        assert_eq!(release("wasm-opt version 108"), Some(108));
        assert_eq!(release("something else"), None);
    }
}
