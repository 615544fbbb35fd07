//! The commands beside `serve`, by the program itself.

pub(crate) mod checkup;
mod people;
mod strapi;
#[cfg(target_os = "linux")]
mod terminal;
pub(crate) mod tls;
mod trail;

use std::io::Write;
use std::path::Path;
use std::process::{Command, Output, Stdio};

use serde_json::Value;
use sqlx::Executor;

use crate::scratch::Scratch;
use crate::start::latchkey_over;

fn said(command: &mut Command) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = command.output().unwrap();
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

/// Runs to the end with this on standard input.
fn feed(command: &mut Command, input: &str) -> Output {
    let mut child = command
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .unwrap();
    let mut stdin = child.stdin.take().unwrap();
    // Who needs no more of it may have gone.
    let _ = stdin.write_all(input.as_bytes());
    drop(stdin);
    child.wait_with_output().unwrap()
}

fn fed(command: &mut Command, input: &str) -> String {
    let Output {
        status,
        stdout,
        stderr,
    } = feed(command, input);
    assert!(status.success(), "{}", String::from_utf8_lossy(&stderr));
    String::from_utf8(stdout).unwrap()
}

fn json(text: &str) -> Value {
    serde_json::from_str(text).unwrap_or_else(|error| panic!("{error}: {text}"))
}

/// The numbers of the steps of `app/migrations`; none where the product has none.
fn own_steps() -> Option<Vec<i64>> {
    let folder = Path::new(env!("CARGO_MANIFEST_DIR")).join("../app/migrations");
    let files = folder.read_dir().unwrap().map(|file| file.unwrap().path());
    let steps = files.filter(|file| file.extension().is_some_and(|kind| kind == "sql"));
    let mut numbers: Vec<i64> = steps
        .map(|step| {
            let name = step.file_name().unwrap().to_str().unwrap();
            name.split_once('_').unwrap().0.parse().unwrap()
        })
        .collect();
    numbers.sort_unstable();
    (!numbers.is_empty()).then_some(numbers)
}

fn refused(command: &mut Command) -> String {
    let Output { status, stderr, .. } = command.output().unwrap();
    assert_eq!(status.code(), Some(1));
    String::from_utf8(stderr).unwrap()
}

fn run(scratch: &Scratch, words: &[&str]) -> Command {
    let mut command = latchkey_over(scratch);
    command.args(words).env("LATCHKEY_ARGON2", "m=8,t=1,p=1");
    command
}

/// The first word of each line that has this text.
fn kids<'a>(list: &'a str, state: &str) -> Vec<&'a str> {
    let lines = list.lines().filter(|line| line.contains(state));
    lines.filter_map(|line| line.split(' ').next()).collect()
}

#[test]
fn keys_are_listed_rotated_and_removed() {
    let scratch = Scratch::new();
    let list = said(&mut run(&scratch, &["key", "list"]));
    let first = kids(&list, "signs since");
    assert_eq!((list.lines().count(), first.len()), (1, 1), "{list}");
    assert!(list.contains("Ed25519"), "{list}");
    let planned = said(&mut run(&scratch, &["key", "rotate"]));
    assert!(planned.contains("published, signs from"), "{planned}");
    let in_use = refused(&mut run(&scratch, &["key", "remove", first[0]]));
    assert!(in_use.contains("is the key that signs"), "{in_use}");
    said(&mut run(&scratch, &["key", "rotate", "--now"]));
    let list = said(&mut run(&scratch, &["key", "list"]));
    assert_eq!(kids(&list, "retired"), first, "{list}");
    assert_eq!(
        kids(&list, "signs since"),
        kids(&planned, "published"),
        "{list}"
    );
    said(&mut run(&scratch, &["key", "remove", first[0]]));
    let unknown = refused(&mut run(&scratch, &["key", "remove", first[0]]));
    assert!(unknown.contains("there is no key"), "{unknown}");
}

#[test]
fn the_algorithm_is_a_setting() {
    let scratch = Scratch::new();
    let mut first = run(&scratch, &["key", "list"]);
    let list = said(first.env("LATCHKEY_SIGNING_ALGORITHM", "ES256"));
    assert!(list.contains("ES256    signs since"), "{list}");
    let list = said(&mut run(&scratch, &["key", "rotate"]));
    assert!(
        list.contains("ES256    published"),
        "a command keeps what is there: {list}"
    );
    let mut unknown = run(&scratch, &["key", "list"]);
    unknown.env("LATCHKEY_SIGNING_ALGORITHM", "none");
    let Output { status, stderr, .. } = unknown.output().unwrap();
    let stderr = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(2));
    assert!(stderr.contains("LATCHKEY_SIGNING_ALGORITHM"), "{stderr}");
}

#[tokio::test(flavor = "multi_thread")]
async fn a_trail_is_followed_and_the_first_bad_row_named() {
    let scratch = Scratch::new();
    let verify = || run(&scratch, &["audit", "verify"]);
    let whole = said(&mut verify());
    assert!(
        whole.starts_with("2 rows, none changed and none missing"),
        "{whole}"
    );
    said(&mut run(&scratch, &["key", "rotate", "--now"]));
    let mut intruder = scratch.connect().await;
    let change = "update audit set detail = 'another' where id = 4";
    intruder.execute(change).await.unwrap();
    let changed = refused(&mut verify());
    assert!(changed.contains("row 4 was changed"), "{changed}");
    intruder
        .execute("delete from audit where id = 3")
        .await
        .unwrap();
    let missing = refused(&mut verify());
    assert!(missing.contains("row 3 is missing"), "{missing}");
}
