//! What every response says to browsers, and which requests of theirs are refused.

use std::sync::Arc;

use app::error::Failure;
use app::ssr::PolicyNonce;
use auth::CookieJarStyle;
use axum::extract::{Request, State};
use axum::http::header::{
    CACHE_CONTROL, CONTENT_SECURITY_POLICY, CONTENT_TYPE, HeaderName, ORIGIN, REFERRER_POLICY,
    RETRY_AFTER, SET_COOKIE, STRICT_TRANSPORT_SECURITY, X_CONTENT_TYPE_OPTIONS, X_FRAME_OPTIONS,
};
use axum::http::{HeaderMap, HeaderValue, Method, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use cookie::Cookie;
use leptos::nonce::Nonce;
use tower::{Layer, ServiceExt};
use tower_http::csrf::{CsrfLayer, ProtectionError};
use url::Url;

use crate::{App, answer};

pub(crate) const SEC_FETCH_SITE: HeaderName = HeaderName::from_static("sec-fetch-site");

/// For everything that is not a page: nothing in it may run or be shown in a frame.
const CLOSED: &str = "default-src 'none'; frame-ancestors 'none'";

const CLEAR_SITE_DATA: HeaderName = HeaderName::from_static("clear-site-data");

/// What goes with a session: pages that the browser kept, and what scripts put aside. Not the cookies: those of
/// the session are taken back by name, and the number by which an account knows its browser stays.
const LEFT_BEHIND: &str = r#""cache", "storage""#;

const FIXED: [(HeaderName, &str); 6] = [
    (X_CONTENT_TYPE_OPTIONS, "nosniff"),
    (X_FRAME_OPTIONS, "DENY"),
    (REFERRER_POLICY, "strict-origin-when-cross-origin"),
    (
        HeaderName::from_static("cross-origin-opener-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("cross-origin-resource-policy"),
        "same-origin",
    ),
    (
        HeaderName::from_static("permissions-policy"),
        "accelerometer=(), browsing-topics=(), camera=(), display-capture=(), fullscreen=(self), geolocation=(), \
         gyroscope=(), magnetometer=(), microphone=(), midi=(), payment=(), usb=(), xr-spatial-tracking=()",
    ),
];

/// Those that are given by what the response is, and the id of the request.
const OTHERS: usize = 6;

/// Gives the request a nonce for its scripts, and every response its headers.
pub(crate) async fn headers(
    app: &App,
    mut request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let nonce = Nonce::new().to_string();
    request.extensions_mut().insert(PolicyNonce(nonce.clone()));
    let mut response = next(request).await;
    let is_page = response
        .headers()
        .get(CONTENT_TYPE)
        .is_some_and(|value| value.as_bytes().starts_with(b"text/html"));
    if is_page
        && !response.headers().contains_key(CONTENT_SECURITY_POLICY)
        && let Ok(policy) = HeaderValue::try_from(page_policy(&nonce, app.live_reload.as_deref()))
    {
        response
            .headers_mut()
            .insert(CONTENT_SECURITY_POLICY, policy);
    }
    protect(&app.services.cookies, response)
}

/// Gives the headers to a response that may be no page, or has its policy.
pub(crate) fn protect(cookies: &CookieJarStyle, mut response: Response) -> Response {
    let status = response.status();
    let headers = response.headers_mut();
    // At once, and not each time that the next few do not fit.
    headers.reserve(FIXED.len() + OTHERS);
    for (name, value) in FIXED {
        headers.insert(name, HeaderValue::from_static(value));
    }
    if !headers.contains_key(CONTENT_SECURITY_POLICY) {
        headers.insert(CONTENT_SECURITY_POLICY, HeaderValue::from_static(CLOSED));
    }
    if !headers.contains_key(CACHE_CONTROL) {
        headers.insert(CACHE_CONTROL, HeaderValue::from_static("no-store"));
    }
    if status == StatusCode::SERVICE_UNAVAILABLE && !headers.contains_key(RETRY_AFTER) {
        headers.insert(RETRY_AFTER, HeaderValue::from_static("2"));
    }
    if ends_session(headers, cookies.refresh_name()) {
        headers.insert(CLEAR_SITE_DATA, HeaderValue::from_static(LEFT_BEHIND));
    }
    if cookies.is_secure() {
        headers.insert(
            STRICT_TRANSPORT_SECURITY,
            HeaderValue::from_static("max-age=63072000; includeSubDomains"),
        );
    }
    response
}

/// Whether the response takes a session's refresh token back.
fn ends_session(headers: &HeaderMap, refresh: &str) -> bool {
    let removed = |value: &HeaderValue| {
        let cookie = value
            .to_str()
            .ok()
            .and_then(|text| Cookie::parse(text).ok());
        cookie.is_some_and(|cookie| {
            cookie.name() == refresh && cookie.max_age().is_some_and(|age| age.is_zero())
        })
    };
    headers.get_all(SET_COOKIE).iter().any(removed)
}

/// Pages run the scripts that carry this response's nonce, and what those load; `'self'` is for browsers that do
/// not know `'strict-dynamic'`, the others do not look at it.
/// `live_reload` is where `cargo leptos watch` listens for the browser, in development only.
fn page_policy(nonce: &str, live_reload: Option<&str>) -> String {
    let live_reload = live_reload
        .map(|origin| format!(" {origin}"))
        .unwrap_or_default();
    format!(
        "default-src 'none'; script-src 'nonce-{nonce}' 'strict-dynamic' 'self' 'wasm-unsafe-eval'; style-src 'self'; img-src 'self' data:; \
         font-src 'self'; connect-src 'self'{live_reload}; form-action 'self'; base-uri 'none'; frame-ancestors 'none'"
    )
}

/// Refuses what other sites make a browser send, by `Sec-Fetch-Site` or else by `Origin`.
#[derive(Clone)]
pub(crate) struct CrossOrigin {
    layer: CsrfLayer<fn(ProtectionError) -> Response>,
    /// As browsers send them.
    trusted: Arc<[String]>,
}

/// Trusts the site itself, and `others`.
///
/// # Errors
/// When one of them is no origin that a browser could send.
pub(crate) fn cross_origin(public_url: &Url, others: &[String]) -> anyhow::Result<CrossOrigin> {
    let own = public_url.origin().ascii_serialization();
    let trusted: Arc<[String]> = [own].into_iter().chain(others.iter().cloned()).collect();
    let mut layer = CsrfLayer::new();
    for origin in &*trusted {
        layer = layer.add_trusted_origin(origin)?;
    }
    let refuse: fn(ProtectionError) -> Response = |_| refuse();
    let layer = layer.with_rejection_response(refuse);
    Ok(CrossOrigin { layer, trusted })
}

/// Lets a request pass when nobody else made the browser send it.
///
/// Where there is no `Sec-Fetch-Site`, the layer lets an `Origin` pass whose host is that of `Host`, whatever its
/// scheme. Whoever is on the way of plain http speaks under our name too, and a name that was made to point here
/// is its own `Host`: so it has to be one of ours.
pub(crate) async fn check_origin(
    State(cross_origin): State<CrossOrigin>,
    request: Request,
    next: Next,
) -> Response {
    // The layer lets these pass as well, after it was copied for each of them. Others that are safe it does not.
    if matches!(
        *request.method(),
        Method::GET | Method::HEAD | Method::OPTIONS
    ) {
        return next.run(request).await;
    }
    if cross_origin.is_elsewhere(request.headers()) {
        return refuse();
    }
    match cross_origin.layer.layer(next).oneshot(request).await {
        Ok(response) => response,
        Err(never) => match never {},
    }
}

impl CrossOrigin {
    /// Whether an older browser says that the request was made by a page of an origin that is not ours.
    fn is_elsewhere(&self, headers: &HeaderMap) -> bool {
        let has = |name| headers.get(name).filter(|value| !value.is_empty());
        let is_ours = |origin: &HeaderValue| {
            let mut trusted = self.trusted.iter();
            trusted.any(|trusted| trusted.as_bytes() == origin.as_bytes())
        };
        has(SEC_FETCH_SITE).is_none() && has(ORIGIN).is_some_and(|origin| !is_ours(origin))
    }
}

fn refuse() -> Response {
    answer::failure(Failure::CrossOrigin.into())
}
