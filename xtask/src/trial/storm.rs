//! A storm of sign-ins: everybody comes at once, and those who are inside must not notice.
//!
//! 32 clients sign in without pause, 50 dashboards a second are asked for at planned moments. The load is made on the
//! same processors: what it costs is said, and is nobody's but the machine's loss.

mod calibration;
mod clients;

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};

use crate::trial::gauge::{peak_memory, processor_time, time_of_all, time_of_threads};
use crate::trial::planned::{Measured, Plan, Times};
use crate::trial::scene::{Scene, Site};
use crate::trial::storm::calibration::calibrate;
use crate::trial::storm::clients::{prepare, sign_in_for};
use crate::trial::tally::Tally;
use crate::trial::visitors;

const CLIENTS: usize = 32;

const DASHBOARDS: u32 = 50;

/// What the server calls the threads that hash.
const HASHERS: &str = "hasher";

/// Of one argon2id hash at the default cost, in MB.
const HASH_MEMORY: f64 = 19.0;

/// Whether attempts are counted.
#[derive(Clone, Copy, PartialEq)]
pub(crate) enum Attempts {
    Unlimited,
    /// They are, and each sign-in comes from an address of its own, as those of different people do.
    Limited,
}

/// What the storm showed.
pub(crate) struct Weather {
    pub(crate) attempts: Attempts,
    pub(crate) sign_ins: Tally,
    pub(crate) sign_in_times: Times,
    pub(crate) lasted: Duration,
    /// The processor time of one hash while all cores hash and do nothing else, in seconds.
    pub(crate) hash_time: f64,
    pub(crate) cores: f64,
    pub(crate) dashboards: Measured,
    pub(crate) memory: f64,
    pub(crate) memory_limit: f64,
    /// Of all processors, what went into making the load.
    pub(crate) load_share: f64,
    pub(crate) server_share: f64,
    /// What the server's threads took that hash: it is no guess at how fast the machine was meanwhile.
    pub(crate) hashing_share: f64,
    /// What neither the server nor the load took.
    pub(crate) others_share: f64,
}

impl Weather {
    pub(crate) fn rate(&self) -> f64 {
        self.sign_ins.good as f64 / self.lasted.as_secs_f64()
    }

    /// Which part of the processors became good sign-ins, of what other programs on this machine left, in percent.
    pub(crate) fn used(&self) -> f64 {
        let left = 1.0 - self.others_share / 100.0;
        100.0 * self.rate() * self.hash_time / (self.cores * left)
    }

    /// Which part of the processors hashed, of what other programs on this machine left, in percent.
    pub(crate) fn hashing(&self) -> f64 {
        self.hashing_share / (1.0 - self.others_share / 100.0)
    }
}

pub(crate) fn run_one(scene: &Scene, attempts: Attempts) -> Result<Weather> {
    let data = scene.folder("storm")?;
    let limits = match attempts {
        Attempts::Unlimited => "off",
        Attempts::Limited => "on",
    };
    let settings = vec![
        ("LATCHKEY_RATE_LIMITS", limits.to_owned()),
        ("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1/32".to_owned()),
    ];
    println!("sign-in storm, limits of attempts {limits} …");
    let before = calibrate(scene)?;
    let mut site = Site::open(scene, &data, settings)?;
    let weather = endure(scene, &site, attempts)?;
    site.stop()?;
    let after = calibrate(scene)?;
    Ok(Weather {
        // A machine that is shared, or gets warm, is not as fast all the time.
        hash_time: f64::midpoint(before, after),
        ..weather
    })
}

fn endure(scene: &Scene, site: &Site, attempts: Attempts) -> Result<Weather> {
    let address = site.address();
    prepare(address)?;
    let cookies = visitors::enter(address, "visitor", DASHBOARDS as usize)?;
    let server = site.process().context("the server is not there")?;
    let cost = || {
        let (own, of_server) = (processor_time(std::process::id())?, processor_time(server)?);
        anyhow::Ok([
            own,
            of_server,
            time_of_all()?,
            time_of_threads(server, HASHERS)?,
        ])
    };
    let costs_before = cost()?;
    let began = Instant::now();
    let lasting = scene.lengths.storm;
    let plan = Plan {
        address,
        path: "/dashboard",
        cookies: &cookies,
        per_second: DASHBOARDS,
        lasting,
    };
    let (clients, dashboards) = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| scope.spawn(move || sign_in_for(lasting, address, number, attempts)))
            .collect();
        let dashboards = plan.carry_out();
        let clients = clients.into_iter().map(|client| client.join());
        (clients.collect::<Result<Vec<_>, _>>(), dashboards)
    });
    let lasted = began.elapsed();
    let costs = cost()?;
    let clients = clients.map_err(|_| anyhow!("a client panicked"))?;
    let cores = thread::available_parallelism()?.get() as f64;
    let share = |which: usize| {
        let spent = costs[which].saturating_sub(costs_before[which]);
        100.0 * spent.as_secs_f64() / lasted.as_secs_f64() / cores
    };
    let (load_share, server_share, all) = (share(0), share(1), share(2));
    let mut sign_ins = Tally::default();
    let mut times = Vec::new();
    for (of_one, took) in clients {
        sign_ins.add(of_one);
        times.extend(took);
    }
    Ok(Weather {
        attempts,
        sign_ins,
        sign_in_times: Times::new(times),
        lasted,
        hash_time: f64::NAN,
        cores,
        dashboards: dashboards?,
        memory: peak_memory(server)?,
        memory_limit: 64.0 + cores * HASH_MEMORY,
        load_share,
        server_share,
        hashing_share: share(3),
        others_share: (all - server_share - load_share).max(0.0),
    })
}
