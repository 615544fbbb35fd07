//! Showing that an address is one's own.

use app::ssr::Arrival;
use auth::Link;
use axum::Json;
use axum::extract::{Extension, State};
use axum::http::Uri;
use axum::response::Response;
use serde::{Deserialize, Serialize};
use utoipa::{IntoParams, ToSchema};

use crate::api::body::Body;
use crate::api::described::{Refused, Unreadable};
use crate::api::error::ApiError;
use crate::{App, answer};

#[derive(IntoParams)]
#[into_params(parameter_in = Query)]
#[expect(dead_code, reason = "it describes what the query is read for")]
pub(super) struct Confirmation {
    /// The `token` of the link in the letter.
    confirmation: String,
}

/// Leads to the page that confirms an address.
///
/// It confirms nothing by itself: those who look through mail for harmful links follow them too.
#[utoipa::path(
    get, path = "/auth/email-confirmation", tag = "Confirming an address", operation_id = "confirmEmail",
    params(Confirmation),
    responses(
        (status = 302, description = "The page with the button", headers(("location" = String))),
        (status = 400, description = "The code is no good", body = crate::api::described::Envelope),
        Refused,
    ),
)]
pub(super) async fn confirm(
    State(app): State<App>,
    Extension(arrival): Extension<Arrival>,
    uri: Uri,
) -> Result<Response, ApiError> {
    let gone = || ApiError::validation("Invalid token");
    let token = token(uri.query().unwrap_or_default()).ok_or_else(gone)?;
    let found = app.services.auth.link(&token, None, arrival.now).await;
    match found {
        Ok(Link::ConfirmEmail { .. }) => {
            let query = url::form_urlencoded::Serializer::new(String::new())
                .append_pair("token", &token)
                .finish();
            Ok(answer::found(&format!("/confirm-email?{query}")))
        }
        Ok(_) | Err(auth::Error::LinkGone) => Err(gone()),
        Err(error) => Err(error.into()),
    }
}

/// The one value of `confirmation`: of two nobody knows which is meant.
fn token(query: &str) -> Option<String> {
    let pairs = url::form_urlencoded::parse(query.as_bytes());
    let mut values = pairs
        .filter(|(name, _)| name == "confirmation")
        .map(|(_, value)| value);
    let value = values.next().filter(|value| !value.is_empty());
    value
        .filter(|_| values.next().is_none())
        .map(|value| value.into_owned())
}

/// Where another letter is to go.
#[derive(Deserialize, ToSchema)]
#[serde(deny_unknown_fields)]
pub(super) struct Unconfirmed {
    email: String,
}

/// A letter that is on its way, if it is needed.
#[derive(Serialize, ToSchema)]
#[schema(as = ConfirmationSent)]
pub(super) struct Sent {
    email: String,
    /// Always true.
    sent: bool,
}

/// Sends another letter to confirm an address.
///
/// The answer is the same for an address without an account, and for one that is confirmed.
#[utoipa::path(
    post, path = "/auth/send-email-confirmation", tag = "Confirming an address", operation_id = "sendConfirmation",
    request_body = Unconfirmed,
    responses((status = 200, description = "If it is needed, a letter is on its way", body = Sent), Refused, Unreadable),
)]
pub(super) async fn send(
    State(app): State<App>,
    Extension(arrival): Extension<Arrival>,
    Body(body): Body<Unconfirmed>,
) -> Result<Json<Sent>, ApiError> {
    let auth = &app.services.auth;
    auth.ask_for_confirmation(&body.email, &arrival.client, arrival.now)
        .await?;
    Ok(Json(Sent {
        email: body.email,
        sent: true,
    }))
}
