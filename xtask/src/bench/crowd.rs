//! Many clients that ask over and over, each over a connection of its own: how many a second are answered, and
//! how long they wait. The server has the first processor, the clients have the others.

use std::net::SocketAddr;
use std::ops::Range;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use crate::bench::http::Connection;
use crate::bench::workplace::Workplace;
use crate::process;

pub(crate) const CLIENTS: usize = 64;
const WARM_UP: Duration = Duration::from_secs(1);
const MEASURED: Duration = Duration::from_secs(5);

/// What came of it.
pub(crate) struct Crowd {
    /// Requests a second.
    pub(crate) rate: f64,
    /// 99 of 100 took no longer, in milliseconds.
    pub(crate) slow: f64,
}

/// Lets each of the `clients` ask until the time is over. `ask` makes one request and says what is wrong with
/// its answer.
pub(crate) fn measure<C: Send + 'static>(
    workplace: &Workplace,
    address: SocketAddr,
    clients: Vec<C>,
    ask: fn(&mut Connection, &mut C) -> Result<()>,
) -> Result<Crowd> {
    let processors = thread::available_parallelism()?.get();
    run_on(workplace, 1..processors)?;
    let clients: Vec<_> = clients
        .into_iter()
        .map(|client| thread::spawn(move || repeat(address, client, ask)))
        .collect();
    let mut times = Vec::new();
    for client in clients {
        let took = client.join().map_err(|_| anyhow!("a client panicked"))?;
        times.extend(took?);
    }
    // What is measured next must not inherit it.
    run_on(workplace, 0..processors)?;

    times.sort_by(f64::total_cmp);
    let slow = times.get(times.len() * 99 / 100).copied();
    Ok(Crowd {
        rate: times.len() as f64 / MEASURED.as_secs_f64(),
        slow: slow.unwrap_or(f64::NAN),
    })
}

/// Returns how long each request took, in milliseconds.
fn repeat<C>(
    address: SocketAddr,
    mut client: C,
    ask: fn(&mut Connection, &mut C) -> Result<()>,
) -> Result<Vec<f64>> {
    let mut connection = Connection::open(address)?;
    let mut times = Vec::new();
    let began = Instant::now();
    while began.elapsed() < WARM_UP + MEASURED {
        let start = Instant::now();
        ask(&mut connection, &mut client)?;
        let took = start.elapsed();
        if began.elapsed() > WARM_UP {
            times.push(took.as_secs_f64() * 1000.0);
        }
    }
    Ok(times)
}

/// Keeps this process to some of the processors, where there are any and the system can do that.
fn run_on(workplace: &Workplace, processors: Range<usize>) -> Result<()> {
    if processors.is_empty() || workplace.shell.find("taskset").is_none() {
        return Ok(());
    }
    let list = format!("{}-{}", processors.start, processors.end - 1);
    let own = std::process::id().to_string();
    let mut command = workplace.shell.command("taskset");
    process::read(command.args(["-a", "-c", "-p", &list, &own])).map(drop)
}
