//! One fault after the other, each under load, each on a site of its own.

mod clock;
mod disk;
mod process;

use std::path::Path;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::process::read;
use crate::server::ensure_no_panic;
use crate::trial::load::{self, Outcome};
use crate::trial::scene::{CHEAP, Scene, Site, log_of};

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
}

impl Row {
    fn skipped(fault: &str, why: &anyhow::Error) -> Self {
        println!("SKIPPED: {fault}: {why:#}");
        Self {
            fault: fault.to_owned(),
            became: Err(format!("{why:#}")),
            damage: Vec::new(),
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
        }
        let fault = &self.fault;
        all.iter().map(|what| format!("{fault}: {what}")).collect()
    }
}

/// All of them; the short form leaves out what takes long and has a like.
pub(crate) fn run(scene: &Scene) -> Result<Vec<Row>> {
    Ok(vec![
        process::killed(scene)?,
        process::terminated(scene)?,
        disk::full(scene)?,
        disk::read_only(scene)?,
        clock::moved(scene)?,
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
    let actors = load::enter(site.address(), scene.lengths.actors)?;
    let outcome = load::endure(actors, || happen(&mut site))
        .with_context(|| format!("{fault}; see {}", log_of(data).display()))?;
    let mut damage: Vec<String> = trail(&site).into_iter().collect();
    let ended = [site.stop(), ensure_no_panic(&log_of(data))];
    damage.extend(
        ended
            .into_iter()
            .filter_map(|end| Some(format!("{:#}", end.err()?))),
    );
    damage.extend(file(scene, data)?);
    Ok(Row {
        fault: fault.to_owned(),
        became: Ok(outcome),
        damage,
    })
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
