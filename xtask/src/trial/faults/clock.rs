//! The clock of the machine is moved while the server runs, forward and back.
//!
//! Debian's libfaketime stands between the server and the system. What the server measures by (the monotonic
//! clock) is left alone, as it is when an administrator or NTP sets a clock.

use std::fs;
use std::path::Path;
use std::thread;
use std::time::Instant;

use anyhow::{Context, Result, ensure};

use crate::setup::faketime;
use crate::trial::caller::Caller;
use crate::trial::faults::{Excused, Row, on_sqlite};
use crate::trial::scene::{Scene, Site};
use crate::trial::visitors;

const MOVES: [&str; 4] = ["+1h", "-1h", "+1d", "-1d"];
const RIGHT: &str = "+0";

pub(super) fn moved(scene: &Scene) -> Result<Row> {
    let fault = "clock moved by ±1 h, ±1 day";
    let library = faketime::library(scene.shell);
    let library = match library.and_then(|found| found.context("there is no libfaketime")) {
        Ok(library) => library,
        Err(why) => return Ok(Row::skipped(fault, &why)),
    };
    let data = scene.folder("clock")?;
    let file = data.with_extension("time");
    set(&file, RIGHT)?;
    let settings = vec![
        ("LD_PRELOAD", library.display().to_string()),
        ("FAKETIME_TIMESTAMP_FILE", file.display().to_string()),
        ("FAKETIME_NO_CACHE", "1".to_owned()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
    ];
    let row = on_sqlite(scene, fault, &data, settings, |site| {
        for time in MOVES {
            let right = told(site, &format!("right{time}"))?;
            set(&file, time)?;
            ensure_moved(time, &right, &told(site, &format!("wrong{time}"))?)?;
            thread::park_timeout(scene.lengths.fault / 2);
            set(&file, RIGHT)?;
            thread::park_timeout(scene.lengths.fault / 2);
        }
        Ok(Instant::now())
    })?;
    Ok(Row {
        excused: Excused::Expiry,
        ..row
    })
}

/// What time the server takes it to be: when it says that an account was made.
fn told(site: &Site, name: &str) -> Result<String> {
    let name = name.replace(['+', '-'], "-clock-");
    let said = visitors::register(&mut Caller::new(site.address()), &name);
    let user = said.with_context(|| format!("{name} gets no account"))?;
    let made = user["createdAt"].as_str();
    made.map(str::to_owned).context("an account has no date")
}

/// A clock that stands where it was would be no trial.
fn ensure_moved(time: &str, right: &str, wrong: &str) -> Result<()> {
    let has_moved = if time.starts_with('-') {
        wrong < right
    } else {
        // More than the seconds that pass between the two, whose minutes stand behind this.
        wrong[..13] > right[..13]
    };
    ensure!(
        has_moved,
        "the clock was not moved by {time}: it was {right}, and is {wrong}"
    );
    Ok(())
}

/// The file is never seen half written.
fn set(file: &Path, time: &str) -> Result<()> {
    let new = file.with_extension("new");
    fs::write(&new, format!("{time}\n"))?;
    fs::rename(&new, file)?;
    Ok(())
}
