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

use crate::requests::loggable;
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
        && is_same_for_strangers(parts.uri.path());
    let nonce = parts.extensions.get::<PolicyNonce>().cloned();
    let language = parts.extensions.get::<Language>().copied();
    let asked = (is_stranger && is_same)
        .then(|| Some((app.services.visit(&parts), language?)))
        .flatten();
    let request = Request::from_parts(parts, body);
    let (Some(asked), Some(PolicyNonce(nonce))) = (asked, nonce) else {
        return next.run(request).await;
    };
    let render = async || next.run(request).await;
    app.prepared.answer(asked, &nonce, render).await
}

/// A page by a pattern is at as many places as somebody cares to ask for: there is no room for those.
fn is_same_for_strangers(path: &str) -> bool {
    page_at(path).is_some_and(|page| page.is_same_for_strangers && page.is_only_at(path))
}

impl Prepared {
    async fn answer(
        &self,
        asked: Asked,
        nonce: &str,
        render: impl AsyncFnOnce() -> Response,
    ) -> Response {
        match self.get(&asked) {
            Some(page) => page.with(nonce),
            None => self.keep(asked, render().await, nonce).await,
        }
    }

    fn get(&self, asked: &Asked) -> Option<Arc<Page>> {
        let pages = self.0.read().unwrap_or_else(PoisonError::into_inner);
        pages.get(asked).cloned()
    }

    /// Whether there was room.
    fn put(&self, asked: Asked, page: Page) -> bool {
        let mut pages = self.0.write().unwrap_or_else(PoisonError::into_inner);
        let has_room = pages.len() < MOST;
        if has_room {
            pages.insert(asked, Arc::new(page));
        }
        has_room
    }

    async fn keep(&self, asked: Asked, response: Response, nonce: &str) -> Response {
        if response.status() != StatusCode::OK {
            return response;
        }
        let (parts, body) = response.into_parts();
        let Ok(body) = to_bytes(body, LARGEST).await else {
            return answer::failure(AppError::internal());
        };
        if let Some(page) = Page::new(parts.headers.clone(), &body, nonce) {
            let path = loggable(&asked.0.path);
            if self.put(asked, page) {
                tracing::debug!(path, "a page is kept for all strangers");
            }
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

#[cfg(test)]
mod tests {
    use std::cell::Cell;

    use axum::http::header::CONTENT_TYPE;
    use axum::response::{Html, IntoResponse};

    use super::*;

    async fn text(response: Response) -> String {
        let body = to_bytes(response.into_body(), LARGEST).await.unwrap();
        String::from_utf8(body.to_vec()).unwrap()
    }

    #[tokio::test]
    async fn a_page_is_rendered_once_for_all_who_ask_the_same() {
        let (prepared, rendered) = (Prepared::default(), Cell::new(0));
        let english = (Visit::default(), Language::En);
        let german = (Visit::default(), Language::De);
        for (asked, nonce, so_far) in [
            (&english, "n1", 1),
            (&english, "n2", 1),
            (&german, "n3", 2),
            (&english, "n4", 2),
        ] {
            let render = async || {
                rendered.set(rendered.get() + 1);
                Html(format!("<script nonce={nonce}>")).into_response()
            };
            let response = prepared.answer(asked.clone(), nonce, render).await;
            assert_eq!(response.headers()[CONTENT_TYPE], "text/html; charset=utf-8");
            assert_eq!(text(response).await, format!("<script nonce={nonce}>"));
            assert_eq!(rendered.get(), so_far, "{nonce}");
        }
    }

    #[tokio::test]
    async fn what_is_no_page_is_not_kept() {
        let (prepared, rendered) = (Prepared::default(), Cell::new(0));
        let asked = (Visit::default(), Language::En);
        for so_far in 1..=2 {
            let render = async || {
                rendered.set(rendered.get() + 1);
                (StatusCode::SERVICE_UNAVAILABLE, "nonce").into_response()
            };
            let response = prepared.answer(asked.clone(), "nonce", render).await;
            assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
            assert_eq!(rendered.get(), so_far);
        }
    }

    #[tokio::test]
    async fn a_page_without_a_nonce_is_not_kept() {
        let prepared = Prepared::default();
        let asked = (Visit::default(), Language::En);
        let render = async || Html("the same for all").into_response();
        let response = prepared.answer(asked.clone(), "nonce", render).await;
        assert_eq!(text(response).await, "the same for all");
        assert!(prepared.get(&asked).is_none());
    }
}
