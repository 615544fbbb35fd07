//! How long a restart keeps people waiting: from starting the program to the first page.

use std::time::Instant;

use anyhow::{Result, ensure};

use crate::bench::figure::{Figure, median};
use crate::bench::http::Connection;
use crate::bench::workplace::Workplace;

const RUNS: usize = 9;
const LIMIT: f64 = 150.0;

pub(crate) fn measure(workplace: &Workplace) -> Result<Figure> {
    // The first start makes the database and the secret, and is no restart.
    first_answer(workplace)?;
    let runs: Result<Vec<f64>> = (0..RUNS).map(|_| first_answer(workplace)).collect();
    let name = format!("start to first answer, median of {RUNS}");
    Ok(Figure::new(name, median(runs?), "ms").at_most(LIMIT))
}

fn first_answer(workplace: &Workplace) -> Result<f64> {
    let start = Instant::now();
    let mut server = workplace.start()?;
    let status = server.connect(Connection::open)?.get("/login")?;
    let took = start.elapsed();
    ensure!(status == 200, "GET /login was answered with {status}");
    server.stop(workplace.shell)?;
    Ok(took.as_secs_f64() * 1000.0)
}
