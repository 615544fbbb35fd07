//! The program is killed in the middle of its work, again and again: what it has told anybody stays true.

use std::collections::{BTreeMap, BTreeSet};
use std::net::SocketAddr;
use std::path::Path;

use sqlx::{Connection, SqliteConnection};
use tempfile::TempDir;
use tokio::sync::mpsc;
use tokio::task::JoinSet;

use crate::program::Program;
use crate::visitor::Visitor;

const KILLS: usize = 50;
const AT_ONCE: usize = 8;

/// Those who were told that they have an account, each with the newest pair that reached them.
type Acknowledged = BTreeMap<String, Visitor>;

#[tokio::test(flavor = "multi_thread")]
async fn whoever_was_answered_is_still_signed_in_after_each_of_fifty_kills() {
    let dir = TempDir::new().unwrap();
    let mut visitors = Acknowledged::new();
    let mut site = Program::start(dir.path());
    for round in 0..KILLS {
        let met = visit_until_killed(site, &mut visitors, round).await;
        site = Program::start(dir.path());
        for (position, (name, visitor)) in visitors.iter_mut().enumerate() {
            if met.contains(name) || position % 16 == round % 16 {
                visitor.still_holds_a_good_pair(site.address).await;
            }
        }
        assert_eq!(faults(dir.path()).await, Vec::<String>::new());
    }
    for (position, visitor) in visitors.values_mut().enumerate() {
        visitor.still_holds_a_good_pair(site.address).await;
        if position % 8 == 0 {
            visitor.log_in(site.address).await.expect("the site is up");
        }
    }
}

/// Lets visitors come until a number of answers have arrived, another one in each round, and kills the
/// site under them. Returns who was answered.
async fn visit_until_killed(
    site: Program,
    visitors: &mut Acknowledged,
    round: usize,
) -> BTreeSet<String> {
    let stride = (visitors.len() / AT_ONCE).max(1);
    let earlier = visitors.values().skip(round % stride).step_by(stride);
    let mut earlier = earlier.cloned();
    let (told, mut answers) = mpsc::unbounded_channel();
    let mut crowd = JoinSet::new();
    for number in 0..AT_ONCE {
        let family = format!("r{round}-{number}");
        crowd.spawn(come_and_go(
            site.address,
            family,
            earlier.next(),
            told.clone(),
        ));
    }
    drop(told);
    let mut met = BTreeSet::new();
    let mut note = |visitor: Visitor| {
        met.insert(visitor.name.clone());
        visitors.insert(visitor.name.clone(), visitor);
    };
    for _ in 0..20 + round * 37 % 61 {
        note(answers.recv().await.expect("visitors are answered"));
    }
    drop(site);
    // What arrived before the connections broke was said.
    while let Some(visitor) = answers.recv().await {
        note(visitor);
    }
    crowd.join_all().await;
    met
}

/// Signs up one member of a family after the other, and lets all of them come back. Each answer is
/// reported at the moment it has arrived, and the first one that does not arrive is the end.
async fn come_and_go(
    site: SocketAddr,
    family: String,
    earlier: Option<Visitor>,
    told: mpsc::UnboundedSender<Visitor>,
) -> Option<()> {
    let mut members = Vec::from_iter(earlier);
    loop {
        let name = format!("{family}-{}", members.len());
        members.push(Visitor::sign_up(site, name).await?);
        told.send(members.last()?.clone()).ok()?;
        for member in &mut members {
            member.refresh(site).await?;
            told.send(member.clone()).ok()?;
            member.see_account(site).await?;
            told.send(member.clone()).ok()?;
        }
    }
}

/// What is wrong with the database.
async fn faults(data: &Path) -> Vec<String> {
    let path = data.join("latchkey.db");
    let mut connection = SqliteConnection::connect(path.to_str().unwrap())
        .await
        .unwrap();
    let said: Vec<String> = sqlx::query_scalar("pragma integrity_check")
        .fetch_all(&mut connection)
        .await
        .unwrap();
    let mut faults: Vec<String> = said.into_iter().filter(|line| line != "ok").collect();
    let halves = "select 'half an account: ' || username from users where id not in (select user_id from sessions)
                  or id not in (select user_id from audit where event = 'signed_up')";
    let halves: Vec<String> = sqlx::query_scalar(halves)
        .fetch_all(&mut connection)
        .await
        .unwrap();
    faults.extend(halves);
    faults
}
