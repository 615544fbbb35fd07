//! The sessions of an account, and ending them: `/api/auth/sessions`, `/api/auth/logout`.

use auth::{Device, Error, SessionId};
use axum::Json;
use axum::extract::rejection::PathRejection;
use axum::extract::{Path, State};
use secrecy::{ExposeSecret, SecretString};
use serde::{Deserialize, Serialize};
use serde_json::{Value, json};
use tower_cookies::Cookies;
use utoipa::ToSchema;
use words::Language;

use crate::api::body::Body;
use crate::api::described::{Denied, Done, Missing, Unreadable};
use crate::api::error::ApiError;
use crate::api::identity::Caller;
use crate::api::local::device;
use crate::api::user::iso;
use crate::{App, session};

/// One sign-in on one device.
#[derive(Serialize, ToSchema)]
#[serde(rename_all = "camelCase")]
#[schema(as = Session)]
pub(super) struct Listed {
    /// The same over every refresh.
    id: String,
    /// What the program that signed in calls its device.
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    device_id: Option<String>,
    /// Like `Chrome on macOS`.
    device_name: String,
    /// Whether it is the one that asks.
    current: bool,
    #[schema(format = DateTime)]
    login_at: String,
    #[schema(format = DateTime)]
    last_active_at: String,
    #[serde(skip_serializing_if = "Option::is_none")]
    #[schema(nullable = false)]
    ip: Option<String>,
}

/// The sessions of an account.
#[derive(Serialize, ToSchema)]
pub(super) struct Sessions {
    /// The one that asks, then the others, the one seen last first.
    data: Vec<Listed>,
}

/// Lists the sessions of the account.
#[utoipa::path(
    get, path = "/auth/sessions", tag = "Sessions", operation_id = "listSessions",
    responses((status = 200, description = "The sessions", body = Sessions), Denied),
    security(("bearer" = []), ("cookie" = [])),
)]
pub(super) async fn list(
    State(app): State<App>,
    caller: Caller,
) -> Result<Json<Sessions>, ApiError> {
    let auth = &app.services.auth;
    let account = auth.account(&caller.session).await?;
    let devices = auth.devices(&account, caller.arrival.now).await?;
    let mut data: Vec<Listed> = devices
        .into_iter()
        .map(|device| listed(device, caller.session.id))
        .collect();
    data.sort_by_key(|session| !session.current);
    Ok(Json(Sessions { data }))
}

fn listed(device: Device, own: SessionId) -> Listed {
    Listed {
        id: device.id.to_string(),
        device_id: device.device.map(|device| device.as_str().to_owned()),
        device_name: device.client.browser_name(Language::default()),
        current: device.id == own,
        login_at: iso(device.created_at),
        last_active_at: iso(device.last_seen_at),
        ip: device.client.address,
    }
}

/// Ends one session of the account.
#[utoipa::path(
    delete, path = "/auth/sessions/{id}", tag = "Sessions", operation_id = "endSession",
    params(("id" = String, Path, description = "As the list has it")),
    responses((status = 200, description = "It is over", body = Ended), Denied, Missing),
    security(("bearer" = []), ("cookie" = [])),
)]
pub(super) async fn end(
    State(app): State<App>,
    caller: Caller,
    cookies: Cookies,
    id: Result<Path<String>, PathRejection>,
) -> Result<Json<Value>, ApiError> {
    let id = id.ok().and_then(|Path(id)| SessionId::try_from(id).ok());
    // What is no id is the id of no session.
    let id = id.ok_or(Error::UnknownSession)?;
    let (auth, arrival) = (&app.services.auth, &caller.arrival);
    auth.end_device(&caller.session, id, &arrival.client, arrival.now)
        .await?;
    session::forget_if_over(&app, &cookies, arrival.now).await?;
    Ok(Json(json!({ "data": {} })))
}

/// A session that is over.
#[derive(ToSchema)]
#[expect(dead_code, reason = "it is the description of an answer")]
pub(super) struct Ended {
    /// Always empty.
    #[schema(value_type = Object)]
    data: (),
}

/// What is to end, beside the session that asks.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Ending {
    /// Every session of the account.
    scope: Option<Scope>,
    /// Only what runs on this device.
    device_id: Option<String>,
    /// The session of this token too, when it is one of the account.
    #[schema(value_type = Option<String>, format = Password)]
    refresh_token: Option<SecretString>,
}

#[derive(Clone, Copy, PartialEq, Eq, Deserialize, ToSchema)]
#[serde(rename_all = "lowercase")]
pub(super) enum Scope {
    All,
}

/// Signs out: ends the session that asks, or what the body names.
#[utoipa::path(
    post, path = "/auth/logout", tag = "Signing in", operation_id = "logOut", request_body = Option<Ending>,
    responses((status = 200, description = "It is over", body = Done), Denied, Unreadable),
    security(("bearer" = []), ("cookie" = [])),
)]
pub(super) async fn log_out(
    State(app): State<App>,
    caller: Caller,
    cookies: Cookies,
    Body(ending): Body<Ending>,
) -> Result<Json<Done>, ApiError> {
    let auth = &app.services.auth;
    let (own, client, now) = (&caller.session, &caller.arrival.client, caller.arrival.now);
    if let Some(Scope::All) = ending.scope {
        auth.log_out_everywhere(own, client, now).await?;
    } else if let Some(name) = ending.device_id.filter(|name| !name.is_empty()) {
        auth.log_out_device(own, device(&name)?, client, now)
            .await?;
    } else {
        if let Some(token) = &ending.refresh_token {
            end_named(&app, &caller, token).await?;
        }
        auth.log_out(own.id, client, now).await?;
    }
    session::forget_if_over(&app, &cookies, now).await?;
    Ok(Json(Done { ok: true }))
}

/// Ends the session of a refresh token. One that is over, or somebody else's, is passed over.
async fn end_named(app: &App, caller: &Caller, token: &SecretString) -> Result<(), ApiError> {
    let auth = &app.services.auth;
    let named = auth.session_of(token.expose_secret());
    let Some(id) = named.filter(|id| *id != caller.session.id) else {
        return Ok(());
    };
    let arrival = &caller.arrival;
    match auth
        .end_device(&caller.session, id, &arrival.client, arrival.now)
        .await
    {
        Ok(()) | Err(Error::UnknownSession) => Ok(()),
        Err(error) => Err(error.into()),
    }
}
