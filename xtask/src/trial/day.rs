//! A day of use in ten minutes: what was done must not stay in memory.
//!
//! Clients with a ledger register, sign in and out, renew and save all the time, and in each minute other people come
//! in by the form and look at their dashboards. A site with 17 requests a second has as many in a day.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};

use crate::trial::gauge::resident_memory;
use crate::trial::load::{self, Outcome};
use crate::trial::planned::Plan;
use crate::trial::scene::{CHEAP, Scene, Site};
use crate::trial::tally::Tally;
use crate::trial::visitors;

/// Of the minutes that a day takes.
const MINUTES: u32 = 10;

const ACTORS: usize = 48;

/// Between two requests of an actor.
const PAUSE: Duration = Duration::from_millis(24);

/// Dashboards a second.
const DASHBOARDS: u32 = 100;

/// People who come in each minute.
const VISITORS: usize = 50;

/// Between two looks at the memory.
const LOOK: Duration = Duration::from_millis(250);

/// What a day showed.
pub(crate) struct Day {
    /// The memory that was held in each minute, in the middle, in MB of 1,024².
    pub(crate) minutes: Vec<f64>,
    pub(crate) actors: Outcome,
    pub(crate) dashboards: Tally,
}

impl Day {
    /// How much more was held in the last minute than in the second, in percent.
    pub(crate) fn growth(&self) -> f64 {
        let (second, last) = (self.minutes.get(1), self.minutes.last());
        match (second, last) {
            (Some(second), Some(last)) => 100.0 * (last / second - 1.0),
            _ => f64::NAN,
        }
    }
}

pub(crate) fn run(scene: &Scene) -> Result<Day> {
    println!("a day …");
    let data = scene.folder("day")?;
    let settings = vec![
        (CHEAP.0, CHEAP.1.to_owned()),
        ("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1/32".to_owned()),
    ];
    let mut site = Site::open(scene, &data, settings)?;
    let server = site.process().context("the server is not there")?;
    let address = site.address();
    let actors = load::enter(address, "actor", ACTORS)?;
    let (mut minutes, mut dashboards) = (Vec::new(), Tally::default());
    let actors = load::endure(actors, PAUSE, || {
        for number in 0..MINUTES {
            let (memory, tally) = minute(scene.lengths.minute, server, address, number)?;
            minutes.push(memory);
            dashboards.add(tally);
        }
        Ok(Instant::now())
    })?;
    site.run(&["audit", "verify"])?;
    site.stop()?;
    Ok(Day {
        minutes,
        actors,
        dashboards,
    })
}

/// Lets people come in and look around for a minute.
fn minute(
    lasting: Duration,
    server: u32,
    address: SocketAddr,
    number: u32,
) -> Result<(f64, Tally)> {
    let is_over = AtomicBool::new(false);
    let (looked, memory) = thread::scope(|scope| {
        let watch = scope.spawn(|| watch(server, &is_over));
        let looked = look_around(lasting, address, number);
        is_over.store(true, Ordering::Relaxed);
        (looked, watch.join())
    });
    let memory = memory.map_err(|_| anyhow!("who watches the memory panicked"))?;
    Ok((memory?, looked?))
}

fn look_around(lasting: Duration, address: SocketAddr, number: u32) -> Result<Tally> {
    let cookies = visitors::enter(address, &format!("minute{number}"), VISITORS)?;
    let plan = Plan {
        address,
        path: "/dashboard",
        cookies: &cookies,
        per_second: DASHBOARDS,
        lasting,
    };
    Ok(plan.carry_out()?.tally)
}

/// The memory that is held, in the middle of what is seen until it is over.
fn watch(server: u32, is_over: &AtomicBool) -> Result<f64> {
    let mut seen = vec![resident_memory(server)?];
    while !is_over.load(Ordering::Relaxed) {
        thread::park_timeout(LOOK);
        seen.push(resident_memory(server)?);
    }
    seen.sort_by(f64::total_cmp);
    Ok(seen[seen.len() / 2])
}
