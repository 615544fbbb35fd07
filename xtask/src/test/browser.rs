//! Finding a browser for the tests, or getting one.
//!
//! Playwright's own is one download away, but from servers that not every network reaches; then
//! the distribution's does as well.

use std::env;
use std::path::PathBuf;

use anyhow::{Context, Result, bail};

use crate::process::{self, Shell};
use crate::setup::apt;

/// Names the browser to use, for this command and for the tests.
pub(crate) const VARIABLE: &str = "LATCHKEY_CHROMIUM";

const PROGRAMS: [&str; 4] = [
    "chromium",
    "chromium-browser",
    "google-chrome",
    "google-chrome-stable",
];

pub(crate) enum Browser {
    /// The one Playwright downloaded; it knows where.
    Own,
    Program(PathBuf),
}

pub(crate) fn find(end2end: &Shell) -> Result<Browser> {
    if let Some(chosen) = env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        return Ok(Browser::Program(chosen.into()));
    }
    if let Some(program) = installed(end2end) {
        println!("browser: {}", program.display());
        return Ok(Browser::Program(program));
    }
    match download(end2end) {
        Ok(()) => Ok(Browser::Own),
        Err(error) if apt::available(end2end) => {
            println!("browser: {error:#}; installing Debian's instead");
            apt::install(end2end, &["chromium"])?;
            let program = installed(end2end).context("there is no chromium, though installed")?;
            Ok(Browser::Program(program))
        }
        Err(error) => bail!("{error:#}; install Chromium and name it in {VARIABLE}"),
    }
}

fn installed(shell: &Shell) -> Option<PathBuf> {
    PROGRAMS.iter().find_map(|program| shell.find(program))
}

/// Has Playwright fetch its Chromium, which does nothing if it did so before, and starts it once:
/// on a bare system it may lack libraries.
fn download(end2end: &Shell) -> Result<()> {
    let mut install = end2end.command("npx");
    process::run(install.args(["--no-install", "playwright", "install", "chromium"]))?;
    let script = "require('@playwright/test').chromium.launch().then(browser => browser.close())";
    let mut start = end2end.command("node");
    process::read(start.args(["--eval", script]))
        .context("Playwright's Chromium does not start")?;
    Ok(())
}
