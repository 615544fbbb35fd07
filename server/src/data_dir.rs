//! The data folder, and the files in it that only their owner may read.

use std::fs::{self, DirBuilder, OpenOptions};
use std::io::{ErrorKind, Write};
use std::os::unix::fs::{DirBuilderExt, OpenOptionsExt};
use std::path::Path;

use anyhow::Context;
use auth::MasterSecret;

/// Makes the folder, for its owner only.
///
/// # Errors
/// A sentence that names the folder.
pub(crate) fn make_folder(folder: &Path) -> anyhow::Result<()> {
    let made = DirBuilder::new().recursive(true).mode(0o700).create(folder);
    made.with_context(|| {
        format!(
            "LATCHKEY_DATA_DIR is {}: the folder cannot be made",
            folder.display()
        )
    })
}

/// Makes the database file, empty, for its owner only: SQLite gives the files beside it the same mode.
///
/// # Errors
/// A sentence that names the file.
pub fn make_database_file(path: &Path) -> anyhow::Result<()> {
    let made = OpenOptions::new()
        .append(true)
        .create(true)
        .mode(0o600)
        .open(path);
    made.map(drop)
        .with_context(|| format!("LATCHKEY_DATA_DIR: {} cannot be written", path.display()))
}

/// Reads the secret, or makes one from the operating system's generator.
///
/// # Errors
/// A sentence that names the file.
pub(crate) fn read_or_make(path: &Path) -> anyhow::Result<MasterSecret> {
    let bytes = match fs::read(path) {
        Ok(bytes) => bytes,
        Err(error) if error.kind() == ErrorKind::NotFound => make(path)
            .with_context(|| format!("LATCHKEY_DATA_DIR: {} cannot be written", path.display()))?,
        Err(error) => {
            return Err(error)
                .with_context(|| format!("LATCHKEY_DATA_DIR: {} cannot be read", path.display()));
        }
    };
    MasterSecret::new(bytes).with_context(|| format!("{} is damaged", path.display()))
}

/// Two processes may start at once. The file is complete before it has its name, and the name is
/// given once: whoever comes second reads what the first one wrote.
fn make(path: &Path) -> std::io::Result<Vec<u8>> {
    let draft = path.with_extension(format!("{}.new", std::process::id()));
    let mut file = OpenOptions::new()
        .write(true)
        .create(true)
        .truncate(true)
        .mode(0o600)
        .open(&draft)?;
    file.write_all(&auth::random_secret())?;
    file.sync_all()?;
    let linked = fs::hard_link(&draft, path);
    fs::remove_file(&draft)?;
    match linked {
        Err(error) if error.kind() != ErrorKind::AlreadyExists => Err(error),
        _ => fs::read(path),
    }
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::*;

    #[test]
    fn the_secret_is_made_once_and_for_its_owner_only() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        read_or_make(&path).unwrap();
        let first = fs::read(&path).unwrap();
        read_or_make(&path).unwrap();
        assert_eq!(fs::read(&path).unwrap(), first);
        assert_eq!(
            fs::metadata(&path).unwrap().permissions().mode() & 0o777,
            0o600
        );
        assert_eq!(
            fs::read_dir(&folder).unwrap().count(),
            1,
            "no draft is left behind"
        );
    }

    #[test]
    fn a_secret_that_was_cut_short_is_not_used() {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("secret.key");
        fs::write(&path, [0; 10]).unwrap();
        assert!(
            read_or_make(&path)
                .err()
                .unwrap()
                .to_string()
                .contains("damaged")
        );
    }
}
