//! `latchkey user`, beside a server that runs on the same data.

use std::path::Path;
use std::process::{Command, Output};
use std::time::Duration;

use serde_json::Value;
use tempfile::TempDir;
use tokio::io::AsyncReadExt;

use super::checkup::{found, states};
use super::{fed, json, own_steps, refused, run, said};
use crate::helpers::PASSWORD;
use crate::program::Program;
use crate::scratch::Scratch;
use crate::start::latchkey;
use crate::visitor::Visitor;

/// Adds somebody whose password is [`PASSWORD`].
pub(super) fn add(scratch: &Scratch, name: &str) -> Value {
    let email = format!("{name}@example.org");
    let mut command = run(scratch, &["user", "add", &email, name, "--json"]);
    json(&fed(&mut command, &format!("{PASSWORD}\n")))["user"].clone()
}

fn beside(data: &Path, words: &[&str]) -> Command {
    let mut command = latchkey(data);
    command.env("LATCHKEY_PUBLIC_URL", "http://localhost:3000");
    command.args(words);
    command
}

#[test]
fn accounts_are_added_listed_and_shown() {
    let scratch = Scratch::new();
    let ada = add(&scratch, "ada");
    assert_eq!(ada["id"], 1);
    assert_eq!(ada["email"], "ada@example.org");
    assert_eq!(ada["role"], "user");
    assert!(ada["email_confirmed_at"].as_str().unwrap().ends_with('Z'));
    add(&scratch, "eve");
    let list = json(&said(&mut run(&scratch, &["user", "list", "--json"])));
    assert_eq!(list.as_array().unwrap().len(), 2);
    assert_eq!(list[0], ada);
    let found = ["user", "list", "--json", "--search", "EVE@"];
    let found = json(&said(&mut run(&scratch, &found)));
    assert_eq!(found[0]["username"], "eve");
    assert_eq!(found.as_array().unwrap().len(), 1);
    let rest = ["user", "list", "--limit", "1", "--after", "1"];
    let rest = said(&mut run(&scratch, &rest));
    assert!(
        rest.starts_with("#2 ") && rest.lines().count() == 1,
        "{rest}"
    );
    let id = ada["document_id"].as_str().unwrap();
    for who in ["ada", "ada@example.org", "#1", id] {
        let shown = json(&said(&mut run(
            &scratch,
            &["user", "show", "--json", "--", who],
        )));
        assert_eq!(shown["document_id"], ada["document_id"], "{who}");
        assert_eq!(shown["sessions"], Value::Array(Vec::new()));
        let text = shown.to_string();
        assert!(
            !text.contains("$argon2") && !text.contains("hash"),
            "{text}"
        );
    }
    let unknown = refused(&mut run(&scratch, &["user", "show", "bob"]));
    assert!(unknown.contains("there is no account \"bob\""), "{unknown}");
}

#[test]
fn a_password_is_never_taken_from_an_argument() {
    let scratch = Scratch::new();
    let words = [
        "user",
        "add",
        "ada@example.org",
        "ada",
        "--password",
        PASSWORD,
    ];
    let Output { status, .. } = run(&scratch, &words).output().unwrap();
    assert_eq!(status.code(), Some(2));
    let words = ["user", "add", "ada@example.org", "ada", PASSWORD];
    let Output { status, .. } = run(&scratch, &words).output().unwrap();
    assert_eq!(status.code(), Some(2));
}

#[test]
fn a_password_that_may_not_be_used_makes_no_account() {
    let scratch = Scratch::new();
    for (password, why) in [
        ("short\n", "shorter than 12"),
        ("ada@example.org\n", "the same as the email address"),
        ("", "there is none"),
    ] {
        let mut command = run(&scratch, &["user", "add", "ada@example.org", "ada"]);
        let refused = super::feed(&mut command, password);
        let stderr = String::from_utf8(refused.stderr).unwrap();
        assert_eq!(refused.status.code(), Some(1), "{stderr}");
        assert!(stderr.contains(why), "{stderr}");
        assert!(refused.stdout.is_empty());
    }
    let list = json(&said(&mut run(&scratch, &["user", "list", "--json"])));
    assert_eq!(list, Value::Array(Vec::new()));
}

