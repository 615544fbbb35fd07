//! How fast a visitor without a session is sent to the sign-in page, as a client sees it.
//!
//! Most of a round trip over loopback is the kernel's; the server's own share is what
//! `cargo bench -p server --bench guard` measures.

use std::time::Instant;

use anyhow::{Result, ensure};

use crate::bench::figure::{Figure, median};
use crate::bench::http::Connection;
use crate::bench::workplace::Workplace;

const WARM_UP: usize = 500;
const REQUESTS: usize = 5000;

pub(crate) fn measure(workplace: &Workplace) -> Result<[Figure; 2]> {
    let mut server = workplace.start()?;
    let mut connection = server.connect(Connection::open)?;
    for _ in 0..WARM_UP {
        redirect(&mut connection)?;
    }
    let times: Result<Vec<f64>> = (0..REQUESTS).map(|_| redirect(&mut connection)).collect();
    let times = times?;
    server.stop(workplace.shell)?;

    let fastest = times.iter().copied().fold(f64::INFINITY, f64::min);
    Ok([
        Figure::new("guard redirect, round trip, fastest", fastest, "µs"),
        Figure::new("guard redirect, round trip, median", median(times), "µs"),
    ])
}

/// Times one request for a protected page, in microseconds.
fn redirect(connection: &mut Connection) -> Result<f64> {
    let start = Instant::now();
    let status = connection.get("/dashboard")?;
    let took = start.elapsed();
    ensure!(status == 303, "GET /dashboard was answered with {status}");
    Ok(took.as_secs_f64() * 1_000_000.0)
}
