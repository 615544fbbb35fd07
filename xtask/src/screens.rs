//! `cargo xtask screens`: a picture of every page in every state, into `docs/screens`.
//!
//! The pictures are taken from the release, by `end2end/screens`. Where there is libfaketime, the servers are told
//! that it is always the same morning, and then two runs differ in nothing but what a browser draws otherwise.

mod contents;

use std::env;
use std::fs;
use std::path::{Path, PathBuf};

use anyhow::{Result, ensure};

use crate::checkout::Checkout;
use crate::cluster;
use crate::process::{self, Shell};
use crate::setup::faketime;
use crate::test::browser::{self, Browser};
use crate::test::suites;
use crate::{release, setup};

/// What Latchkey speaks when nothing else is asked for; its pictures have no language in their names.
pub(crate) const ENGLISH: &str = "en";

const LANGUAGE: &str = "LATCHKEY_SCREENS_LANGUAGE";

/// Names the library that gives a server another clock.
const FAKETIME: &str = "LATCHKEY_FAKETIME";

/// Takes the pictures anew, of the release or of the binary that the environment names.
pub(crate) fn run(language: &str) -> Result<()> {
    ensure!(is_language(language), "`{language}` is no language: en, de");
    let mut shell = Shell::new(Checkout::root());
    let other = env::var_os(cluster::BINARY).filter(|value| !value.is_empty());
    if other.is_none() {
        setup::ensure(&mut shell)?;
    }
    let checkout = Checkout::read(&shell)?;
    let binary = match other {
        Some(binary) => PathBuf::from(binary),
        None => {
            release::ensure(&shell, &checkout)?;
            checkout.binary()
        }
    };

    let folder = checkout.root.join("docs/screens");
    remove_pictures(&folder, language)?;
    take(&shell, &checkout, &binary, language)?;
    let contents = folder.join(contents::file(language));
    fs::write(
        contents,
        contents::page(&pictures(&folder, language)?, language),
    )?;
    println!("screens: in {}", folder.display());
    Ok(())
}

fn is_language(language: &str) -> bool {
    !language.is_empty() && language.bytes().all(|byte| byte.is_ascii_lowercase())
}

fn take(shell: &Shell, checkout: &Checkout, binary: &Path, language: &str) -> Result<()> {
    let end2end = shell.in_directory(checkout.root.join("end2end"));
    suites::install_packages(&end2end)?;
    let browser = browser::find(&end2end)?;
    let mut playwright = end2end.command("npx");
    playwright
        .args(["--no-install", "playwright", "test"])
        .args(["--config", "screens.config.ts"])
        .env(cluster::BINARY, binary)
        .env("LEPTOS_SITE_ROOT", &checkout.site)
        .env(LANGUAGE, language);
    if let Browser::Program(program) = browser {
        playwright.env(browser::VARIABLE, program);
    }
    match faketime::library(shell)? {
        Some(library) => playwright.env(FAKETIME, library),
        None => {
            println!("screens: there is no libfaketime, so the pictures have the time of now");
            playwright.env_remove(FAKETIME)
        }
    };
    process::run(&mut playwright)
}

fn remove_pictures(folder: &Path, language: &str) -> Result<()> {
    for name in pictures(folder, language)? {
        fs::remove_file(folder.join(name))?;
    }
    Ok(())
}

/// The names of the pictures in a language, in order.
fn pictures(folder: &Path, language: &str) -> Result<Vec<String>> {
    if !folder.exists() {
        return Ok(Vec::new());
    }
    let mut names = Vec::new();
    for entry in fs::read_dir(folder)? {
        names.extend(entry?.file_name().into_string());
    }
    names.retain(|name| contents::language(name) == Some(language));
    names.sort();
    Ok(names)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_language_is_part_of_a_name_and_never_of_a_path() {
        assert!(is_language("de"));
        assert!(!is_language("../de"));
        assert!(!is_language(""));
    }
}