#[test]
fn a_link_or_a_letter_stands_in_for_a_password() {
    let scratch = Scratch::new();
    let words = ["user", "add", "ada@example.org", "ada", "--link", "--json"];
    let added = json(&said(&mut run(&scratch, &words)));
    assert_eq!(added["user"]["has_password"], false);
    let link = added["link"].as_str().unwrap();
    assert!(link.contains("/reset-password?token="), "{link}");
    let link = said(&mut run(
        &scratch,
        &["user", "set-password", "ada", "--link"],
    ));
    assert!(link.contains("/reset-password?token=") && link.lines().count() == 1);
    let sent = said(&mut run(
        &scratch,
        &["user", "set-password", "ada", "--send"],
    ));
    assert!(sent.contains("in the queue"), "{sent}");
    let words = [
        "user",
        "add",
        "eve@example.org",
        "eve",
        "--unconfirmed",
        "--send",
    ];
    said(&mut run(&scratch, &words));
    let refused = refused(&mut run(
        &scratch,
        &["user", "set-password", "eve", "--link"],
    ));
    assert!(refused.contains("--send"), "{refused}");
    for words in [["--link", "--send"], ["--unconfirmed", "--link"]] {
        let mut command = run(&scratch, &["user", "add", "bob@example.org", "bob"]);
        assert_eq!(command.args(words).output().unwrap().status.code(), Some(2));
    }
}

#[test]
fn an_account_is_deleted_when_its_name_is_typed() {
    let scratch = Scratch::new();
    add(&scratch, "ada");
    let delete = || run(&scratch, &["user", "delete", "ada@example.org"]);
    for wrong in ["eve\n", "\n", "", "y\n"] {
        let kept = super::feed(&mut delete(), wrong);
        assert_eq!(kept.status.code(), Some(1), "{wrong:?}");
    }
    assert!(fed(&mut delete(), "ada\n").contains("ada is deleted"));
    add(&scratch, "ada");
    said(&mut run(&scratch, &["user", "delete", "ada", "--yes"]));
    let list = json(&said(&mut run(&scratch, &["user", "list", "--json"])));
    assert_eq!(list, Value::Array(Vec::new()));
    let trail = ["audit", "tail", "--user", "#1", "--json"];
    let trail = json(&said(&mut run(&scratch, &trail)));
    let last = trail.as_array().unwrap().last().unwrap();
    assert_eq!(
        (&last["event"], &last["detail"]),
        (&"account_deleted".into(), &"operator".into())
    );
}

