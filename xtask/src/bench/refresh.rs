//! How many sessions a second the server renews, with every rotation on the disk before it is answered.
//!
//! 64 clients, each with a session and a connection of its own, ask over and over with nothing but
//! their refresh token. The page they ask for sends whoever is signed in away with an empty answer, so
//! that little else is measured. The server has the first processor, the clients have the others.

use std::net::SocketAddr;
use std::ops::Range;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};

use crate::bench::figure::Figure;
use crate::bench::http::Connection;
use crate::bench::server::Workplace;
use crate::process;

const CLIENTS: usize = 64;
const WARM_UP: Duration = Duration::from_secs(1);
const MEASURED: Duration = Duration::from_secs(5);
const COOKIE: &str = "latchkey_refresh";

pub(crate) fn measure(workplace: &Workplace) -> Result<[Figure; 2]> {
    let mut server = workplace.start_on_one_processor()?;
    drop(server.connect()?);
    let sessions: Result<Vec<String>> = (0..CLIENTS)
        .map(|number| sign_up(server.address(), number))
        .collect();
    let sessions = sessions?;
    let processors = thread::available_parallelism()?.get();
    run_on(workplace, 1..processors)?;
    let address = server.address();
    let clients: Vec<_> = sessions
        .into_iter()
        .map(|cookie| thread::spawn(move || refresh(address, cookie)))
        .collect();
    let mut times = Vec::new();
    for client in clients {
        let took = client.join().map_err(|_| anyhow!("a client panicked"))?;
        times.extend(took?);
    }
    server.stop(workplace.shell)?;
    // What is measured next must not inherit it.
    run_on(workplace, 0..processors)?;

    times.sort_by(f64::total_cmp);
    let slow = times.get(times.len() * 99 / 100).copied();
    let rate = times.len() as f64 / MEASURED.as_secs_f64();
    Ok([
        Figure::new("refreshes, 64 clients, server on one core", rate, "/s").at_least(4000.0),
        Figure::new("the same, 99 of 100 within", slow.unwrap_or(f64::NAN), "ms").at_most(60.0),
    ])
}

fn sign_up(address: SocketAddr, number: usize) -> Result<String> {
    let form = format!(
        "email=user{number}%40example.org&username=user{number}&password=a+long+enough+password"
    );
    let answer = Connection::open(address)?.post("/register", &form)?;
    ensure!(
        answer.status == 200,
        "a sign-up was answered with {}",
        answer.status
    );
    answer
        .cookie(COOKIE)
        .cloned()
        .context("a sign-up set no cookie")
}

/// Refreshes until the time is over, and returns how long each one took, in milliseconds.
fn refresh(address: SocketAddr, mut cookie: String) -> Result<Vec<f64>> {
    let mut connection = Connection::open(address)?;
    let mut times = Vec::new();
    let began = Instant::now();
    while began.elapsed() < WARM_UP + MEASURED {
        let start = Instant::now();
        let answer = connection.get_with_cookie("/login", &cookie)?;
        let took = start.elapsed();
        ensure!(
            answer.status == 303,
            "a refresh was answered with {}",
            answer.status
        );
        cookie = answer
            .cookie(COOKIE)
            .cloned()
            .context("a refresh set no cookie")?;
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
