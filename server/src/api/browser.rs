//! Signing in from a page's own script, by cookies alone: `/api/login`, `/api/logout`, `/api/refresh`.

use app::ssr::Arrival;
use auth::{Error, LogIn, Persistence};
use axum::Json;
use axum::extract::{Extension, State};
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use tower_cookies::Cookies;
use utoipa::ToSchema;

use crate::api::body::Body;
use crate::api::described::{BareUnauthorized, Denied, Refused, Unreadable};
use crate::api::error::ApiError;
use crate::api::tokens::known_by_cookie;
use crate::{App, session};

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Login {
    email: String,
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// It is done.
#[derive(Serialize, ToSchema)]
pub(super) struct Success {
    /// Always true.
    success: bool,
}

const DONE: Json<Success> = Json(Success { success: true });

/// Signs a browser in: both tokens are in cookies that scripts cannot read.
#[utoipa::path(
    post, path = "/login", tag = "By cookies", operation_id = "browserLogIn", request_body = Login,
    responses((status = 200, description = "Both cookies are set", body = Success), Refused, Unreadable, BareUnauthorized),
)]
pub(super) async fn log_in(
    State(app): State<App>,
    cookies: Cookies,
    Extension(arrival): Extension<Arrival>,
    Body(body): Body<Login>,
) -> Result<Json<Success>, ApiError> {
    let form = LogIn {
        identifier: body.email,
        password: body.password,
        persistence: Persistence::Remembered,
        device: None,
    };
    let client = known_by_cookie(arrival.client);
    let services = &app.services;
    let signed_in = services
        .auth
        .log_in(form, &client, arrival.session.as_deref(), arrival.now)
        .await
        .map_err(|error| match error {
            Error::BadCredentials => ApiError::bare("Invalid credentials"),
            other => other.into(),
        })?;
    session::keep(&app, &cookies, &signed_in, arrival.now);
    if let Some(browser) = client.browser {
        cookies.add(services.cookies.remember(browser));
    }
    Ok(DONE)
}

/// Signs a browser out. Without a session there is nothing to end, and the cookies still go.
#[utoipa::path(
    post, path = "/logout", tag = "By cookies", operation_id = "browserLogOut",
    responses((status = 200, description = "The session is over, and its cookies are gone", body = Success), Denied),
)]
pub(super) async fn log_out(
    State(app): State<App>,
    cookies: Cookies,
    Extension(arrival): Extension<Arrival>,
) -> Result<Json<Success>, ApiError> {
    let session = arrival.session.as_ref().map(|session| session.id);
    if let Some(id) = session.or_else(|| session::session_of(&app, &cookies)) {
        let auth = &app.services.auth;
        auth.log_out(id, &arrival.client, arrival.now).await?;
    }
    session::forget_if_over(&app, &cookies, arrival.now).await?;
    Ok(DONE)
}

/// Renews the cookies of a browser.
#[utoipa::path(
    post, path = "/refresh", tag = "By cookies", operation_id = "browserRefresh",
    responses((status = 200, description = "Both cookies are new", body = Success), Refused, BareUnauthorized),
)]
pub(super) async fn refresh(
    State(app): State<App>,
    cookies: Cookies,
    Extension(arrival): Extension<Arrival>,
) -> Result<Json<Success>, ApiError> {
    if cookies.get(app.services.cookies.refresh_name()).is_none() {
        return Err(ApiError::bare("No refresh token"));
    }
    let renewed = session::renew(&app, &cookies, &arrival.client, arrival.now).await?;
    renewed.ok_or_else(|| ApiError::bare("Invalid refresh token"))?;
    Ok(DONE)
}
