//! The queue of letters.

use sqlx::any::AnyRow;
use sqlx::{AssertSqlSafe, Row};
use time::OffsetDateTime;

use crate::account::Email;
use crate::error::Result;
use crate::link::Purpose;
use crate::mail::{Kind, NewMail};
use crate::secret;
use crate::session::{Client, SessionId};
use crate::store::rows::{millis, optional_time, read_client, read_optional_id, time};
use crate::store::{Store, Writing};

/// A letter as the database holds it.
#[derive(Clone)]
pub(crate) struct MailRow {
    pub(crate) id: i64,
    /// None when a newer version wrote it.
    pub(crate) kind: Option<Kind>,
    pub(crate) user_id: Option<i64>,
    pub(crate) recipient: Email,
    pub(crate) nonce: String,
    pub(crate) session: Option<SessionId>,
    pub(crate) client: Client,
    pub(crate) detail: Option<String>,
    pub(crate) created_at: OffsetDateTime,
    pub(crate) next_at: Option<OffsetDateTime>,
    /// How often it was tried, this time included.
    pub(crate) attempts: i64,
    pub(crate) delivered_at: Option<OffsetDateTime>,
    pub(crate) failed_at: Option<OffsetDateTime>,
    pub(crate) problem: Option<String>,
}

impl MailRow {
    fn read(row: &AnyRow) -> Result<Self> {
        let kind: String = row.try_get("kind")?;
        Ok(Self {
            id: row.try_get("id")?,
            kind: Kind::from_name(&kind),
            user_id: row.try_get("user_id")?,
            recipient: Email::stored(row.try_get("recipient")?),
            nonce: row.try_get("nonce")?,
            session: read_optional_id(row, "session_id")?,
            client: read_client(row)?,
            detail: row.try_get("detail")?,
            created_at: time(row, "created_at")?,
            next_at: optional_time(row, "next_at")?,
            attempts: row.try_get("attempts")?,
            delivered_at: optional_time(row, "delivered_at")?,
            failed_at: optional_time(row, "failed_at")?,
            problem: row.try_get("problem")?,
        })
    }
}

/// In the place of a kind: nothing that is ever sent.
const WITHHELD: &str = "withheld";

/// What became of a letter.
pub(crate) enum Fate {
    Delivered,
    /// There is nothing to say any more.
    Dropped,
    Later {
        at: OffsetDateTime,
        problem: String,
    },
    Failed {
        problem: String,
    },
}

impl Fate {
    /// The word for whoever counts them.
    pub(crate) fn name(&self) -> &'static str {
        match self {
            Self::Delivered => "sent",
            Self::Dropped => "dropped",
            Self::Later { .. } => "put_off",
            Self::Failed { .. } => "failed",
        }
    }
}

impl Store {
    /// Whether there is a letter to send.
    pub(crate) async fn has_due_mail(&self, now: OffsetDateTime) -> Result<bool> {
        let query = sqlx::query("select id from mails where next_at <= $1 limit 1");
        let row = query
            .bind(millis(now))
            .fetch_optional(&mut *self.reader().await?)
            .await?;
        Ok(row.is_some())
    }

    /// The letters of an account, the newest first.
    pub(crate) async fn mails_of(&self, user_id: i64, limit: i64) -> Result<Vec<MailRow>> {
        let query = sqlx::query("select * from mails where user_id = $1 order by id desc limit $2");
        let query = query.bind(user_id).bind(limit);
        let rows = query.fetch_all(&mut *self.reader().await?).await?;
        rows.iter().map(MailRow::read).collect()
    }
}

impl Writing {
    /// Puts a letter into the queue. It is sent when this is committed.
    pub(crate) async fn queue_mail(&mut self, mail: &NewMail<'_>) -> Result<()> {
        let id = self.next_mail_id().await?;
        self.insert_mail(id, mail).await
    }

    /// The same, under a number that was taken before.
    pub(crate) async fn insert_mail(&mut self, id: i64, mail: &NewMail<'_>) -> Result<()> {
        self.has_mail();
        self.insert_row(id, mail.kind.name(), Some(mail.at), mail)
            .await
    }

    /// Writes a letter down that is never sent, at the cost of one that is.
    pub(crate) async fn withhold_mail(&mut self, id: i64, mail: &NewMail<'_>) -> Result<()> {
        let nobodys = NewMail {
            user_id: None,
            ..*mail
        };
        self.insert_row(id, WITHHELD, None, &nobodys).await
    }

    async fn insert_row(
        &mut self,
        id: i64,
        kind: &'static str,
        next_at: Option<OffsetDateTime>,
        mail: &NewMail<'_>,
    ) -> Result<()> {
        sqlx::query(
            "insert into mails (id, kind, user_id, recipient, nonce, session_id, address, user_agent, detail,
                                created_at, next_at, attempts)
             values ($1, $2, $3, $4, $5, $6, $7, $8, $9, $10, $11, 0)",
        )
        .bind(id)
        .bind(kind)
        .bind(mail.user_id)
        .bind(mail.recipient.as_str().to_owned())
        .bind(secret::random_id())
        .bind(mail.session.map(String::from))
        .bind(mail.client.address.clone())
        .bind(mail.client.user_agent.clone())
        .bind(mail.detail.map(str::to_owned))
        .bind(millis(mail.at))
        .bind(next_at.map(millis))
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// The number of a letter that is never sent: a link that is handed over by a page has its place among
    /// those that are.
    pub(crate) async fn next_mail_id(&mut self) -> Result<i64> {
        Ok(self.next("mails").await?)
    }

