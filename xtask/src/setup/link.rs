//! Letting a plain `cargo leptos watch` find a tool in the cache, without taking the place of one
//! that the user installed.

use std::fs;
use std::os::unix::fs::symlink;
use std::path::Path;

use anyhow::{Context, Result};

use crate::process::{Shell, cargo_bin};
use crate::setup::cache::Cache;

/// Links `<folder>/<program>` into cargo's folder if nobody else's is there; in any case our own
/// builds find it.
pub(crate) fn offer(shell: &mut Shell, cache: &Cache, folder: &Path, program: &str) -> Result<()> {
    let place = cargo_bin()?.join(program);
    let taken = place.symlink_metadata().is_ok() && !leads_into(&place, cache);
    // Through a link of ours, an older release may be what is found.
    let other = shell.find(program).filter(|found| *found != place);
    if !taken && other.is_none() {
        link(&folder.join(program), &place)?;
        println!("setup: linked {}", place.display());
    } else {
        let found = other.unwrap_or_else(|| place.clone());
        println!(
            "setup: {} is another version than Latchkey builds with, and stays as it is.\n       \
             Commands of xtask use {folder}/{program}; for `cargo leptos watch`, call it with\n       \
             PATH=\"{folder}:$PATH\"",
            found.display(),
            folder = folder.display(),
        );
    }
    if shell.find(program) != Some(place) {
        shell.prefer(folder.to_path_buf());
    }
    Ok(())
}

/// Tells whether this is a link of ours, be it that what it led to is gone.
fn leads_into(place: &Path, cache: &Cache) -> bool {
    place
        .read_link()
        .is_ok_and(|target| cache.contains(&target))
}

fn link(target: &Path, place: &Path) -> Result<()> {
    if let Some(folder) = place.parent() {
        fs::create_dir_all(folder)?;
    }
    if place.symlink_metadata().is_ok() {
        fs::remove_file(place)?;
    }
    symlink(target, place).with_context(|| format!("cannot link {}", place.display()))
}
