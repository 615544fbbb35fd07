//! What a hash costs here, in processor time: a machine that is shared gives us more or less of that, and a hash
//! takes the same.

use anyhow::{Context, Result};

use crate::process::{read, run};
use crate::trial::gauge::time_of_children;
use crate::trial::scene::Scene;

/// How long all cores do nothing but hash.
const SECONDS: &str = "5";

/// Returns the processor time of one hash while all cores hash, in seconds, with the code that the server has.
pub(super) fn calibrate(scene: &Scene) -> Result<f64> {
    let mut build = scene.shell.cargo(["build", "--quiet", "--release"]);
    run(build.args(["--package=auth", "--example=hash_rate"]))?;
    let example = scene.checkout.target.join("release/examples/hash_rate");
    let before = time_of_children()?;
    let hashes = read(scene.shell.command(example).arg(SECONDS))?;
    let spent = time_of_children()? - before;
    let hashes: f64 = hashes.trim().parse().context("no number of hashes")?;
    Ok(spent.as_secs_f64() / hashes)
}
