//! What a process has cost, as the kernel counts it.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

/// The kernel counts processor time in hundredths of a second, on every architecture that we run on.
const TICK: Duration = Duration::from_millis(10);

/// The processor time of all threads of a process until now.
pub(crate) fn processor_time(process: u32) -> Result<Duration> {
    let file = format!("/proc/{process}/stat");
    let stat = fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?;
    let ticks = ticks(&stat).with_context(|| format!("cannot make sense of {file}"))?;
    Ok(TICK * ticks)
}

/// The most memory that a process has held, in MB of 1,024².
pub(crate) fn peak_memory(process: u32) -> Result<f64> {
    let file = format!("/proc/{process}/status");
    let status = fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?;
    let line = status.lines().find_map(|line| line.strip_prefix("VmHWM:"));
    let kibibytes = line.and_then(|line| line.trim().strip_suffix(" kB")?.parse::<f64>().ok());
    let kibibytes = kibibytes.with_context(|| format!("cannot make sense of {file}"))?;
    Ok(kibibytes / 1024.0)
}

/// Adds the fields `utime` and `stime`. The name before them may hold anything, also a parenthesis.
fn ticks(stat: &str) -> Option<u32> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(11);
    let user: u32 = fields.next()?.parse().ok()?;
    let system: u32 = fields.next()?.parse().ok()?;
    Some(user + system)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_found_behind_any_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 80 0 1 0 150 25 0 0 20 0 1 0 91 2 3";
        assert_eq!(ticks(stat), Some(175));
        assert_eq!(ticks("7 (a"), None);
    }

    #[test]
    fn our_own_process_has_cost_something() {
        assert!(peak_memory(std::process::id()).unwrap() > 0.0);
        assert!(processor_time(std::process::id()).is_ok());
    }
}
