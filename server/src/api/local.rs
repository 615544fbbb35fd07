//! Signing in and registering by JSON: `/api/auth/local`.

use auth::{DeviceId, Error, LogIn, NotADeviceId, Persistence, SignUp, SignedUp};
use axum::Json;
use secrecy::SecretString;
use serde::Deserialize;
use serde_json::{Value, json};
use utoipa::ToSchema;

use crate::api::body::Body;
use crate::api::described::{Refused, Unreadable};
use crate::api::error::{ApiError, Complaint};
use crate::api::tokens::{self, Handing};
use crate::api::user::User;

/// Who signs in.
#[derive(Deserialize, ToSchema)]
#[serde(rename_all = "camelCase", deny_unknown_fields)]
pub(super) struct Credentials {
    /// An email address or a username.
    identifier: String,
    #[schema(value_type = String, format = Password)]
    password: SecretString,
    /// What the program calls the device it runs on, 1 to 128 characters. An earlier session on it ends.
    device_id: Option<String>,
}

/// Signs in.
#[utoipa::path(
    post, path = "/auth/local", tag = "Signing in", operation_id = "logIn", request_body = Credentials,
    responses((status = 200, description = "The tokens, and the account", body = tokens::Answer), Refused, Unreadable),
)]
pub(super) async fn log_in(
    handing: Handing,
    Body(body): Body<Credentials>,
) -> Result<Json<Value>, ApiError> {
    let named = body.device_id.as_deref();
    let device = named.filter(|name| !name.is_empty());
    let device = device.map(self::device).transpose()?;
    let form = LogIn {
        identifier: body.identifier,
        password: body.password,
        persistence: Persistence::Remembered,
        device,
    };
    let client = &handing.client();
    let signed_in = handing
        .auth()
        .log_in(form, client, handing.former(), handing.arrival.now)
        .await
        .map_err(|error| match error {
            Error::BadCredentials => ApiError::validation("Invalid identifier or password"),
            other => other.into(),
        })?;
    Ok(handing.sign_in(&signed_in, client).await)
}

/// Reads what a program calls its device.
pub(super) fn device(text: &str) -> Result<DeviceId, ApiError> {
    DeviceId::parse(text).map_err(|NotADeviceId| {
        let message = "deviceId must be 1 to 128 characters that can be shown".to_owned();
        ApiError::complaining(vec![Complaint::new("deviceId", message)])
    })
}

/// Who wants an account.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct NewAccount {
    /// 3 to 32 letters, digits, dots, hyphens and underscores.
    username: String,
    email: String,
    /// 12 characters or more, unless the site asks for other.
    #[schema(value_type = String, format = Password)]
    password: SecretString,
}

/// Makes an account, and signs in to it.
///
/// Where addresses are confirmed first, there are no tokens, and the answer is the same when the address has
/// an account already.
#[utoipa::path(
    post, path = "/auth/local/register", tag = "Signing in", operation_id = "register", request_body = NewAccount,
    responses(
        (status = 200, description = "The account, and its tokens unless the address is to be confirmed first", body = tokens::Registered),
        Refused, Unreadable,
    ),
)]
pub(super) async fn register(
    handing: Handing,
    Body(body): Body<NewAccount>,
) -> Result<Json<Value>, ApiError> {
    let form = SignUp {
        email: body.email,
        username: body.username,
        password: body.password,
        persistence: Persistence::Remembered,
    };
    let client = &handing.client();
    let signed_up = handing
        .auth()
        .sign_up(form, client, handing.former(), handing.arrival.now)
        .await
        .map_err(|error| match error {
            Error::EmailTaken | Error::UsernameTaken => {
                ApiError::application("Email or Username are already taken")
            }
            other => other.into(),
        })?;
    match signed_up {
        SignedUp::SignedIn(signed_in) => Ok(handing.sign_in(&signed_in, client).await),
        SignedUp::Unconfirmed(account) => Ok(Json(json!({ "user": User::from(&*account) }))),
    }
}
