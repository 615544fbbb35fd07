//! One fault after the other, each under load, each on a site of its own.

mod clock;
mod disk;
pub(super) mod postgres;
mod process;

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::process::read;
use crate::server::ensure_no_panic;
use crate::trial::load::{self, Outcome};
use crate::trial::scene::{CHEAP, Scene, Site, log_of};
use crate::trial::tally::Tally;

/// Prints `ok`, or what is wrong with the file.
const INTEGRITY: &str = "import sqlite3, sys; \
    print(sqlite3.connect(sys.argv[1]).execute('pragma integrity_check').fetchone()[0])";

/// One line of the table.
pub(crate) struct Row {
    pub(crate) fault: String,
    /// Why it could not be tried here, or what became of it.
    pub(crate) became: Result<Outcome, String>,
    /// What the site and its data were found to be afterwards, one sentence for each thing that is wrong.
    pub(crate) damage: Vec<String>,
    pub(crate) excused: Excused,
}

/// What the fault itself brings along, and is no promise broken.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Excused {
    Nothing,
    /// The clock was moved: access tokens end early, or are not valid yet.
    Expiry,
    /// What was under way on a node that was killed: the balancer says so for it.
    UnderWay,
}

impl Row {
    fn skipped(fault: &str, why: &anyhow::Error) -> Self {
        println!("SKIPPED: {fault}: {why:#}");
        Self {
            fault: fault.to_owned(),
            became: Err(format!("{why:#}")),
            damage: Vec::new(),
            excused: Excused::Nothing,
        }
    }

    /// A sentence for each thing that was promised and not kept.
    pub(crate) fn broken(&self) -> Vec<String> {
        let mut all = self.damage.clone();
        if let Ok(outcome) = &self.became {
            all.extend(outcome.broken.sentences().cloned());
            if outcome.recovery.is_none() {
                all.push("no write was done afterwards".to_owned());
            }
            all.extend(self.wrong_answers(&outcome.tally));
        }
        let fault = &self.fault;
        all.iter().map(|what| format!("{fault}: {what}")).collect()
    }
}

impl Row {
    /// Whoever does nothing wrong is served, or put off with 503.
    fn wrong_answers(&self, tally: &Tally) -> Option<String> {
        let is_excused = |status: u16| match self.excused {
            Excused::Nothing => false,
            Excused::Expiry => status == 401,
            Excused::UnderWay => status == 502 || status == 504,
        };
        let mut wrong = tally.statuses.clone();
        wrong.retain(|status, count| *count > 0 && !is_excused(*status));
        if tally.stale > 0 && !is_excused(401) {
            wrong.insert(401, tally.stale);
        }
        (!wrong.is_empty()).then(|| format!("answered wrongly (status: how often): {wrong:?}"))
    }
}

/// All of them.
pub(crate) fn run(scene: &Scene) -> Result<Vec<Row>> {
    let mut rows = vec![
        process::killed(scene)?,
        process::terminated(scene)?,
        disk::full(scene)?,
        disk::read_only(scene)?,
        clock::moved(scene)?,
    ];
    rows.extend(postgres::all(scene)?);
    Ok(rows)
}

/// One of each kind, for every change that goes in.
pub(crate) fn few(scene: &Scene) -> Result<Vec<Row>> {
    Ok(vec![
        process::killed(scene)?,
        process::terminated(scene)?,
        disk::full(scene)?,
        clock::moved(scene)?,
        postgres::cut_and_crashed(scene)?,
    ])
}

/// Tries a fault on a site with an SQLite file in this folder.
fn on_sqlite(
    scene: &Scene,
    fault: &str,
    data: &Path,
    mut settings: Vec<(&'static str, String)>,
    happen: impl FnOnce(&mut Site) -> Result<Instant>,
) -> Result<Row> {
    println!("{fault} …");
    settings.push((CHEAP.0, CHEAP.1.to_owned()));
    let mut site = Site::open(scene, data, settings)?;
    let mut row = under_load(scene, fault, &mut site, happen)?;
    row.damage.extend(close(site, data));
    row.damage.extend(file(scene, data)?);
    Ok(row)
}

fn under_load(
    scene: &Scene,
    fault: &str,
    site: &mut Site,
    happen: impl FnOnce(&mut Site) -> Result<Instant>,
) -> Result<Row> {
    let actors = load::enter(site.address(), "actor", scene.lengths.actors)?;
    let outcome = load::endure(actors, load::PAUSE, || happen(site))
        .with_context(|| format!("{fault}; the log is beside the data"))?;
    Ok(Row {
        fault: fault.to_owned(),
        became: Ok(outcome),
        damage: trail(site).into_iter().collect(),
        excused: Excused::Nothing,
    })
}

/// Ends a site, and says what is wrong with how it ends or with how it was.
fn close(mut site: Site, data: &Path) -> Vec<String> {
    let ended = [site.stop(), ensure_no_panic(&log_of(data))];
    let failures = ended.into_iter().filter_map(Result::err);
    failures.map(|failure| format!("{failure:#}")).collect()
}

/// Follows the audit trail from its beginning.
fn trail(site: &Site) -> Option<String> {
    let verified = site.run(&["audit", "verify"]);
    verified.err().map(|error| format!("{error:#}"))
}

/// Has SQLite look through its file.
fn file(scene: &Scene, data: &Path) -> Result<Option<String>> {
    let database = data.join("latchkey.db");
    ensure!(database.exists(), "there is no {}", database.display());
    let mut python = scene.shell.command("python3");
    let found = read(python.args(["-c", INTEGRITY]).arg(&database))?;
    let found = found.trim();
    Ok((found != "ok").then(|| format!("integrity_check: {found}")))
}
