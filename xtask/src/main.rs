//! Latchkey's own commands: setting a machine up, running, testing and measuring.
//!
//! `cargo xtask <command>` works in a fresh clone with nothing but Rust and npm installed; what is
//! missing is fetched on the way.

#![allow(
    clippy::print_stdout,
    reason = "a command line tool talks to its terminal"
)]

#[cfg(not(unix))]
compile_error!("xtask needs Linux or macOS; on Windows, use it inside WSL");

mod bench;
mod checkout;
mod cluster;
mod fuzz;
mod postgres;
mod process;
mod release;
mod run;
mod screens;
mod server;
mod setup;
mod supply;
mod test;
mod trial;

use std::process::ExitCode;

use anyhow::{Result, bail};

use crate::checkout::Checkout;
use crate::process::Shell;

const HELP: &str = "\
cargo xtask <command>

  setup                  install what building Latchkey needs and is not there yet
  run [-- arguments]     build the release and start it
  test [--skip-browser]  format, dependencies, lints, documentation, tests on SQLite and Postgres; on the release,
                         the JSON API against its description, several nodes, faults, and the browser tests
  test nodes             several nodes alone, on the release that was built last
  test guide             what docs/build-on-it.md says, done in a copy of this checkout under another name
  test trials            faults alone, a second or two each, in the same way
  test lighthouse        how a phone on a slow line gets the first pages, in the same way
  supply                 licences, advisories and unused dependencies
  sbom                   list what the binary is made of, as CycloneDX
  bench [GROUP...]       measure the release against the limits it promises; all, or groups like `pages`
  trial <storm|crowd|day|faults|nodes|all> [--short]
                         what the release does under load and under faults
  screens [--language <code>]
                         pictures of every page in every state, into docs/screens
  fuzz [seconds]         try hostile input on what strangers can reach, 60 seconds per target

Downloads and tools go to $XDG_CACHE_HOME/latchkey (~/.cache/latchkey) and $CARGO_HOME/bin.";

fn main() -> ExitCode {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    match dispatch(&arguments) {
        Ok(()) => ExitCode::SUCCESS,
        Err(error) => {
            eprintln!("xtask: {error:#}");
            ExitCode::FAILURE
        }
    }
}

fn dispatch(arguments: &[String]) -> Result<()> {
    let words: Vec<&str> = arguments.iter().map(String::as_str).collect();
    match words.as_slice() {
        ["setup"] => set_up(),
        ["run"] => run::run(&[]),
        ["run", "--", rest @ ..] => run::run(rest),
        ["test"] => test::everything(),
        ["test", "nodes"] => test::nodes(),
        ["test", "guide"] => test::guide(),
        ["test", "trials"] => test::trials(),
        ["test", "lighthouse"] => test::lighthouse(),
        ["test", "--skip-browser"] => test::without_browser(),
        ["supply"] => supply::check(),
        ["sbom"] => supply::list(),
        ["bench", names @ ..] => bench::run(names),
        ["trial", name] => trial::run(name, trial::FULL),
        ["trial", name, "--short"] => trial::run(name, trial::SHORT),
        ["screens"] => screens::run(screens::ENGLISH),
        ["screens", "--language", language] => screens::run(language),
        ["fuzz"] => fuzz::run(fuzz::A_MINUTE),
        ["fuzz", seconds] => fuzz::run(fuzz::seconds(seconds)?),
        [] | ["help" | "--help" | "-h"] => {
            println!("{HELP}");
            Ok(())
        }
        _ => bail!("cannot make sense of `{}`\n\n{HELP}", words.join(" ")),
    }
}

fn set_up() -> Result<()> {
    let mut shell = Shell::new(Checkout::root());
    setup::ensure(&mut shell)?;
    println!("setup: everything is in place");
    Ok(())
}
