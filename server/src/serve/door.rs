//! How many connections are held, and how long for clients that do not read.

use std::future::{Ready, ready};
use std::io;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use axum_server::accept::Accept;
use metrics::counter;
use tokio::net::TcpStream;
use tokio_io_timeout::TimeoutStream;
use tower::Service;

use crate::client::Proxies;
use crate::crowd::{Crowd, Place};

/// How long a client may take no byte of an answer that is ready for it.
const READING_LIMIT: Duration = Duration::from_secs(30);

/// Connections that were closed at once, because there were too many.
pub(crate) const TURNED_AWAY: &str = "latchkey_connections_turned_away_total";

/// Lets connections in. Beyond its limits they are closed at once: whoever waits for a place in vain would
/// only hold one of the system's.
#[derive(Clone)]
pub(super) struct Door {
    crowd: Crowd,
    /// They hold connections for many.
    proxies: Proxies,
}

impl Door {
    /// A client that is no proxy of ours holds a quarter of them at most.
    pub(super) fn new(most: usize, proxies: Proxies) -> Self {
        Self {
            crowd: Crowd::new(most, most.div_ceil(4)),
            proxies,
        }
    }
}

/// What answers on a connection, with the connection's place.
#[derive(Clone)]
pub(super) struct Seated<S> {
    service: S,
    _place: Arc<Place>,
}

impl<S: Service<R>, R> Service<R> for Seated<S> {
    type Response = S::Response;
    type Error = S::Error;
    type Future = S::Future;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Self::Error>> {
        self.service.poll_ready(cx)
    }

    fn call(&mut self, request: R) -> Self::Future {
        self.service.call(request)
    }
}

/// It fails when a client does not read for too long.
type Patient = Pin<Box<TimeoutStream<TcpStream>>>;

impl<S> Accept<TcpStream, S> for Door {
    type Stream = Patient;
    type Service = Seated<S>;
    type Future = Ready<io::Result<(Patient, Seated<S>)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        ready(self.let_in(stream, service))
    }
}

impl Door {
    fn let_in<S>(&self, stream: TcpStream, service: S) -> io::Result<(Patient, Seated<S>)> {
        let peer = stream.peer_addr()?.ip();
        let client = (!self.proxies.has(peer)).then_some(peer);
        let Some(place) = self.crowd.enter(client) else {
            counter!(TURNED_AWAY).increment(1);
            return Err(io::Error::other("there are too many connections"));
        };
        // Without it the second part of an answer waits for the delayed acknowledgement of the first.
        stream.set_nodelay(true)?;
        let mut stream = TimeoutStream::new(stream);
        stream.set_write_timeout(Some(READING_LIMIT));
        let service = Seated {
            service,
            _place: Arc::new(place),
        };
        Ok((Box::pin(stream), service))
    }
}
