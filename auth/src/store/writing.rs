//! Transactions that write.

use sqlx::{Any, AnyConnection, Row, Transaction};

use crate::error::Result;
use crate::store::{news, queue};

/// A transaction that writes. Dropped without [`Writing::commit`], it leaves nothing behind.
///
/// Whoever locks more than one row takes them in this order: keys' number, a user, revocations' number,
/// sessions, the trail. So two of them never wait for each other.
pub(crate) struct Writing {
    turn: Turn,
    /// Whether other nodes have to hear of it.
    is_news: bool,
}

pub(super) enum Turn {
    Own(Transaction<'static, Any>),
    Shared(queue::Turn),
}

impl Writing {
    pub(super) fn new(turn: Turn) -> Self {
        Self {
            turn,
            is_news: false,
        }
    }

    pub(crate) async fn commit(mut self) -> Result<()> {
        if self.is_news && matches!(self.turn, Turn::Own(_)) {
            sqlx::query(news::NOTIFY).execute(self.connection()).await?;
        }
        match self.turn {
            Turn::Own(transaction) => Ok(transaction.commit().await?),
            Turn::Shared(turn) => turn.commit().await,
        }
    }

    pub(super) fn connection(&mut self) -> &mut AnyConnection {
        match &mut self.turn {
            Turn::Own(transaction) => transaction,
            Turn::Shared(turn) => turn.connection(),
        }
    }

    /// Tells the other nodes when this is committed.
    pub(super) fn tell_others(&mut self) {
        self.is_news = true;
    }

    /// The next number of a counter. Its row is locked until the transaction is over.
    pub(super) async fn next(
        &mut self,
        counter: &'static str,
    ) -> std::result::Result<i64, sqlx::Error> {
        let query =
            sqlx::query("update counters set value = value + 1 where name = $1 returning value");
        query
            .bind(counter)
            .fetch_one(self.connection())
            .await?
            .try_get("value")
    }
}
