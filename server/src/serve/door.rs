//! How many connections are held, and how long for clients that do not read.

use std::collections::HashMap;
use std::future::{Ready, ready};
use std::io;
use std::net::IpAddr;
use std::sync::{Arc, Mutex, PoisonError};
use std::task::{Context, Poll};
use std::time::Duration;

use auth::Subnet;
use axum_server::accept::Accept;
use tokio::net::TcpStream;
use tokio_io_timeout::TimeoutStream;
use tower::Service;

use crate::client::Proxies;

/// How long a client may take no byte of an answer that is ready for it.
const READING_LIMIT: Duration = Duration::from_secs(30);

/// Lets connections in. Beyond its limits they are closed at once: whoever waits for a place in vain would
/// only hold one of the system's.
#[derive(Clone)]
pub(super) struct Door {
    most: usize,
    /// One client must not take all of them.
    most_of_one: usize,
    /// They hold connections for many.
    proxies: Proxies,
    held: Arc<Mutex<Held>>,
}

#[derive(Default)]
struct Held {
    all: usize,
    by_subnet: HashMap<Subnet, usize>,
}

impl Door {
    pub(super) fn new(most: usize, proxies: Proxies) -> Self {
        Self {
            most,
            most_of_one: most.div_ceil(4),
            proxies,
            held: Arc::default(),
        }
    }

    fn enter(&self, peer: IpAddr) -> Option<Place> {
        let subnet = (!self.proxies.has(peer)).then(|| Subnet::from(peer));
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        if held.all >= self.most {
            return None;
        }
        if let Some(subnet) = subnet {
            let of_one = held.by_subnet.entry(subnet).or_default();
            if *of_one >= self.most_of_one {
                return None;
            }
            *of_one += 1;
        }
        held.all += 1;
        Some(Place {
            subnet,
            held: Arc::clone(&self.held),
        })
    }
}

/// A connection's, for as long as it lives.
struct Place {
    subnet: Option<Subnet>,
    held: Arc<Mutex<Held>>,
}

impl Drop for Place {
    fn drop(&mut self) {
        let mut held = self.held.lock().unwrap_or_else(PoisonError::into_inner);
        held.all -= 1;
        if let Some(subnet) = &self.subnet
            && let Some(of_one) = held.by_subnet.get_mut(subnet)
        {
            *of_one -= 1;
            if *of_one == 0 {
                held.by_subnet.remove(subnet);
            }
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

impl<S> Accept<TcpStream, S> for Door {
    type Stream = std::pin::Pin<Box<TimeoutStream<TcpStream>>>;
    type Service = Seated<S>;
    type Future = Ready<io::Result<(Self::Stream, Self::Service)>>;

    fn accept(&self, stream: TcpStream, service: S) -> Self::Future {
        ready(self.let_in(stream, service))
    }
}

impl Door {
    #[expect(clippy::type_complexity, reason = "it is what the trait asks for")]
    fn let_in<S>(
        &self,
        stream: TcpStream,
        service: S,
    ) -> io::Result<(
        <Self as Accept<TcpStream, S>>::Stream,
        <Self as Accept<TcpStream, S>>::Service,
    )> {
        let peer = stream.peer_addr()?.ip();
        let Some(place) = self.enter(peer) else {
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

#[cfg(test)]
mod tests {
    use super::*;

    fn address(text: &str) -> IpAddr {
        text.parse().unwrap()
    }

    #[test]
    fn a_place_is_free_again_when_its_connection_is_over() {
        let door = Door::new(2, Proxies::default());
        let one = door.enter(address("203.0.113.1"));
        let other = door.enter(address("203.0.113.2"));
        assert!(one.is_some() && other.is_some());
        assert!(door.enter(address("203.0.113.3")).is_none());
        drop(one);
        assert!(door.enter(address("203.0.113.3")).is_some());
    }

    #[test]
    fn one_client_takes_a_quarter_at_most_and_a_proxy_as_many_as_it_needs() {
        let proxies = Proxies::new(vec!["10.0.0.1/32".parse().unwrap()]);
        let door = Door::new(8, proxies);
        let of_one: Vec<_> = (0..4)
            .filter_map(|_| door.enter(address("2001:db8::1")))
            .collect();
        assert_eq!(of_one.len(), 2);
        assert!(door.enter(address("2001:db8::ffff")).is_none());
        let of_proxy: Vec<_> = (0..9)
            .filter_map(|_| door.enter(address("10.0.0.1")))
            .collect();
        assert_eq!(of_proxy.len(), 6);
        drop((of_one, of_proxy));
        let held = door.held.lock().unwrap();
        assert!(held.all == 0 && held.by_subnet.is_empty());
    }
}