/// Returns when the session of whoever listens is over.
async fn hears_of_the_end(mut stream: tokio::net::TcpStream) {
    let mut heard = Vec::new();
    let end = async {
        while !String::from_utf8_lossy(&heard).contains("ended") {
            heard.push(stream.read_u8().await.unwrap());
        }
    };
    let limit = Duration::from_secs(30);
    tokio::time::timeout(limit, end)
        .await
        .expect("a running server learns of a command");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_running_server_learns_of_each_act() {
    let dir = TempDir::new().unwrap();
    let site = Program::start(dir.path());
    let mut ada = Visitor::sign_up(site.address, "ada".to_owned())
        .await
        .unwrap();
    let acts: [&[&str]; 4] = [
        &["user", "role", "ada", "admin"],
        &["user", "sessions", "ada", "--end-all"],
        &["user", "disable", "ada"],
        &["user", "delete", "ada", "--yes"],
    ];
    for act in acts {
        let stream = ada.listen(site.address).await;
        said(&mut beside(dir.path(), act));
        hears_of_the_end(stream).await;
        if act.contains(&"disable") {
            said(&mut beside(dir.path(), &["user", "enable", "ada"]));
        }
        if !act.contains(&"delete") {
            ada.log_in(site.address).await.unwrap();
        }
    }
    // The name is free at once.
    Visitor::sign_up(site.address, "ada".to_owned())
        .await
        .unwrap();
}

#[tokio::test(flavor = "multi_thread")]
async fn one_session_is_ended_by_its_id() {
    let dir = TempDir::new().unwrap();
    let site = Program::start(dir.path());
    let ada = Visitor::sign_up(site.address, "ada".to_owned())
        .await
        .unwrap();
    let stream = ada.listen(site.address).await;
    let list = || {
        json(&said(&mut beside(
            dir.path(),
            &["user", "sessions", "ada", "--json"],
        )))
    };
    let id = list()[0]["id"].as_str().unwrap().to_owned();
    said(&mut beside(
        dir.path(),
        &["user", "sessions", "ada", "--end", &id],
    ));
    hears_of_the_end(stream).await;
    assert_eq!(list(), Value::Array(Vec::new()));
    let again = refused(&mut beside(
        dir.path(),
        &["user", "sessions", "ada", "--end", &id],
    ));
    assert!(again.contains("no such session"), "{again}");
    let nonsense = ["user", "sessions", "ada", "--end", "-x"];
    let nonsense = refused(&mut beside(dir.path(), &nonsense));
    assert!(nonsense.contains("no id of a session"), "{nonsense}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_password_that_was_set_is_the_one_that_signs_in() {
    let dir = TempDir::new().unwrap();
    let site = Program::start(dir.path());
    let mut add = beside(dir.path(), &["user", "add", "ada@example.org", "ada"]);
    fed(&mut add, "quite another password\n");
    let mut set = beside(dir.path(), &["user", "set-password", "ada"]);
    fed(&mut set, &format!("{PASSWORD}\r\nand what follows\n"));
    let mut ada = Visitor::sign_up(site.address, "eve".to_owned())
        .await
        .unwrap();
    ada.name = "ada".to_owned();
    ada.log_in(site.address).await.unwrap();
}

#[tokio::test]
async fn a_command_does_not_bring_a_database_up_to_date_that_an_older_server_may_need() {
    let mut missing = vec![("_sqlx_migrations", "max", "schema")];
    if own_steps().is_some() {
        missing.push(("own_migrations", "max", "own tables"));
        missing.push(("own_migrations", "min", "own tables"));
    }
    for (list, which, check) in missing {
        let scratch = Scratch::new();
        said(&mut run(&scratch, &["migrate"]));
        let mut connection = scratch.connect().await;
        let forget =
            format!("delete from {list} where version = (select {which}(version) from {list})");
        let forget = sqlx::AssertSqlSafe(forget);
        sqlx::query(forget).execute(&mut connection).await.unwrap();
        let told = refused(&mut run(&scratch, &["user", "list"]));
        assert!(told.contains("latchkey migrate"), "{told}");
        let (_, checks) = found(&mut run(&scratch, &["doctor", "--json"]));
        assert_eq!(states(&checks, check), ["warn"], "{checks:?}");
    }
}

#[tokio::test]
async fn a_command_takes_all_steps_of_a_product_where_none_was_taken() {
    let scratch = Scratch::new();
    let database = auth::Database {
        url: scratch.url.clone(),
        patience: Duration::from_secs(3),
    };
    // As a server does whose product has no tables yet.
    auth::migrate(&database, async |_| ()).await.unwrap();
    assert!(!add(&scratch, "ada").is_null());
    let (_, checks) = found(&mut run(&scratch, &["doctor", "--json"]));
    let steps = usize::from(own_steps().is_some());
    assert_eq!(states(&checks, "schema"), ["ok"], "{checks:?}");
    assert_eq!(
        states(&checks, "own tables"),
        vec!["ok"; steps],
        "{checks:?}"
    );
}
