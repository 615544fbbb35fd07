//! What is done for every request, whatever it is for.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::net::SocketAddr;
use std::panic::AssertUnwindSafe;
use std::task::{Context, Poll};

use app::error::AppError;
use axum::body::{Body, Bytes, HttpBody};
use axum::extract::{ConnectInfo, Request};
use axum::response::Response;
use axum::{BoxError, Router};
use futures_util::FutureExt;
use futures_util::future::{BoxFuture, Either};
use tower::Service;

use crate::requests::Watched;
use crate::{App, answer, guard, language, security};

/// The whole site. It answers only to somebody: without an address there would be no limits for whoever asks.
#[derive(Clone)]
pub struct Reception {
    app: App,
    next: Router,
}

impl Reception {
    pub(crate) fn new(app: App, next: Router) -> Self {
        // As axum advises: a handler without state would be made a service anew each time it is asked for.
        let next = next.with_state(());
        Self { app, next }
    }

    /// What answers on a connection that has `peer` at its other end.
    #[must_use]
    pub fn for_peer(&self, peer: SocketAddr) -> Receptionist {
        let reception = self.clone();
        Receptionist { reception, peer }
    }
}

/// Answers every request of one connection. Cheap to clone.
///
/// It is a service written out, and no layer of a router: who is turned away at once is answered before anything is
/// made that only the others need.
#[derive(Clone)]
pub struct Receptionist {
    reception: Reception,
    peer: SocketAddr,
}

type Answer = Result<Response, Infallible>;

impl<B> Service<Request<B>> for Receptionist
where
    B: HttpBody<Data = Bytes, Error: Into<BoxError>> + Send + 'static,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Either<Ready<Answer>, BoxFuture<'static, Answer>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        Service::<Request>::poll_ready(&mut self.reception.next, cx)
    }

    fn call(&mut self, request: Request<B>) -> Self::Future {
        let Reception { app, next } = &mut self.reception;
        let watched = Watched::begin(&app.measured, &request);
        if let Some(redirect) = guard::turn_away(app, &request) {
            return Either::Left(ready(Ok(watched.answered(redirect))));
        }
        let mut request = request.map(Body::new);
        request.extensions_mut().insert(ConnectInfo(self.peer));
        // The one that is ready answers, and its copy waits for the next request.
        let copy = next.clone();
        let next = std::mem::replace(next, copy);
        let app = app.clone();
        Either::Right(Box::pin(async move {
            let response = watched.during(attend(&app, request, next)).await;
            Ok(watched.answered(response))
        }))
    }
}

/// To be read from the last line up, which is the outermost. They are called by each other: as layers of their own, each
/// would move the request and the answer through the heap.
async fn attend(app: &App, request: Request, mut next: Router) -> Response {
    let mut answer = async |request| match next.call(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    };
    let next = async |request| unless_it_panics(answer(request)).await;
    let render = async |request| answer::render(app, request, next).await;
    let choose = async |request| language::choose(app, request, render).await;
    security::headers(app, request, choose).await
}

/// A panic is a failure of one request.
pub(crate) async fn unless_it_panics(answering: impl Future<Output = Response>) -> Response {
    // What outlives it is behind locks that are held for a few lines, and taken whether or not they are poisoned.
    let answered = AssertUnwindSafe(answering).catch_unwind().await;
    answered.unwrap_or_else(|_| answer::failure(AppError::internal()))
}
