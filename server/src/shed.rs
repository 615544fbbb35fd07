//! What there is no room for is turned away at once, instead of making everybody wait.

use app::error::{AppError, Failure};
use axum::body::Body;
use axum::extract::{Request, State};
use axum::middleware::Next;
use axum::response::Response;
use tokio::sync::Semaphore;

use crate::crowd::Crowd;
use crate::receive::{Received, receive};
use crate::{App, answer};

/// Bodies that may be on their way for each request that is worked on. They are 64 KB at most.
const BODIES: usize = 4;

/// The part of them that one client may send at once.
const OF_ONE: usize = 16;

/// Where there is room.
pub(crate) struct Room {
    /// For those that are worked on.
    places: Semaphore,
    /// For those whose body is on its way: a client that sends it a byte at a time takes no place of the others.
    arriving: Crowd,
}

impl Room {
    pub(crate) fn new(requests: usize) -> Self {
        let bodies = requests * BODIES;
        Self {
            places: Semaphore::new(requests),
            arriving: Crowd::new(bodies, bodies.div_ceil(OF_ONE)),
        }
    }
}

/// Works on a request when there is a place for it. The place is free again when the answer begins: it is
/// the rendering that takes memory.
pub(crate) async fn shed(State(app): State<App>, mut request: Request, next: Next) -> Response {
    if !request.method().is_safe() {
        let client = app.proxies.client(request.headers(), request.extensions());
        let Some(_arriving) = app.room.arriving.enter(client) else {
            return overloaded();
        };
        let body = std::mem::replace(request.body_mut(), Body::empty());
        let received = receive(body).await;
        request.extensions_mut().insert(Received(received));
    }
    let Ok(_place) = app.room.places.try_acquire() else {
        return overloaded();
    };
    next.run(request).await
}

fn overloaded() -> Response {
    answer::failure(AppError::from(Failure::Overloaded).after(2))
}
