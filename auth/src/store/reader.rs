//! Connections that read, and how long they are waited for and used.

use std::ops::{Deref, DerefMut};

use sqlx::pool::PoolConnection;
use sqlx::{Any, AnyConnection};

use crate::error::Result;
use crate::measure::{Stopwatch, Work};
use crate::store::Store;

/// A connection that is given back when this is dropped.
pub(super) struct Reader {
    connection: PoolConnection<Any>,
    in_use: Stopwatch,
}

impl Store {
    pub(super) async fn reader(&self) -> Result<Reader> {
        let waiting = Stopwatch::start();
        let connection = self.reader.acquire().await?;
        waiting.database(Work::WaitToRead);
        Ok(Reader {
            connection,
            in_use: Stopwatch::start(),
        })
    }
}

impl Deref for Reader {
    type Target = AnyConnection;

    fn deref(&self) -> &AnyConnection {
        &self.connection
    }
}

impl DerefMut for Reader {
    fn deref_mut(&mut self) -> &mut AnyConnection {
        &mut self.connection
    }
}

impl Drop for Reader {
    fn drop(&mut self) {
        self.in_use.database(Work::Read);
    }
}
