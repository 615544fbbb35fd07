//! The program itself: what it says when it cannot start, and that it leaves when asked.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use tempfile::TempDir;

fn latchkey(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    for (name, _) in std::env::vars()
        .filter(|(name, _)| name.starts_with("LATCHKEY_") || name.starts_with("LEPTOS_"))
    {
        command.env_remove(name);
    }
    command
        .env_remove("DATABASE_URL")
        .env("LATCHKEY_DATA_DIR", data)
        .env("LEPTOS_SITE_ADDR", "127.0.0.1:0");
    command
}

/// Runs to the end and returns the one line that it says.
fn refusal(command: &mut Command) -> String {
    let Output { status, stderr, .. } = command.output().unwrap();
    let stderr = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(1), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    stderr.lines().last().unwrap().to_owned()
}

#[test]
fn a_data_folder_that_cannot_be_made_is_named() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("file"), "").unwrap();
    for folder in [dir.path().join("file/data"), "/proc/latchkey".into()] {
        let said = refusal(&mut latchkey(&folder));
        assert!(
            said.contains("LATCHKEY_DATA_DIR") && said.contains(folder.to_str().unwrap()),
            "{said}"
        );
    }
}

#[test]
fn a_database_that_cannot_be_opened_is_told() {
    let dir = TempDir::new().unwrap();
    fs::write(
        dir.path().join("latchkey.db"),
        "this is no database, it is a text that somebody put here",
    )
    .unwrap();
    let said = refusal(&mut latchkey(dir.path()));
    assert!(said.contains("the database cannot be opened"), "{said}");
    let said = refusal(latchkey(dir.path()).env("DATABASE_URL", "sqlite:/no/such/folder/x.db"));
    assert!(said.contains("the database cannot be opened"), "{said}");
    let said = refusal(latchkey(dir.path()).env("DATABASE_URL", "mysql://x:topsecret@y/z"));
    assert!(
        said.contains("DATABASE_URL") && !said.contains("topsecret"),
        "{said}"
    );
}

#[test]
fn a_port_in_use_is_named() {
    let dir = TempDir::new().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = refusal(latchkey(dir.path()).env("LEPTOS_SITE_ADDR", &address));
    assert!(
        said.contains("LEPTOS_SITE_ADDR") && said.contains(&address),
        "{said}"
    );
    assert!(
        !dir.path().join("latchkey.db").exists(),
        "and nothing was begun"
    );
}

#[test]
fn each_wrong_setting_is_named() {
    let dir = TempDir::new().unwrap();
    let wrong = [
        ("LATCHKEY_PUBLIC_URL", "http://latchkey.example"),
        ("LATCHKEY_PUBLIC_URL", "https://latchkey.example/path"),
        ("LATCHKEY_PUBLIC_URL", "ftp://latchkey.example"),
        ("LATCHKEY_SECRET", "too short"),
        ("LATCHKEY_PREVIOUS_SECRETS", "too short"),
        ("LATCHKEY_PASSWORD_MIN_LENGTH", "7"),
        ("LATCHKEY_ACCESS_TOKEN_LIFESPAN", "0"),
        ("LATCHKEY_ACCESS_TOKEN_LIFESPAN", "86400"),
    ];
    for (name, value) in wrong {
        let said = refusal(latchkey(dir.path()).env(name, value));
        assert!(said.contains(name), "{name}={value}: {said}");
    }
}

#[test]
fn production_needs_a_secret() {
    let dir = TempDir::new().unwrap();
    let said = refusal(latchkey(dir.path()).env("LATCHKEY_PUBLIC_URL", "https://latchkey.example"));
    assert!(said.contains("LATCHKEY_SECRET"), "{said}");
}

#[test]
fn it_says_what_to_do_next_and_leaves_when_asked() {
    let dir = TempDir::new().unwrap();
    let mut child = latchkey(dir.path()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(
        lines
            .next()
            .unwrap()
            .unwrap()
            .starts_with("Latchkey is at http://localhost:")
    );
    assert!(lines.next().unwrap().unwrap().contains("sign up at"));
    let asked = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(asked.success() && child.wait().unwrap().success());
    for name in ["latchkey.db", "secret.key"] {
        let mode = fs::metadata(dir.path().join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0, "{name} is its owner's");
    }
    let names: Vec<_> = fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        names.contains(&"secret.key".into()) && names.contains(&"latchkey.db".into()),
        "{names:?}"
    );
}
