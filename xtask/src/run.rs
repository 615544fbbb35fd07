//! `cargo xtask run`: from a fresh clone to a server that answers.

use std::os::unix::process::CommandExt;

use anyhow::{Context, Result};

use crate::checkout::Checkout;
use crate::process::Shell;
use crate::{release, setup};

/// Builds the release if it is not there and becomes the server.
///
/// Becomes, not starts: Ctrl-C and SIGTERM then reach the server itself, which ends gracefully, and
/// its exit status is ours.
pub(crate) fn run(arguments: &[&str]) -> Result<()> {
    let mut shell = Shell::new(Checkout::root());
    setup::ensure(&mut shell)?;
    let checkout = Checkout::read(&shell)?;
    release::ensure(&shell, &checkout)?;

    let mut server = shell.command(checkout.binary());
    server
        .args(arguments)
        .env("LEPTOS_SITE_ROOT", &checkout.site);
    Err(server.exec()).with_context(|| format!("cannot start {}", checkout.binary().display()))
}
