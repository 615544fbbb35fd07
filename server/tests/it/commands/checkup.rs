//! `latchkey doctor`, beside a site that runs and without one.

use std::fs;
use std::net::SocketAddr;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Command, Output};

use serde_json::Value;
use sqlx::{Connection, Executor, SqliteConnection};
use tempfile::TempDir;

use super::{json, own_steps, run};
use crate::program::Program;
use crate::scratch::Scratch;
use crate::start::latchkey;

/// What it says of the data in this folder, and of a site at this address.
fn doctor(data: &Path, site: SocketAddr, words: &[&str]) -> Command {
    let mut command = latchkey(data);
    command.env("LATCHKEY_PUBLIC_URL", format!("http://{site}"));
    command.args(["doctor", "--json"]).args(words);
    command
}

/// Runs to the end. Returns whether all is well, and the checks.
pub(crate) fn found(command: &mut Command) -> (bool, Vec<Value>) {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    let document = json(&String::from_utf8(stdout).unwrap());
    let is_well = document["is_well"].as_bool().unwrap();
    let expected = if is_well { 0 } else { 1 };
    let stderr = String::from_utf8_lossy(&stderr);
    assert_eq!(status.code(), Some(expected), "{document} {stderr}");
    (is_well, document["checks"].as_array().unwrap().clone())
}

/// The states of what was looked at under one name.
pub(crate) fn states<'a>(checks: &'a [Value], name: &str) -> Vec<&'a str> {
    let checks = checks.iter().filter(|one| one["check"] == name);
    checks.map(|one| one["state"].as_str().unwrap()).collect()
}

#[test]
fn a_site_that_runs_as_it_should_is_well() {
    let dir = TempDir::new().unwrap();
    fs::set_permissions(dir.path(), fs::Permissions::from_mode(0o700)).unwrap();
    let site = Program::start_at_home(dir.path());
    let (is_well, checks) = found(&mut doctor(dir.path(), site.address, &["--deep"]));
    assert!(is_well, "{checks:?}");
    for (name, count) in [
        ("settings", 2),
        ("database", 1),
        ("integrity", 1),
        ("schema", 1),
        ("own tables", usize::from(own_steps().is_some())),
        ("keys", 1),
        ("trail", 1),
        ("mail", 1),
        ("site", 1),
        ("cookie", 1),
        ("identity", 1),
        ("headers", 1),
        // Its own forms are taken, and others' are not.
        ("origin", 2),
        // With the trail, and with the site.
        ("clock", 2),
    ] {
        assert_eq!(
            states(&checks, name),
            vec!["ok"; count],
            "{name}: {checks:?}"
        );
    }
    assert!(!states(&checks, "permissions").contains(&"fail"));
}

#[test]
fn a_site_that_does_not_answer_and_one_that_is_anothers_are_told() {
    let (one, other) = (TempDir::new().unwrap(), TempDir::new().unwrap());
    let site = Program::start_at_home(one.path());
    drop(Program::start_at_home(other.path()));
    let (_, checks) = found(&mut doctor(other.path(), site.address, &[]));
    assert_eq!(states(&checks, "identity"), ["fail"], "{checks:?}");
    // A name that the server was not told: another host of the same machine.
    let mut elsewhere = doctor(one.path(), site.address, &[]);
    let url = format!("http://localhost:{}", site.address.port());
    let (_, checks) = found(elsewhere.env("LATCHKEY_PUBLIC_URL", url));
    assert_eq!(states(&checks, "identity"), ["ok"], "{checks:?}");
    let address = site.address;
    drop(site);
    let (is_well, checks) = found(&mut doctor(one.path(), address, &[]));
    assert!(!is_well);
    assert_eq!(states(&checks, "site"), ["fail"], "{checks:?}");
    assert_eq!(states(&checks, "database"), ["ok"], "{checks:?}");
}

#[tokio::test(flavor = "multi_thread")]
async fn what_is_not_as_it_must_be_is_told_each_by_its_name() {
    let dir = TempDir::new().unwrap();
    let site = Program::start_at_home(dir.path());
    let secret = dir.path().join("secret.key");
    fs::set_permissions(secret, fs::Permissions::from_mode(0o644)).unwrap();
    let file = dir.path().join("latchkey.db");
    let mut intruder = SqliteConnection::connect(file.to_str().unwrap())
        .await
        .unwrap();
    // In the year 2100.
    let future = "update audit set at = 4102444800000 where id = (select max(id) from audit)";
    intruder.execute(future).await.unwrap();
    let mut command = doctor(dir.path(), site.address, &["--deep"]);
    command.env("LATCHKEY_SMTP_URL", "smtp://127.0.0.1:1?tls=none");
    command.env("LATCHKEY_MAIL_FROM", "no-reply@example.org");
    let (is_well, checks) = found(&mut command);
    assert!(!is_well);
    assert!(states(&checks, "permissions").contains(&"fail"));
    assert_eq!(states(&checks, "clock"), ["fail", "ok"], "{checks:?}");
    assert_eq!(states(&checks, "trail"), ["fail"], "{checks:?}");
    assert_eq!(states(&checks, "mail"), ["fail"], "{checks:?}");
    let mut command = doctor(dir.path(), site.address, &[]);
    let (_, checks) = found(command.env("LATCHKEY_SECRET", "another".repeat(8)));
    assert_eq!(states(&checks, "keys"), ["fail"], "{checks:?}");
    let mut command = doctor(dir.path(), site.address, &[]);
    let (_, checks) = found(command.env("LATCHKEY_PUBLIC_URL", "http://example.org"));
    assert_eq!(states(&checks, "settings"), ["fail"], "{checks:?}");
}

#[test]
fn a_letter_can_be_sent_to_see_whether_it_arrives() {
    let dir = TempDir::new().unwrap();
    let site = Program::start_at_home(dir.path());
    let words = ["--send-mail-to", "ada@example.org"];
    let (_, checks) = found(&mut doctor(dir.path(), site.address, &words));
    assert_eq!(states(&checks, "mail"), ["ok"], "{checks:?}");
    let letters: Vec<_> = fs::read_dir(dir.path().join("outbox"))
        .unwrap()
        .map(|entry| fs::read_to_string(entry.unwrap().path()).unwrap())
        .collect();
    assert_eq!(letters.len(), 1);
    assert!(
        letters[0].contains("Subject: Letters can be sent"),
        "{}",
        letters[0]
    );
    let words = ["--send-mail-to", "nobody"];
    let (_, checks) = found(&mut doctor(dir.path(), site.address, &words));
    assert_eq!(states(&checks, "mail"), ["fail"], "{checks:?}");
}

#[test]
fn the_database_of_the_tests_is_looked_at_and_not_brought_up_to_date() {
    let scratch = Scratch::new();
    let nobody = SocketAddr::from(([127, 0, 0, 1], 1));
    let mut command = run(&scratch, &["doctor", "--json"]);
    command.env("LATCHKEY_PUBLIC_URL", format!("http://{nobody}"));
    let (_, checks) = found(&mut command);
    let is_file = scratch.url.starts_with("sqlite:");
    if is_file {
        assert_eq!(states(&checks, "database"), ["fail"], "{checks:?}");
        return;
    }
    assert_eq!(states(&checks, "schema"), ["warn"], "{checks:?}");
    for name in ["database", "connections", "clock"] {
        assert_eq!(states(&checks, name), ["ok"], "{name}: {checks:?}");
    }
}
