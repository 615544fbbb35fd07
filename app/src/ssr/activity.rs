//! The trail of an account in words, and what of it has to be told at once.

use auth::{Account, Activity, Auth, Client, Event};
use time::OffsetDateTime;

use crate::activity::{Happening, Page};
use crate::error::AppError;
use crate::ssr::Request;
use crate::ssr::words::{place, when};
use crate::warning::Warning;

/// How many events are on a page.
const PAGE: usize = 25;
/// How many warnings are on a page: all of them are on the activity page.
const WARNINGS: usize = 3;

pub(crate) async fn activity(before: Option<i64>) -> Result<Page, AppError> {
    let request = Request::current()?;
    let (auth, now) = (&request.services.auth, request.arrival.now);
    let account = auth.account(request.session()?).await?;
    // One more than is shown, to know whether there are older ones.
    let mut rows = auth.activity(&account, before, PAGE as i64 + 1).await?;
    let has_more = rows.len() > PAGE;
    rows.truncate(PAGE);
    let older = rows.last().filter(|_| has_more).map(|row| row.id);
    Ok(Page {
        list: rows.into_iter().map(|row| happening(row, now)).collect(),
        older,
    })
}

pub(super) async fn warnings(
    auth: &Auth,
    account: &Account,
    now: OffsetDateTime,
) -> Result<Vec<Warning>, AppError> {
    Ok(told(auth.warnings(account, now).await?, now))
}

pub(super) fn told(warnings: Vec<auth::Warning>, now: OffsetDateTime) -> Vec<Warning> {
    let warnings = warnings.into_iter().take(WARNINGS);
    let told = warnings.map(|warning| Warning {
        when: when(warning.event.at, now),
        from: place(warning.event.client),
        copy_of: warning.last_seen.map(place),
    });
    told.collect()
}

pub(super) fn happening(row: Activity, now: OffsetDateTime) -> Happening {
    Happening {
        what: what(row.event, row.detail.as_deref()).to_owned(),
        when: when(row.at, now),
        from: (row.client != Client::default()).then(|| place(row.client)),
    }
}

fn what(event: Event, detail: Option<&str>) -> &'static str {
    match (event, detail) {
        (Event::SignedUp, _) => "Account created",
        (Event::SignedIn, _) => "Signed in",
        (Event::SignInFailed, _) => "Someone tried to sign in with a wrong password",
        (Event::SignedOut, _) => "Signed out",
        (Event::SessionReplaced, Some("reauthenticated")) => {
            "Entered the password again; the session before was ended"
        }
        (Event::SessionReplaced, _) => "Signed in again; the session before was ended",
        (Event::SessionReused, _) => "A copied session was used and has been ended",
        (Event::SessionEnded, Some("password_changed")) => {
            "A session was ended because the password was changed"
        }
        (Event::SessionEnded, Some("account_disabled")) => {
            "A session was ended because the account was disabled"
        }
        (Event::SessionEnded, Some("password_reset")) => {
            "A session was ended because a new password was set by mail"
        }
        (Event::SessionEnded, Some("email_change_undone")) => {
            "A session was ended because a change of address was undone"
        }
        (Event::SessionEnded, Some("deletion_planned")) => {
            "A session was ended because the account is to be deleted"
        }
        (Event::SessionEnded, Some("password_set" | "role_changed" | "operator")) => {
            "A session was ended by whoever runs this site"
        }
        (Event::SessionEnded, _) => "A session was ended from another device",
        (Event::SessionExpired, Some("idle")) => "A session ran out because it was not used",
        (Event::SessionExpired, Some("absolute")) => {
            "A session ran out after the longest time that one may last"
        }
        (Event::SessionExpired, _) => "A session ran out",
        (Event::RefreshRefused, _) => "A session that is not known was refused",
        (Event::ProfileChanged, _) => "Profile changed",
        (Event::PasswordChanged, _) => "Password changed",
        (Event::EmailConfirmed, _) => "Address confirmed",
        (Event::EmailChangeAsked, _) => "Another address was asked for",
        (Event::EmailChanged, _) => "Address changed",
        (Event::EmailChangeUndone, _) => "A change of address was undone",
        (Event::PasswordReset, _) => "A new password was set by mail",
        (Event::SessionDisowned, _) => "A session was ended by the link in a letter",
        (Event::Reauthenticated, _) => "Confirmed that it is you",
        (Event::ReauthenticationFailed, _) => {
            "A wrong password was given where it is asked for again"
        }
        (Event::DataExported, _) => "Your data was downloaded",
        (Event::DeletionPlanned, _) => "The account was to be deleted",
        (Event::DeletionCalledOff, _) => "Signed in, so the account stays",
        (Event::AccountDeleted, _) => "Account deleted",
        (Event::AccountReplaced, _) => "The account made way for another",
        (Event::AccountDisabled, _) => "Account disabled",
        (Event::AccountEnabled, _) => "Account enabled again",
        (Event::AccountAdded, _) => "Account made by whoever runs this site",
        (Event::AccountImported, _) => "Account moved here",
        (Event::RoleChanged, _) => "Another role was given by whoever runs this site",
        (Event::PasswordSet, _) => "A password was set by whoever runs this site",
        (Event::PasswordLinkMade, _) => {
            "A link for a new password was made by whoever runs this site"
        }
        (Event::KeyCreated | Event::KeyPromoted | Event::KeyRetired | Event::KeyRemoved, _) => {
            "Key changed"
        }
    }
}
