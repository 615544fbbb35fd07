//! From cookies to a session: one layer, before anything is rendered.
//!
//! A good access token is the session. A stale or missing one beside a refresh token is renewed once,
//! and the request goes on as whoever that says. It works with script switched off.

use std::sync::Arc;

use app::error::AppError;
use app::ssr::Arrival;
use auth::{Browser, Client, Error, Session, SessionId, SignedIn};
use axum::extract::{Request, State};
use axum::http::header::{CACHE_CONTROL, USER_AGENT, VARY};
use axum::http::{HeaderValue, StatusCode};
use axum::middleware::Next;
use axum::response::Response;
use time::OffsetDateTime;
use tower_cookies::Cookies;
use words::Language;

use crate::App;
use crate::answer;

/// Finds out who asks, and tells the rest of the request by its [`Arrival`].
pub(crate) async fn identify(
    app: &App,
    cookies: Cookies,
    mut request: Request,
    next: impl AsyncFnOnce(Request) -> Response,
) -> Response {
    let now = app.clock.now();
    let client = client(app, &cookies, &request);
    let session = match session(app, &cookies, &client, now).await {
        Ok(session) => session,
        Err(error) => return mark_private(answer::failure(error)),
    };
    let is_reading = request.method().is_safe();
    let is_signed_in = session.is_some();
    request.extensions_mut().insert(Arrival {
        now,
        client,
        session,
    });
    let response = next(request).await;
    // The token was good and the account behind it is gone, or disabled: it is of no use to anybody.
    if is_reading && is_signed_in && response.status() == StatusCode::UNAUTHORIZED {
        forget(app, &cookies);
    }
    mark_private(response)
}

/// The same as a layer.
pub(crate) async fn identify_all(
    State(app): State<App>,
    cookies: Cookies,
    request: Request,
    next: Next,
) -> Response {
    identify(&app, cookies, request, async |request| {
        next.run(request).await
    })
    .await
}

/// Says when the request came and from where, and no more: it is for what looks at the cookies by itself.
pub(crate) async fn meet(
    State(app): State<App>,
    cookies: Cookies,
    mut request: Request,
    next: Next,
) -> Response {
    let now = app.clock.now();
    let client = client(&app, &cookies, &request);
    let session = None;
    request.extensions_mut().insert(Arrival {
        now,
        client,
        session,
    });
    mark_private(next.run(request).await)
}

async fn session(
    app: &App,
    cookies: &Cookies,
    client: &Client,
    now: OffsetDateTime,
) -> Result<Option<Arc<Session>>, AppError> {
    let style = &app.services.cookies;
    let access = cookies.get(style.access_name());
    if let Some(Ok(session)) = access
        .as_ref()
        .map(|cookie| app.services.auth.verify(cookie.value(), now))
    {
        return Ok(Some(session));
    }
    if cookies.get(style.refresh_name()).is_some() {
        let renewed = renew(app, cookies, client, now).await?;
        return Ok(renewed.map(|renewed| Arc::new(renewed.session)));
    }
    if access.is_some() {
        forget(app, cookies);
    }
    Ok(None)
}

/// Renews the cookies of a browser by its refresh token; none when that was refused, and they are taken back.
///
/// # Errors
/// What may pass: the cookies stay, and the browser is asked to come again.
pub(crate) async fn renew(
    app: &App,
    cookies: &Cookies,
    client: &Client,
    now: OffsetDateTime,
) -> Result<Option<SignedIn>, AppError> {
    let Some(refresh) = cookies.get(app.services.cookies.refresh_name()) else {
        return Ok(None);
    };
    let auth = &app.services.auth;
    match auth.refresh(refresh.value(), client, now).await {
        Ok(renewed) => {
            keep(app, cookies, &renewed, now);
            Ok(Some(renewed))
        }
        Err(Error::Refused(why)) => {
            tracing::info!(%why, "a refresh was refused");
            forget(app, cookies);
            Ok(None)
        }
        Err(transient) => Err(transient.into()),
    }
}

/// Hands both tokens to a browser.
pub(crate) fn keep(app: &App, cookies: &Cookies, signed_in: &SignedIn, now: OffsetDateTime) {
    app.services
        .cookies
        .set(signed_in, now)
        .into_iter()
        .for_each(|cookie| cookies.add(cookie));
}

/// Takes back those that came.
pub(crate) fn forget(app: &App, cookies: &Cookies) {
    for cookie in app.services.cookies.remove() {
        if cookies.get(cookie.name()).is_some() {
            cookies.add(cookie);
        }
    }
}

/// Takes them back when the session that they are of is over.
///
/// # Errors
/// When the database does not answer.
pub(crate) async fn forget_if_over(
    app: &App,
    cookies: &Cookies,
    now: OffsetDateTime,
) -> Result<(), AppError> {
    if let Some(id) = session_of(app, cookies)
        && app.services.auth.ends_at(id, now).await?.is_some()
    {
        return Ok(());
    }
    forget(app, cookies);
    Ok(())
}

/// Which session the refresh token in a cookie is for, whether or not it is alive.
pub(crate) fn session_of(app: &App, cookies: &Cookies) -> Option<SessionId> {
    let cookie = cookies.get(app.services.cookies.refresh_name())?;
    app.services.auth.session_of(cookie.value())
}

/// Which browser it is, when it says so.
fn browser(app: &App, cookies: &Cookies) -> Option<Browser> {
    let cookie = cookies.get(app.services.cookies.browser_name())?;
    Browser::parse(cookie.value())
}

/// Where a request comes from.
pub(crate) fn client(app: &App, cookies: &Cookies, request: &Request) -> Client {
    let address = app.proxies.client(request.headers(), request.extensions());
    if app.services.cookies.is_secure() {
        app.proxies.warn_of_a_stranger(request);
    }
    let address = address.map(|address| address.to_string());
    let user_agent = request
        .headers()
        .get(USER_AGENT)
        .and_then(|value| value.to_str().ok());
    Client {
        browser: browser(app, cookies),
        language: request.extensions().get::<Language>().copied(),
        ..Client::new(address, user_agent)
    }
}

/// What depends on cookies belongs to one person: no cache between us may keep it.
pub(crate) fn mark_private(mut response: Response) -> Response {
    response
        .headers_mut()
        .insert(CACHE_CONTROL, HeaderValue::from_static("private, no-store"));
    response
        .headers_mut()
        .append(VARY, HeaderValue::from_static("Cookie"));
    response
}
