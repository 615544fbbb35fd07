//! How long a form takes that needs no password to be hashed: 99 of 100 within the limit.
//!
//! Eight clients post by turns, each over a connection of its own: a request for a new password, which
//! queues a letter, and another name on one's profile. The server has the first processor.

use std::net::SocketAddr;
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};

use crate::bench::figure::Figure;
use crate::bench::http::Connection;
use crate::bench::workplace::Workplace;

const CLIENTS: usize = 8;
const MEASURED: Duration = Duration::from_secs(5);
const COOKIE: &str = "_access";
const LIMIT: f64 = 30.0;

pub(crate) fn measure(workplace: &Workplace) -> Result<[Figure; 2]> {
    let mut server = workplace.start_on_one_processor()?;
    drop(server.connect(Connection::open)?);
    let address = server.address();
    let clients: Vec<_> = (0..CLIENTS)
        .map(|number| thread::spawn(move || post(address, number)))
        .collect();
    let (mut asked, mut saved) = (Vec::new(), Vec::new());
    for client in clients {
        let took = client.join().map_err(|_| anyhow!("a client panicked"))??;
        asked.extend(took.asked);
        saved.extend(took.saved);
    }
    server.stop(workplace.shell)?;
    Ok([
        Figure::new("forgot password, 99 of 100 within", slow(asked), "ms").at_most(LIMIT),
        Figure::new("profile saved, 99 of 100 within", slow(saved), "ms").at_most(LIMIT),
    ])
}

/// How long each took, in milliseconds.
struct Took {
    asked: Vec<f64>,
    saved: Vec<f64>,
}

fn post(address: SocketAddr, number: usize) -> Result<Took> {
    let mut connection = Connection::open(address)?;
    let name = format!("form{number}");
    let form =
        format!("email={name}%40example.org&username={name}&password=a+long+enough+password");
    let answer = connection.post("/register", &form)?;
    let cookie = answer.cookie(COOKIE).cloned();
    let cookie = cookie.context("a sign-up set no cookie")?;
    let mut took = Took {
        asked: Vec::new(),
        saved: Vec::new(),
    };
    let began = Instant::now();
    let mut turn = 0;
    while began.elapsed() < MEASURED {
        turn += 1;
        let form = format!("email=somebody{number}.{turn}%40example.org");
        took.asked
            .push(timed(|| connection.post("/forgot-password", &form))?);
        let form = format!("display_name=Ada+{turn}&username={name}");
        took.saved.push(timed(|| {
            connection.post_with_cookie("/profile", &form, &cookie)
        })?);
    }
    Ok(took)
}

fn timed(post: impl FnOnce() -> Result<crate::bench::http::Answer>) -> Result<f64> {
    let start = Instant::now();
    let answer = post()?;
    let took = start.elapsed();
    ensure!(
        answer.status == 200,
        "a form was answered with {}",
        answer.status
    );
    Ok(took.as_secs_f64() * 1000.0)
}

fn slow(mut times: Vec<f64>) -> f64 {
    times.sort_by(f64::total_cmp);
    let slow = times.get(times.len() * 99 / 100).copied();
    slow.unwrap_or(f64::NAN)
}
