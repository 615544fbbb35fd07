//! Hashes passwords on all cores at the default cost, with nothing else to do, and prints how many.
//!
//! `cargo xtask trial storm` divides the processor time that it took by them. Argument: for how many seconds.

#![allow(clippy::print_stdout, reason = "an example talks to its terminal")]

use std::time::{Duration, Instant};

use auth::{Calibration, Cost};

/// As `LATCHKEY_ARGON2` has it when nobody sets it.
const COST: Cost = Cost {
    memory: 19_456,
    iterations: 2,
    parallelism: 1,
};

#[tokio::main]
async fn main() -> Result<(), Box<dyn std::error::Error>> {
    let seconds: u64 = std::env::args().nth(1).as_deref().unwrap_or("5").parse()?;
    let calibration = Calibration::new(COST)?;
    let cores = std::thread::available_parallelism()?.get();
    let hashes = hash_for(&calibration, cores, Duration::from_secs(seconds)).await?;
    println!("{hashes}");
    Ok(())
}

/// Keeps as many hashes under way as there are cores, and as many waiting: no core waits for us.
async fn hash_for(
    calibration: &Calibration,
    cores: usize,
    lasting: Duration,
) -> Result<u32, Box<dyn std::error::Error>> {
    let began = Instant::now();
    let mut tasks = tokio::task::JoinSet::new();
    for _ in 0..2 * cores {
        let calibration = calibration.clone();
        tasks.spawn(async move {
            let mut done = 0_u32;
            while began.elapsed() < lasting {
                calibration.spend().await?;
                done += 1;
            }
            Ok::<u32, auth::Error>(done)
        });
    }
    let mut done = 0;
    while let Some(task) = tasks.join_next().await {
        done += task??;
    }
    Ok(done)
}
