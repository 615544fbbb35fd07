//! `docs/build-on-it.md`, followed to the letter: its files are written and its lines are added in a copy of this
//! checkout that has another name, and the tests of that copy are run. So neither the document nor the name rots.

use std::fs;
use std::path::Path;

use anyhow::{Context, Result, bail};

use crate::checkout::Checkout;
use crate::process::{self, Shell};
use crate::setup::toolchain::WASM;
use crate::test::report::Outcome;
use crate::test::suites;

const GUIDE: &str = "docs/build-on-it.md";
/// Two words: one of them alone would hide what is done to spaces.
const NAME: &str = "Acme Portal\n";
/// Of the tests of the server, those that see the page of the guide, its tables, names, titles, cookies and letters.
const TESTS: [&str; 13] = [
    "a_command_does_not_bring_a_database_up_to_date",
    "a_command_takes_all_steps_of_a_product",
    "a_site_that_runs_as_it_should_is_well",
    "each_list_is_one_document",
    "notes::",
    "figures::",
    "guard::",
    "headers::",
    "language::",
    "login::",
    "prepared::",
    "profile::",
    "reset",
];

pub(super) fn run(shell: &Shell) -> Result<Outcome> {
    let checkout = Checkout::read(shell)?;
    let copy = checkout.target.join("guide");
    copy_tracked(shell, &copy)?;
    fs::write(copy.join("product/NAME"), NAME)?;
    mark_version(&copy.join("Cargo.toml"))?;
    let guide = fs::read_to_string(shell.directory().join(GUIDE))?;
    for step in steps(&guide)? {
        step.take(&copy)?;
    }
    // What cargo knows of the crates that are not ours is used again.
    let shell = shell.in_directory(&copy);
    let mut clippy = shell.cargo(["clippy", "--package=frontend", "--target", WASM]);
    clippy.args(["--", "-D", "warnings"]);
    process::run(clippy.env("CARGO_TARGET_DIR", &checkout.target))?;
    let mut tests = shell.cargo(["test", "--package=product", "--package=server", "--"]);
    tests.env("CARGO_TARGET_DIR", &checkout.target);
    suites::count(tests.args(TESTS))
}

fn copy_tracked(shell: &Shell, copy: &Path) -> Result<()> {
    if copy.exists() {
        fs::remove_dir_all(copy)?;
    }
    let mut list = shell.command("git");
    let files =
        process::read(list.args(["ls-files", "--cached", "--others", "--exclude-standard"]))?;
    for file in files.lines() {
        let to = copy.join(file);
        let folder = to.parent().context("a file stands in a folder")?;
        fs::create_dir_all(folder)?;
        fs::copy(shell.directory().join(file), &to).with_context(|| file.to_owned())?;
    }
    Ok(())
}

/// Makes it a version of its own. Cargo keeps the crates of the copy and ours in one target directory, knows them by name,
/// version and place within their workspace, and would otherwise take one for the other.
fn mark_version(manifest: &Path) -> Result<()> {
    let text = fs::read_to_string(manifest)?;
    let line = text.lines().find(|line| line.starts_with("version = \""));
    let line = line.context("Cargo.toml says no version")?;
    let marked = format!("{}-guide\"", line.trim_end_matches('"'));
    Ok(fs::write(manifest, text.replacen(line, &marked, 1))?)
}

/// What the guide says to do with the block of code below it.
#[derive(Debug, PartialEq, Eq)]
enum Step {
    /// ``New file `path`:``
    Write { path: String, code: String },
    /// ``Below `line` in `path`:``
    Insert {
        line: String,
        path: String,
        code: String,
    },
}

impl Step {
    fn take(self, copy: &Path) -> Result<()> {
        match self {
            Self::Write { path, code } => {
                let file = copy.join(&path);
                if file.exists() {
                    bail!("{GUIDE} writes a new file {path}, which is there already");
                }
                Ok(fs::write(file, code)?)
            }
            Self::Insert { line, path, code } => {
                let file = copy.join(&path);
                let text = fs::read_to_string(&file).with_context(|| path.clone())?;
                let changed = inserted(&text, &line, &code);
                let changed =
                    changed.with_context(|| format!("{path} has no line with `{line}`"))?;
                Ok(fs::write(file, changed)?)
            }
        }
    }
}

fn inserted(text: &str, line: &str, code: &str) -> Option<String> {
    let at = text.find(line)?;
    let end = at + text[at..].find('\n')? + 1;
    Some(format!("{}{code}{}", &text[..end], &text[end..]))
}

/// Reads the steps of the guide. Blocks that no such line stands before are for people.
fn steps(guide: &str) -> Result<Vec<Step>> {
    let mut steps = Vec::new();
    let mut lines = guide.lines();
    while let Some(line) = lines.next() {
        let named: Vec<&str> = line.split('`').skip(1).step_by(2).collect();
        let is_file = line.starts_with("New file `");
        if !is_file && !line.starts_with("Below `") {
            continue;
        }
        let mut after = lines.by_ref().skip_while(|line| line.is_empty());
        if !after.next().is_some_and(|fence| fence.starts_with("```")) {
            bail!("{GUIDE}: no code below \"{line}\"");
        }
        let code = after.take_while(|line| *line != "```");
        let code = code.map(|line| format!("{line}\n")).collect();
        steps.push(match named[..] {
            [path] if is_file => Step::Write {
                path: path.to_owned(),
                code,
            },
            [below, path] if !is_file => Step::Insert {
                line: below.to_owned(),
                path: path.to_owned(),
                code,
            },
            _ => bail!("{GUIDE}: \"{line}\" does not say what to do"),
        });
    }
    Ok(steps)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_steps_of_a_guide_are_its_files_and_its_lines() {
        let guide = "Text.\n\nNew file `a.rs`:\n\n```rust\nmod a;\n\nfn f() {}\n```\n\nBelow `mod a;` in `b.rs`:\n\n```rust\nmod c;\n```\n\n```sh\nnot this\n```\n";
        let expected = [
            Step::Write {
                path: "a.rs".to_owned(),
                code: "mod a;\n\nfn f() {}\n".to_owned(),
            },
            Step::Insert {
                line: "mod a;".to_owned(),
                path: "b.rs".to_owned(),
                code: "mod c;\n".to_owned(),
            },
        ];
        assert_eq!(steps(guide).unwrap(), expected);
        assert!(steps("New file `a.rs`:\n\nno code\n").is_err());
    }

    #[test]
    fn a_line_is_added_below_another() {
        let changed = inserted("mod a;\nmod z;\n", "mod a;", "mod c;\n");
        assert_eq!(changed.as_deref(), Some("mod a;\nmod c;\nmod z;\n"));
        assert_eq!(inserted("mod a;\n", "mod b;", "mod c;\n"), None);
    }
}
