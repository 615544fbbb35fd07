//! Prints how many passwords a second all cores hash at the default cost, with nothing else to do.
//!
//! `cargo xtask trial storm` holds sign-ins against it. Argument: for how many seconds.

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
    // Memory is mapped, and the processors are awake.
    hash_for(&calibration, cores, Duration::from_millis(500)).await?;
    let rate = hash_for(&calibration, cores, Duration::from_secs(seconds)).await?;
    println!("{rate:.1}");
    Ok(())
}

/// Keeps as many hashes under way as there are cores, and one more for each that waits, so that no core does.
async fn hash_for(
    calibration: &Calibration,
    cores: usize,
    lasting: Duration,
) -> Result<f64, Box<dyn std::error::Error>> {
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
    Ok(f64::from(done) / began.elapsed().as_secs_f64())
}
