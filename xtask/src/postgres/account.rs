//! Whom the Postgres server runs as: it refuses to be root.

use std::ffi::OsStr;
use std::process::Command;

use anyhow::{Context, Result, bail};

use crate::process::{self, Shell};

const NAME: &str = "postgres";

pub(super) enum Account {
    /// Ourselves.
    Own,
    /// The one that Debian's package makes.
    Postgres {
        user: u32,
        group: u32,
        /// What stands before a command to run it as that one.
        prefix: &'static [&'static str],
    },
}

impl Account {
    pub(super) fn find(shell: &Shell) -> Result<Self> {
        if id(shell, &["-u"])? != 0 {
            return Ok(Self::Own);
        }
        if id(shell, &["-u", NAME]).is_err() {
            let mut create = shell.command("useradd");
            process::run(create.args(["--system", "--user-group", NAME]))?;
        }
        Ok(Self::Postgres {
            user: id(shell, &["-u", NAME])?,
            group: id(shell, &["-g", NAME])?,
            prefix: prefix(|program| shell.find(program).is_some())?,
        })
    }

    pub(super) fn command(&self, shell: &Shell, program: impl AsRef<OsStr>) -> Command {
        let Self::Postgres { prefix, .. } = self else {
            return shell.command(program);
        };
        let mut command = shell.command(prefix[0]);
        command.args(&prefix[1..]).arg(program);
        command
    }

    /// To whom the files of the server have to belong, where that is not us.
    pub(super) fn owner(&self) -> Option<(u32, u32)> {
        match self {
            Self::Own => None,
            Self::Postgres { user, group, .. } => Some((*user, *group)),
        }
    }
}

fn prefix(is_there: impl Fn(&str) -> bool) -> Result<&'static [&'static str]> {
    let ways: [&[&str]; 2] = [
        &[
            "setpriv",
            "--reuid=postgres",
            "--regid=postgres",
            "--init-groups",
            "--",
        ],
        &["runuser", "-u", "postgres", "--"],
    ];
    let Some(way) = ways.into_iter().find(|way| is_there(way[0])) else {
        bail!("Postgres does not run as root, and there is neither setpriv nor runuser");
    };
    Ok(way)
}

fn id(shell: &Shell, arguments: &[&str]) -> Result<u32> {
    let number = process::read(shell.command("id").args(arguments))?;
    number.trim().parse().context("`id` printed no number")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn setpriv_is_preferred_and_runuser_does_as_well() {
        assert_eq!(prefix(|_| true).unwrap()[0], "setpriv");
        assert_eq!(
            prefix(|program| program == "runuser").unwrap()[0],
            "runuser"
        );
        assert!(prefix(|_| false).is_err());
    }
}
