//! Requests at planned moments, whether or not those before were answered: an open loop.
//!
//! A client that waits for an answer before it asks again asks a slow site less often, and so leaves out of its
//! figures what the others would have waited. Here what a request waits counts from the moment it was planned for.

use std::net::SocketAddr;
use std::sync::atomic::{AtomicU32, Ordering};
use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Result, anyhow};

use crate::trial::caller::Caller;
use crate::trial::tally::{Tally, Told};

/// Who can be waiting at once. When all do, the next request goes out late, and its time counts all the same.
const CALLERS: usize = 64;

pub(crate) struct Plan<'a> {
    pub(crate) address: SocketAddr,
    pub(crate) path: &'a str,
    /// Each request takes the next of these visitors.
    pub(crate) cookies: &'a [String],
    pub(crate) per_second: u32,
    pub(crate) lasting: Duration,
}

/// How long the good answers took, and what became of all.
pub(crate) struct Measured {
    pub(crate) times: Times,
    pub(crate) tally: Tally,
}

/// In milliseconds, sorted.
pub(crate) struct Times(Vec<f64>);

impl Times {
    pub(crate) fn new(mut times: Vec<f64>) -> Self {
        times.sort_by(f64::total_cmp);
        Self(times)
    }

    /// Within how many milliseconds that many of a hundred came.
    pub(crate) fn within(&self, of_hundred: f64) -> f64 {
        let rank = (self.0.len() as f64 * of_hundred / 100.0).ceil() as usize;
        let time = self.0.get(rank.saturating_sub(1)).copied();
        time.unwrap_or(f64::NAN)
    }

    pub(crate) fn longest(&self) -> f64 {
        self.0.last().copied().unwrap_or(f64::NAN)
    }
}

impl Plan<'_> {
    pub(crate) fn carry_out(&self) -> Result<Measured> {
        let next = AtomicU32::new(0);
        let begin = Instant::now();
        let callers = thread::scope(|scope| {
            let callers: Vec<_> = (0..CALLERS)
                .map(|_| scope.spawn(|| self.call(begin, &next)))
                .collect();
            let joined = callers.into_iter().map(|caller| caller.join());
            joined.collect::<Result<Vec<_>, _>>()
        });
        let callers = callers.map_err(|_| anyhow!("a client panicked"))?;
        let mut all = Vec::new();
        let mut tally = Tally::default();
        for (times, of_one) in callers {
            all.extend(times);
            tally.add(of_one);
        }
        let times = Times::new(all);
        Ok(Measured { times, tally })
    }

    fn call(&self, begin: Instant, next: &AtomicU32) -> (Vec<f64>, Tally) {
        let mut caller = Caller::new(self.address);
        let mut times = Vec::new();
        let interval = Duration::from_secs(1) / self.per_second;
        loop {
            let number = next.fetch_add(1, Ordering::Relaxed);
            let planned = begin + interval * number;
            if planned - begin >= self.lasting {
                return (times, caller.tally);
            }
            wait_until(planned);
            let visitor = number as usize % self.cookies.len();
            let said = caller.get_with_cookies(&self.cookies[visitor], self.path);
            if said.told == Told::Good {
                times.push(planned.elapsed().as_secs_f64() * 1000.0);
            }
        }
    }
}

fn wait_until(moment: Instant) {
    while let Some(left) = moment.checked_duration_since(Instant::now()) {
        if left.is_zero() {
            return;
        }
        thread::park_timeout(left);
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn percentiles_are_times_that_were_measured() {
        let times = Times::new((1..=200).rev().map(f64::from).collect());
        assert_eq!(times.within(50.0), 100.0);
        assert_eq!(times.within(99.0), 198.0);
        assert_eq!(times.longest(), 200.0);
        assert!(Times::new(Vec::new()).within(99.0).is_nan());
    }
}