    /// When letters of a kind were queued for an address, the newest first, at most `limit`.
    pub(crate) async fn mails_since(
        &mut self,
        recipient: &Email,
        kind: Kind,
        since: OffsetDateTime,
        limit: i64,
    ) -> Result<Vec<OffsetDateTime>> {
        // As a number that is bound, the limit would make SQLite plan anew each time.
        let query = sqlx::query(AssertSqlSafe(format!(
            "select created_at from mails where recipient = $1 and kind = $2 and created_at > $3
             order by created_at desc limit {limit}"
        )));
        let query = query.bind(recipient.as_str().to_owned()).bind(kind.name());
        let query = query.bind(millis(since));
        let rows = query.fetch_all(self.connection()).await?;
        rows.iter().map(|row| time(row, "created_at")).collect()
    }

    /// The first letter since then that told of the account's move away from an address, and whose link can
    /// still be used, or will be.
    pub(crate) async fn first_of_move_from(
        &mut self,
        email: &Email,
        user_id: i64,
        since: OffsetDateTime,
    ) -> Result<Option<i64>> {
        let query = sqlx::query(
            "select id from mails where recipient = $1 and kind = $2 and user_id = $3 and created_at > $4
                 and (next_at is not null or delivered_at is not null)
                 and not exists (select 1 from links where links.user_id = $3 and links.mail_id = mails.id
                                     and links.used_at is not null)
             order by id limit 1",
        );
        let query = query.bind(email.as_str().to_owned());
        let query = query.bind(Kind::AddressChanged.name());
        let query = query.bind(user_id).bind(millis(since));
        let row = query.fetch_optional(self.connection()).await?;
        row.map(|row| Ok(row.try_get("id")?)).transpose()
    }

    /// Takes letters whose turn it is, the oldest first. They come back at `lease` if nothing is heard of
    /// them: the process that took them may have ended.
    pub(crate) async fn take_mails(
        &mut self,
        now: OffsetDateTime,
        lease: OffsetDateTime,
        limit: i64,
    ) -> Result<Vec<MailRow>> {
        let query = sqlx::query(
            "update mails set next_at = $1, attempts = attempts + 1
             where id in (select id from mails where next_at <= $2 order by next_at, id limit $3)
                 and next_at <= $2
             returning *",
        );
        let query = query.bind(millis(lease)).bind(millis(now)).bind(limit);
        let rows = query.fetch_all(self.connection()).await?;
        rows.iter().map(MailRow::read).collect()
    }

    /// Whether a letter that was taken is still to be sent: it may have been called off since.
    pub(crate) async fn is_mail_due(&mut self, id: i64) -> Result<bool> {
        let query = sqlx::query("select id from mails where id = $1 and next_at is not null");
        let row = query.bind(id).fetch_optional(self.connection()).await?;
        Ok(row.is_some())
    }

    /// Writes down what became of a letter that was taken.
    pub(crate) async fn settle_mail(
        &mut self,
        id: i64,
        fate: &Fate,
        now: OffsetDateTime,
    ) -> Result<()> {
        let (next, delivered, failed, problem) = match fate {
            Fate::Delivered => (None, Some(now), None, None),
            Fate::Dropped => (None, None, None, None),
            Fate::Later { at, problem } => (Some(*at), None, None, Some(problem)),
            Fate::Failed { problem } => (None, None, Some(now), Some(problem)),
        };
        // What was called off meanwhile stays so.
        sqlx::query(
            "update mails set next_at = $1, delivered_at = $2, failed_at = $3, problem = $4
             where id = $5 and next_at is not null",
        )
        .bind(next.map(millis))
        .bind(delivered.map(millis))
        .bind(failed.map(millis))
        .bind(problem.cloned())
        .bind(id)
        .execute(self.connection())
        .await?;
        Ok(())
    }

    /// Gives letters and links with which a mailbox takes its account back to the account that has the
    /// address now: whoever asked for them is to get in, however often somebody else registers.
    pub(crate) async fn inherit_resets(&mut self, from: i64, to: i64, email: &Email) -> Result<()> {
        sqlx::query(
            "update links set user_id = $1
             where user_id = $2 and purpose = $3 and email = $4 and used_at is null",
        )
        .bind(to)
        .bind(from)
        .bind(Purpose::ResetPassword.name())
        .bind(email.as_str().to_owned())
        .execute(self.connection())
        .await?;
        let query = sqlx::query(
            "update mails set user_id = $1 where user_id = $2 and kind = $3 and next_at is not null",
        );
        let query = query.bind(to).bind(from).bind(Kind::ResetPassword.name());
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Says whose account a letter turned out to be about.
    pub(crate) async fn assign_mail(&mut self, id: i64, user_id: i64) -> Result<()> {
        let query = sqlx::query("update mails set user_id = $1 where id = $2");
        query
            .bind(user_id)
            .bind(id)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Calls off what was still to be sent about an account and came after the letter of this number.
    pub(crate) async fn call_off_mails(&mut self, user_id: i64, after: i64) -> Result<()> {
        let query = sqlx::query(
            "update mails set next_at = null where user_id = $1 and id > $2 and next_at is not null",
        );
        query
            .bind(user_id)
            .bind(after)
            .execute(self.connection())
            .await?;
        Ok(())
    }

    /// Removes what is left of letters to somebody who has no account any more.
    pub(crate) async fn remove_mails_to(&mut self, recipient: &Email) -> Result<()> {
        let query = sqlx::query("delete from mails where recipient = $1 and next_at is null");
        let query = query.bind(recipient.as_str().to_owned());
        query.execute(self.connection()).await?;
        Ok(())
    }

    /// Removes letters that are done with.
    pub(crate) async fn remove_mails(&mut self, created_before: OffsetDateTime) -> Result<()> {
        let query = sqlx::query("delete from mails where next_at is null and created_at < $1");
        query
            .bind(millis(created_before))
            .execute(self.connection())
            .await?;
        Ok(())
    }
}
