//! A session together with the account that it is of, for whoever is signed in by it.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};

use crate::account::Account;
use crate::error::Result;
use crate::measure::{Stopwatch, Work};
use crate::session::{Device, DeviceId, SessionId};
use crate::store::Store;
use crate::store::reading::{Bound, ByKey, places};
use crate::store::rows::{
    ACCOUNT, read_account, read_client, read_id, read_methods, read_persistence, time,
};

/// A session that can be used, and its owner.
#[derive(Debug, Clone)]
pub(crate) struct Owned {
    pub(crate) device: Device,
    pub(crate) account: Account,
}

impl Store {
    /// None when the session is over, or the account cannot be used.
    pub(crate) async fn owned(&self, id: SessionId) -> Result<Option<Owned>> {
        let in_company = Stopwatch::start();
        if let Some(reading) = &self.owned
            && let Some(owned) = reading.get(id.into()).await
        {
            in_company.database(Work::Read);
            return Ok(owned);
        }
        let query = sqlx::query(AssertSqlSafe(Owned::statement(1)));
        let query = query.bind(String::from(id));
        let row = query.fetch_optional(&mut *self.reader().await?).await?;
        row.map(|row| Ok(Owned::read(&row)?.1)).transpose()
    }
}

impl ByKey for Owned {
    type Key = String;

    /// Both have a number and a beginning: those of the session have names of their own.
    fn statement(size: usize) -> String {
        let places = places(size);
        format!(
            "select {ACCOUNT}, session, remembered_at, methods, authenticated_at, signed_in_at, last_seen_at,
                    idle_expires_at, expires_at, address, user_agent, device_id
             from users join
                 (select id as session, user_id, created_at as signed_in_at, remembered_at, methods, authenticated_at,
                         last_seen_at, idle_expires_at, expires_at, address, user_agent, device_id
                  from sessions where id in ({places}) and revoked_at is null) as own on own.user_id = users.id
             where disabled_at is null"
        )
    }

    fn bind(statement: Bound, key: Option<&String>) -> Bound {
        statement.bind(key.cloned())
    }

    fn read(row: &AnyRow) -> Result<(String, Self)> {
        let device = Device {
            id: read_id(row, "session")?,
            persistence: read_persistence(row)?,
            methods: read_methods(row)?,
            authenticated_at: time(row, "authenticated_at")?,
            created_at: time(row, "signed_in_at")?,
            last_seen_at: time(row, "last_seen_at")?,
            idle_expires_at: time(row, "idle_expires_at")?,
            expires_at: time(row, "expires_at")?,
            client: read_client(row)?,
            device: row
                .try_get::<Option<String>, _>("device_id")?
                .map(DeviceId::stored),
        };
        let account = read_account(row)?;
        Ok((device.id.into(), Self { device, account }))
    }
}
