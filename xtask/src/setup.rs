//! Getting a machine ready to build Latchkey, for the browser and natively.
//!
//! Every step first looks whether there is anything to do, so that a second call takes a fraction
//! of a second, and each leaves either nothing or all of its result, so that it may be interrupted.
//!
//! What is downloaded or built goes to the user's cache. Only what a plain `cargo leptos watch` has
//! to find is put, or linked, where cargo looks for its subcommands.

pub(crate) mod apt;
mod bindgen;
mod cache;
mod crate_install;
mod debian;
pub(crate) mod faketime;
pub(crate) mod fuzz;
mod leptos;
mod link;
pub(crate) mod python;
pub(crate) mod supply;
pub(crate) mod toolchain;
mod wasm_opt;

use anyhow::Result;

use crate::process::Shell;
use crate::setup::cache::Cache;

/// Installs what is missing; afterwards the shell finds the tools this checkout needs.
pub(crate) fn ensure(shell: &mut Shell) -> Result<()> {
    let cache = Cache::open()?;
    toolchain::ensure(shell, &cache)?;
    leptos::ensure(shell, &cache)?;
    bindgen::ensure(shell, &cache)?;
    wasm_opt::ensure(shell, &cache)?;
    cache.clear_build()
}
