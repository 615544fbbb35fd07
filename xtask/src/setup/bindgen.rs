//! wasm-bindgen's command line, which must be of exactly the library's version.
//!
//! cargo-leptos takes the one on `PATH` unseen and would download one otherwise, from a place that
//! not every network reaches.

use std::fs;

use anyhow::{Context, Result};

use crate::process::{self, Shell};
use crate::setup::cache::Cache;
use crate::setup::crate_install::{self, Crate, Lock};
use crate::setup::link;

const PROGRAM: &str = "wasm-bindgen";

pub(crate) fn ensure(shell: &mut Shell, cache: &Cache) -> Result<()> {
    let lock = shell.directory().join("Cargo.lock");
    let lock =
        fs::read_to_string(&lock).with_context(|| format!("cannot read {}", lock.display()))?;
    let version = locked_version(&lock, PROGRAM).context("Cargo.lock has no wasm-bindgen")?;
    if version_on_path(shell).as_deref() == Some(version) {
        return Ok(());
    }
    let root = cache.path(&format!("wasm-bindgen-{version}"));
    if !root.join("bin").join(PROGRAM).is_file() {
        let wanted = Crate {
            name: "wasm-bindgen-cli",
            version,
            program: PROGRAM,
            root: &root,
            // Published with a dependency that has been withdrawn since.
            lock: Lock::Newest,
        };
        crate_install::install(shell, cache, &wanted)?;
    }
    link::offer(shell, cache, &root.join("bin"), PROGRAM)
}

fn version_on_path(shell: &Shell) -> Option<String> {
    shell.find(PROGRAM)?;
    let answer = process::read(shell.command(PROGRAM).arg("--version")).ok()?;
    answer.split_whitespace().nth(1).map(str::to_owned)
}

/// Reads the version of a package from the text of a `Cargo.lock`.
fn locked_version<'a>(lock: &'a str, package: &str) -> Option<&'a str> {
    let name = format!("name = \"{package}\"");
    let mut lines = lock.lines().skip_while(|line| *line != name);
    let version = lines.nth(1)?.strip_prefix("version = \"")?;
    version.strip_suffix('"')
}

#[cfg(test)]
mod tests {
    use super::*;

    const LOCK: &str = "\
version = 4

[[package]]
name = \"wasm-bindgen-futures\"
version = \"0.4.80\"
dependencies = [
 \"wasm-bindgen\",
]

[[package]]
name = \"wasm-bindgen\"
version = \"0.2.130\"
source = \"registry\"

[[package]]
name = \"wasm-bindgen-macro\"
version = \"0.2.131\"
";

    #[test]
    fn the_version_is_that_of_the_package_with_exactly_this_name() {
        assert_eq!(locked_version(LOCK, "wasm-bindgen"), Some("0.2.130"));
    }

    #[test]
    fn a_package_that_is_not_locked_has_no_version() {
        assert_eq!(locked_version(LOCK, "bindgen"), None);
        assert_eq!(locked_version("", "wasm-bindgen"), None);
    }
}
