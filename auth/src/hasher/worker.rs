//! A worker: a thread that hashes one password after the other, in memory of its own.

use std::panic::{AssertUnwindSafe, catch_unwind};
use std::thread;
use std::time::Duration;

use crossbeam_channel::{Receiver, RecvTimeoutError};

use crate::error::{Error, Result};
use crate::password::argon::Argon;

/// What a worker does for somebody who waits for it.
pub(super) type Job = Box<dyn FnOnce(&mut Argon) + Send>;

/// Starts a worker. It ends when nobody can send it a job any more.
pub(super) fn start(jobs: Receiver<Job>, argon: Argon, idle: Duration) -> Result<()> {
    thread::Builder::new()
        .name("hasher".to_owned())
        .spawn(move || work(&jobs, argon, idle))
        .map(|_| ())
        .map_err(Error::internal)
}

fn work(jobs: &Receiver<Job>, mut argon: Argon, idle: Duration) {
    step_back();
    loop {
        let job = jobs.recv_timeout(idle).or_else(|error| match error {
            RecvTimeoutError::Timeout => {
                argon.give_back();
                jobs.recv().map_err(|_| RecvTimeoutError::Disconnected)
            }
            RecvTimeoutError::Disconnected => Err(error),
        });
        let Ok(job) = job else { return };
        // Whoever waits learns of a panic because nobody answers; the next one is served as ever.
        if catch_unwind(AssertUnwindSafe(|| job(&mut argon))).is_err() {
            argon.give_back();
        }
    }
}

/// Lets the threads that answer requests go first: pages stay fast while every core hashes, and with
/// nothing else to do a worker is as fast as before. Going back again is what would need a privilege.
#[cfg(target_os = "linux")]
fn step_back() {
    // On Linux a priority belongs to a thread, whatever POSIX says.
    if let Err(error) = rustix::process::setpriority_process(None, NICENESS) {
        tracing::warn!(%error, "the workers that hash passwords run with the priority of all others");
    }
}

#[cfg(target_os = "linux")]
pub(super) const NICENESS: i32 = 10;

/// Elsewhere a priority belongs to the whole process.
#[cfg(not(target_os = "linux"))]
fn step_back() {}
