//! How the domain's outcomes read: errors and moments, in the words of the pages.

use auth::{Account, Client, EmailError, NameError, PasswordError, UsernameError};
use axum::http::header::RETRY_AFTER;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use time::{Duration, OffsetDateTime};

use crate::error::AppError;
use crate::icon::DeviceKind;
use crate::language::{language, words};
use crate::session::{Place, When};

impl From<auth::Error> for AppError {
    /// The only place where internal errors are logged, and where the status of an answer becomes that of
    /// its error: a page that could not be filled is no success.
    fn from(error: auth::Error) -> Self {
        match &error {
            auth::Error::Unavailable(source) => {
                tracing::error!(error = %source, "the database is not available")
            }
            auth::Error::Internal(source) => tracing::error!(error = %source, "internal error"),
            _ => {}
        }
        let told = tell(error);
        if let (Some(options), Ok(status)) =
            (use_context::<ResponseOptions>(), told.status.try_into())
        {
            options.set_status(status);
            if let Some(seconds) = told.retry_after {
                options.insert_header(RETRY_AFTER, seconds.into());
            }
        }
        told
    }
}

fn tell(error: auth::Error) -> AppError {
    let all = AppError::new;
    let words = words();
    match error {
        auth::Error::BadCredentials => all(401, "bad_credentials", words.error_bad_credentials()),
        auth::Error::Unauthenticated | auth::Error::Refused(_) => AppError::unauthenticated(),
        auth::Error::Email(why) => email(why).at("email"),
        auth::Error::EmailTaken => all(409, "email_taken", words.error_email_taken()).at("email"),
        auth::Error::SameEmail => all(422, "email_same", words.error_email_same()).at("email"),
        auth::Error::AlreadyConfirmed => {
            all(409, "already_confirmed", words.error_already_confirmed())
        }
        auth::Error::LinkGone => all(410, "link_gone", words.error_link_gone()),
        auth::Error::ProofNeeded => all(403, "proof_needed", words.error_proof_needed()),
        auth::Error::Throttled { retry_after } => {
            let message = words.error_throttled(words.soon(retry_after));
            all(429, "throttled", message).after(seconds(retry_after))
        }
        auth::Error::TooManyAttempts { retry_after } => {
            let message = words.error_too_many_attempts(words.soon(retry_after));
            all(429, "too_many_attempts", message).after(seconds(retry_after))
        }
        auth::Error::Username(why) => username(why).at("username"),
        auth::Error::UsernameTaken => {
            all(409, "username_taken", words.error_username_taken()).at("username")
        }
        auth::Error::DisplayName(why) => display_name(why).at("display_name"),
        auth::Error::Password(why) => password(why).at("password"),
        auth::Error::RegistrationClosed => all(
            403,
            "registration_closed",
            words.error_registration_closed(),
        ),
        auth::Error::Busy => all(503, "busy", words.error_busy()),
        auth::Error::UnknownSession => all(404, "unknown_session", words.error_unknown_session()),
        auth::Error::Unavailable(_) => AppError::unavailable(),
        // What only the command line asks for.
        auth::Error::UnknownAccount
        | auth::Error::AmbiguousAccount
        | auth::Error::NoLinkFor
        | auth::Error::UnknownKey
        | auth::Error::KeyInUse => AppError::internal(),
        auth::Error::Internal(_) | auth::Error::SealedUnderAnotherSecret => AppError::internal(),
    }
}

/// Whole seconds, after which it is not too early.
fn seconds(wait: Duration) -> u32 {
    (wait + Duration::SECOND)
        .whole_seconds()
        .try_into()
        .unwrap_or(u32::MAX)
}

/// What a wrong password is called where somebody who is known is asked for theirs.
pub(super) fn wrong_password(field: &'static str) -> impl Fn(auth::Error) -> AppError {
    move |error| match error {
        auth::Error::BadCredentials => {
            let message = words().error_wrong_password();
            AppError::new(422, "wrong_password", message).at(field)
        }
        other => other.into(),
    }
}

fn email(why: EmailError) -> AppError {
    let words = words();
    let (code, message) = match why {
        EmailError::Missing => ("email_missing", words.error_email_missing()),
        EmailError::TooLong => ("email_too_long", words.error_email_too_long()),
        EmailError::Malformed => ("email_malformed", words.error_email_malformed()),
    };
    AppError::new(422, code, message)
}

fn username(why: UsernameError) -> AppError {
    let words = words();
    let (code, message) = match why {
        UsernameError::Missing => ("username_missing", words.error_username_missing()),
        UsernameError::Length => ("username_length", words.error_username_length()),
        UsernameError::Characters => ("username_characters", words.error_username_characters()),
    };
    AppError::new(422, code, message)
}

fn display_name(why: NameError) -> AppError {
    let words = words();
    let (code, message) = match why {
        NameError::TooLong => ("name_too_long", words.error_name_too_long()),
        NameError::Characters => ("name_characters", words.error_name_characters()),
    };
    AppError::new(422, code, message)
}

fn password(why: PasswordError) -> AppError {
    let words = words();
    let (code, message) = match why {
        PasswordError::Missing => ("password_missing", words.error_password_missing()),
        PasswordError::TooShort(least) => {
            ("password_too_short", words.error_password_too_short(least))
        }
        PasswordError::TooLong => (
            "password_too_long",
            words.error_password_too_long(auth::PASSWORD_MAX_LENGTH),
        ),
        PasswordError::Common => ("password_common", words.error_password_common()),
        PasswordError::Context => ("password_context", words.error_password_context()),
        PasswordError::Same => ("password_same", words.error_password_same()),
    };
    AppError::new(422, code, message)
}

/// The name that somebody wants to be called, or else the one they sign in with.
pub(super) fn called(account: &Account) -> String {
    let name = account.display_name.as_str();
    if name.is_empty() {
        account.username.as_str().to_owned()
    } else {
        name.to_owned()
    }
}

/// From where, as a page shows it.
pub(super) fn place(client: Client) -> Place {
    let (browser, kind) = client.agent(language());
    Place {
        browser,
        kind: match kind {
            auth::DeviceKind::Phone => DeviceKind::Phone,
            auth::DeviceKind::Computer => DeviceKind::Computer,
            auth::DeviceKind::Program => DeviceKind::Program,
            auth::DeviceKind::Unknown => DeviceKind::Unknown,
        },
        address: client.address,
    }
}

pub(super) fn when(at: OffsetDateTime, now: OffsetDateTime) -> When {
    use time::format_description::well_known::Rfc3339;
    let language = language();
    When {
        machine: at.format(&Rfc3339).unwrap_or_default(),
        date: language.date(at),
        distance: language.words().distance(at - now),
    }
}
