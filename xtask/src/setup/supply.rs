//! The tools that look at what Latchkey is made of.

use anyhow::{Context, Result};

use crate::process::{self, Shell, cargo_bin};
use crate::setup::cache::Cache;
use crate::setup::crate_install::{self, Crate, Lock};

/// Which of them, and the version whose findings are the same everywhere.
pub(crate) struct Tool {
    name: &'static str,
    version: &'static str,
}

/// Licences, advisories, and what must not be there.
pub(crate) const DENY: Tool = Tool {
    name: "cargo-deny",
    version: "0.20.2",
};

/// Dependencies that nothing uses.
pub(crate) const MACHETE: Tool = Tool {
    name: "cargo-machete",
    version: "0.9.2",
};

/// The list of everything, as others read it.
pub(crate) const CYCLONEDX: Tool = Tool {
    name: "cargo-cyclonedx",
    version: "0.5.9",
};

/// Goes where cargo looks for its subcommands. One of another version that is there already does as well.
pub(crate) fn ensure(shell: &Shell, tools: &[Tool]) -> Result<()> {
    let missing: Vec<&Tool> = tools
        .iter()
        .filter(|tool| shell.find(tool.name).is_none())
        .collect();
    if missing.is_empty() {
        return Ok(());
    }
    let cache = Cache::open()?;
    let bin = cargo_bin()?;
    for Tool { name, version } in missing {
        let wanted = Crate {
            name,
            version,
            program: name,
            root: bin.parent().context("CARGO_HOME is the file system root")?,
            lock: Lock::AsPublished,
        };
        crate_install::install(shell, &cache, &wanted)?;
    }
    cache.clear_build()
}

/// Whether the advisories can be had: they are a repository of their own, at a host that not every network reaches.
///
/// # Errors
/// What stands in the way.
pub(crate) fn fetch_advisories(shell: &Shell) -> Result<()> {
    let mut fetch = shell.cargo(["deny", "--log-level=error", "fetch", "db"]);
    // Nobody is there to be asked for a name and a password.
    process::read(fetch.env("GIT_TERMINAL_PROMPT", "0")).map(drop)
}
