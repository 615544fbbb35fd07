//! Who may read the files, and how much room there is for more.

use std::fs;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;

use crate::admin::doctor::Findings;
use crate::config::Config;

/// Below it a site stops to write: SQLite's log alone may take as much before it is put into the database.
const LITTLE: u64 = 100 << 20;
const SOON_LITTLE: u64 = 1 << 30;

pub(super) fn check(config: &Config, folder: &Path, findings: &mut Findings) {
    mode(folder, findings);
    mode(&folder.join("secret.key"), findings);
    if let Some(file) = &config.database_file {
        mode(file, findings);
        for suffix in ["-wal", "-shm"] {
            let mut beside = file.clone().into_os_string();
            beside.push(suffix);
            mode(Path::new(&beside), findings);
        }
    }
    if let Some(certificate) = &config.certificate {
        key(certificate.key(), findings);
    }
    room(folder, findings);
}

/// Whoever renews the certificate is often another user, and of a group of the two.
fn key(path: &Path, findings: &mut Findings) {
    let Ok(metadata) = fs::metadata(path) else {
        return;
    };
    let mode = metadata.permissions().mode() & 0o777;
    let shown = path.display();
    match mode & 0o027 {
        0 => findings.ok(
            "permissions",
            format!("{shown} is not for everybody ({mode:03o})"),
        ),
        _ => {
            let message = format!("{shown} is open to others ({mode:03o}): chmod 640");
            findings.fail("permissions", message);
        }
    }
}

/// What is not there has nothing to hide.
fn mode(path: &Path, findings: &mut Findings) {
    let Ok(metadata) = fs::metadata(path) else {
        return;
    };
    let mode = metadata.permissions().mode() & 0o777;
    let shown = path.display();
    let wanted = if metadata.is_dir() { 0o700 } else { 0o600 };
    match mode & 0o077 {
        0 => findings.ok(
            "permissions",
            format!("{shown} is its owner's ({mode:03o})"),
        ),
        // Whoever gets into no folder gets at nothing in it.
        others if metadata.is_dir() && others & 0o022 == 0 => {
            let message = format!("others may look into {shown} ({mode:03o}): chmod {wanted:03o}");
            findings.warn("permissions", message);
        }
        _ => {
            let message = format!("{shown} is open to others ({mode:03o}): chmod {wanted:03o}");
            findings.fail("permissions", message);
        }
    }
}

fn room(folder: &Path, findings: &mut Findings) {
    let free = match rustix::fs::statvfs(folder) {
        Ok(disk) => disk.f_bavail.saturating_mul(disk.f_frsize),
        Err(error) => return findings.warn("disk", format!("its room is not known: {error}")),
    };
    let message = format!("{} MiB are free in {}", free >> 20, folder.display());
    match free {
        0..LITTLE => findings.fail("disk", message),
        LITTLE..SOON_LITTLE => findings.warn("disk", message),
        _ => findings.ok("disk", message),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::admin::doctor::State;

    #[test]
    fn a_file_that_others_may_read_is_told_and_one_that_is_not_there_is_not() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("secret.key");
        let state = |mode: u32| {
            fs::write(&path, "x").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let mut findings = Findings::default();
            super::mode(&path, &mut findings);
            findings.0[0].state
        };
        assert_eq!(state(0o600), State::Ok);
        assert_eq!(state(0o400), State::Ok);
        assert_eq!(state(0o640), State::Fail);
        assert_eq!(state(0o604), State::Fail);
        let mut findings = Findings::default();
        super::mode(&dir.path().join("nothing"), &mut findings);
        assert!(findings.0.is_empty());
    }

    #[test]
    fn the_key_of_the_certificate_is_for_its_owner_and_a_group() {
        let dir = tempfile::tempdir().unwrap();
        let path = dir.path().join("key.pem");
        for (mode, state) in [
            (0o600, State::Ok),
            (0o640, State::Ok),
            (0o660, State::Fail),
            (0o644, State::Fail),
        ] {
            fs::write(&path, "x").unwrap();
            fs::set_permissions(&path, fs::Permissions::from_mode(mode)).unwrap();
            let mut findings = Findings::default();
            key(&path, &mut findings);
            assert_eq!(findings.0[0].state, state, "{mode:o}");
        }
    }

    #[test]
    fn there_is_room_somewhere() {
        let mut findings = Findings::default();
        room(Path::new("/"), &mut findings);
        assert!(findings.0[0].message.contains("MiB are free"));
    }
}
