//! The release build: the server, and the site it serves, precompressed.

mod stamp;

use std::fs;
use std::path::PathBuf;

use anyhow::{Context, Result, ensure};

use crate::checkout::Checkout;
use crate::process::{self, Shell};

/// Builds the release, unless the one that is there was made from these very files.
///
/// cargo-leptos empties the site and runs wasm-bindgen, wasm-opt and the compression each time it is
/// called, which takes the better part of a minute: a second `cargo xtask run` must not.
pub(crate) fn ensure(shell: &Shell, checkout: &Checkout) -> Result<()> {
    let stamp = checkout.target.join("release/.xtask-stamp");
    let recorded = fs::read_to_string(&stamp).unwrap_or_default();
    let inputs = inputs(shell, checkout)?;
    let present = format!("{inputs}{}", stamp::listing(&outputs(checkout)));
    let Some(reason) = stamp::difference(&recorded, &present) else {
        println!("release: up to date");
        return Ok(());
    };

    println!("release: building, {reason}");
    // A build that fails half-way leaves no stamp that could vouch for it.
    if stamp.exists() {
        fs::remove_file(&stamp)?;
    }
    process::run(&mut shell.cargo(["leptos", "build", "--release", "--precompress"]))?;
    for output in outputs(checkout) {
        ensure!(output.exists(), "{} was not built", output.display());
    }
    // Inputs as they were before: what was edited during the build is built the next time.
    let present = format!("{inputs}{}", stamp::listing(&outputs(checkout)));
    fs::write(&stamp, present).with_context(|| format!("cannot write {}", stamp.display()))
}

/// Describes everything the build depends on: the files, the compiler and its flags.
fn inputs(shell: &Shell, checkout: &Checkout) -> Result<String> {
    let compiler = process::read(shell.command("rustc").arg("--version"))?;
    let flags = std::env::var("RUSTFLAGS").unwrap_or_default();
    let files = stamp::listing(&checkout.inputs);
    Ok(format!("compiler\t{}\t{flags}\n{files}", compiler.trim()))
}

fn outputs(checkout: &Checkout) -> [PathBuf; 3] {
    [checkout.binary(), checkout.hashes(), checkout.site.clone()]
}
