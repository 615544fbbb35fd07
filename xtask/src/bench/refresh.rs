//! How many sessions a second the server renews, with every rotation on the disk before it is answered.
//!
//! The clients ask with nothing but their refresh token. The page they ask for sends whoever is signed in away
//! with an empty answer, so that little else is measured.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};

use crate::bench::crowd::{self, CLIENTS};
use crate::bench::figure::Figure;
use crate::bench::http::Connection;
use crate::bench::workplace::Workplace;

const COOKIE: &str = "_refresh";

pub(crate) fn measure(workplace: &Workplace) -> Result<[Figure; 2]> {
    let mut server = workplace.start_on_one_processor()?;
    drop(server.connect(Connection::open)?);
    let sessions: Result<Vec<String>> = (0..CLIENTS)
        .map(|number| sign_up(server.address(), number))
        .collect();
    let crowd = crowd::measure(workplace, server.address(), sessions?, refresh)?;
    server.stop(workplace.shell)?;
    Ok([
        Figure::new(
            "refreshes, 64 clients, server on one core",
            crowd.rate,
            "/s",
        )
        .at_least(4000.0),
        Figure::new("the same, 99 of 100 within", crowd.slow, "ms").at_most(60.0),
    ])
}

fn sign_up(address: SocketAddr, number: usize) -> Result<String> {
    let form = format!(
        "email=user{number}%40example.org&username=user{number}&password=a+long+enough+password"
    );
    let answer = Connection::open(address)?.post("/register", &form)?;
    ensure!(
        answer.status == 200,
        "a sign-up was answered with {}",
        answer.status
    );
    answer
        .cookie(COOKIE)
        .cloned()
        .context("a sign-up set no cookie")
}

fn refresh(connection: &mut Connection, cookie: &mut String) -> Result<()> {
    let answer = connection.get_with_cookie("/login", cookie)?;
    ensure!(
        answer.status == 303,
        "a refresh was answered with {}",
        answer.status
    );
    let renewed = answer.cookie(COOKIE).cloned();
    *cookie = renewed.context("a refresh set no cookie")?;
    Ok(())
}
