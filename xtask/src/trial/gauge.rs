//! What a process has cost, as the kernel counts it.

use std::fs;
use std::time::Duration;

use anyhow::{Context, Result};

/// In milliseconds: the kernel counts processor time in hundredths of a second, on every architecture we run on.
const TICK: u64 = 10;

/// The processor time of all threads of a process until now.
pub(crate) fn processor_time(process: u32) -> Result<Duration> {
    let file = format!("/proc/{process}/stat");
    let stat = fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?;
    let ticks = ticks(&stat, OWN).with_context(|| format!("cannot make sense of {file}"))?;
    Ok(Duration::from_millis(TICK * ticks))
}

/// The same of those of its threads that have a name.
pub(crate) fn time_of_threads(process: u32, name: &str) -> Result<Duration> {
    let mut ticks_of_all = 0;
    for thread in fs::read_dir(format!("/proc/{process}/task"))? {
        let folder = thread?.path();
        // A thread that has ended meanwhile is none of those.
        let Ok(stat) = fs::read_to_string(folder.join("stat")) else {
            continue;
        };
        if stat.contains(&format!(" ({name}) ")) {
            let ticks = ticks(&stat, OWN);
            ticks_of_all += ticks.with_context(|| format!("cannot make sense of {stat}"))?;
        }
    }
    Ok(Duration::from_millis(TICK * ticks_of_all))
}

/// The processor time of the programs that this process has waited for, and of theirs.
pub(crate) fn time_of_children() -> Result<Duration> {
    let stat = fs::read_to_string("/proc/self/stat")?;
    let ticks = ticks(&stat, CHILDREN).context("cannot make sense of /proc/self/stat")?;
    Ok(Duration::from_millis(TICK * ticks))
}

/// The processor time of everything on this machine since it was started, and what was taken from it.
pub(crate) fn time_of_all() -> Result<Duration> {
    let stat = fs::read_to_string("/proc/stat")?;
    let ticks = all(&stat).context("cannot make sense of /proc/stat")?;
    Ok(Duration::from_millis(TICK * ticks))
}

/// The most memory that a process has held, in MB of 1,024².
pub(crate) fn peak_memory(process: u32) -> Result<f64> {
    memory(process, "VmHWM:")
}

/// The memory that a process holds, in MB of 1,024².
pub(crate) fn resident_memory(process: u32) -> Result<f64> {
    memory(process, "VmRSS:")
}

fn memory(process: u32, which: &str) -> Result<f64> {
    let file = format!("/proc/{process}/status");
    let status = fs::read_to_string(&file).with_context(|| format!("cannot read {file}"))?;
    let kibibytes = kibibytes(&status, which);
    let kibibytes = kibibytes.with_context(|| format!("cannot make sense of {file}"))?;
    Ok(kibibytes / 1024.0)
}

/// Finds a line like `VmRSS:   12345 kB`.
fn kibibytes(status: &str, which: &str) -> Option<f64> {
    let line = status.lines().find_map(|line| line.strip_prefix(which))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

/// Where `utime` and `stime` stand behind the name, and `cutime` and `cstime`.
const OWN: usize = 11;
const CHILDREN: usize = 13;

/// Adds two fields of a process. The name before them may hold anything, also a parenthesis.
fn ticks(stat: &str, begin: usize) -> Option<u64> {
    let (_, fields) = stat.rsplit_once(") ")?;
    let mut fields = fields.split(' ').skip(begin);
    let user: u64 = fields.next()?.parse().ok()?;
    let system: u64 = fields.next()?.parse().ok()?;
    Some(user + system)
}

/// Adds `user`, `nice`, `system`, and after the two of idleness what interrupts took, and other guests of the host.
fn all(stat: &str) -> Option<u64> {
    let line = stat.lines().next()?.strip_prefix("cpu ")?;
    let fields: Vec<u64> = line
        .split_whitespace()
        .filter_map(|field| field.parse().ok())
        .collect();
    Some(fields.get(..3)?.iter().sum::<u64>() + fields.get(5..8)?.iter().sum::<u64>())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn processor_time_is_found_behind_any_name() {
        let stat = "7 (a) b) S 1 7 7 0 -1 4194560 80 0 1 0 150 25 0 0 20 0 1 0 91 2 3";
        assert_eq!(ticks(stat, OWN), Some(175));
        assert_eq!(ticks("7 (a", OWN), None);
    }

    #[test]
    fn the_time_of_all_leaves_out_when_nothing_was_done() {
        let stat = "cpu  10 2 30 4000 500 6 7 80 0 0\ncpu0 5 1 15 2000 250 3 3 40 0 0\n";
        assert_eq!(all(stat), Some(135));
        assert_eq!(all("cpu 1"), None);
    }

    #[test]
    fn the_resident_memory_is_found_among_the_others() {
        let status = "Name:\tlatchkey\nVmHWM:\t   30000 kB\nVmRSS:\t   20480 kB\n";
        assert_eq!(kibibytes(status, "VmRSS:"), Some(20480.0));
        assert_eq!(kibibytes("Name:\tkthreadd\n", "VmRSS:"), None);
    }

    #[test]
    fn our_own_process_has_cost_something() {
        assert!(peak_memory(std::process::id()).unwrap() > 0.0);
        assert!(processor_time(std::process::id()).is_ok());
        let nobody = time_of_threads(std::process::id(), "nobody");
        assert_eq!(nobody.unwrap(), Duration::ZERO);
    }
}
