//! Rows as the domain knows them.

use serde::Deserialize;
use sqlx::Row;
use sqlx::any::AnyRow;
use time::{Duration, OffsetDateTime};
use words::Language;

use crate::account::{Account, DisplayName, Email, Username};
use crate::audit::{Activity, Event, Record};
use crate::error::{Error, Result};
use crate::session::{Client, DeviceId, Persistence, SessionId, SessionRow};

/// What a sign-in needs to know of an account.
#[derive(Clone)]
pub(crate) struct Credentials {
    pub(crate) user_id: i64,
    pub(crate) document_id: String,
    pub(crate) role: String,
    pub(crate) password_hash: String,
    pub(crate) password_changed_at: OffsetDateTime,
    pub(crate) disabled: bool,
    pub(crate) email: Email,
    pub(crate) username: Username,
    pub(crate) is_confirmed: bool,
}

impl Credentials {
    pub(super) fn read(row: &AnyRow) -> Result<Self> {
        Ok(Self {
            user_id: row.try_get("id")?,
            document_id: row.try_get("document_id")?,
            role: row.try_get("role")?,
            password_hash: row.try_get("password_hash")?,
            password_changed_at: time(row, "password_changed_at")?,
            disabled: optional_time(row, "disabled_at")?.is_some(),
            email: Email::stored(row.try_get("email")?),
            username: Username::stored(row.try_get("username")?),
            is_confirmed: optional_time(row, "confirmed_at")?.is_some(),
        })
    }
}

#[derive(Clone)]
pub(crate) struct KeyRow {
    pub(crate) id: String,
    pub(crate) algorithm: String,
    pub(crate) public_key: String,
    pub(crate) sealed_private_key: String,
    pub(crate) created_at: OffsetDateTime,
    /// When it is to sign; none for the first key of a database.
    pub(crate) promote_at: Option<OffsetDateTime>,
    pub(crate) promoted_at: Option<OffsetDateTime>,
    pub(crate) retired_at: Option<OffsetDateTime>,
}

impl KeyRow {
    pub(super) fn read(row: &AnyRow) -> Result<Self> {
        Ok(Self {
            id: row.try_get("id")?,
            algorithm: row.try_get("algorithm")?,
            public_key: row.try_get("public_key")?,
            sealed_private_key: row.try_get("sealed_private_key")?,
            created_at: time(row, "created_at")?,
            promote_at: optional_time(row, "promote_at")?,
            promoted_at: optional_time(row, "promoted_at")?,
            retired_at: optional_time(row, "retired_at")?,
        })
    }
}

pub(super) fn read_session(row: &AnyRow) -> Result<SessionRow> {
    Ok(SessionRow {
        id: read_id(row, "id")?,
        user_id: row.try_get("user_id")?,
        generation: row.try_get("generation")?,
        rotated_at: time(row, "rotated_at")?,
        used_generation: row.try_get("used_generation")?,
        persistence: read_persistence(row)?,
        authenticated_at: time(row, "authenticated_at")?,
        methods: read_methods(row)?,
        created_at: time(row, "created_at")?,
        last_seen_at: time(row, "last_seen_at")?,
        idle_expires_at: time(row, "idle_expires_at")?,
        expires_at: time(row, "expires_at")?,
        revoked_at: optional_time(row, "revoked_at")?,
        client: read_client(row)?,
        device: row
            .try_get::<Option<String>, _>("device_id")?
            .map(DeviceId::stored),
        user: row.try_get("document_id")?,
        role: row.try_get("role")?,
        disabled: optional_time(row, "disabled_at")?.is_some(),
    })
}

pub(super) fn read_persistence(row: &AnyRow) -> Result<Persistence> {
    let remembered = optional_time(row, "remembered_at")?;
    Ok(remembered.map_or(Persistence::Browser, |_| Persistence::Remembered))
}

pub(super) fn read_methods(row: &AnyRow) -> Result<Vec<String>> {
    let methods: String = row.try_get("methods")?;
    Ok(methods.split_whitespace().map(str::to_owned).collect())
}

/// The columns of an account, without what signing in takes.
pub(super) const ACCOUNT: &str = "id, document_id, email, username, display_name, role, confirmed_at, pending_email, \
     deletion_at, language, created_at, updated_at";

