//! Another password, with the one before or by a letter.

use app::ssr::Arrival;
use auth::{Error, PasswordError, Persistence};
use axum::Json;
use axum::extract::{Extension, State};
use secrecy::{ExposeSecret, SecretString};
use serde::Deserialize;
use serde_json::Value;
use utoipa::ToSchema;

use crate::App;
use crate::api::body::Body;
use crate::api::described::{Denied, Done, Refused, Unreadable};
use crate::api::error::ApiError;
use crate::api::identity::Caller;
use crate::api::tokens::{self, Handing};

/// Another password, and the one before.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Change {
    #[schema(value_type = String, format = Password)]
    current_password: SecretString,
    #[schema(value_type = String, format = Password)]
    password: SecretString,
    /// The same again.
    #[schema(value_type = String, format = Password)]
    password_confirmation: SecretString,
}

/// Sets another password. Every session of the account ends; the answer begins a new one.
#[utoipa::path(
    post, path = "/auth/change-password", tag = "Password", operation_id = "changePassword", request_body = Change,
    responses((status = 200, description = "New tokens, and the account", body = tokens::Registered), Denied, Unreadable),
    security(("bearer" = []), ("cookie" = [])),
)]
pub(super) async fn change(
    handing: Handing,
    caller: Caller,
    Body(body): Body<Change>,
) -> Result<Json<Value>, ApiError> {
    agree(&body.password, &body.password_confirmation)?;
    let client = &handing.client();
    let (current, new) = (body.current_password, body.password);
    let changed = handing
        .auth()
        .change_password(&caller.session, current, new, client, handing.arrival.now)
        .await
        .map_err(|error| match error {
            Error::BadCredentials => {
                ApiError::validation("The provided current password is invalid")
            }
            Error::Password(PasswordError::Same) => ApiError::validation(
                "Your new password must be different than your current password",
            ),
            other => other.into(),
        })?;
    if caller.is_by_cookie {
        return Ok(handing.renew(&changed, client).await);
    }
    Ok(handing.sign_in(&changed, client).await)
}

fn agree(password: &SecretString, confirmation: &SecretString) -> Result<(), ApiError> {
    if password.expose_secret() == confirmation.expose_secret() {
        Ok(())
    } else {
        Err(ApiError::validation("Passwords do not match"))
    }
}

/// Whose password was forgotten.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Forgotten {
    email: String,
}

/// Sends a letter with a link to set another password.
///
/// The answer is the same whether or not the address has an account.
#[utoipa::path(
    post, path = "/auth/forgot-password", tag = "Password", operation_id = "forgotPassword", request_body = Forgotten,
    responses((status = 200, description = "If there is such an account, a letter is on its way", body = Done), Refused, Unreadable),
)]
pub(super) async fn forgot(
    State(app): State<App>,
    Extension(arrival): Extension<Arrival>,
    Body(body): Body<Forgotten>,
) -> Result<Json<Done>, ApiError> {
    let auth = &app.services.auth;
    auth.ask_for_reset(&body.email, &arrival.client, arrival.now)
        .await?;
    Ok(Json(Done { ok: true }))
}

/// Another password, and the code that allows it.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Reset {
    /// The `token` of the link in the letter. It is good for 30 minutes, and once.
    #[schema(value_type = String, format = Password)]
    code: SecretString,
    #[schema(value_type = String, format = Password)]
    password: SecretString,
    /// The same again.
    #[schema(value_type = String, format = Password)]
    password_confirmation: SecretString,
}

/// Sets another password by a letter. Every session of the account ends; the answer begins a new one.
#[utoipa::path(
    post, path = "/auth/reset-password", tag = "Password", operation_id = "resetPassword", request_body = Reset,
    responses((status = 200, description = "New tokens, and the account", body = tokens::Answer), Refused, Unreadable),
)]
pub(super) async fn reset(
    handing: Handing,
    Body(body): Body<Reset>,
) -> Result<Json<Value>, ApiError> {
    agree(&body.password, &body.password_confirmation)?;
    let client = &handing.client();
    let (code, password) = (body.code.expose_secret(), body.password);
    let (former, now) = (handing.former(), handing.arrival.now);
    let reset = handing
        .auth()
        .reset_password(code, password, client, former, Persistence::Remembered, now)
        .await
        .map_err(|error| match error {
            Error::LinkGone => ApiError::validation("Incorrect code provided"),
            other => other.into(),
        })?;
    Ok(handing.sign_in(&reset, client).await)
}
