//! `cargo xtask trial`: what Latchkey does under load and under faults, with figures.
//!
//! Broken promises of correctness end it with an error; figures that are over or under their limit are marked.

mod actor;
mod caller;
mod crowd;
mod day;
mod faults;
pub(crate) mod gauge;
mod load;
mod nodes;
mod planned;
mod scene;
mod storm;
mod table;
mod tally;
pub(crate) mod visitors;

use anyhow::{Result, bail, ensure};

use crate::checkout::Checkout;
use crate::cluster::BINARY;
use crate::process::Shell;
use crate::trial::faults::Row;
use crate::trial::scene::{Lengths, Scene};
use crate::trial::storm::Attempts;
use crate::{release, setup};

pub(crate) const FULL: Lengths = Lengths::FULL;
pub(crate) const SHORT: Lengths = Lengths::SHORT;

/// How many broken promises are told.
const AT_MOST: usize = 20;

/// Runs what `name` stands for, and prints its tables.
pub(crate) fn run(name: &str, lengths: Lengths) -> Result<()> {
    let mut shell = Shell::new(Checkout::root());
    let checkout = Checkout::read(&shell)?;
    if std::env::var_os(BINARY).is_none() {
        setup::ensure(&mut shell)?;
        release::ensure(&shell, &checkout)?;
    }
    let scene = Scene {
        shell: &shell,
        checkout: &checkout,
        lengths,
    };
    let broken = match name {
        "storm" => storm(&scene)?,
        "crowd" => crowd(&scene)?,
        "day" => day(&scene)?,
        "faults" => faults(&scene)?,
        "nodes" => nodes(&scene)?,
        "all" => [
            storm(&scene)?,
            crowd(&scene)?,
            day(&scene)?,
            faults(&scene)?,
            nodes(&scene)?,
        ]
        .concat(),
        other => bail!("there is no trial `{other}`: storm, crowd, day, faults, nodes, all"),
    };
    ensure!(
        broken.is_empty(),
        "{} broken promises:\n{}",
        broken.len(),
        first(&broken).join("\n")
    );
    println!("every promise was kept");
    Ok(())
}

/// What is wrong with one site is mostly wrong with all of its clients.
fn first(broken: &[String]) -> &[String] {
    &broken[..broken.len().min(AT_MOST)]
}

/// What became of a promise.
pub(crate) enum Verdict {
    Kept,
    /// It cannot be tried here, and why.
    Skipped(String),
    Broken(Vec<String>),
}

/// Tries some faults on a small load, for `cargo xtask test`: what is promised, without figures.
pub(crate) fn in_short(shell: &Shell, checkout: &Checkout) -> Result<Vec<(String, Verdict)>> {
    let scene = Scene {
        shell,
        checkout,
        lengths: SHORT,
    };
    let rows = faults::few(&scene)?;
    Ok(rows.into_iter().map(verdict).collect())
}

fn verdict(row: Row) -> (String, Verdict) {
    let broken = row.broken();
    let verdict = match row.became {
        _ if !broken.is_empty() => Verdict::Broken(first(&broken).to_vec()),
        Err(why) => Verdict::Skipped(why),
        Ok(_) => Verdict::Kept,
    };
    (row.fault, verdict)
}

fn storm(scene: &Scene) -> Result<Vec<String>> {
    let mut broken = Vec::new();
    for attempts in [Attempts::Unlimited, Attempts::Limited] {
        let weather = storm::run_one(scene, attempts)?;
        println!("\n### Sign-in storm\n{}", table::storm::of(&weather));
        let failed = weather.sign_ins.failed() + weather.dashboards.tally.failed();
        if failed > 0 {
            broken.push(format!("{failed} requests failed in the storm"));
        }
    }
    Ok(broken)
}

fn crowd(scene: &Scene) -> Result<Vec<String>> {
    let crowded = crowd::run(scene)?;
    println!("\n### A crowd\n{}", table::crowd::of(&crowded));
    let failed = crowded.crowded.tally.failed() + crowded.crowded.planned.tally.failed();
    let broken = format!("{failed} requests of others failed while the crowd was there");
    Ok((failed > 0).then_some(broken).into_iter().collect())
}

fn day(scene: &Scene) -> Result<Vec<String>> {
    let day = day::run(scene)?;
    println!("\n### A day\n{}", table::day::of(&day));
    let failed = day.actors.tally.failed() + day.dashboards.failed();
    let failures = (failed > 0).then(|| format!("{failed} requests failed in the day"));
    let broken = day.actors.broken.sentences().cloned();
    Ok(broken.chain(failures).collect())
}

fn faults(scene: &Scene) -> Result<Vec<String>> {
    let rows = faults::run(scene)?;
    println!("\n### Faults\n{}", table::of_faults(&rows));
    Ok(rows.iter().flat_map(Row::broken).collect())
}

fn nodes(scene: &Scene) -> Result<Vec<String>> {
    let nodes = nodes::run(scene)?;
    println!("\n### Three nodes\n{}", table::of_nodes(&nodes));
    let mut broken: Vec<String> = nodes.rows.iter().flat_map(Row::broken).collect();
    let longest = nodes.revocations.longest();
    if longest > nodes.limit.as_secs_f64() * 1000.0 {
        broken.push(format!(
            "a session that was ended was accepted for {longest:.0} ms more"
        ));
    }
    Ok(broken)
}
