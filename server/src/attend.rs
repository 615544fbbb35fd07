//! What is done for every request, whatever it is for.

use std::convert::Infallible;
use std::future::{Ready, ready};
use std::task::{Context, Poll};

use axum::extract::Request;
use axum::response::{IntoResponse, Response};
use futures_util::future::{BoxFuture, Either};
use tower::{Layer, Service};

use crate::requests::Watched;
use crate::{App, answer, guard, language, security};

/// The outermost layer, written out: who is turned away at once is answered without a future that has room for all
/// that is done for the others.
#[derive(Clone)]
pub(crate) struct Attend(pub(crate) App);

impl<S> Layer<S> for Attend {
    type Service = Attended<S>;

    fn layer(&self, next: S) -> Attended<S> {
        let app = self.0.clone();
        Attended { app, next }
    }
}

#[derive(Clone)]
pub(crate) struct Attended<S> {
    app: App,
    next: S,
}

type Answer = Result<Response, Infallible>;

impl<S> Service<Request> for Attended<S>
where
    S: Service<Request, Error = Infallible> + Clone + Send + 'static,
    S::Response: IntoResponse,
    S::Future: Send,
{
    type Response = Response;
    type Error = Infallible;
    type Future = Either<Ready<Answer>, BoxFuture<'static, Answer>>;

    fn poll_ready(&mut self, cx: &mut Context<'_>) -> Poll<Result<(), Infallible>> {
        self.next.poll_ready(cx)
    }

    fn call(&mut self, request: Request) -> Self::Future {
        let watched = Watched::begin(&self.app.measured, &request);
        if let Some(redirect) = guard::turn_away(&self.app, &request) {
            return Either::Left(ready(Ok(watched.answered(redirect))));
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
async fn attend<S>(app: &App, request: Request, mut next: S) -> Response
where
    S: Service<Request, Error = Infallible>,
    S::Response: IntoResponse,
{
    let next = async |request| match next.call(request).await {
        Ok(response) => response.into_response(),
        Err(never) => match never {},
    };
    let render = async |request| answer::render(app, request, next).await;
    let choose = async |request| language::choose(app, request, render).await;
    security::headers(app, request, choose).await
}
