//! How many pages a second are answered on one core, beside a bare axum handler with the same bytes and, where there is
//! one, the same check of a token and one read by an index.
//!
//! Both servers run at the same time and are asked in turn, by `wrk` from another core: what the machine does meanwhile
//! meets both.

use std::fs;
use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};

use crate::bench::figure::{Figure, median};
use crate::bench::http::Connection;
use crate::bench::workplace::Workplace;
use crate::process::{self, free_address};
use crate::server::Server;
use crate::setup::apt;
use crate::trial::visitors;

const CLIENTS: &str = "32";

/// Each of them a few seconds.
const ROUNDS: usize = 3;

/// What is asked of the site, and of the bare server.
struct Pair {
    name: &'static str,
    path: &'static str,
    bare: &'static str,
    /// Requests a second, where they are promised.
    least: Option<f64>,
    /// The least part of what the bare server does, where it is promised.
    part: Option<f64>,
    is_signed_in: bool,
}

const PAIRS: [Pair; 5] = [
    Pair {
        name: "GET /dashboard, signed in",
        path: "/dashboard",
        bare: "/own-page",
        least: Some(5000.0),
        part: Some(0.15),
        is_signed_in: true,
    },
    Pair {
        name: "GET /login",
        path: "/login",
        bare: "/page",
        least: Some(10_000.0),
        part: Some(0.09),
        is_signed_in: false,
    },
    Pair {
        name: "guard redirect",
        path: "/dashboard",
        bare: "/same-redirect",
        least: None,
        part: Some(0.7),
        is_signed_in: false,
    },
    Pair {
        name: "guard redirect, beside one that says only where it leads",
        path: "/dashboard",
        bare: "/redirect",
        least: None,
        part: Some(0.7),
        is_signed_in: false,
    },
    Pair {
        name: "GET /api/users/me",
        path: "/api/users/me",
        bare: "/me",
        least: Some(15_000.0),
        part: Some(0.5),
        is_signed_in: true,
    },
];

pub(crate) fn measure(workplace: &Workplace) -> Result<Vec<Figure>> {
    let shell = workplace.shell;
    if shell.find("wrk").is_none() {
        ensure!(
            apt::available(shell),
            "the pages are asked for by wrk, which is not installed"
        );
        apt::install(shell, &["wrk"])?;
    }
    process::run(&mut shell.cargo(["build", "--release", "--package=server", "--example=bare"]))?;
    let mut site = workplace.start_on_one_processor()?;
    drop(site.connect(Connection::open)?);
    let cookies = visitors::enter(site.address(), "visitor", 1)?.remove(0);
    let mut figures = Vec::new();
    for pair in &PAIRS {
        let mut connection = Connection::open(site.address())?;
        let page = match pair.is_signed_in {
            true => connection.get_with_cookie(pair.path, &cookies)?,
            false => connection.send(&format!("GET {}", pair.path), "accept: text/html\r\n", "")?,
        };
        let is_page = pair.bare.ends_with("page");
        ensure!(
            !is_page || page.status == 200 && !page.body.is_empty(),
            "{} is no page",
            pair.path
        );
        fs::write(workplace.data.join("page"), &page.body)?;
        fs::write(workplace.data.join("head"), &page.head)?;
        let mut bare = start_bare(workplace, site.address())?;
        drop(bare.connect(Connection::open)?);
        figures.extend(compare(
            workplace,
            pair,
            [site.address(), bare.address()],
            &cookies,
        )?);
    }
    site.stop(shell)?;
    Ok(figures)
}

/// Starts the bare server beside the site, on the same database.
fn start_bare(workplace: &Workplace, site: SocketAddr) -> Result<Server> {
    let mut command = workplace.shell.command("taskset");
    let program = workplace.checkout.target.join("release/examples/bare");
    command
        .args(["-c", "0"])
        .arg(program)
        .arg(workplace.data.join("page"))
        .arg(workplace.data.join("head"))
        .env_remove("DATABASE_URL")
        .env("LATCHKEY_DATA_DIR", workplace.data)
        // The tokens name the site as their issuer.
        .env(
            "LATCHKEY_PUBLIC_URL",
            format!("http://localhost:{}", site.port()),
        );
    Server::start_at(free_address()?, command, &workplace.data.join("bare.log"))
}

fn compare(
    workplace: &Workplace,
    pair: &Pair,
    [site, bare]: [SocketAddr; 2],
    cookies: &str,
) -> Result<[Figure; 2]> {
    let (_, token) = cookies.split_once('=').context("a cookie has a value")?;
    let token = token.split(';').next().unwrap_or_default();
    let bearer = format!("authorization: Bearer {token}");
    let own = match pair.path.starts_with("/api/") {
        true => bearer.clone(),
        false => format!("cookie: {cookies}"),
    };
    let header = |header: &str| pair.is_signed_in.then(|| header.to_owned());
    let (mut rates, mut ratios) = (Vec::new(), Vec::new());
    for _ in 0..ROUNDS {
        let ours = rate(workplace, site, pair.path, header(&own))?;
        let bares = rate(workplace, bare, pair.bare, header(&bearer))?;
        rates.push(ours);
        ratios.push(ours / bares);
    }
    let name = format!("{}, 32 clients, one core", pair.name);
    let rate = Figure::new(name, median(rates), "/s");
    let name = "the same, of what a bare handler does";
    let ratio = Figure::new(name, 100.0 * median(ratios), "%");
    Ok([
        match pair.least {
            Some(least) => rate.at_least(least),
            None => rate,
        },
        match pair.part {
            Some(part) => ratio.at_least(100.0 * part),
            None => ratio,
        },
    ])
}

/// Answers a second.
fn rate(workplace: &Workplace, at: SocketAddr, path: &str, header: Option<String>) -> Result<f64> {
    let mut wrk = workplace.shell.command("taskset");
    wrk.args(["-c", "1", "wrk", "--threads=1", "--duration=4s"])
        .arg(format!("--connections={CLIENTS}"))
        .args(["--header", "accept: text/html, application/json"]);
    if let Some(header) = &header {
        wrk.args(["--header", header]);
    }
    let said = process::read(wrk.arg(format!("http://{at}{path}")))?;
    ensure!(
        !said.contains("Socket errors") && !said.contains("Non-2xx or 3xx"),
        "{path} was not answered well: {said}"
    );
    let rate = said
        .lines()
        .find_map(|line| line.strip_prefix("Requests/sec:"));
    let rate = rate.with_context(|| format!("wrk says no rate: {said}"))?;
    Ok(rate.trim().parse()?)
}
