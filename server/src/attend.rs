//! What is done for every request, whatever it is for.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::SocketAddr;
use std::task::{Context, Poll};

use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use axum::{BoxError, Router};
use futures_util::future::{BoxFuture, Either};
use tower::Service;

use crate::requests::Watched;
use crate::{App, answer, guard, language, security};

/// The site: whatever is asked of it, is asked here. Cheap to clone.
///
/// It is a service written out, and no layer of a router: who is turned away at once is answered before anything is
/// made that only the others need.
#[derive(Clone)]
pub struct Reception {
    app: App,
    /// Who is at the other end of the connection, where this is known.
    peer: Option<SocketAddr>,
    next: Router,
}

impl Reception {
    pub(crate) fn new(app: App, next: Router) -> Self {
        let peer = None;
        Self { app, peer, next }
    }

    /// What answers on a connection that has `peer` at its other end. Where nobody says who that is, all are one client.
    #[must_use]
    pub fn for_peer(&self, peer: SocketAddr) -> Self {
        let peer = Some(peer);
        Self {
            peer,
            ..self.clone()
        }
    }
}

type Answer = Result<Response, Infallible>;

impl<B> Service<Request<B>> for Reception
where
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Either<Ready<Answer>, BoxFuture<'static, Answer>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request>::poll_ready(&mut self.next, cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let watched = Watched::begin(&self.app.measured, &request);
        if let Some(redirect) = guard::turn_away(&self.app, &request) {
            return Either::Left(ready(Ok(watched.answered(redirect))));
        }
        let mut request = request.map(Body::new);
        if let Some(peer) = self.peer {
            request.extensions_mut().insert(ConnectInfo(peer));
        }
        // The one that is ready answers, and its copy waits for the next request.
        let copy = self.next.clone();
        let next = std::mem::replace(&mut self.next, copy);
        let app = self.app.clone();
        Either::Right(Box::pin(async move {
            let response = watched.during(attend(&app, request, next)).await;
            Ok(watched.answered(response))
        }))
    }
}

/// To be read from the last line up, which is the outermost. They are called by each other: as layers of their own, each
/// would move the request and the answer through the heap.
async fn attend(app: &App, request: Request, mut next: Router) -> Response {
    let next = async |request| match next.call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let render = async |request| answer::render(app, request, next).await;
    let choose = async |request| language::choose(app, request, render).await;
    security::headers(app, request, choose).await
}
