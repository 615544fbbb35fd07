//! `cargo xtask bench`: the figures Latchkey promises, measured on the release build.
//!
//! One file per figure; each takes what it needs and returns what the table shows.

mod api;
mod crowd;
mod figure;
mod forms;
mod guard;
pub(crate) mod http;
mod memory;
mod pages;
mod refresh;
mod size;
mod startup;
mod visit;
mod workplace;

use std::fs;

use anyhow::{Result, ensure};

use crate::bench::figure::Figure;
use crate::bench::workplace::Workplace;
use crate::checkout::Checkout;
use crate::process::{self, Shell};
use crate::{release, setup};

/// How one of the groups of figures is measured.
type Measure = fn(&Workplace) -> Result<Vec<Figure>>;

const GROUPS: [(&str, Measure); 9] = [
    ("size", |at| size::measure(at.checkout)),
    ("visit", visit::measure),
    ("startup", |at| Ok(vec![startup::measure(at)?])),
    ("memory", |at| Ok(vec![memory::measure(at)?])),
    ("guard", |at| Ok(Vec::from_iter(guard::measure(at)?))),
    ("refresh", |at| Ok(Vec::from_iter(refresh::measure(at)?))),
    ("pages", pages::measure),
    ("forms", |at| Ok(Vec::from_iter(forms::measure(at)?))),
    ("api", |at| Ok(Vec::from_iter(api::measure(at)?))),
];

/// Measures the groups that are named; all of them, and what takes less time than a request, when none is.
pub(crate) fn run(names: &[&str]) -> Result<()> {
    for name in names {
        let is_known = GROUPS.iter().any(|(known, _)| known == name);
        let all: Vec<_> = GROUPS.iter().map(|(known, _)| *known).collect();
        ensure!(is_known, "there is no {name} among {}", all.join(", "));
    }
    let mut shell = Shell::new(Checkout::root());
    setup::ensure(&mut shell)?;
    let checkout = Checkout::read(&shell)?;
    release::ensure(&shell, &checkout)?;

    let figures = measure(&shell, &checkout, names)?;
    println!("\n{}", figure::table(&figures));
    if names.is_empty() {
        micro_benchmarks(&shell)?;
    }
    Ok(())
}

fn measure(shell: &Shell, checkout: &Checkout, names: &[&str]) -> Result<Vec<Figure>> {
    let data = checkout.target.join("bench-data");
    if data.exists() {
        fs::remove_dir_all(&data)?;
    }
    fs::create_dir_all(&data)?;
    let workplace = Workplace {
        shell,
        checkout,
        data: &data,
    };

    let mut figures = Vec::new();
    for (name, measure) in GROUPS {
        if names.is_empty() || names.contains(&name) {
            figures.extend(measure(&workplace)?);
        }
    }
    fs::remove_dir_all(&data)?;
    Ok(figures)
}

/// Runs the benchmarks of what takes less time than a request.
fn micro_benchmarks(shell: &Shell) -> Result<()> {
    println!();
    process::run(&mut shell.cargo(["bench", "--package=server", "--bench=guard"]))?;
    process::run(&mut shell.cargo(["bench", "--package=auth"]))
}
