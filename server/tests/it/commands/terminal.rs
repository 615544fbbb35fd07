//! The commands for somebody who sits at a terminal: util-linux's `script` gives them one.

use std::ffi::OsStr;
use std::fs;
use std::io::{Read, Write};
use std::process::{Command, Stdio};

use super::{json, run, said};
use crate::helpers::PASSWORD;
use crate::scratch::Scratch;

const FIRST: &str = "New password: ";
const SECOND: &str = "Once more: ";

/// What is said at a terminal where each of these lines is typed when its prompt is there, and the terminal has
/// ceased to show what is typed.
fn typed(command: &Command, lines: &[(&str, &str)]) -> (Option<i32>, String) {
    let quoted = |text: &OsStr| format!("'{}'", text.to_str().unwrap());
    let note = tempfile::NamedTempFile::new().unwrap();
    let mut words = vec![format!("tty > '{}'; exec", note.path().display())];
    words.push(quoted(command.get_program()));
    words.extend(command.get_args().map(quoted));
    let mut terminal = Command::new("script");
    terminal.args(["--quiet", "--return", "--command"]);
    terminal.args([&words.join(" "), "/dev/null"]);
    for (name, value) in command.get_envs() {
        match value {
            Some(value) => terminal.env(name, value),
            None => terminal.env_remove(name),
        };
    }
    let terminal = terminal.stdin(Stdio::piped()).stdout(Stdio::piped());
    let mut terminal = terminal.spawn().unwrap();
    let mut keyboard = terminal.stdin.take().unwrap();
    let mut screen = terminal.stdout.take().unwrap();
    let mut seen = Vec::new();
    for (prompt, line) in lines {
        while !seen.ends_with(prompt.as_bytes()) {
            let mut next = [0];
            screen.read_exact(&mut next).unwrap();
            seen.extend(next);
        }
        while !is_silent(&fs::read_to_string(note.path()).unwrap()) {}
        keyboard.write_all(format!("{line}\n").as_bytes()).unwrap();
    }
    screen.read_to_end(&mut seen).unwrap();
    let code = terminal.wait().unwrap().code();
    (code, String::from_utf8(seen).unwrap())
}

/// Whether what is typed there is not shown.
fn is_silent(terminal: &str) -> bool {
    let asked = Command::new("stty")
        .args(["-a", "-F", terminal.trim()])
        .output();
    let said = String::from_utf8(asked.unwrap().stdout).unwrap();
    said.split_whitespace().any(|word| word == "-echo")
}

#[test]
fn a_password_is_typed_twice_and_not_shown() {
    let scratch = Scratch::new();
    let add = run(&scratch, &["user", "add", "ada@example.org", "ada"]);
    let (code, screen) = typed(&add, &[(FIRST, PASSWORD), (SECOND, "something else")]);
    assert_eq!(code, Some(1), "{screen}");
    assert!(
        screen.contains("the two passwords are not the same"),
        "{screen}"
    );
    let (code, screen) = typed(&add, &[(FIRST, PASSWORD), (SECOND, PASSWORD)]);
    assert_eq!(code, Some(0), "{screen}");
    assert!(!screen.contains(PASSWORD), "{screen}");
    let list = json(&said(&mut run(&scratch, &["user", "list", "--json"])));
    assert_eq!(list[0]["has_password"], true);
}
