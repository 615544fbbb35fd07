//! What links in letters do, and asking for them.

use auth::{Confirmed, Error, Link, Persistence};
use secrecy::SecretString;

use crate::confirm::Confirmation;
use crate::error::AppError;
use crate::language::words;
use crate::reset::Reset;
use crate::secure::Threat;
use crate::ssr::words::{place, wrong_password};
use crate::ssr::{Arrival, Request, registration};

pub(crate) async fn ask_for_reset(email: String) -> Result<(), AppError> {
    let request = Request::current()?;
    let Arrival { now, client, .. } = &request.arrival;
    let auth = &request.services.auth;
    Ok(auth.ask_for_reset(&email, client, *now).await?)
}

/// To the address that is given, or to the one that whoever is signed in waits for.
pub(crate) async fn send_confirmation(email: Option<String>) -> Result<(), AppError> {
    let request = Request::current()?;
    let Arrival {
        now,
        client,
        session,
    } = &request.arrival;
    let auth = &request.services.auth;
    match (email, session) {
        (None, Some(session)) => {
            auth.send_confirmation_again(session, client, *now).await?;
        }
        (email, _) => {
            let email = email.unwrap_or_default();
            auth.ask_for_confirmation(&email, client, *now).await?;
        }
    }
    Ok(())
}

pub(crate) async fn confirmation(token: String) -> Result<Confirmation, AppError> {
    match link(&token).await? {
        Link::ConfirmEmail {
            email,
            needs_password,
        } => Ok(Confirmation {
            email: email.as_str().to_owned(),
            needs_password,
        }),
        _ => Err(Error::LinkGone.into()),
    }
}

/// Returns whether it was done by somebody who was signed in to the account.
pub(crate) async fn confirm_email(token: String, password: SecretString) -> Result<bool, AppError> {
    let request = Request::current()?;
    let Arrival { now, session, .. } = &request.arrival;
    let client = &request.client();
    let auth = &request.services.auth;
    let confirmed = auth
        .confirm_email(&token, password, client, session.as_deref(), *now)
        .await
        .map_err(|error| taken_meanwhile(error, wrong_password("password")))?;
    Ok(match confirmed {
        Confirmed::Here => true,
        Confirmed::SignedIn(signed_in) => {
            request.keep(&signed_in, client);
            false
        }
    })
}

pub(crate) async fn reset(token: String) -> Result<Reset, AppError> {
    match link(&token).await? {
        Link::ResetPassword { email } => Ok(Reset {
            email: email.as_str().to_owned(),
            password_min_length: registration()?.password_min_length,
        }),
        _ => Err(Error::LinkGone.into()),
    }
}

pub(crate) async fn reset_password(token: String, password: SecretString) -> Result<(), AppError> {
    let request = Request::current()?;
    let Arrival { now, session, .. } = &request.arrival;
    let client = &request.client();
    let auth = &request.services.auth;
    let signed_in = auth
        .reset_password(
            &token,
            password,
            client,
            session.as_deref(),
            Persistence::Browser,
            *now,
        )
        .await?;
    request.keep(&signed_in, client);
    Ok(())
}

pub(crate) async fn threat(token: String) -> Result<Threat, AppError> {
    match link(&token).await? {
        Link::UndoEmail { email, current } => Ok(Threat::Moved {
            from: email.as_str().to_owned(),
            // Whose it is, is no business of whoever reads the mailbox of before.
            to: format!("{current:?}"),
        }),
        Link::EndSession { client } => Ok(Threat::SignedIn {
            from: client.map(place),
        }),
        _ => Err(Error::LinkGone.into()),
    }
}

/// Returns the token of the link that sets a new password.
pub(crate) async fn secure_account(token: String) -> Result<String, AppError> {
    let request = Request::current()?;
    let Arrival { now, client, .. } = &request.arrival;
    let auth = &request.services.auth;
    let link = auth
        .secure_account(&token, client, *now)
        .await
        .map_err(|error| taken_meanwhile(error, AppError::from))?;
    Ok(link.expose().to_owned())
}

/// An address that was free when the link was sent.
fn taken_meanwhile(error: Error, otherwise: impl Fn(Error) -> AppError) -> AppError {
    match error {
        Error::EmailTaken => {
            AppError::new(409, "email_taken", words().error_email_taken_meanwhile())
        }
        other => otherwise(other),
    }
}

async fn link(token: &str) -> Result<Link, AppError> {
    let request = Request::current()?;
    let Arrival { now, session, .. } = &request.arrival;
    let auth = &request.services.auth;
    Ok(auth.link(token, session.as_deref(), *now).await?)
}
