//! The sessions of an account as their owner sees them, and ending them.

use auth::{Device, Error, SessionId};
use time::OffsetDateTime;

use crate::devices::{self, Overview, Row};
use crate::error::AppError;
use crate::ssr::activity::warnings;
use crate::ssr::words::{place, when};
use crate::ssr::{Arrival, Request};

pub(crate) async fn devices() -> Result<Overview, AppError> {
    let request = Request::current()?;
    let (auth, now) = (&request.services.auth, request.arrival.now);
    let session = request.session()?;
    let account = auth.account(session).await?;
    let devices = auth.devices(&account, now).await?;
    let (own, others): (Vec<_>, Vec<_>) = devices
        .into_iter()
        .partition(|device| device.id == session.id);
    Ok(Overview {
        this: own.into_iter().next().map(|device| row(device, now)),
        others: others.into_iter().map(|device| row(device, now)).collect(),
        warnings: warnings(auth, &account, now).await?,
    })
}

fn row(device: Device, now: OffsetDateTime) -> Row {
    Row {
        id: device.id.to_string(),
        place: place(device.client),
        since: when(device.created_at, now),
        last_seen: when(device.last_seen_at, now),
    }
}

/// Returns how many were ended.
pub(crate) async fn end(session: String) -> Result<usize, AppError> {
    let request = Request::current()?;
    let Arrival { now, client, .. } = &request.arrival;
    let (auth, own) = (&request.services.auth, request.session()?);
    if session == devices::OTHERS {
        return Ok(auth.end_other_devices(own, client, *now).await?);
    }
    // What is no id is the id of no session.
    let id = SessionId::try_from(session).map_err(|_| Error::UnknownSession)?;
    auth.end_device(own, id, client, *now).await?;
    Ok(1)
}
