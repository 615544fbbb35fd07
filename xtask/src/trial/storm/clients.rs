//! Those who sign in, and the accounts that they have.

use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow};

use crate::trial::actor::log_in;
use crate::trial::caller::Caller;
use crate::trial::storm::{Attempts, CLIENTS};
use crate::trial::tally::Tally;
use crate::trial::visitors;

/// Accounts of each client: it signs in to one after the other.
const ACCOUNTS: usize = 4;

/// Signs in again and again, and says how long each took, in milliseconds.
pub(super) fn sign_in_for(
    lasting: Duration,
    address: SocketAddr,
    number: usize,
    attempts: Attempts,
) -> (Tally, Vec<f64>) {
    let mut caller = Caller::new(address);
    let mut times = Vec::new();
    let began = Instant::now();
    for round in 0_usize.. {
        if began.elapsed() >= lasting {
            break;
        }
        if attempts == Attempts::Limited {
            caller.come_from(of_its_own(number, round));
        }
        let asked = Instant::now();
        let said = log_in(&mut caller, &name(number, round % ACCOUNTS));
        if said.is_good() {
            times.push(asked.elapsed().as_secs_f64() * 1000.0);
        } else {
            thread::park_timeout(Duration::from_millis(10));
        }
    }
    (caller.tally, times)
}

/// Makes the accounts, as many at once as there are clients.
pub(super) fn prepare(address: SocketAddr) -> Result<()> {
    let made = thread::scope(|scope| {
        let clients: Vec<_> = (0..CLIENTS)
            .map(|number| scope.spawn(move || register(address, number)))
            .collect();
        let joined = clients.into_iter().map(|client| client.join());
        joined.collect::<Result<Vec<_>, _>>()
    });
    let made = made.map_err(|_| anyhow!("a client panicked"))?;
    made.into_iter().collect()
}

fn register(address: SocketAddr, number: usize) -> Result<()> {
    let mut caller = Caller::new(address);
    for account in 0..ACCOUNTS {
        caller.come_from(of_its_own(number, account));
        let name = name(number, account);
        visitors::register(&mut caller, &name)
            .with_context(|| format!("{name} gets no account"))?;
    }
    Ok(())
}

fn name(client: usize, account: usize) -> String {
    format!("storm{client}-{account}")
}

/// An address in a network that nobody has: each client has a part of it.
fn of_its_own(client: usize, number: usize) -> IpAddr {
    let number = number % (1 << 16);
    let [.., high, low] = number.to_be_bytes();
    let client = u8::try_from(client).unwrap_or(u8::MAX);
    IpAddr::V4(Ipv4Addr::new(10, client, high, low))
}
