//! A few people who go on and on, by the balancer, while something happens to the nodes.

use std::net::SocketAddr;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::thread::{self, JoinHandle};
use std::time::{Duration, Instant};

use anyhow::{Context, Result, anyhow, ensure};
use serde_json::json;

use crate::bench::http::Connection;
use crate::test::nodes::client::Client;

const CLIENTS: usize = 6;

/// Between two requests of one client: this is about what they are answered, not about how many there are.
const PAUSE: Duration = Duration::from_millis(2);

pub(super) struct Load {
    clients: Vec<JoinHandle<Result<Vec<Failure>>>>,
    over: Arc<AtomicBool>,
    answered: Arc<AtomicU64>,
}

/// A request that was not answered as it has to be.
#[derive(Debug)]
pub(super) struct Failure {
    pub(super) began: Instant,
    pub(super) ended: Instant,
    pub(super) what: String,
}

impl Load {
    /// Signs everybody in, and lets them begin.
    pub(super) fn begin(balancer: SocketAddr, name: &str) -> Result<Self> {
        let over = Arc::new(AtomicBool::new(false));
        let answered = Arc::new(AtomicU64::new(0));
        let clients: Result<Vec<Client>> = (0..CLIENTS)
            .map(|number| Client::register(balancer, &format!("{name}{number}")))
            .collect();
        let clients = clients?.into_iter().map(|client| {
            let (over, answered) = (Arc::clone(&over), Arc::clone(&answered));
            thread::spawn(move || go_on(balancer, client, &over, &answered))
        });
        Ok(Self {
            clients: clients.collect(),
            over,
            answered,
        })
    }

    fn answered(&self) -> u64 {
        self.answered.load(Ordering::Relaxed)
    }

    /// Returns when so many more were answered.
    pub(super) fn wait_for(&self, more: u64) -> Result<()> {
        let (start, before) = (Instant::now(), self.answered());
        while self.answered() < before + more {
            ensure!(
                start.elapsed() < Duration::from_secs(20),
                "nobody is answered any more"
            );
            thread::park_timeout(Duration::from_millis(1));
        }
        Ok(())
    }

    /// Lets everybody come to their end. Each has to be signed in still.
    pub(super) fn end(self) -> Result<Vec<Failure>> {
        self.over.store(true, Ordering::Relaxed);
        let mut failures = Vec::new();
        for client in self.clients {
            let found = client.join().map_err(|_| anyhow!("a client panicked"))?;
            failures.extend(found?);
        }
        Ok(failures)
    }
}

fn go_on(
    balancer: SocketAddr,
    mut client: Client,
    over: &AtomicBool,
    answered: &AtomicU64,
) -> Result<Vec<Failure>> {
    let mut failures = Vec::new();
    let mut connection = None;
    let acts: [Act; 3] = [look, refresh, read];
    for act in acts.iter().cycle() {
        if over.load(Ordering::Relaxed) {
            break;
        }
        let began = Instant::now();
        match act_on(balancer, &mut connection, &mut client, *act) {
            Ok(()) => {
                answered.fetch_add(1, Ordering::Relaxed);
            }
            Err(error) => {
                connection = None;
                let (ended, what) = (Instant::now(), format!("{error:#}"));
                failures.push(Failure { began, ended, what });
            }
        }
        thread::park_timeout(PAUSE);
    }
    let last = client.refreshed(balancer).context("a session was lost")?;
    ensure!(last.status(balancer)? == 200, "a session was lost");
    Ok(failures)
}

type Act = fn(&mut Connection, &mut Client) -> Result<()>;

fn act_on(
    balancer: SocketAddr,
    connection: &mut Option<Connection>,
    client: &mut Client,
    act: Act,
) -> Result<()> {
    let connection = match connection {
        Some(connection) => connection,
        None => connection.insert(Connection::open(balancer)?),
    };
    act(connection, client)
}

fn look(connection: &mut Connection, client: &mut Client) -> Result<()> {
    let answer = connection.get_with_bearer("/api/users/me", &client.jwt)?;
    ensure!(answer.status == 200, "who asks is told {}", answer.status);
    Ok(())
}

fn refresh(connection: &mut Connection, client: &mut Client) -> Result<()> {
    let body = json!({"refreshToken": client.refresh_token});
    let answer = connection.post_json("/api/auth/refresh", &body)?;
    *client = Client::from_answer(&answer).context("a refresh")?;
    Ok(())
}

fn read(connection: &mut Connection, _: &mut Client) -> Result<()> {
    let status = connection.get("/login")?;
    ensure!(status == 200, "a page is answered with {status}");
    Ok(())
}
