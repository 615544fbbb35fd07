//! Accounts and sessions as they are shown. No hash and no token is among it.

use auth::{Device, Persistence, UserInfo};
use serde::Serialize;
use words::Language;

use crate::admin::moment;

/// An account.
#[derive(Serialize)]
pub(super) struct Person {
    id: i64,
    document_id: String,
    email: String,
    email_confirmed_at: Option<String>,
    /// Whether the address is another account's.
    email_is_anothers: bool,
    pending_email: Option<String>,
    username: String,
    display_name: String,
    role: String,
    has_password: bool,
    password_changed_at: String,
    disabled_at: Option<String>,
    deletion_at: Option<String>,
    created_at: String,
    updated_at: String,
}

impl From<&UserInfo> for Person {
    fn from(user: &UserInfo) -> Self {
        let account = &user.account;
        let pending = account.pending_email.as_ref();
        Self {
            id: account.id,
            document_id: account.document_id.clone(),
            email: account.email.as_str().to_owned(),
            email_confirmed_at: account.confirmed_at.map(moment),
            email_is_anothers: user.is_claimant,
            pending_email: pending.map(|email| email.as_str().to_owned()),
            username: account.username.as_str().to_owned(),
            display_name: account.display_name.as_str().to_owned(),
            role: account.role.clone(),
            has_password: user.has_password,
            password_changed_at: moment(user.password_changed_at),
            disabled_at: user.disabled_at.map(moment),
            deletion_at: account.deletion_at.map(moment),
            created_at: moment(account.created_at),
            updated_at: moment(account.updated_at),
        }
    }
}

impl Person {
    pub(super) fn line(&self) -> String {
        let Self {
            id,
            username,
            email,
            role,
            ..
        } = self;
        let marks = self.marks().join(", ");
        format!("#{id:<5} {username:20} {email:32} {role:6} {marks}")
            .trim_end()
            .to_owned()
    }

    /// What is not as it is with most.
    fn marks(&self) -> Vec<String> {
        let marks = [
            self.email_is_anothers
                .then(|| "the address is another account's".to_owned()),
            (self.email_confirmed_at.is_none() && !self.email_is_anothers)
                .then(|| "not confirmed".to_owned()),
            (!self.has_password).then(|| "no password".to_owned()),
            self.disabled_at
                .as_ref()
                .map(|at| format!("disabled since {at}")),
            self.deletion_at
                .as_ref()
                .map(|at| format!("to be deleted at {at}")),
        ];
        marks.into_iter().flatten().collect()
    }
}

/// A session.
#[derive(Serialize)]
pub(super) struct Place {
    id: String,
    kept_signed_in: bool,
    methods: Vec<String>,
    created_at: String,
    authenticated_at: String,
    last_seen_at: String,
    expires_at: String,
    address: Option<String>,
    user_agent: Option<String>,
    browser: String,
    device_id: Option<String>,
}

impl From<&Device> for Place {
    fn from(device: &Device) -> Self {
        let called = device.device.as_ref();
        Self {
            id: device.id.to_string(),
            kept_signed_in: device.persistence == Persistence::Remembered,
            methods: device.methods.clone(),
            created_at: moment(device.created_at),
            authenticated_at: moment(device.authenticated_at),
            last_seen_at: moment(device.last_seen_at),
            expires_at: moment(device.expires_at.min(device.idle_expires_at)),
            address: device.client.address.clone(),
            user_agent: device.client.user_agent.clone(),
            browser: device.client.browser_name(Language::default()),
            device_id: called.map(|id| id.as_str().to_owned()),
        }
    }
}

impl Place {
    pub(super) fn line(&self) -> String {
        let Self {
            id,
            browser,
            last_seen_at,
            expires_at,
            ..
        } = self;
        let from = self.address.as_deref().unwrap_or("an unknown address");
        format!("{id}  {browser} at {from}, seen {last_seen_at}, until {expires_at}")
    }
}

/// An account and where it is signed in.
#[derive(Serialize)]
pub(super) struct Whole {
    #[serde(flatten)]
    pub(super) user: Person,
    pub(super) sessions: Vec<Place>,
}

impl Whole {
    pub(super) fn lines(&self) -> Vec<String> {
        let user = &self.user;
        let or_none = |text: &Option<String>| text.clone().unwrap_or_else(|| "-".to_owned());
        let mut lines = vec![
            format!("number        #{}", user.id),
            format!("document id   {}", user.document_id),
            format!("username      {}", user.username),
            format!("name          {}", user.display_name),
            format!("address       {}", user.email),
            format!("confirmed     {}", or_none(&user.email_confirmed_at)),
            format!("moves to      {}", or_none(&user.pending_email)),
            format!("role          {}", user.role),
            format!("password      set {}", user.password_changed_at),
            format!("disabled      {}", or_none(&user.disabled_at)),
            format!("deletion      {}", or_none(&user.deletion_at)),
            format!("created       {}", user.created_at),
            format!("sessions      {}", self.sessions.len()),
        ];
        if !user.has_password {
            lines[8] = "password      none opens it".to_owned();
        }
        lines.extend(
            self.sessions
                .iter()
                .map(|place| format!("  {}", place.line())),
        );
        lines
    }
}
