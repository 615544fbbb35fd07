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

use anyhow::Result;

use crate::bench::figure::Figure;
use crate::bench::workplace::Workplace;
use crate::checkout::Checkout;
use crate::process::{self, Shell};
use crate::{release, setup};

pub(crate) fn run() -> Result<()> {
    let mut shell = Shell::new(Checkout::root());
    setup::ensure(&mut shell)?;
    let checkout = Checkout::read(&shell)?;
    release::ensure(&shell, &checkout)?;

    let figures = measure(&shell, &checkout)?;
    println!("\n{}", figure::table(&figures));
    micro_benchmarks(&shell)
}

fn measure(shell: &Shell, checkout: &Checkout) -> Result<Vec<Figure>> {
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

    let mut figures = size::measure(checkout)?;
    figures.extend(visit::measure(&workplace)?);
    figures.push(startup::measure(&workplace)?);
    figures.push(memory::measure(&workplace)?);
    figures.extend(guard::measure(&workplace)?);
    figures.extend(refresh::measure(&workplace)?);
    figures.extend(pages::measure(&workplace)?);
    figures.extend(forms::measure(&workplace)?);
    figures.extend(api::measure(&workplace)?);
    fs::remove_dir_all(&data)?;
    Ok(figures)
}

/// Runs the benchmarks of what takes less time than a request.
fn micro_benchmarks(shell: &Shell) -> Result<()> {
    println!();
    process::run(&mut shell.cargo(["bench", "--package=server", "--bench=guard"]))?;
    process::run(&mut shell.cargo(["bench", "--package=auth"]))
}
