//! Listening, and leaving.

mod door;
mod prompt;
mod tls;

use std::convert::Infallible;
use std::future::ready;
use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use anyhow::Context;
use axum::extract::Request;
use axum::response::Response;
use axum_server::Handle;
use axum_server::tls_rustls::{RustlsAcceptor, RustlsConfig};
use hyper::body::Incoming;
use hyper_util::rt::{TokioExecutor, TokioTimer};
use hyper_util::server::conn::auto;
use rustix::process::{Resource, getrlimit, setrlimit};
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;
use tower::{Service, service_fn};

use crate::client::Proxies;
use crate::serve::door::Door;
pub(crate) use crate::serve::door::TURNED_AWAY;
use crate::serve::prompt::Prompt;
pub use crate::serve::tls::Certificate;

/// How long a client may take to send the head of a request, also the next one on a connection. Without it, a few
/// hundred sockets that send one byte a minute would hold the server. Shorter, those who say nothing cost more: each
/// comes again, and to be let in costs far more than to be held.
const HEAD_LIMIT: Duration = Duration::from_secs(30);

/// How long a client may take to agree on keys.
const HANDSHAKE_LIMIT: Duration = Duration::from_secs(10);

/// How many requests may be under way on one connection of HTTP/2.
const STREAMS: u32 = 64;

/// How many bytes of bodies may wait on such a connection for each request: the largest body.
const WINDOW: u32 = 64 * 1024;

/// How often the other end of such a connection is asked whether it is there.
const PING: Duration = Duration::from_secs(60);

/// How long requests that are under way may still take when the process is asked to leave.
pub const FAREWELL: Duration = Duration::from_secs(10);

/// The largest head of a request, in bytes: three cookies of the largest size, and what browsers say beside.
const MAX_HEAD: usize = 16 * 1024;

/// Files that are open beside connections: the database, letters, and what is read from the site's folder.
const OTHER_FILES: u64 = 128;

/// On which terms connections are held.
pub struct Terms {
    /// How many, at most.
    pub connections: usize,
    /// Who may hold more of them than one client.
    pub proxies: Proxies,
    /// How long a process that was asked to leave goes on taking requests.
    pub notice_period: Duration,
    /// What TLS is spoken with; without it plain HTTP is.
    pub tls: Option<RustlsConfig>,
}

impl Terms {
    /// Of a listener for a few programs of the operator's own.
    pub(crate) fn of_few() -> Self {
        Self {
            connections: 64,
            proxies: Proxies::default(),
            notice_period: Duration::ZERO,
            tls: None,
        }
    }

    /// Lets the process open as many files as it may, and holds as many connections as that allows.
    #[must_use]
    pub fn within_the_systems(self) -> Self {
        let mut limit = getrlimit(Resource::Nofile);
        limit.current = limit.maximum;
        let raised = setrlimit(Resource::Nofile, limit);
        let files = getrlimit(Resource::Nofile).current.unwrap_or(u64::MAX);
        let most = usize::try_from(files.saturating_sub(OTHER_FILES)).unwrap_or(usize::MAX);
        if most < self.connections {
            let wanted = self.connections;
            tracing::warn!(
                files,
                wanted,
                ?raised,
                "fewer connections can be held than LATCHKEY_MAX_CONNECTIONS"
            );
        }
        let connections = self.connections.min(most.max(1));
        Self {
            connections,
            ..self
        }
    }
}

/// Takes the address that a setting names.
///
/// # Errors
/// A sentence that names the setting, and what is in the way.
pub fn listen(setting: &str, address: SocketAddr) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(address).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => {
            anyhow::anyhow!("{setting} is {address}: another program listens there")
        }
        _ => anyhow::Error::new(error)
            .context(format!("{setting} is {address}: it cannot be listened on")),
    })?;
    listener.set_nonblocking(true).context("the listener")?;
    Ok(listener)
}

/// Whether the process was asked to leave; cheap to clone.
#[derive(Clone)]
pub struct Leaving(watch::Receiver<bool>);

impl Leaving {
    /// Of a process that nobody asks.
    #[must_use]
    pub fn never() -> Self {
        Self(watch::Sender::new(false).subscribe())
    }

    #[must_use]
    pub fn is_asked(&self) -> bool {
        *self.0.borrow()
    }

    /// Returns when it was asked, also when that was before.
    pub async fn asked(&self) {
        let mut asked = self.0.clone();
        if asked.wait_for(|asked| *asked).await.is_err() {
            // Nobody is left who could ask.
            std::future::pending().await
        }
    }
}

/// Listens for SIGTERM and Ctrl-C from now on.
///
/// # Errors
/// When the system does not let a handler be installed.
pub fn asked_to_leave() -> anyhow::Result<Leaving> {
    let mut terminate = signal(SignalKind::terminate()).context("a handler for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("a handler for SIGINT")?;
    let (asked, leaving) = watch::channel(false);
    tokio::spawn(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
        tracing::info!("leaving when what is under way is done");
        asked.send_replace(true);
        // Kept, so that whoever asks later hears the same.
        asked.closed().await;
    });
    Ok(Leaving(leaving))
}

/// Serves until the process is asked to leave, then for the notice period, and then until what is under way is done.
/// `site` makes what answers on a connection, for the address at its other end.
///
/// What comes at the very moment when the door closes is lost. With a notice period nobody comes any more: who
/// distributes requests over several nodes has heard of it (`/readyz`), and this one still takes what they send.
///
/// # Errors
/// When the listener breaks.
pub async fn serve<S>(
    listener: TcpListener,
    site: impl Fn(SocketAddr) -> S,
    leaving: Leaving,
    terms: Terms,
) -> anyhow::Result<()>
where
    S: Service<Request<Incoming>, Response = Response, Error = Infallible, Future: Send>,
    S: Clone + Send + 'static,
{
    let handle = Handle::new();
    let door = handle.clone();
    tokio::spawn(async move {
        leaving.asked().await;
        tokio::time::sleep(terms.notice_period).await;
        door.graceful_shutdown(Some(FAREWELL));
    });
    let service = service_fn(|peer| ready(Ok::<_, Infallible>(site(peer))));
    let door = Door::new(terms.connections, terms.proxies);
    let server = axum_server::from_tcp(listener)?.handle(handle);
    let served = match terms.tls {
        None => {
            let mut server = server.acceptor(door).http1_only();
            limit(server.http_builder());
            server.serve(service).await
        }
        Some(tls) => {
            let tls = RustlsAcceptor::new(tls).handshake_timeout(HANDSHAKE_LIMIT);
            let mut server = server.acceptor(Prompt {
                inner: tls.acceptor(door),
                patience: HEAD_LIMIT,
            });
            limit(server.http_builder());
            server.serve(service).await
        }
    };
    served.context("serving")
}

/// What one connection may ask of us.
fn limit(http: &mut auto::Builder<TokioExecutor>) {
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT)
        .max_buf_size(MAX_HEAD);
    // A stream that was reset costs no more than one that is open (CVE-2023-44487 is dealt with in `h2`).
    http.http2()
        .timer(TokioTimer::new())
        .max_header_list_size(MAX_HEAD as u32)
        .max_concurrent_streams(STREAMS)
        .initial_stream_window_size(WINDOW)
        .initial_connection_window_size(2 * WINDOW)
        .max_send_buf_size(WINDOW as usize)
        .keep_alive_interval(PING)
        .keep_alive_timeout(HEAD_LIMIT);
}
