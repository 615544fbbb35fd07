//! Three nodes behind a balancer, under load: each ends and comes back in turn, a key is rotated meanwhile, and what
//! one node revokes is refused by the others.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, ensure};
use serde_json::json;

use crate::cluster::{Cluster, NODES};
use crate::trial::actor::log_in;
use crate::trial::caller::{Caller, Said};
use crate::trial::faults::{Excused, Row};
use crate::trial::load;
use crate::trial::planned::Times;
use crate::trial::scene::{CHEAP, Scene};
use crate::trial::tally::{Tally, Told};
use crate::trial::visitors;

/// Between two requests of a client: together they ask some hundred times a second.
const PAUSE: Duration = Duration::from_millis(60);

/// Until when a session that one node has ended is refused by each other.
const AT_ONCE: Duration = Duration::from_secs(1);

/// What the nodes showed.
pub(crate) struct Nodes {
    pub(crate) rows: Vec<Row>,
    /// How long a session that was ended on one node was still accepted on another, in milliseconds.
    pub(crate) revocations: Times,
    pub(crate) revoked: usize,
    pub(crate) limit: Duration,
}

pub(crate) fn run(scene: &Scene) -> Result<Nodes> {
    let folder = scene.folder("nodes")?;
    let settings = [CHEAP, ("LATCHKEY_RATE_LIMITS", "off"), ("RUST_LOG", "warn")];
    let mut cluster = Cluster::start(scene.shell, scene.checkout, &folder, &settings)?;
    let (kill, leave) = (in_turn(Cluster::kill), in_turn(Cluster::terminate));
    let mut rows = vec![
        endure(
            scene,
            &mut cluster,
            "each node killed",
            "killed",
            Excused::UnderWay,
            kill,
        )?,
        endure(
            scene,
            &mut cluster,
            "each node asked to leave",
            "left",
            Excused::Nothing,
            leave,
        )?,
        endure(
            scene,
            &mut cluster,
            "a key rotated",
            "key",
            Excused::Nothing,
            rotate,
        )?,
    ];
    let revoked = 10 * scene.lengths.rounds;
    let revocations = revoke(&cluster, revoked)?;
    if let Err(error) = cluster.run(&["audit", "verify"]) {
        rows[0].damage.push(format!("{error:#}"));
    }
    cluster.stop()?;
    Ok(Nodes {
        rows,
        revocations,
        revoked,
        limit: AT_ONCE,
    })
}

/// Tries something under load. A request may fail only when it was under way on a node that was killed: one of each client.
fn endure(
    scene: &Scene,
    cluster: &mut Cluster,
    fault: &str,
    name: &str,
    excused: Excused,
    happen: impl FnOnce(&mut Cluster) -> Result<Instant>,
) -> Result<Row> {
    println!("{fault} …");
    let mut actors = load::enter(cluster.balancer(), name, scene.lengths.nodes)?;
    actors.iter_mut().for_each(|actor| actor.grace = AT_ONCE);
    let outcome = load::endure(actors, PAUSE, || happen(cluster))
        .with_context(|| format!("{fault}: see the logs in target/trial/nodes"))?;
    let Tally { busy, .. } = outcome.tally;
    let failed = outcome.tally.failed() + busy;
    let may_fail = match excused {
        Excused::UnderWay => (scene.lengths.nodes * NODES) as u64,
        Excused::Nothing | Excused::Expiry => 0,
    };
    let too_many = format!("{failed} requests failed, and {may_fail} may");
    Ok(Row {
        fault: fault.to_owned(),
        became: Ok(outcome),
        damage: (failed > may_fail)
            .then_some(too_many)
            .into_iter()
            .collect(),
        excused,
    })
}

/// Ends each node in its own way, and starts it again.
fn in_turn(
    end: fn(&mut Cluster, usize) -> Result<()>,
) -> impl FnOnce(&mut Cluster) -> Result<Instant> {
    move |cluster| {
        for node in 0..NODES {
            end(cluster, node)?;
            cluster.restart(node)?;
        }
        Ok(Instant::now())
    }
}

fn rotate(cluster: &mut Cluster) -> Result<Instant> {
    cluster.run(&["key", "rotate", "--now"])?;
    Ok(Instant::now())
}

/// Ends sessions on one node each, and asks another until it refuses them.
fn revoke(cluster: &Cluster, count: usize) -> Result<Times> {
    println!("sessions ended on one node and used on another …");
    let mut here = Caller::new(cluster.node(0));
    visitors::register(&mut here, "revoked").context("no account for revocations")?;
    let mut times = Vec::new();
    for number in 0..count {
        let mut here = Caller::new(cluster.node(number % NODES));
        let mut there = Caller::new(cluster.node((number + 1) % NODES));
        let jwt = log_in(&mut here, "revoked")
            .text("jwt")
            .context("no sign-in")?;
        let look = |caller: &mut Caller| caller.get_as(&jwt, "/api/users/me").told;
        ensure!(
            look(&mut there) == Told::Good,
            "a session is not known to another node"
        );
        let ended: Said = here.post_as(&jwt, "/api/auth/logout", &json!({}));
        ensure!(ended.is_good(), "a session could not be ended");
        let began = Instant::now();
        while look(&mut there) == Told::Good && began.elapsed() < 10 * AT_ONCE {
            thread::park_timeout(Duration::from_millis(1));
        }
        times.push(began.elapsed().as_secs_f64() * 1000.0);
    }
    Ok(Times::new(times))
}
