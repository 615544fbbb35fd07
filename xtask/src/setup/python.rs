//! What only tests need: a Python of our own, with the packages that `end2end/requirements.txt` names.
//!
//! It is a virtual environment in the cache, so that nothing of the system's Python changes.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::process::{self, Shell};
use crate::setup::apt;
use crate::setup::cache::Cache;

/// Names a Python to use instead, which has the packages; and what the browser tests read.
pub(crate) const VARIABLE: &str = "LATCHKEY_PYTHON";

const REQUIREMENTS: &str = "end2end/requirements.txt";

/// Written when all is installed: which Python it was for, and what the packages are.
const STAMP: &str = "latchkey.txt";

/// The system's own: a version manager may put another one, of any age, before it on the `PATH`.
const SYSTEM: &str = "/usr/bin/python3";

/// The oldest that the packages run on. Debian has the modules that make an environment in a package apart.
const SUITS: &str = "import ensurepip, sys, venv; sys.exit(sys.version_info < (3, 11))";

/// Installs what is missing, and names the interpreter. The shell stands in the root of the checkout.
pub(crate) fn ensure(shell: &Shell) -> Result<PathBuf> {
    if let Some(chosen) = env::var_os(VARIABLE).filter(|value| !value.is_empty()) {
        return Ok(chosen.into());
    }
    let folder = Cache::open()?.path("python");
    let program = folder.join("bin/python");
    let requirements = fs::read_to_string(shell.directory().join(REQUIREMENTS))
        .with_context(|| format!("cannot read {REQUIREMENTS}"))?;
    let recorded = fs::read_to_string(folder.join(STAMP)).ok();
    let present = version(shell, &program).map(|version| stamp(&version, &requirements));
    if recorded.is_none() || recorded != present.ok() {
        install(shell, &folder, &requirements)?;
    }
    Ok(program)
}

fn install(shell: &Shell, folder: &Path, requirements: &str) -> Result<()> {
    let python = find(shell)?;
    println!("setup: installing the Python packages of the tests");
    if folder.exists() {
        fs::remove_dir_all(folder)?;
    }
    process::run(shell.command(python).args(["-m", "venv"]).arg(folder))?;
    let program = folder.join("bin/python");
    let mut pip = shell.command(&program);
    pip.args([
        "-m",
        "pip",
        "install",
        "--quiet",
        "--disable-pip-version-check",
        "-r",
    ]);
    process::run(pip.arg(REQUIREMENTS))?;
    let stamp = stamp(&version(shell, &program)?, requirements);
    fs::write(folder.join(STAMP), stamp).context("cannot write into the cache")
}

/// The packages are in a folder that has the version in its name: after an upgrade of the system's Python the
/// new one does not find them.
fn stamp(version: &str, requirements: &str) -> String {
    format!("{}\n{requirements}", version.trim())
}

fn version(shell: &Shell, python: &Path) -> Result<String> {
    process::read(shell.command(python).arg("--version"))
}

fn find(shell: &Shell) -> Result<PathBuf> {
    if let Some(python) = installed(shell) {
        return Ok(python);
    }
    if !apt::available(shell) {
        bail!("there is no Python 3.11 with venv: install one, or name one in {VARIABLE}");
    }
    println!("setup: installing Debian's Python");
    apt::install(shell, &["python3-venv"])?;
    installed(shell).context("there is no Python 3.11 with venv, though Debian's is installed")
}

fn installed(shell: &Shell) -> Option<PathBuf> {
    let candidates = shell.find("python3").into_iter().chain([SYSTEM.into()]);
    let mut suitable = candidates
        .filter(|python| process::read(shell.command(python).args(["-c", SUITS])).is_ok());
    suitable.next()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn another_python_and_other_packages_are_another_environment() {
        let stamps = [
            stamp("Python 3.11.7\n", "jwt==1"),
            stamp("Python 3.13.0\n", "jwt==1"),
            stamp("Python 3.11.7\n", "jwt==2"),
        ];
        assert_eq!(stamps[0], "Python 3.11.7\njwt==1");
        assert_ne!(stamps[0], stamps[1]);
        assert_ne!(stamps[0], stamps[2]);
    }
}
