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

/// Listens for SIGTERM and Ctrl-C from now on. What is returned ends when one of them has come.
///
/// # Errors
/// When the system does not let a handler be installed.
pub fn asked_to_leave() -> anyhow::Result<impl Future<Output = ()> + Send + 'static> {
    let mut terminate = signal(SignalKind::terminate()).context("a handler for SIGTERM")?;
    let mut interrupt = signal(SignalKind::interrupt()).context("a handler for SIGINT")?;
    Ok(async move {
        tokio::select! {
            _ = terminate.recv() => {}
            _ = interrupt.recv() => {}
        }
    })
}

/// Serves until `asked` ends, and then until what is under way is done.
///
/// # Errors
/// When the listener breaks.
pub async fn serve(
    listener: TcpListener,
    router: Router,
    asked: impl Future<Output = ()> + Send + 'static,
) -> anyhow::Result<()> {
    let handle = Handle::new();
    let leaving = handle.clone();
    tokio::spawn(async move {
        asked.await;
        tracing::info!("leaving when what is under way is done");
        leaving.graceful_shutdown(Some(FAREWELL));
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
