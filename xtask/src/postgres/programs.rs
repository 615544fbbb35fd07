//! Finding the programs of a Postgres server, or installing them.

use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result, bail};

use crate::postgres::VARIABLE;
use crate::process::Shell;
use crate::setup::apt;

/// Where Debian keeps one folder for each version, none of them on the `PATH`.
const DEBIAN: &str = "/usr/lib/postgresql";

pub(super) struct Programs {
    pub(super) initdb: PathBuf,
    pub(super) pg_ctl: PathBuf,
}

pub(super) fn find(shell: &Shell) -> Result<Programs> {
    if let Some(programs) = installed(shell) {
        return Ok(programs);
    }
    if !apt::available(shell) {
        bail!("there is no Postgres: install its server, or name one in {VARIABLE}");
    }
    println!("postgres: installing Debian's");
    apt::install_without_cluster(shell, "postgresql")?;
    installed(shell).context("there is no initdb, though Postgres is installed")
}

fn installed(shell: &Shell) -> Option<Programs> {
    on_path(shell).or_else(|| newest(Path::new(DEBIAN)))
}

fn on_path(shell: &Shell) -> Option<Programs> {
    Some(Programs {
        initdb: shell.find("initdb")?,
        pg_ctl: shell.find("pg_ctl")?,
    })
}

/// Finds the newest version that is complete: a client alone leaves a folder too.
fn newest(folder: &Path) -> Option<Programs> {
    let versions = fs::read_dir(folder).into_iter().flatten().flatten();
    let complete = versions.filter_map(|entry| {
        let version: u32 = entry.file_name().to_str()?.parse().ok()?;
        let bin = entry.path().join("bin");
        let (initdb, pg_ctl) = (bin.join("initdb"), bin.join("pg_ctl"));
        let is_complete = initdb.is_file() && pg_ctl.is_file();
        is_complete.then_some((version, Programs { initdb, pg_ctl }))
    });
    let newest = complete.max_by_key(|(version, _)| *version);
    newest.map(|(_, programs)| programs)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_server_is_found_and_a_client_alone_is_none() {
        let name = format!("xtask-postgres-{}", std::process::id());
        let folder = std::env::temp_dir().join(name);
        for (version, program) in [
            ("9", "initdb"),
            ("9", "pg_ctl"),
            ("15", "initdb"),
            ("15", "pg_ctl"),
            ("17", "psql"),
        ] {
            let bin = folder.join(version).join("bin");
            fs::create_dir_all(&bin).unwrap();
            fs::write(bin.join(program), "").unwrap();
        }
        let found = newest(&folder).unwrap();
        assert_eq!(found.pg_ctl, folder.join("15/bin/pg_ctl"));
        fs::remove_dir_all(&folder).unwrap();
        assert!(newest(&folder).is_none());
    }
}
