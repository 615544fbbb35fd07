//! Telling whether anything changed since a build, from the names, sizes and times of files.
//!
//! All of them are compared for equality, not for "newer than": a file that was deleted, or
//! replaced by an older one, counts as a change too.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};
use std::time::UNIX_EPOCH;

/// Folders that no release build reads.
const IGNORED: [&str; 5] = ["tests", "benches", "examples", "node_modules", "target"];

/// Describes files, and those below folders, one per line; what is not there has no line.
pub(crate) fn listing(paths: &[PathBuf]) -> String {
    let mut lines = BTreeSet::new();
    for path in paths {
        list(path, &mut lines);
    }
    lines.into_iter().map(|line| line + "\n").collect()
}

fn list(path: &Path, lines: &mut BTreeSet<String>) {
    let Ok(metadata) = path.metadata() else {
        return;
    };
    if metadata.is_dir() {
        let entries = fs::read_dir(path).into_iter().flatten().flatten();
        for entry in entries.filter(|entry| !is_ignored(&entry.path())) {
            list(&entry.path(), lines);
        }
        return;
    }
    let modified = metadata.modified().ok();
    let since_epoch = modified.and_then(|time| time.duration_since(UNIX_EPOCH).ok());
    let nanos = since_epoch.unwrap_or_default().as_nanos();
    lines.insert(format!("{}\t{}\t{nanos}", path.display(), metadata.len()));
}

fn is_ignored(path: &Path) -> bool {
    let name = path.file_name().and_then(|name| name.to_str());
    name.is_some_and(|name| IGNORED.contains(&name))
}

/// Says why what a build recorded is not what is there now, by the first thing that differs.
pub(crate) fn difference(recorded: &str, present: &str) -> Option<String> {
    if recorded.is_empty() {
        return Some("for the first time, which takes many minutes".to_owned());
    }
    let before: BTreeSet<&str> = recorded.lines().collect();
    let now: BTreeSet<&str> = present.lines().collect();
    let changed = before.symmetric_difference(&now).next()?;
    let name = changed.split('\t').next().unwrap_or(changed);
    Some(format!("because {name} changed"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::SystemTime;

    struct Folder(PathBuf);

    impl Folder {
        fn new(name: &str) -> Self {
            let folder = std::env::temp_dir().join(format!("xtask-{name}-{}", std::process::id()));
            fs::create_dir_all(folder.join("src/tests")).unwrap();
            fs::write(folder.join("src/lib.rs"), "fn a() {}").unwrap();
            fs::write(folder.join("src/tests/it.rs"), "fn t() {}").unwrap();
            Self(folder)
        }

        fn listing(&self) -> String {
            listing(&[self.0.join("src"), self.0.join("missing")])
        }
    }

    impl Drop for Folder {
        fn drop(&mut self) {
            let _ = fs::remove_dir_all(&self.0);
        }
    }

    #[test]
    fn nothing_changed_is_fresh_and_no_stamp_is_stale() {
        let folder = Folder::new("fresh");
        assert_eq!(difference(&folder.listing(), &folder.listing()), None);
        assert!(difference("", &folder.listing()).is_some());
    }

    #[test]
    fn an_edited_a_new_and_a_deleted_file_are_each_noticed() {
        let folder = Folder::new("edited");
        let before = folder.listing();
        fs::write(folder.0.join("src/lib.rs"), "fn longer() {}").unwrap();
        let edited = folder.listing();
        assert!(difference(&before, &edited).unwrap().contains("lib.rs"));
        fs::write(folder.0.join("src/new.rs"), "").unwrap();
        let added = folder.listing();
        assert!(difference(&edited, &added).unwrap().contains("new.rs"));
        fs::remove_file(folder.0.join("src/new.rs")).unwrap();
        assert!(
            difference(&added, &folder.listing())
                .unwrap()
                .contains("new.rs")
        );
    }

    #[test]
    fn an_older_file_of_the_same_size_is_noticed() {
        let folder = Folder::new("older");
        let before = folder.listing();
        let file = fs::File::options()
            .write(true)
            .open(folder.0.join("src/lib.rs"))
            .unwrap();
        file.set_modified(SystemTime::UNIX_EPOCH).unwrap();
        assert!(difference(&before, &folder.listing()).is_some());
    }

    #[test]
    fn tests_are_no_input() {
        let folder = Folder::new("ignored");
        let before = folder.listing();
        fs::write(folder.0.join("src/tests/it.rs"), "fn other_test() {}").unwrap();
        assert_eq!(difference(&before, &folder.listing()), None);
    }
}
