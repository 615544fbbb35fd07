//! Installing Debian packages, as root or through sudo.

use std::io::{IsTerminal, stdin};

use anyhow::{Result, bail};

use crate::process::{self, Shell};

/// Tells whether this system has Debian's package manager.
pub(crate) fn available(shell: &Shell) -> bool {
    shell.find("apt-get").is_some()
}

pub(crate) fn install(shell: &Shell, packages: &[&str]) -> Result<()> {
    let prefix = privilege(shell)?;
    let update = ["apt-get", "update", "-qq"];
    let install = ["apt-get", "install", "-y", "--no-install-recommends"];
    let install: Vec<&str> = install.iter().chain(packages).copied().collect();
    for words in [update.as_slice(), &install] {
        let mut words = prefix.iter().chain(words);
        let program = words.next().expect("the command is not empty");
        let mut command = shell.command(program);
        command.args(words).env("DEBIAN_FRONTEND", "noninteractive");
        process::run(&mut command)?;
    }
    Ok(())
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
