//! Pages that are the same for all strangers: rendered once, and given to each with a nonce of their own.

use std::collections::HashMap;
use std::sync::{Arc, PoisonError, RwLock};

use app::error::AppError;
use app::pages::page_at;
use app::session::Visit;
use app::ssr::{Arrival, PolicyNonce};
use axum::body::{Body, to_bytes};
use axum::extract::{Request, State};
use axum::http::{HeaderMap, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use words::Language;

use crate::{App, answer};

/// So many are kept: some for each page, by theme and language.
const MOST: usize = 64;

/// The largest page, in bytes.
const LARGEST: usize = 1 << 20;

/// The pages that were rendered.
#[derive(Default)]
pub(crate) struct Prepared(RwLock<HashMap<Asked, Arc<Page>>>);

/// Whatever a page depends on.
type Asked = (Visit, Language);

/// A page, cut where the nonce stood that it was rendered with.
struct Page {
    headers: HeaderMap,
    pieces: Vec<Box<str>>,
}

/// Answers strangers by the page that was rendered for the first of them, where the table of pages says that what it
/// shows them is decided by their [`Visit`] and the language.
pub(crate) async fn prepare(State(app): State<App>, request: Request, next: Next) -> Response {
    let (parts, body) = request.into_parts();
    let is_stranger = parts
        .extensions
        .get::<Arrival>()
        .is_some_and(|arrival| arrival.session.is_none());
    let is_same = parts.method == Method::GET
        && parts.uri.query().is_none()
        && page_at(parts.uri.path()).is_some_and(|page| page.is_same_for_strangers);
    let nonce = parts.extensions.get::<PolicyNonce>().cloned();
    let language = parts.extensions.get::<Language>().copied();
    let asked = (is_stranger && is_same)
        .then(|| Some((app.services.visit(&parts), language?)))
        .flatten();
    let request = Request::from_parts(parts, body);
    let (Some(asked), Some(PolicyNonce(nonce))) = (asked, nonce) else {
        return next.run(request).await;
    };
    if let Some(page) = app.prepared.get(&asked) {
        return page.with(&nonce);
    }
    let response = next.run(request).await;
    app.prepared.keep(asked, response, &nonce).await
}

impl Prepared {
    fn get(&self, asked: &Asked) -> Option<Arc<Page>> {
        let pages = self.0.read().unwrap_or_else(PoisonError::into_inner);
        pages.get(asked).cloned()
    }

    async fn keep(&self, asked: Asked, response: Response, nonce: &str) -> Response {
        if response.status() != StatusCode::OK {
            return response;
        }
        let (parts, body) = response.into_parts();
        let Ok(body) = to_bytes(body, LARGEST).await else {
            return answer::failure(AppError::internal());
        };
        let page = Page::new(parts.headers.clone(), &body, nonce);
        let mut pages = self.0.write().unwrap_or_else(PoisonError::into_inner);
        if let Some(page) = page
            && pages.len() < MOST
        {
            pages.insert(asked, Arc::new(page));
        }
        Response::from_parts(parts, Body::from(body))
    }
}

impl Page {
    /// None when there is no nonce in it, or no text.
    fn new(headers: HeaderMap, body: &[u8], nonce: &str) -> Option<Self> {
        let pieces = str::from_utf8(body).ok()?.split(nonce);
        let pieces: Vec<Box<str>> = pieces.map(Box::from).collect();
        (pieces.len() > 1).then_some(Self { headers, pieces })
    }

    fn with(&self, nonce: &str) -> Response {
        let mut response = Response::new(Body::from(self.pieces.join(nonce)));
        *response.headers_mut() = self.headers.clone();
        response
    }
}
