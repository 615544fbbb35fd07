//! Listening, and leaving.

use std::io::ErrorKind;
use std::net::{SocketAddr, TcpListener};
use std::time::Duration;

use anyhow::Context;
use axum::Router;
use axum_server::Handle;
use axum_server::accept::NoDelayAcceptor;
use hyper_util::rt::TokioTimer;
use tokio::signal::unix::{SignalKind, signal};
use tokio::sync::watch;

/// How long a client may take to send the head of a request. Without it, a few hundred sockets that
/// send one byte a minute would hold the server.
const HEAD_LIMIT: Duration = Duration::from_secs(15);

/// How long requests that are under way may still take when the process is asked to leave.
pub const FAREWELL: Duration = Duration::from_secs(10);

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

/// Serves until the process is asked to leave, and then until what is under way is done.
///
/// # Errors
/// When the listener breaks.
pub async fn serve(listener: TcpListener, router: Router, leaving: Leaving) -> anyhow::Result<()> {
    let handle = Handle::new();
    let door = handle.clone();
    tokio::spawn(async move {
        leaving.asked().await;
        door.graceful_shutdown(Some(FAREWELL));
    });
    // Without TCP_NODELAY the second part of an answer waits for the delayed acknowledgement of the first.
    let mut server = axum_server::from_tcp(listener)?
        .acceptor(NoDelayAcceptor::new())
        .handle(handle)
        .http1_only();
    let http = server.http_builder();
    http.http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT);
    server
        .serve(router.into_make_service_with_connect_info::<SocketAddr>())
        .await
        .context("serving")
}
