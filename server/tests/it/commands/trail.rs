//! `latchkey audit`, and the forms that programs read.

use std::io::{BufRead, BufReader};
use std::process::Stdio;

use serde_json::Value;

use super::people::add;
use super::{json, own_steps, run, said};
use crate::scratch::Scratch;

fn names(events: &Value) -> Vec<&str> {
    let events = events.as_array().unwrap().iter();
    events
        .map(|event| event["event"].as_str().unwrap())
        .collect()
}

#[test]
fn the_end_of_the_trail_is_shown_the_newest_last() {
    let scratch = Scratch::new();
    add(&scratch, "ada");
    add(&scratch, "eve");
    said(&mut run(&scratch, &["user", "disable", "ada"]));
    let tail = ["audit", "tail", "-n", "2", "--json"];
    let events = json(&said(&mut run(&scratch, &tail)));
    assert_eq!(names(&events), ["account_added", "account_disabled"]);
    assert_eq!(events[1]["detail"], "operator");
    assert_eq!(events[1]["user_id"], 1);
    assert!(events[1]["at"].as_str().unwrap().ends_with('Z'));
    let tail = ["audit", "tail", "--user", "eve", "--json"];
    let events = json(&said(&mut run(&scratch, &tail)));
    assert_eq!(names(&events), ["account_added"]);
    let lines = said(&mut run(&scratch, &["audit", "tail"]));
    assert_eq!(lines.lines().count(), 5, "{lines}");
    assert!(
        lines.ends_with("account_disabled  (operator)  #1\n"),
        "{lines}"
    );
}

#[test]
fn the_trail_is_followed_while_it_grows() {
    let scratch = Scratch::new();
    add(&scratch, "ada");
    let mut follow = run(
        &scratch,
        &["audit", "tail", "-n", "1", "--follow", "--json"],
    );
    let mut child = follow.stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    let mut next = || json(&lines.next().unwrap().unwrap());
    let first = next();
    assert_eq!(first["event"], "account_added");
    said(&mut run(&scratch, &["user", "disable", "ada"]));
    said(&mut run(&scratch, &["user", "enable", "ada"]));
    let (second, third) = (next(), next());
    assert_eq!(second["event"], "account_disabled");
    assert_eq!(third["event"], "account_enabled");
    let number = |event: &Value| event["id"].as_i64().unwrap();
    assert_eq!(number(&third), number(&first) + 2);
    child.kill().unwrap();
    child.wait().unwrap();
}

#[test]
fn each_list_is_one_document_and_nothing_else() {
    let scratch = Scratch::new();
    let version = json(&said(&mut run(&scratch, &["migrate", "--json"])));
    assert_eq!(version["from"], 0);
    assert!(version["to"].as_i64().unwrap() >= 4);
    let own = own_steps().map(|taken| serde_json::json!({ "taken": taken }));
    assert_eq!(version["own"], serde_json::json!(own));
    let again = said(&mut run(&scratch, &["migrate"]));
    assert!(
        again.lines().all(|line| line.contains("already")),
        "{again}"
    );
    assert_eq!(again.lines().count(), 1 + usize::from(own.is_some()));
    let keys = json(&said(&mut run(&scratch, &["key", "list", "--json"])));
    assert_eq!(keys[0]["state"], "signing");
    let rotate = ["key", "rotate", "--now", "--json"];
    let key = json(&said(&mut run(&scratch, &rotate)));
    assert_ne!(key["kid"], keys[0]["kid"]);
    let trail = json(&said(&mut run(&scratch, &["audit", "verify", "--json"])));
    assert_eq!(trail["is_whole"], true);
    assert!(trail["head"].as_str().unwrap().len() > 40);
}
