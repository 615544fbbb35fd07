//! The folders outside the checkout that setup fills.

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Context, Result};

use crate::process::user_home;

/// Latchkey's folder in the user's cache; deleting it costs time and nothing else.
pub(crate) struct Cache {
    folder: PathBuf,
}

impl Cache {
    pub(crate) fn open() -> Result<Self> {
        let folder = base("XDG_CACHE_HOME", ".cache")?.join("latchkey");
        fs::create_dir_all(&folder)
            .with_context(|| format!("cannot create {}", folder.display()))?;
        // Links are recognised as ours by where they lead, so the folder needs its real name.
        let folder = folder.canonicalize()?;
        Ok(Self { folder })
    }

    pub(crate) fn path(&self, name: &str) -> PathBuf {
        self.folder.join(name)
    }

    pub(crate) fn contains(&self, path: &Path) -> bool {
        path.starts_with(&self.folder)
    }

    /// The target directory the tools share while they are built: what several of them depend on is
    /// compiled once, and an interrupted setup goes on where it stopped.
    pub(crate) fn build(&self) -> PathBuf {
        self.path("build")
    }

    pub(crate) fn clear_build(&self) -> Result<()> {
        if self.build().exists() {
            println!("setup: deleting the intermediate files of the tools");
            fs::remove_dir_all(self.build()).context("cannot delete them")?;
        }
        Ok(())
    }
}

/// Names the folder for what must outlast a cleared cache.
pub(crate) fn user_data() -> Result<PathBuf> {
    Ok(base("XDG_DATA_HOME", ".local/share")?.join("latchkey"))
}

/// Reads a base directory; the specification has relative ones ignored.
fn base(variable: &str, below_home: &str) -> Result<PathBuf> {
    match env::var_os(variable).map(PathBuf::from) {
        Some(folder) if folder.is_absolute() => Ok(folder),
        _ => Ok(user_home()?.join(below_home)),
    }
}
