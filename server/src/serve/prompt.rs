//! Clients that are let in and say nothing.
//!
//! Where HTTP/1 and HTTP/2 are both spoken, the first bytes say which it is, and hyper waits for them without end.

use std::io;
use std::pin::Pin;
use std::time::Duration;

use axum_server::accept::Accept;
use tokio::io::{AsyncBufReadExt, AsyncRead, AsyncWrite, BufReader};

/// What is read at once: the head of most requests. Longer reads pass it by.
const FIRST: usize = 2048;

/// Lets those in whom `inner` lets in, when they have something to say.
#[derive(Clone)]
pub(super) struct Prompt<A> {
    pub(super) inner: A,
    /// For the first byte.
    pub(super) patience: Duration,
}

type Accepting<T, S> = Pin<Box<dyn Future<Output = io::Result<(T, S)>> + Send>>;

impl<A, I, S> Accept<I, S> for Prompt<A>
where
    A: Accept<I, S, Future: Send + 'static, Service: Send, Stream: Send + Unpin>,
    A::Stream: AsyncRead + AsyncWrite,
    A::Service: 'static,
    A::Stream: 'static,
{
    type Stream = BufReader<A::Stream>;
    type Service = A::Service;
    type Future = Accepting<Self::Stream, Self::Service>;

    fn accept(&self, stream: I, service: S) -> Self::Future {
        let (accepting, patience) = (self.inner.accept(stream, service), self.patience);
        Box::pin(async move {
            let (stream, service) = accepting.await?;
            let mut stream = BufReader::with_capacity(FIRST, stream);
            let first = tokio::time::timeout(patience, stream.fill_buf());
            if first.await??.is_empty() {
                return Err(io::ErrorKind::UnexpectedEof.into());
            }
            Ok((stream, service))
        })
    }
}
