//! Installing Debian packages, as root or through sudo.

use std::io::{IsTerminal, stdin};

use anyhow::{Result, bail};

use crate::process::{self, Shell};

/// Tells whether this system has Debian's package manager.
pub(crate) fn available(shell: &Shell) -> bool {
    shell.find("apt-get").is_some()
}

pub(crate) fn install(shell: &Shell, packages: &[&str]) -> Result<()> {
    let install = ["apt-get", "install", "-y", "--no-install-recommends"];
    let install: Vec<&str> = install.iter().chain(packages).copied().collect();
    as_root(shell, &["apt-get", "update", "-qq"])?;
    as_root(shell, &install)
}

/// Installs Postgres for its programs alone: the package would set a server up as well, which starts
/// with the system from then on. Only this installation is told not to.
pub(crate) fn install_without_cluster(shell: &Shell, package: &str) -> Result<()> {
    let folder = "/etc/postgresql-common/createcluster.d";
    let file = format!("{folder}/latchkey.conf");
    let write = format!("mkdir -p {folder} && echo 'create_main_cluster = false' > {file}");
    as_root(shell, &["sh", "-c", &write])?;
    let installed = install(shell, &[package]);
    as_root(shell, &["rm", "-f", &file])?;
    installed
}

/// Installs a program that its package would start with the system from then on.
pub(crate) fn install_without_service(shell: &Shell, package: &str) -> Result<()> {
    install(shell, &[package])?;
    if shell.find("systemctl").is_some() {
        // Where no system manager runs there is nothing to stop.
        let disable =
            format!("systemctl disable --quiet {package}; systemctl stop {package} || true");
        as_root(shell, &["sh", "-c", &disable])?;
    }
    Ok(())
}

fn as_root(shell: &Shell, words: &[&str]) -> Result<()> {
    let mut words = privilege(shell)?.iter().chain(words);
    let program = words.next().expect("the command is not empty");
    let mut command = shell.command(program);
    command.args(words).env("DEBIAN_FRONTEND", "noninteractive");
    process::run(&mut command)
}

/// Finds what has to stand before a command for root to run it.
fn privilege(shell: &Shell) -> Result<&'static [&'static str]> {
    if process::read(shell.command("id").arg("-u"))?.trim() == "0" {
        return Ok(&[]);
    }
    if shell.find("sudo").is_none() {
        bail!("installing packages needs root, and there is no sudo");
    }
    // Without a terminal a question for the password would wait for ever.
    Ok(if stdin().is_terminal() {
        &["sudo"]
    } else {
        &["sudo", "-n"]
    })
}
