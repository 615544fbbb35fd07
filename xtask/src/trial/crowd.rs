//! A crowd that holds connections and does nothing good with them: others must not notice.
//!
//! 10,000 say nothing, and 1,000 are slow: they send a head or a body, or read an answer, a byte at a time. Whom the
//! server sends away comes again at once. Others look at dashboards, before, while the crowd is there, and after.

mod sockets;

use std::net::SocketAddr;
use std::sync::atomic::{AtomicBool, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};

use crate::process::read;
use crate::trial::caller::Caller;
use crate::trial::crowd::sockets::{Crowd, Sizes};
use crate::trial::gauge::{peak_memory, processor_time};
use crate::trial::planned::{Measured, Plan, Times};
use crate::trial::scene::{CHEAP, Scene, Site};
use crate::trial::tally::Tally;
use crate::trial::visitors;

const SIZES: Sizes = Sizes {
    idle: 10_000,
    slow_heads: 400,
    slow_bodies: 300,
    slow_readers: 300,
};

/// Open files of ours and of the server's, each: the crowd, and some for the others.
const FILES: usize = 12_000;

/// Others who ask as often as they are answered.
const OTHERS: usize = 8;

/// Others who ask at planned moments.
const PLANNED: u32 = 50;

/// What others saw in a part of the trial.
pub(crate) struct Sight {
    /// Requests a second.
    pub(crate) rate: f64,
    pub(crate) times: Times,
    pub(crate) planned: Measured,
    pub(crate) tally: Tally,
    /// Of one processor, in percent.
    pub(crate) server_share: f64,
    pub(crate) load_share: f64,
}

pub(crate) struct Crowded {
    pub(crate) sizes: Sizes,
    pub(crate) before: Sight,
    pub(crate) crowded: Sight,
    pub(crate) after: Sight,
    /// How many connections of the crowd the server ended, while others were looked at.
    pub(crate) sent_away: usize,
    pub(crate) memory_before: f64,
    pub(crate) memory: f64,
}

pub(crate) fn run(scene: &Scene) -> Result<Crowded> {
    println!("crowd …");
    raise_limit(scene)?;
    let data = scene.folder("crowd")?;
    let settings = vec![
        (CHEAP.0, CHEAP.1.to_owned()),
        // All connections come from one address, which would be a proxy's.
        ("LATCHKEY_TRUSTED_PROXIES", "127.0.0.1/32".to_owned()),
    ];
    let mut site = Site::open(scene, &data, settings)?;
    let crowded = with_and_without(scene, &site)?;
    site.stop()?;
    Ok(crowded)
}

fn with_and_without(scene: &Scene, site: &Site) -> Result<Crowded> {
    let cookies = visitors::enter(site.address(), "visitor", PLANNED as usize)?;
    let server = site.process().context("the server is not there")?;
    let look = || look(scene, site.address(), server, &cookies);
    look()?;
    let before = look()?;
    let memory_before = peak_memory(server)?;
    let crowd = Crowd::gather(site.address(), SIZES, &scene.checkout.site)?;
    let enough = AtomicBool::new(false);
    let (crowded, sent_away) = thread::scope(|scope| {
        let crowd = scope.spawn(|| crowd.linger(&enough));
        let crowded = look();
        enough.store(true, Ordering::Relaxed);
        (crowded, crowd.join())
    });
    let sent_away = sent_away.map_err(|_| anyhow!("the crowd panicked"))?;
    let crowded = crowded?;
    let memory = peak_memory(server)?;
    // The crowd has gone; the server has to see that, too.
    look()?;
    Ok(Crowded {
        sizes: SIZES,
        before,
        crowded,
        after: look()?,
        sent_away,
        memory_before,
        memory,
    })
}

fn look(scene: &Scene, address: SocketAddr, server: u32, cookies: &[String]) -> Result<Sight> {
    let lasting = scene.lengths.crowd;
    let plan = Plan {
        address,
        path: "/dashboard",
        cookies,
        per_second: PLANNED,
        lasting,
    };
    let own = std::process::id();
    let costs = [processor_time(server)?, processor_time(own)?];
    let began = Instant::now();
    let (others, planned) = thread::scope(|scope| {
        let others: Vec<_> = (0..OTHERS)
            .map(|number| scope.spawn(move || look_again(lasting, address, &cookies[number])))
            .collect();
        let planned = plan.carry_out();
        let others = others.into_iter().map(|other| other.join());
        (others.collect::<Result<Vec<_>, _>>(), planned)
    });
    let lasted = began.elapsed().as_secs_f64();
    let share = |before: Duration, after: Duration| 100.0 * (after - before).as_secs_f64() / lasted;
    let mut tally = Tally::default();
    let mut times = Vec::new();
    for (of_one, took) in others.map_err(|_| anyhow!("a client panicked"))? {
        tally.add(of_one);
        times.extend(took);
    }
    Ok(Sight {
        rate: tally.good as f64 / lasted,
        times: Times::new(times),
        planned: planned?,
        tally,
        server_share: share(costs[0], processor_time(server)?),
        load_share: share(costs[1], processor_time(own)?),
    })
}

fn look_again(lasting: Duration, address: SocketAddr, cookies: &str) -> (Tally, Vec<f64>) {
    let mut caller = Caller::new(address);
    let mut times = Vec::new();
    let began = Instant::now();
    while began.elapsed() < lasting {
        let asked = Instant::now();
        if caller.get_with_cookies(cookies, "/dashboard").is_good() {
            times.push(asked.elapsed().as_secs_f64() * 1000.0);
        }
    }
    (caller.tally, times)
}

/// Lets us have as many connections as the crowd is large; the server raises its own limit.
fn raise_limit(scene: &Scene) -> Result<()> {
    let own = std::process::id().to_string();
    let limit = format!("--nofile={FILES}:");
    let mut prlimit = scene.shell.command("prlimit");
    read(prlimit.args(["--pid", &own, &limit]))
        .map(drop)
        .context("this process cannot have as many connections: raise the hard limit (ulimit -Hn)")
}
