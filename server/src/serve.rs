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

/// How long a client may take to send the head of a request. Without it, a few hundred sockets that
/// send one byte a minute would hold the server.
const HEAD_LIMIT: Duration = Duration::from_secs(15);

/// How long requests that are under way may still take when the process is asked to leave.
const FAREWELL: Duration = Duration::from_secs(10);

/// Takes the address.
///
/// # Errors
/// A sentence that names the setting, and what is in the way.
pub fn listen(address: SocketAddr) -> anyhow::Result<TcpListener> {
    let listener = TcpListener::bind(address).map_err(|error| match error.kind() {
        ErrorKind::AddrInUse => {
            anyhow::anyhow!("LEPTOS_SITE_ADDR is {address}: another program listens there")
        }
        _ => anyhow::Error::new(error).context(format!(
            "LEPTOS_SITE_ADDR is {address}: it cannot be listened on"
        )),
    })?;
    listener.set_nonblocking(true).context("the listener")?;
    Ok(listener)
}

/// Serves until SIGTERM or Ctrl-C, and then until what is under way is done.
///
/// # Errors
/// When the listener breaks.
pub async fn serve(listener: TcpListener, router: Router) -> anyhow::Result<()> {
    let handle = Handle::new();
    tokio::spawn(leave_when_asked(handle.clone()));
    // Without TCP_NODELAY the second part of an answer waits for the delayed acknowledgement of the first.
    let mut server = axum_server::from_tcp(listener)?
        .acceptor(NoDelayAcceptor::new())
        .handle(handle)
        .http1_only();
    server
        .http_builder()
        .http1()
        .timer(TokioTimer::new())
        .header_read_timeout(HEAD_LIMIT);
    server
        .serve(router.into_make_service_with_connect_info::<SocketAddr>())
        .await
        .context("serving")
}

async fn leave_when_asked(handle: Handle<SocketAddr>) {
    let mut terminate =
        signal(SignalKind::terminate()).expect("a handler for SIGTERM can be installed");
    tokio::select! {
        _ = terminate.recv() => {}
        _ = tokio::signal::ctrl_c() => {}
    }
    tracing::info!("leaving when what is under way is done");
    handle.graceful_shutdown(Some(FAREWELL));
}
