//! How fast a queue of letters drains, beside the mail server taking the same letters from a bare client.
//!
//! The mail server is the least one that keeps to the protocol: what it costs is what SMTP costs.

#![expect(
    clippy::unwrap_used,
    reason = "a benchmark that cannot go on has failed"
)]

use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration as StdDuration, Instant};

use auth::{
    Auth, Client, Config, Confirmation, Cost, Database, HashPool, Lifespans, Limits, MailConfig,
    MailRoute, MasterSecret, Persistence, RateLimits, Registration, SignUp, SigningAlgorithm,
    SmtpSecurity, SmtpServer,
};
use lettre::message::MultiPart;
use lettre::transport::smtp::PoolConfig;
use lettre::{AsyncSmtpTransport, AsyncTransport, Message, Tokio1Executor};
use time::{Duration, OffsetDateTime};
use tokio::io::{AsyncBufReadExt, AsyncWriteExt, BufReader};
use tokio::net::{TcpListener, TcpStream};
use tokio::task::JoinSet;

const NOW: OffsetDateTime = time::macros::datetime!(2026-11-21 12:00 UTC);
const LETTERS: usize = 10_000;
/// As many as the queue hands over at once.
const CONNECTIONS: usize = 8;
const SENDER: &str = "Latchkey <no-reply@latchkey.example>";

#[tokio::main]
async fn main() {
    let taken = Arc::new(AtomicUsize::new(0));
    let port = mail_server(Arc::clone(&taken)).await;
    let folder = tempfile::tempdir().unwrap();
    let auth = Auth::open(config(folder.path(), port), NOW).await.unwrap();
    fill(&auth).await;

    let bare = bare_client(port).await;
    taken.store(0, Ordering::SeqCst);
    let before = resident();
    let began = Instant::now();
    let draining = tokio::spawn({
        let auth = auth.clone();
        async move { auth.deliver_due(|| NOW).await.unwrap() }
    });
    let mut most = before;
    while !draining.is_finished() {
        most = most.max(resident());
        tokio::task::yield_now().await;
    }
    let queue = began.elapsed();
    assert_eq!(draining.await.unwrap(), LETTERS);
    assert_eq!(taken.load(Ordering::SeqCst), LETTERS);
    let rate = |took: StdDuration| LETTERS as f64 / took.as_secs_f64();
    eprintln!("bare client: {:.0} letters a second", rate(bare));
    eprintln!("the queue:   {:.0} letters a second", rate(queue));
    eprintln!(
        "the queue against the bare client: {:.2}",
        bare.as_secs_f64() / queue.as_secs_f64()
    );
    let grown = most.saturating_sub(before) as f64 / 1e6;
    eprintln!("memory while {LETTERS} letters drain: {grown:.1} MB more");
}

/// The same number of letters of about the same size, handed over as fast as the server takes them.
async fn bare_client(port: u16) -> StdDuration {
    let transport = AsyncSmtpTransport::<Tokio1Executor>::builder_dangerous("127.0.0.1")
        .port(port)
        .pool_config(PoolConfig::new().max_size(CONNECTIONS as u32))
        .build();
    let letter = Message::builder()
        .from(SENDER.parse().unwrap())
        .to("ada@example.org".parse().unwrap())
        .subject("Confirm your email address")
        .multipart(MultiPart::alternative_plain_html(
            "Fourteen words or so, as they stand in one of our letters to somebody.\n".repeat(10),
            "<p style=\"margin:0 0 16px\">A few words, and what makes them look well.</p>\n"
                .repeat(35),
        ))
        .unwrap();
    let began = Instant::now();
    let mut senders = JoinSet::new();
    for _ in 0..CONNECTIONS {
        let (transport, letter) = (transport.clone(), letter.clone());
        senders.spawn(async move {
            for _ in 0..LETTERS / CONNECTIONS {
                transport.send(letter.clone()).await.unwrap();
            }
        });
    }
    senders.join_all().await;
    began.elapsed()
}

/// One letter for each new account, with a link in it.
async fn fill(auth: &Auth) {
    for at in 0..LETTERS {
        let form = SignUp {
            email: format!("user{at}@example.org"),
            username: format!("user{at}"),
            password: "a long enough password".to_owned().into(),
            persistence: Persistence::Browser,
        };
        auth.sign_up(form, &Client::default(), None, NOW)
            .await
            .unwrap();
    }
}

async fn mail_server(taken: Arc<AtomicUsize>) -> u16 {
    let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
    let port = listener.local_addr().unwrap().port();
    tokio::spawn(async move {
        loop {
            let (stream, _) = listener.accept().await.unwrap();
            let taken = Arc::clone(&taken);
            tokio::spawn(async move { serve(stream, &taken).await });
        }
    });
    port
}

/// Says yes to everything (RFC 5321), until the client hangs up.
async fn serve(stream: TcpStream, taken: &AtomicUsize) -> Option<()> {
    stream.set_nodelay(true).ok()?;
    let mut stream = BufReader::new(stream);
    stream.write_all(b"220 localhost\r\n").await.ok()?;
    let mut line = Vec::new();
    loop {
        line.clear();
        if stream.read_until(b'\n', &mut line).await.ok()? == 0 {
            return None;
        }
        let answer: &[u8] = match line.get(..4)? {
            b"EHLO" => b"250 localhost\r\n",
            b"DATA" => {
                stream.write_all(b"354 go on\r\n").await.ok()?;
                read_letter(&mut stream).await?;
                taken.fetch_add(1, Ordering::SeqCst);
                b"250 taken\r\n"
            }
            b"QUIT" => b"221 bye\r\n",
            _ => b"250 yes\r\n",
        };
        stream.write_all(answer).await.ok()?;
    }
}

async fn read_letter(stream: &mut BufReader<TcpStream>) -> Option<()> {
    let mut line = Vec::new();
    loop {
        line.clear();
        if stream.read_until(b'\n', &mut line).await.ok()? == 0 {
            return None;
        }
        if line == b".\r\n" {
            return Some(());
        }
    }
}

/// Resident memory of this process, in bytes. The mail server is in it, too.
fn resident() -> usize {
    let status = std::fs::read_to_string("/proc/self/statm").unwrap_or_default();
    let pages = status
        .split_whitespace()
        .nth(1)
        .and_then(|pages| pages.parse::<usize>().ok());
    pages.unwrap_or_default() * 4096
}

fn config(folder: &std::path::Path, port: u16) -> Config {
    let limits = Limits {
        idle: Duration::hours(2),
        absolute: Duration::hours(24),
    };
    Config {
        database: Database::file(&folder.join("latchkey.db"), StdDuration::from_secs(20)),
        secret: MasterSecret::new(vec![1; 32]).unwrap(),
        previous_secrets: Vec::new(),
        issuer: "http://localhost:3000".to_owned(),
        lifespans: Lifespans {
            access: Duration::seconds(600),
            remembered: limits,
            browser: limits,
        },
        registration: Registration::Open,
        password_min_length: 12,
        password_cost: Cost {
            memory: 64,
            iterations: 1,
            parallelism: 1,
        },
        hash_pool: HashPool::default(),
        signing_algorithm: SigningAlgorithm::EdDsa,
        confirmation: Confirmation::Optional,
        mail: MailConfig {
            route: MailRoute::Smtp(SmtpServer {
                host: "127.0.0.1".to_owned(),
                port,
                security: SmtpSecurity::Plain,
                credentials: None,
            }),
            from: SENDER.parse().unwrap(),
        },
        rate_limits: RateLimits::Off,
    }
}
