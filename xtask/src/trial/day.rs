//! A day of use in ten minutes: what was done must not stay in memory.
//!
//! The server's clock runs 144 times as fast, so that within these minutes tokens end, sessions are over, and what is
//! kept for an hour is forgotten twenty-four times. Clients with a ledger register, sign in and out, renew and save
//! all the time, while other people come in by the form, look around and go.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};

use crate::setup::faketime;
use crate::trial::caller::Caller;
use crate::trial::gauge::resident_memory;
use crate::trial::load::{self, Outcome};
use crate::trial::scene::{CHEAP, Scene, Site};
use crate::trial::tally::Tally;
use crate::trial::visitors;

/// Of the minutes that a day takes.
const MINUTES: u32 = 10;

const ACTORS: usize = 48;

/// Between two requests of an actor.
const PAUSE: Duration = Duration::from_millis(24);

/// How much faster the clock of the server runs. What it waits by itself, for a disk or a client, is not faster.
const CLOCK: &str = "+0 x144";

/// People who are there at the same time, and how many dashboards each looks at before the next one comes.
const VISITORS: usize = 4;
const LOOKS: usize = 20;

/// Between two looks of a visitor.
const BREATH: Duration = Duration::from_millis(20);

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
    let library = faketime::library(scene.shell)?.context("there is no libfaketime")?;
    let data = scene.folder("day")?;
    let settings = vec![
        (CHEAP.0, CHEAP.1.to_owned()),
        ("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1/32".to_owned()),
        ("LD_PRELOAD", library.display().to_string()),
        ("FAKETIME", CLOCK.to_owned()),
        ("FAKETIME_DONT_FAKE_MONOTONIC", "1".to_owned()),
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

/// Lets people come and go for a minute.
fn minute(
    lasting: Duration,
    server: u32,
    address: SocketAddr,
    number: u32,
) -> Result<(f64, Tally)> {
    let is_over = AtomicBool::new(false);
    let (visits, memory) = thread::scope(|scope| {
        let watch = scope.spawn(|| watch(server, &is_over));
        let visits: Vec<_> = (0..VISITORS)
            .map(|place| {
                scope.spawn(move || visits(lasting, address, &format!("m{number}p{place}v")))
            })
            .collect();
        let visits: Vec<_> = visits.into_iter().map(|visits| visits.join()).collect();
        is_over.store(true, Ordering::Relaxed);
        (visits, watch.join())
    });
    let mut tally = Tally::default();
    for of_place in visits {
        tally.add(of_place.map_err(|_| anyhow!("a visitor panicked"))??);
    }
    let memory = memory.map_err(|_| anyhow!("who watches the memory panicked"))?;
    Ok((memory?, tally))
}

/// One visitor after the other.
fn visits(lasting: Duration, address: SocketAddr, name: &str) -> Result<Tally> {
    let mut caller = Caller::new(address);
    let began = Instant::now();
    for number in 0.. {
        if began.elapsed() >= lasting {
            break;
        }
        let cookies = visitors::enter(address, &format!("{name}{number}n"), 1)?.remove(0);
        for _ in 0..LOOKS {
            caller.get_with_cookies(&cookies, "/dashboard");
            thread::park_timeout(BREATH);
        }
    }
    Ok(caller.tally)
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
