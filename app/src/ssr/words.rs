//! How the domain's outcomes read: errors and moments, in the words of the pages.

use auth::{Account, Client, EmailError, NameError, PasswordError, UsernameError};
use axum::http::header::RETRY_AFTER;
use leptos::prelude::use_context;
use leptos_axum::ResponseOptions;
use time::{Duration, OffsetDateTime};

use crate::error::AppError;
use crate::icon::DeviceKind;
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
    match error {
        auth::Error::BadCredentials => all(
            401,
            "bad_credentials",
            "That name and password do not go together. Check both and try again.",
        ),
        auth::Error::Unauthenticated | auth::Error::Refused(_) => AppError::unauthenticated(),
        auth::Error::Email(why) => email(why).at("email"),
        auth::Error::EmailTaken => all(
            409,
            "email_taken",
            "There is an account with this address. Sign in instead.",
        )
        .at("email"),
        auth::Error::SameEmail => all(
            422,
            "email_same",
            "This is the address that your account has already. Enter another one.",
        )
        .at("email"),
        auth::Error::AlreadyConfirmed => all(
            409,
            "already_confirmed",
            "Your address is confirmed already. There is nothing left to do.",
        ),
        auth::Error::LinkGone => all(
            410,
            "link_gone",
            "This link is no longer good. Ask for a new one.",
        ),
        auth::Error::ProofNeeded => all(
            403,
            "proof_needed",
            "Confirm that it is you, and try again.",
        ),
        auth::Error::Throttled { retry_after } => {
            AppError::new(429, "throttled", throttled(retry_after)).after(seconds(retry_after))
        }
        auth::Error::TooManyAttempts { retry_after } => {
            let message = format!(
                "There were too many tries. Try again {}.",
                soon(retry_after)
            );
            AppError::new(429, "too_many_attempts", message).after(seconds(retry_after))
        }
        auth::Error::Username(why) => username(why).at("username"),
        auth::Error::UsernameTaken => all(
            409,
            "username_taken",
            "This username is taken. Choose another.",
        )
        .at("username"),
        auth::Error::DisplayName(why) => display_name(why).at("display_name"),
        auth::Error::Password(why) => password(why).at("password"),
        auth::Error::RegistrationClosed => all(
            403,
            "registration_closed",
            "Registration is closed here. Ask whoever runs this site for an account.",
        ),
        auth::Error::Busy => all(
            503,
            "busy",
            "Many people are signing in right now. Please try again in a moment.",
        ),
        auth::Error::UnknownSession => all(
            404,
            "unknown_session",
            "That session is over already. Nothing is left to be done.",
        ),
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

fn soon(wait: Duration) -> String {
    match wait.whole_seconds() {
        ..15 => "in a moment".to_owned(),
        _ => distance(wait.max(Duration::seconds(30))),
    }
}

fn throttled(retry_after: Duration) -> String {
    let soon = soon(retry_after);
    format!("A letter was sent a short while ago. Look for it, or try again {soon}.")
}

/// What a wrong password is called where somebody who is known is asked for theirs.
pub(super) fn wrong_password(field: &'static str) -> impl Fn(auth::Error) -> AppError {
    move |error| match error {
        auth::Error::BadCredentials => {
            let message = "That is not the password. Check it and try again.";
            AppError::new(422, "wrong_password", message).at(field)
        }
        other => other.into(),
    }
}

fn email(why: EmailError) -> AppError {
    let (code, message) = match why {
        EmailError::Missing => ("email_missing", "Enter your email address."),
        EmailError::TooLong => (
            "email_too_long",
            "This address is too long to be one. Check it for a typing mistake.",
        ),
        EmailError::Malformed => (
            "email_malformed",
            "Enter an email address, like name@example.org.",
        ),
    };
    AppError::new(422, code, message)
}

fn username(why: UsernameError) -> AppError {
    let (code, message) = match why {
        UsernameError::Missing => ("username_missing", "Choose a username."),
        UsernameError::Length => ("username_length", "Use 3 to 32 characters."),
        UsernameError::Characters => (
            "username_characters",
            "Use only letters from a to z, digits, dots, hyphens and underscores.",
        ),
    };
    AppError::new(422, code, message)
}

fn display_name(why: NameError) -> AppError {
    let (code, message) = match why {
        NameError::TooLong => ("name_too_long", "Use 64 characters at most."),
        NameError::Characters => (
            "name_characters",
            "The name has characters that cannot be shown. Leave them out.",
        ),
    };
    AppError::new(422, code, message)
}

fn password(why: PasswordError) -> AppError {
    let (code, message) = match why {
        PasswordError::Missing => ("password_missing", "Choose a password.".to_owned()),
        PasswordError::TooShort(least) => (
            "password_too_short",
            format!("Use at least {least} characters. Length is what makes a password strong."),
        ),
        PasswordError::TooLong => (
            "password_too_long",
            format!("Use {} characters at most.", auth::PASSWORD_MAX_LENGTH),
        ),
        PasswordError::Common => (
            "password_common",
            "This is one of the passwords that are tried first. Choose another.".to_owned(),
        ),
        PasswordError::Context => (
            "password_context",
            "Your password must not be your name, your address or ours. Choose another.".to_owned(),
        ),
        PasswordError::Same => (
            "password_same",
            "This is the password that you have. Choose another.".to_owned(),
        ),
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
    let (browser, kind) = client.agent();
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
    let date = time::macros::format_description!(
        "[day padding:none] [month repr:long] [year], [hour]:[minute] UTC"
    );
    When {
        machine: at.format(&Rfc3339).unwrap_or_default(),
        date: at.format(date).unwrap_or_default(),
        distance: distance(at - now),
    }
}

/// In the largest unit that there is at least one of, rounded to the nearest.
fn distance(span: Duration) -> String {
    let seconds = span.whole_seconds().unsigned_abs();
    let (count, unit) = match seconds {
        0..=29 => {
            return if span.is_negative() || seconds < 5 {
                "just now".to_owned()
            } else {
                format!("in {seconds} seconds")
            };
        }
        30..=3569 => ((seconds + 30) / 60, "minute"),
        3570..=86_399 => ((seconds + 1800) / 3600, "hour"),
        _ => ((seconds + 43_200) / 86_400, "day"),
    };
    let plural = if count == 1 { "" } else { "s" };
    if span.is_negative() {
        format!("{count} {unit}{plural} ago")
    } else {
        format!("in {count} {unit}{plural}")
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn distances_read_as_one_would_say_them() {
        for (seconds, words) in [
            (0, "just now"),
            (-20, "just now"),
            (20, "in 20 seconds"),
            (45, "in 1 minute"),
            (600, "in 10 minutes"),
            (-90, "2 minutes ago"),
            (3570, "in 1 hour"),
            (7200, "in 2 hours"),
            (86_400, "in 1 day"),
            (-2_592_000, "30 days ago"),
        ] {
            assert_eq!(distance(Duration::seconds(seconds)), words, "{seconds}");
        }
    }
}
