//! How many calls of the JSON API a second are answered: who asks, with a bearer token and one indexed read,
//! and new tokens for a refresh token, with every rotation on the disk before it is answered.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::bench::crowd::{self, CLIENTS};
use crate::bench::figure::Figure;
use crate::bench::http::{Answer, Connection};
use crate::bench::workplace::Workplace;

/// The tokens of one client.
struct Client {
    jwt: String,
    refresh_token: String,
}

pub(crate) fn measure(workplace: &Workplace) -> Result<[Figure; 4]> {
    let mut server = workplace.start_on_one_processor()?;
    drop(server.connect(Connection::open)?);
    let address = server.address();
    let clients = || {
        (0..CLIENTS)
            .map(|number| sign_up(address, number))
            .collect()
    };
    let clients: Result<Vec<Client>> = clients();
    let me = crowd::measure(workplace, address, clients?, me)?;
    let clients: Result<Vec<Client>> = (0..CLIENTS).map(|number| log_in(address, number)).collect();
    let refreshes = crowd::measure(workplace, address, clients?, refresh)?;
    server.stop(workplace.shell)?;
    Ok([
        Figure::new("GET /api/users/me, 64 clients, one core", me.rate, "/s").at_least(15_000.0),
        Figure::new("the same, 99 of 100 within", me.slow, "ms").at_most(15.0),
        Figure::new(
            "POST /api/auth/refresh, 64 clients, one core",
            refreshes.rate,
            "/s",
        )
        .at_least(4000.0),
        Figure::new("the same, 99 of 100 within", refreshes.slow, "ms").at_most(60.0),
    ])
}

fn sign_up(address: SocketAddr, number: usize) -> Result<Client> {
    let name = format!("api{number}");
    let email = format!("{name}@example.org");
    let body = json!({"username": name, "email": email, "password": "a long enough password"});
    client(&Connection::open(address)?.post_json("/api/auth/local/register", &body)?)
}

fn log_in(address: SocketAddr, number: usize) -> Result<Client> {
    let body = json!({"identifier": format!("api{number}"), "password": "a long enough password"});
    client(&Connection::open(address)?.post_json("/api/auth/local", &body)?)
}

fn client(answer: &Answer) -> Result<Client> {
    let json = read(answer)?;
    let text = |key: &str| json[key].as_str().map(str::to_owned);
    Ok(Client {
        jwt: text("jwt").context("no access token")?,
        refresh_token: text("refreshToken").context("no refresh token")?,
    })
}

fn me(connection: &mut Connection, client: &mut Client) -> Result<()> {
    let answer = connection.get_with_bearer("/api/users/me", &client.jwt)?;
    ensure!(
        answer.status == 200,
        "who asks was answered with {}",
        answer.status
    );
    Ok(())
}

fn refresh(connection: &mut Connection, client: &mut Client) -> Result<()> {
    let body = json!({"refreshToken": client.refresh_token});
    let json = read(&connection.post_json("/api/auth/refresh", &body)?)?;
    let renewed = json["refreshToken"].as_str();
    renewed
        .context("no refresh token")?
        .clone_into(&mut client.refresh_token);
    Ok(())
}

fn read(answer: &Answer) -> Result<Value> {
    let said = String::from_utf8_lossy(&answer.body);
    ensure!(answer.status == 200, "{}: {said}", answer.status);
    serde_json::from_slice(&answer.body).with_context(|| format!("no JSON: {said}"))
}
