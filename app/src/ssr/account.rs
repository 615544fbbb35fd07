//! An account as its owner sees and changes it.

use secrecy::SecretString;

use crate::error::AppError;
use crate::profile::{OwnAccount, Trouble};
use crate::ssr::words::{when, wrong_password};
use crate::ssr::{Arrival, Request};

pub(crate) async fn account() -> Result<OwnAccount, AppError> {
    let request = Request::current()?;
    let (auth, now) = (&request.services.auth, request.arrival.now);
    let account = auth.account(request.session()?).await?;
    let trouble = auth.mail_trouble(&account).await?;
    Ok(OwnAccount {
        email: account.email.as_str().to_owned(),
        is_confirmed: account.confirmed_at.is_some(),
        pending_email: account.pending_email.map(|email| email.as_str().to_owned()),
        username: account.username.as_str().to_owned(),
        display_name: account.display_name.as_str().to_owned(),
        since: when(account.created_at, now),
        trouble: trouble.map(|trouble| Trouble {
            recipient: trouble.recipient.as_str().to_owned(),
            when: when(trouble.at, now),
            is_tried_again: trouble.is_tried_again,
        }),
    })
}

pub(crate) async fn change_profile(display_name: String, username: String) -> Result<(), AppError> {
    let request = Request::current()?;
    let Arrival { now, client, .. } = &request.arrival;
    let session = request.session()?;
    Ok(request
        .services
        .auth
        .change_profile(session, Some(&username), Some(&display_name), client, *now)
        .await?)
}

pub(crate) async fn change_password(
    current: SecretString,
    new: SecretString,
) -> Result<(), AppError> {
    let request = Request::current()?;
    let (now, client) = (&request.arrival.now, &request.client());
    let session = request.session()?;
    let renewed = request
        .services
        .auth
        .change_password(session, current, new, client, *now)
        .await
        .map_err(wrong_password("current_password"))?;
    request.keep(&renewed, client);
    Ok(())
}

/// Returns whether a link was sent: none is when somebody keeps the address that they have.
pub(crate) async fn change_email(email: String, password: SecretString) -> Result<bool, AppError> {
    let request = Request::current()?;
    let Arrival { now, client, .. } = &request.arrival;
    let session = request.session()?;
    let awaited = request
        .services
        .auth
        .change_email(session, password, &email, client, *now)
        .await
        .map_err(wrong_password("password"))?;
    Ok(awaited.is_some())
}

pub(crate) async fn prove(password: SecretString) -> Result<(), AppError> {
    let request = Request::current()?;
    let (now, client) = (&request.arrival.now, &request.client());
    let session = request.session()?;
    let renewed = request
        .services
        .auth
        .reauthenticate(session, password, client, *now)
        .await
        .map_err(wrong_password("password"))?;
    request.keep(&renewed, client);
    Ok(())
}

pub(crate) async fn delete(password: SecretString) -> Result<(), AppError> {
    let request = Request::current()?;
    let Arrival { now, client, .. } = &request.arrival;
    let session = request.session()?;
    request
        .services
        .auth
        .plan_deletion(session, password, client, *now)
        .await
        .map_err(wrong_password("password"))?;
    request.forget();
    Ok(())
}
