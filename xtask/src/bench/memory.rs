//! How much memory the server holds once it has answered a page.

use anyhow::Result;

use crate::bench::figure::Figure;
use crate::bench::http::Connection;
use crate::bench::workplace::Workplace;
use crate::trial::gauge::resident_memory;

const LIMIT: f64 = 40.0;

pub(crate) fn measure(workplace: &Workplace) -> Result<Figure> {
    let mut server = workplace.start()?;
    server.connect(Connection::open)?.get("/login")?;
    let memory = resident_memory(server.id())?;
    server.stop(workplace.shell)?;
    Ok(Figure::new("resident memory after a page", memory, "MB").at_most(LIMIT))
}
