//! What the build cannot see: words that nobody says, words that only another language has, and their marks.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

use std::fs;
use std::path::{Path, PathBuf};

const LOCALES: &str = concat!(env!("CARGO_MANIFEST_DIR"), "/locales");

/// Where words are said, from the root of the repository.
const SAID_IN: [&str; 6] = [
    "app/src",
    "auth/src",
    "auth/templates",
    "server/src",
    "server/templates",
    "words/src",
];

fn files_below(folder: &Path, found: &mut Vec<PathBuf>) {
    for entry in fs::read_dir(folder).unwrap() {
        let path = entry.unwrap().path();
        if path.is_dir() {
            files_below(&path, found);
        } else {
            found.push(path);
        }
    }
    found.sort();
}

/// The text of a language, file by file.
fn catalogue(language: &str) -> Vec<(String, String)> {
    let mut files = Vec::new();
    files_below(&Path::new(LOCALES).join(language), &mut files);
    let named = files.iter().map(|file| {
        let name = file.file_name().unwrap().to_str().unwrap().to_owned();
        (name, fs::read_to_string(file).unwrap())
    });
    named.collect()
}

fn languages() -> Vec<String> {
    words::Language::iter()
        .map(|language| language.tag().to_owned())
        .collect()
}

/// The names of the messages in a text, with their attributes: `home`, `home.lead`, and `-term`.
fn messages(text: &str) -> Vec<String> {
    let mut names: Vec<String> = Vec::new();
    let mut of = String::new();
    for line in text.lines() {
        let Some((name, _)) = line.split_once(" =") else {
            continue;
        };
        match name.strip_prefix("    .") {
            Some(attribute) => names.push(format!("{of}.{attribute}")),
            None if name.starts_with(|c: char| c == '-' || c.is_ascii_lowercase()) => {
                of = name.to_owned();
                names.push(of.clone());
            }
            None => {}
        }
    }
    names
}

#[test]
fn every_language_has_the_same_files_with_the_same_messages_in_the_same_order() {
    let named = |language: &str| -> Vec<(String, Vec<String>)> {
        let files = catalogue(language).into_iter();
        files.map(|(name, text)| (name, messages(&text))).collect()
    };
    let english = named("en");
    assert!(english.iter().any(|(_, names)| names.len() > 100));
    for language in languages() {
        assert_eq!(named(&language), english, "{language}");
    }
}

#[test]
fn every_message_is_said_somewhere() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let mut files = Vec::new();
    for folder in SAID_IN {
        files_below(&root.join(folder), &mut files);
    }
    let said: String = files
        .iter()
        .map(|file| fs::read_to_string(file).unwrap_or_default())
        .collect();
    let names = catalogue("en").into_iter();
    let names = names.flat_map(|(_, text)| messages(&text));
    let unsaid: Vec<String> = names
        .filter(|name| !name.starts_with('-'))
        .filter(|name| {
            let function = name.replace(['-', '.'], "_");
            // The table of pages names the functions of their titles.
            let ways = [format!(".{function}("), format!("Words::{function})")];
            !ways.iter().any(|way| said.contains(way))
        })
        .collect();
    assert_eq!(unsaid, [""; 0]);
}

#[test]
fn quotation_marks_and_dots_are_those_of_print() {
    for language in languages() {
        for (file, text) in catalogue(&language) {
            let lines = text.lines().filter(|line| !line.starts_with('#'));
            for line in lines {
                let is_plain = ["\"", "'", "...", " - ", "  ("].iter();
                let found = is_plain.copied().find(|mark| line.contains(mark));
                assert_eq!(found, None, "{language}/{file}: {line}");
            }
        }
    }
}
