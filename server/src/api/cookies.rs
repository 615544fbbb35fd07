//! Whose requests bring cookies that count.
//!
//! A page of another site that may use the API makes browsers send our cookies too, when the two are parts of
//! one registered domain. They say who uses this site, and not who uses that one.

use axum::extract::{Request, State};
use axum::http::header::{COOKIE, ORIGIN};
use axum::http::{HeaderMap, HeaderValue};
use axum::middleware::Next;
use axum::response::Response;
use url::Url;

use crate::security::SEC_FETCH_SITE;

/// From where cookies count.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Counting {
    /// From pages of this site, and from what is no browser.
    FromHere,
    /// From whoever may use the API.
    FromAll,
}

/// The origin of this site, as browsers send it.
#[derive(Debug, Clone)]
pub(super) struct Own(HeaderValue);

impl Own {
    /// # Errors
    /// When the URL has no origin that a browser could send.
    pub(super) fn origin(public_url: &Url) -> anyhow::Result<Self> {
        let origin = public_url.origin().ascii_serialization();
        Ok(Self(HeaderValue::try_from(origin)?))
    }

    fn is_here(&self, headers: &HeaderMap) -> bool {
        match headers.get(SEC_FETCH_SITE) {
            Some(site) => site == "same-origin" || site == "none",
            None => headers.get(ORIGIN).is_none_or(|origin| *origin == self.0),
        }
    }
}

/// Says that a page of another site made the request.
#[derive(Debug, Clone, Copy)]
pub(super) struct Elsewhere;

/// Says where a request comes from, and drops its cookies when they do not count.
pub(super) async fn count(
    State((own, counting)): State<(Own, Counting)>,
    mut request: Request,
    next: Next,
) -> Response {
    if !own.is_here(request.headers()) {
        request.extensions_mut().insert(Elsewhere);
        if counting == Counting::FromHere {
            request.headers_mut().remove(COOKIE);
        }
    }
    next.run(request).await
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_browser_says_by_itself_whether_a_request_is_from_here() {
        let own = Own::origin(&"https://latchkey.example".parse().unwrap()).unwrap();
        let is_here = |site: Option<&'static str>, origin: Option<&'static str>| {
            let site = site.map(|site| (SEC_FETCH_SITE, HeaderValue::from_static(site)));
            let origin = origin.map(|origin| (ORIGIN, HeaderValue::from_static(origin)));
            own.is_here(&site.into_iter().chain(origin).collect())
        };
        assert!(is_here(None, None), "no browser");
        assert!(is_here(
            Some("same-origin"),
            Some("https://latchkey.example")
        ));
        assert!(is_here(Some("none"), None), "typed into the address bar");
        assert!(is_here(None, Some("https://latchkey.example")));
        assert!(!is_here(
            Some("same-site"),
            Some("https://app.latchkey.example")
        ));
        assert!(!is_here(Some("cross-site"), None));
        assert!(!is_here(None, Some("null")));
    }
}
