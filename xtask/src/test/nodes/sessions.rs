//! Sessions that begin on one node, go on on another, and end on a third.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};

use crate::cluster::{Cluster, NODES};
use crate::test::nodes::client::Client;

/// Who has all the sessions here.
const NAME: &str = "ada";

/// How long what was revoked may be accepted elsewhere.
const PROMISED: Duration = Duration::from_secs(1);

pub(super) fn accounts_are_shared(cluster: &mut Cluster) -> Result<()> {
    Client::register(cluster.node(0), NAME)?;
    for begun in 0..NODES {
        let client = Client::log_in(cluster.node(begun), NAME)?;
        for asked in 0..NODES {
            let status = client.status(cluster.node(asked))?;
            ensure!(status == 200, "begun on {begun}, {asked} says {status}");
        }
        let status = client.status(cluster.balancer())?;
        ensure!(
            status == 200,
            "begun on {begun}, the balancer says {status}"
        );
    }
    Ok(())
}

pub(super) fn any_node_refreshes(cluster: &mut Cluster) -> Result<()> {
    let mut client = Client::log_in(cluster.balancer(), NAME)?;
    for turn in 0..2 * NODES {
        client = client.refreshed(cluster.node(turn % NODES))?;
        let status = client.status(cluster.node((turn + 1) % NODES))?;
        ensure!(status == 200, "the next node says {status}");
    }
    Ok(())
}

pub(super) fn ten_get_one_successor(cluster: &mut Cluster) -> Result<()> {
    for _ in 0..5 {
        let client = Client::log_in(cluster.balancer(), NAME)?;
        let successors = thread::scope(|scope| {
            let asking: Vec<_> = (0..10)
                .map(|number| {
                    let address = cluster.node(number % NODES);
                    let client = &client;
                    scope.spawn(move || client.refreshed(address))
                })
                .collect();
            let joined = asking.into_iter().map(|one| {
                let answer = one.join().map_err(|_| anyhow!("a client panicked"))?;
                answer.map(|successor| successor.refresh_token)
            });
            joined.collect::<Result<Vec<String>>>()
        })?;
        let first = successors.first().context("ten have asked")?;
        ensure!(
            successors.iter().all(|successor| successor == first),
            "one refresh token has several successors"
        );
        let next = Client {
            refresh_token: first.clone(),
            ..client
        };
        next.refreshed(cluster.balancer())?;
    }
    Ok(())
}

pub(super) fn revocation_spreads(cluster: &mut Cluster) -> Result<()> {
    let mut slowest = Duration::ZERO;
    for round in 0..5 * NODES {
        let client = Client::log_in(cluster.node(round % NODES), NAME)?;
        let ending = (round + 1) % NODES;
        // Where the token was accepted before, it may be remembered.
        for node in 0..NODES {
            ensure!(
                client.status(cluster.node(node))? == 200,
                "it is no session"
            );
        }
        client.log_out(cluster.node(ending))?;
        let ended = Instant::now();
        ensure!(
            client.status(cluster.node(ending))? == 401,
            "the node that ended it accepts it"
        );
        for other in [(ending + 1) % NODES, (ending + 2) % NODES] {
            while client.status(cluster.node(other))? != 401 {
                ensure!(
                    ended.elapsed() <= PROMISED,
                    "{other} accepts it after a second"
                );
            }
            let status = client.refresh_status(cluster.node(other))?;
            ensure!(status == 401, "{other} answers a refresh with {status}");
        }
        slowest = slowest.max(ended.elapsed());
    }
    ensure!(slowest <= PROMISED, "it took {slowest:?}");
    println!(
        "     refused everywhere within {:.1} ms",
        slowest.as_secs_f64() * 1000.0
    );
    Ok(())
}
