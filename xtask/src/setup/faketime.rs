//! libfaketime, from Debian's package: it tells a program another time than the machine's.

use std::fs;
use std::path::PathBuf;

use anyhow::Result;

use crate::process::Shell;
use crate::setup::apt;

/// The library for programs with threads; none where it is not installed and cannot be by one command.
///
/// # Errors
/// When installing it fails.
pub(crate) fn library(shell: &Shell) -> Result<Option<PathBuf>> {
    let found = installed();
    if found.is_some() || !apt::available(shell) {
        return Ok(found);
    }
    apt::install(shell, &["libfaketime"])?;
    Ok(installed())
}

/// Its folder is named by the architecture.
fn installed() -> Option<PathBuf> {
    let folders = fs::read_dir("/usr/lib").ok()?.flatten();
    let mut candidates = folders.map(|folder| folder.path().join("faketime/libfaketimeMT.so.1"));
    candidates.find(|library| library.is_file())
}
