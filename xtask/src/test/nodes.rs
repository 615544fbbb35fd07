//! Several nodes: what holds when any of them answers any request, and when one of them, or the database, is gone.
//!
//! Everything is real: three nodes of the release, Postgres, and HAProxy with the configuration of `compose.yaml`.

mod client;
mod entrance;
mod faults;
mod load;
mod sessions;

use std::fs;
use std::path::Path;
use std::time::Instant;

use anyhow::Result;

use crate::checkout::Checkout;
use crate::cluster::Cluster;
use crate::process::Shell;
use crate::test::counts::Counts;
use crate::test::report::Outcome;

/// What is tried, in this order: each finds the nodes as the one before it left them, all of them ready.
type Check = (&'static str, fn(&mut Cluster) -> Result<()>);

const CHECKS: [Check; 8] = [
    (
        "an account made on one node is known to the others",
        sessions::accounts_are_shared,
    ),
    (
        "a session is refreshed on any node",
        sessions::any_node_refreshes,
    ),
    (
        "ten who refresh at once get one successor",
        sessions::ten_get_one_successor,
    ),
    (
        "what one node revokes is refused by the others within a second",
        sessions::revocation_spreads,
    ),
    (
        "another key signs, and nobody notices",
        faults::a_key_is_changed,
    ),
    (
        "a node that is asked to leave fails nobody",
        faults::nodes_leave,
    ),
    (
        "a node that is killed fails only what it was doing",
        faults::nodes_are_killed,
    ),
    (
        "without the database the site says so, and recovers by itself",
        faults::the_database_is_gone,
    ),
];

type CheckOfBalancer = (&'static str, fn(&Shell, &Checkout, &Path) -> Result<()>);

/// What the balancer is asked alone.
const AT_THE_ENTRANCE: [CheckOfBalancer; 2] = [
    (
        "nodes hear of a client's address from the balancer alone",
        entrance::addresses_are_set,
    ),
    (
        "what changes something is never sent twice",
        entrance::posts_are_sent_once,
    ),
];

pub(crate) fn run(shell: &Shell, checkout: &Checkout) -> Result<Outcome> {
    let folder = checkout.target.join("nodes");
    let settings = [
        // What a password costs is measured elsewhere; here it would only be waited for.
        ("LATCHKEY_ARGON2", "m=64,t=1,p=1"),
        ("LATCHKEY_RATE_LIMITS", "off"),
    ];
    let mut cluster = Cluster::start(shell, checkout, &folder, &settings)?;
    let mut counts = Counts::default();
    for (name, check) in CHECKS {
        counts += tell(name, || check(&mut cluster));
    }
    counts += tell("the nodes leave in order", || cluster.stop());
    let folder = folder.join("entrance");
    fs::create_dir(&folder)?;
    for (name, check) in AT_THE_ENTRANCE {
        counts += tell(name, || check(shell, checkout, &folder));
    }
    Ok(Outcome {
        counts,
        succeeded: counts.failed == 0,
    })
}

fn tell(name: &str, check: impl FnOnce() -> Result<()>) -> Counts {
    let start = Instant::now();
    let result = check();
    let took = start.elapsed().as_secs_f64();
    match &result {
        Ok(()) => println!("test {name} ... ok ({took:.1} s)"),
        Err(error) => println!("test {name} ... FAILED ({took:.1} s)\n    {error:#}"),
    }
    let passed = u64::from(result.is_ok());
    Counts {
        passed,
        failed: 1 - passed,
        skipped: 0,
    }
}
