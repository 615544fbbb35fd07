//! What the balancer passes on, seen from behind it: a listener stands where the nodes would.

use std::io::{BufRead, BufReader, Read, Write};
use std::net::{SocketAddr, TcpListener, TcpStream};
use std::path::Path;
use std::sync::mpsc::{self, Receiver};
use std::thread;
use std::time::Duration;

use anyhow::{Context, Result, ensure};

use crate::checkout::Checkout;
use crate::cluster::READY;
use crate::cluster::balancer::Balancer;
use crate::process::{self, Shell};

const PATIENCE: Duration = Duration::from_secs(10);

/// What clients say of themselves that only a balancer may say.
const LIES: &str = "X-Forwarded-For: 203.0.113.7\r\nX-Forwarded-For: 203.0.113.8, 203.0.113.9\r\n\
                    Forwarded: for=203.0.113.7\r\nX-Forwarded-Proto: https\r\nX-Forwarded-Host: evil.example\r\n\
                    x-real-ip: 203.0.113.7\r\n";

pub(super) fn addresses_are_set(shell: &Shell, checkout: &Checkout, folder: &Path) -> Result<()> {
    let (node, heard) = listen(Some(
        "HTTP/1.1 200 OK\r\ncontent-length: 0\r\nconnection: close\r\n\r\n",
    ))?;
    let balancer = start(shell, checkout, folder, node)?;
    ask(
        &balancer,
        &format!("GET /page HTTP/1.1\r\nHost: localhost\r\nConnection: close\r\n{LIES}\r\n"),
    )?;
    let head = heard.recv_timeout(PATIENCE).context("no node was asked")?;
    let told = head.to_ascii_lowercase();
    let about = told.lines().filter(|line| {
        ["x-forwarded", "forwarded", "x-real-ip"]
            .iter()
            .any(|name| line.starts_with(name))
    });
    let mut about: Vec<&str> = about.collect();
    about.sort_unstable();
    ensure!(
        about == ["x-forwarded-for: 127.0.0.1", "x-forwarded-proto: http"],
        "a node was told {about:?}"
    );
    Ok(())
}

pub(super) fn posts_are_sent_once(shell: &Shell, checkout: &Checkout, folder: &Path) -> Result<()> {
    let (node, heard) = listen(None)?;
    let balancer = start(shell, checkout, folder, node)?;
    let head = "Host: localhost\r\nConnection: close\r\nContent-Length: 0\r\n\r\n";
    for (method, wanted) in [("POST", 1), ("DELETE", 1), ("GET", 4)] {
        let answer = ask(&balancer, &format!("{method} /page HTTP/1.1\r\n{head}"))?;
        ensure!(answer.starts_with("HTTP/1.1 502"), "{method}: {answer}");
        // The answer came after all of them were read.
        let times = heard.try_iter().count();
        ensure!(
            times == wanted,
            "a {method} that nobody answered was sent {times} times"
        );
    }
    Ok(())
}

fn start(shell: &Shell, checkout: &Checkout, folder: &Path, node: SocketAddr) -> Result<Balancer> {
    let address = process::quiet_address()?;
    let mut balancer = Balancer::start(shell, checkout, folder, address, [node; 3])?;
    balancer.wait_until_it_listens(PATIENCE)?;
    Ok(balancer)
}

/// Stands where a node would. Each request but those for its health is told; it is answered with `answer`, or not
/// at all.
fn listen(answer: Option<&'static str>) -> Result<(SocketAddr, Receiver<String>)> {
    let listener = TcpListener::bind("127.0.0.1:0")?;
    let address = listener.local_addr()?;
    let (tell, heard) = mpsc::channel();
    // It waits for more until this process ends, and holds nothing that anybody else could want.
    thread::spawn(move || {
        for stream in listener.incoming().flatten() {
            let head = read_head(&stream);
            if head.contains(READY) {
                continue;
            }
            let listens = tell.send(head).is_ok();
            let answered = answer.map(|answer| (&stream).write_all(answer.as_bytes()));
            if !listens || answered.is_some_and(|written| written.is_err()) {
                return;
            }
        }
    });
    Ok((address, heard))
}

fn read_head(stream: &TcpStream) -> String {
    let lines = BufReader::new(stream).lines().map_while(Result::ok);
    let head: Vec<String> = lines.take_while(|line| !line.is_empty()).collect();
    head.join("\n")
}

fn ask(balancer: &Balancer, request: &str) -> Result<String> {
    let mut stream = TcpStream::connect(balancer.address())?;
    stream.set_read_timeout(Some(PATIENCE))?;
    stream.write_all(request.as_bytes())?;
    let mut answer = String::new();
    stream.read_to_string(&mut answer)?;
    Ok(answer)
}
