//! The trail of an account in words, and what of it has to be told at once.

use auth::{Account, Activity, Auth, Client, Event};
use time::OffsetDateTime;

use crate::activity::{Happening, Page};
use crate::error::AppError;
use crate::language::words;
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
        what: what(row.event, row.detail.as_deref()),
        when: when(row.at, now),
        from: (row.client != Client::default()).then(|| place(row.client)),
    }
}

fn what(event: Event, detail: Option<&str>) -> String {
    let words = words();
    match (event, detail) {
        (Event::SignedUp, _) => words.happened_signed_up(),
        (Event::SignedIn, _) => words.happened_signed_in(),
        (Event::SignInFailed, _) => words.happened_sign_in_failed(),
        (Event::SignedOut, _) => words.happened_signed_out(),
        (Event::SessionReplaced, Some("reauthenticated")) => {
            words.happened_session_replaced_reauthenticated()
        }
        (Event::SessionReplaced, _) => words.happened_session_replaced(),
        (Event::SessionReused, _) => words.happened_session_reused(),
        (Event::SessionEnded, Some("password_changed")) => {
            words.happened_session_ended_password_changed()
        }
        (Event::SessionEnded, Some("account_disabled")) => {
            words.happened_session_ended_account_disabled()
        }
        (Event::SessionEnded, Some("password_reset")) => {
            words.happened_session_ended_password_reset()
        }
        (Event::SessionEnded, Some("email_change_undone")) => {
            words.happened_session_ended_email_change_undone()
        }
        (Event::SessionEnded, Some("deletion_planned")) => {
            words.happened_session_ended_deletion_planned()
        }
        (Event::SessionEnded, Some("password_set" | "role_changed" | "operator")) => {
            words.happened_session_ended_by_operator()
        }
        (Event::SessionEnded, _) => words.happened_session_ended(),
        (Event::SessionExpired, Some("idle")) => words.happened_session_expired_idle(),
        (Event::SessionExpired, Some("absolute")) => words.happened_session_expired_absolute(),
        (Event::SessionExpired, _) => words.happened_session_expired(),
        (Event::RefreshRefused, _) => words.happened_refresh_refused(),
        (Event::ProfileChanged, _) => words.happened_profile_changed(),
        (Event::PasswordChanged, _) => words.happened_password_changed(),
        (Event::EmailConfirmed, _) => words.happened_email_confirmed(),
        (Event::EmailChangeAsked, _) => words.happened_email_change_asked(),
        (Event::EmailChanged, _) => words.happened_email_changed(),
        (Event::EmailChangeUndone, _) => words.happened_email_change_undone(),
        (Event::PasswordReset, _) => words.happened_password_reset(),
        (Event::SessionDisowned, _) => words.happened_session_disowned(),
        (Event::Reauthenticated, _) => words.happened_reauthenticated(),
        (Event::ReauthenticationFailed, _) => words.happened_reauthentication_failed(),
        (Event::DataExported, _) => words.happened_data_exported(),
        (Event::DeletionPlanned, _) => words.happened_deletion_planned(),
        (Event::DeletionCalledOff, _) => words.happened_deletion_called_off(),
        (Event::AccountDeleted, _) => words.happened_account_deleted(),
        (Event::AccountReplaced, _) => words.happened_account_replaced(),
        (Event::AccountDisabled, _) => words.happened_account_disabled(),
        (Event::AccountEnabled, _) => words.happened_account_enabled(),
        (Event::AccountAdded, _) => words.happened_account_added(),
        (Event::AccountImported, _) => words.happened_account_imported(),
        (Event::RoleChanged, _) => words.happened_role_changed(),
        (Event::PasswordSet, _) => words.happened_password_set(),
        (Event::PasswordLinkMade, _) => words.happened_password_link_made(),
        (Event::KeyCreated | Event::KeyPromoted | Event::KeyRetired | Event::KeyRemoved, _) => {
            words.happened_key_changed()
        }
    }
}