pub(super) fn read_account(row: &AnyRow) -> Result<Account> {
    Ok(Account {
        id: row.try_get("id")?,
        document_id: row.try_get("document_id")?,
        email: Email::stored(row.try_get("email")?),
        username: Username::stored(row.try_get("username")?),
        display_name: DisplayName::stored(row.try_get("display_name")?),
        role: row.try_get("role")?,
        confirmed_at: optional_time(row, "confirmed_at")?,
        pending_email: row
            .try_get::<Option<String>, _>("pending_email")?
            .map(Email::stored),
        deletion_at: optional_time(row, "deletion_at")?,
        language: row
            .try_get::<Option<String>, _>("language")?
            .and_then(|tag| Language::from_tag(&tag)),
        created_at: time(row, "created_at")?,
        updated_at: time(row, "updated_at")?,
    })
}

/// The columns of an event, without what chains it to the others.
pub(super) const ACTIVITY: &str = "id, at, event, session_id, address, user_agent, detail";

/// An event as it is stored: those columns, in their order.
#[derive(Deserialize)]
pub(super) struct ActivityRow {
    id: i64,
    at: i64,
    event: String,
    session_id: Option<String>,
    address: Option<String>,
    user_agent: Option<String>,
    detail: Option<String>,
}

impl ActivityRow {
    /// An event that a newer version wrote is passed over, not an error.
    pub(super) fn into_activity(self) -> Result<Option<Activity>> {
        let Some(event) = Event::from_name(&self.event) else {
            return Ok(None);
        };
        Ok(Some(Activity {
            id: self.id,
            event,
            at: moment(self.at)?,
            session: self.session_id.and_then(|id| id.try_into().ok()),
            client: Client {
                address: self.address,
                user_agent: self.user_agent,
                browser: None,
                language: None,
            },
            detail: self.detail,
        }))
    }
}

/// None for what [`ActivityRow::into_activity`] passes over.
pub(super) fn read_activity(row: &AnyRow) -> Result<Option<Activity>> {
    let row = ActivityRow {
        id: row.try_get("id")?,
        at: row.try_get("at")?,
        event: row.try_get("event")?,
        session_id: row.try_get("session_id")?,
        address: row.try_get("address")?,
        user_agent: row.try_get("user_agent")?,
        detail: row.try_get("detail")?,
    };
    row.into_activity()
}

pub(super) fn read_record(row: &AnyRow) -> Result<Record> {
    Ok(Record {
        id: row.try_get("id")?,
        at: row.try_get("at")?,
        event: row.try_get("event")?,
        user_id: row.try_get("user_id")?,
        session_id: row.try_get("session_id")?,
        client: read_client(row)?,
        detail: row.try_get("detail")?,
        previous_hash: row.try_get("previous_hash")?,
        hash: row.try_get("hash")?,
    })
}

pub(super) fn read_client(row: &AnyRow) -> Result<Client> {
    Ok(Client {
        address: row.try_get("address")?,
        user_agent: row.try_get("user_agent")?,
        browser: None,
        language: None,
    })
}

pub(super) fn read_id(row: &AnyRow, column: &str) -> Result<SessionId> {
    SessionId::try_from(row.try_get::<String, _>(column)?).map_err(Error::internal)
}

pub(super) fn read_optional_id(row: &AnyRow, column: &str) -> Result<Option<SessionId>> {
    let id: Option<String> = row.try_get(column)?;
    id.map(|id| SessionId::try_from(id).map_err(Error::internal))
        .transpose()
}

pub(super) fn millis(at: OffsetDateTime) -> i64 {
    (at - OffsetDateTime::UNIX_EPOCH)
        .whole_milliseconds()
        .try_into()
        .expect("years of four digits fit in 64 bits")
}

pub(super) fn time(row: &AnyRow, column: &str) -> Result<OffsetDateTime> {
    moment(row.try_get(column)?)
}

pub(super) fn optional_time(row: &AnyRow, column: &str) -> Result<Option<OffsetDateTime>> {
    let millis: Option<i64> = row.try_get(column)?;
    millis.map(moment).transpose()
}

fn moment(millis: i64) -> Result<OffsetDateTime> {
    let moment = OffsetDateTime::UNIX_EPOCH.checked_add(Duration::milliseconds(millis));
    moment.ok_or_else(|| Error::internal(format!("{millis} is no time")))
}
