//! Transactions that write.

use std::sync::Arc;

use sqlx::{Any, AnyConnection, Row, Transaction};

use tokio::sync::Notify;

use crate::error::Result;
use crate::measure::{self, Stopwatch, Work};
use crate::store::queue::Haste;
use crate::store::trail::TrailEnd;
use crate::store::{news, queue};

/// A transaction that writes. Dropped without [`Writing::commit`], it leaves nothing behind.
///
/// Whoever locks more than one row takes them in this order: keys' number, users, users' number,
/// revocations' number, sessions, the trail, letters and links, attempts. So two of them never wait for each other.
pub(crate) struct Writing {
    turn: Turn,
    /// Whether other nodes have to hear of it.
    is_news: bool,
    /// Whom to wake when it is committed, because there is mail in it.
    post: Arc<Notify>,
    has_mail: bool,
    in_use: Stopwatch,
    /// How many sessions it ends, and why: counted when it is committed.
    ended: Vec<(&'static str, usize)>,
    haste: Haste,
}

pub(super) enum Turn {
    Own(Transaction<'static, Any>),
    Shared(queue::Turn),
}

impl Writing {
    pub(super) fn new(turn: Turn, post: Arc<Notify>) -> Self {
        Self {
            turn,
            is_news: false,
            post,
            has_mail: false,
            in_use: Stopwatch::start(),
            ended: Vec::new(),
            haste: Haste::Now,
        }
    }

    pub(crate) async fn commit(mut self) -> Result<()> {
        if self.is_news && matches!(self.turn, Turn::Own(_)) {
            sqlx::query(news::NOTIFY).execute(self.connection()).await?;
        }
        self.in_use.database(Work::Write);
        let committing = Stopwatch::start();
        match self.turn {
            Turn::Own(transaction) => transaction.commit().await?,
            Turn::Shared(turn) => turn.commit(self.haste).await?,
        }
        committing.database(Work::Commit);
        for (reason, how_many) in self.ended {
            measure::sessions_ended(reason, how_many);
        }
        if self.has_mail {
            self.post.notify_one();
        }
        Ok(())
    }

    pub(super) fn connection(&mut self) -> &mut AnyConnection {
        match &mut self.turn {
            Turn::Own(transaction) => transaction,
            Turn::Shared(turn) => turn.connection(),
        }
    }

    /// Lets the commit wait for others who will come in a moment, where they share one.
    pub(crate) fn expect_company(&mut self) {
        self.haste = Haste::Soon;
    }

    /// Where the trail ends, if that is known; none of both where others write at the same time.
    pub(super) fn known_trail(&mut self) -> Option<&mut Option<TrailEnd>> {
        match &mut self.turn {
            Turn::Own(_) => None,
            Turn::Shared(turn) => Some(turn.trail()),
        }
    }

    /// Tells the other nodes when this is committed.
    pub(super) fn tell_others(&mut self) {
        self.is_news = true;
    }

    /// Counts sessions that are over when this is committed.
    pub(super) fn has_ended(&mut self, reason: &'static str, how_many: usize) {
        if how_many > 0 {
            self.ended.push((reason, how_many));
        }
    }

    /// Wakes the one who sends letters when this is committed.
    pub(super) fn has_mail(&mut self) {
        self.has_mail = true;
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
