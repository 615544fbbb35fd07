//! How much memory the server holds once it has answered a page.

use std::fs;

use anyhow::{Context, Result};

use crate::bench::figure::Figure;
use crate::bench::http::Connection;
use crate::bench::workplace::Workplace;

const LIMIT: f64 = 40.0;

pub(crate) fn measure(workplace: &Workplace) -> Result<Figure> {
    let mut server = workplace.start()?;
    server.connect(Connection::open)?.get("/login")?;
    let status = format!("/proc/{}/status", server.id());
    let status = fs::read_to_string(&status).with_context(|| format!("cannot read {status}"))?;
    let kibibytes = resident(&status).context("the kernel does not tell the resident memory")?;
    server.stop(workplace.shell)?;
    Ok(Figure::new("resident memory after a page", kibibytes / 1024.0, "MB").at_most(LIMIT))
}

/// Finds `VmRSS:   12345 kB`.
fn resident(status: &str) -> Option<f64> {
    let line = status
        .lines()
        .find_map(|line| line.strip_prefix("VmRSS:"))?;
    line.trim().strip_suffix(" kB")?.parse().ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_resident_memory_is_found_among_the_others() {
        let status = "Name:\tlatchkey\nVmHWM:\t   30000 kB\nVmRSS:\t   20480 kB\n";
        assert_eq!(resident(status), Some(20480.0));
        assert_eq!(resident("Name:\tkthreadd\n"), None);
    }
}
