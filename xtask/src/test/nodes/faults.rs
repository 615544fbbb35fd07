//! What happens to nodes, keys and the database while people go on.

use std::thread;
use std::time::{Duration, Instant};

use anyhow::{Context, Result, bail, ensure};
use serde_json::json;

use crate::bench::http::Connection;
use crate::cluster::{Cluster, NODES, Seen};
use crate::test::nodes::client::Client;
use crate::test::nodes::load::{Failure, Load};

const PATIENCE: Duration = Duration::from_secs(15);

pub(super) fn a_key_is_changed(cluster: &mut Cluster) -> Result<()> {
    let client = Client::register(cluster.balancer(), "grace")?;
    let load = Load::begin(cluster.balancer(), "key")?;
    load.wait_for(50)?;
    cluster.run(&["key", "rotate", "--now"])?;
    for node in 0..NODES {
        let start = Instant::now();
        loop {
            let signed_in = Client::log_in(cluster.node(node), "grace")?;
            if signed_in.signed_by() != client.signed_by() {
                break;
            }
            ensure!(start.elapsed() < PATIENCE, "{node} signs with the old key");
        }
    }
    load.wait_for(50)?;
    for node in 0..NODES {
        let status = client.status(cluster.node(node))?;
        ensure!(status == 200, "{node} answers the old token with {status}");
    }
    nobody_failed(&load.end()?)
}

pub(super) fn nodes_leave(cluster: &mut Cluster) -> Result<()> {
    let load = Load::begin(cluster.balancer(), "leave")?;
    for node in 0..NODES {
        load.wait_for(50)?;
        cluster.terminate(node)?;
        load.wait_for(50)?;
        come_back(cluster, &load, node)?;
    }
    nobody_failed(&load.end()?)
}

pub(super) fn nodes_are_killed(cluster: &mut Cluster) -> Result<()> {
    let load = Load::begin(cluster.balancer(), "kill")?;
    let mut kills = Vec::new();
    for node in 0..NODES {
        load.wait_for(50)?;
        let before = Instant::now();
        cluster.kill(node)?;
        kills.push(before..Instant::now());
        load.wait_for(50)?;
        come_back(cluster, &load, node)?;
    }
    let failures = load.end()?;
    let was_under_way = |failure: &&Failure| {
        let mut kills = kills.iter();
        kills.any(|kill| failure.began <= kill.end && failure.ended >= kill.start)
    };
    let (lost, others): (Vec<_>, Vec<_>) = failures.iter().partition(was_under_way);
    println!(
        "     {} requests were under way at {NODES} kills, and failed",
        lost.len()
    );
    if let Some(other) = others.first() {
        bail!("{} others failed: {}", others.len(), other.what);
    }
    Ok(())
}

/// Starts a node again, and returns when it has served somebody.
fn come_back(cluster: &mut Cluster, load: &Load, node: usize) -> Result<()> {
    cluster.restart(node)?;
    let (before, start) = (cluster.served(node)?, Instant::now());
    while cluster.served(node)? == before {
        ensure!(start.elapsed() < PATIENCE, "{node} is not asked again");
        load.wait_for(1)?;
    }
    Ok(())
}

fn nobody_failed(failures: &[Failure]) -> Result<()> {
    match failures.first() {
        None => Ok(()),
        Some(first) => bail!(
            "{} requests failed, at first: {}",
            failures.len(),
            first.what
        ),
    }
}

pub(super) fn the_database_is_gone(cluster: &mut Cluster) -> Result<()> {
    let client = Client::register(cluster.balancer(), "lin")?;
    cluster.database().stop()?;
    let answers = without_database(cluster, &client);
    for node in 0..NODES {
        cluster.wait_until_seen(node, Seen::Down)?;
    }
    let later = without_database(cluster, &client);
    cluster.database().resume()?;
    answers.context("when it has just gone")?;
    later.context("when every node has told of it")?;

    let start = Instant::now();
    cluster.wait_until_ready()?;
    ensure!(
        start.elapsed() < Duration::from_secs(5),
        "recovery takes {:?}",
        start.elapsed()
    );
    for node in 0..NODES {
        let status = client.status(cluster.node(node))?;
        ensure!(status == 200, "{node} answers with {status} afterwards");
    }
    client.refreshed(cluster.balancer()).map(drop)
}

/// What needs the database has to wait, and all else is answered.
fn without_database(cluster: &Cluster, client: &Client) -> Result<()> {
    let wanted = json!({"identifier": "lin", "password": "a long enough password"});
    thread::scope(|scope| {
        let open = || Connection::open(cluster.balancer());
        let asked = [
            scope.spawn(move || Ok(("a page", open()?.get("/login")?, 200))),
            scope.spawn(move || Ok(("a file", open()?.get("/favicon.svg")?, 200))),
            scope.spawn(move || {
                Ok((
                    "the public keys",
                    open()?.get("/.well-known/jwks.json")?,
                    200,
                ))
            }),
            scope.spawn(move || Ok(("who asks", client.status(cluster.balancer())?, 503))),
            scope.spawn(move || Ok(("a refresh", client.refresh_status(cluster.balancer())?, 503))),
            scope.spawn(move || {
                let answer = open()?.post_json("/api/auth/local", &wanted)?;
                Ok(("a sign-in", answer.status, 503))
            }),
        ];
        for asked in asked {
            let answer: Result<_> = asked.join().expect("asking does not panic");
            let (what, status, expected) = answer?;
            ensure!(status == expected, "{what} is answered with {status}");
        }
        Ok(())
    })
}
