//! The process ends: without being asked, and asked.

use std::time::Instant;

use anyhow::Result;

use crate::trial::faults::{Row, on_sqlite};
use crate::trial::scene::{Scene, Site};

/// SIGKILL, and started again at once.
pub(super) fn killed(scene: &Scene) -> Result<Row> {
    let data = scene.folder("killed")?;
    let name = format!("SIGKILL, {} ×", scene.lengths.rounds);
    on_sqlite(scene, &name, &data, Vec::new(), |site| {
        again_and_again(scene, site, |site| site.kill())
    })
}

/// SIGTERM; started again when it has ended.
pub(super) fn terminated(scene: &Scene) -> Result<Row> {
    let data = scene.folder("terminated")?;
    let name = format!("SIGTERM, {} ×", scene.lengths.rounds);
    on_sqlite(scene, &name, &data, Vec::new(), |site| {
        again_and_again(scene, site, |site| site.stop())
    })
}

/// Between two rounds everybody gets to work again.
fn again_and_again(
    scene: &Scene,
    site: &mut Site,
    end: impl for<'a, 'b> Fn(&'a mut Site<'b>) -> Result<()>,
) -> Result<Instant> {
    let mut started = Instant::now();
    for round in 0..scene.lengths.rounds {
        if round > 0 {
            std::thread::park_timeout(scene.lengths.fault / 5);
        }
        end(site)?;
        started = Instant::now();
        site.start()?;
    }
    Ok(started)
}
