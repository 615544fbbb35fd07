//! Sending what is in the queue.
//!
//! A letter is taken by a conditional update that also says when it is tried again, so that no two nodes
//! send it at once, and none is lost with the process that took it. It is sent at least once: when the
//! process ends between sending and writing that down, it goes out again, under the same `Message-ID` and
//! with the same link.

use std::sync::atomic::Ordering;
use std::time::Duration as StdDuration;

use time::{Duration, OffsetDateTime};
use tokio::task::{JoinError, JoinSet};

use crate::Auth;
use crate::account::Email;
use crate::error::Result;
use crate::mail::transport::{CONNECTIONS, Undelivered};
use crate::measure;
use crate::store::{Fate, MailRow};

/// How often the queue is looked at when nobody rings: for what other nodes put there, and for what is to
/// be tried again.
const LOOK: StdDuration = StdDuration::from_secs(5);
/// How long a letter that was taken is left to whoever took it.
const LEASE: Duration = Duration::minutes(10);
/// How long the first pause is; each further one is twice as long as the one before.
const FIRST_PAUSE: Duration = Duration::seconds(30);
const LONGEST_PAUSE: Duration = Duration::hours(4);
/// How long it is tried.
const GIVE_UP: Duration = Duration::days(2);
/// How many letters are in memory at most.
const IN_HAND: usize = 2 * CONNECTIONS as usize;
/// How long one letter may take in all: two of them after each other are done before the lease is over.
const LONGEST: StdDuration = StdDuration::from_secs(240);

impl Auth {
    /// Sends letters until [`Auth::stop_delivering`]. To be run beside the server.
    pub async fn keep_delivering(&self, clock: impl Fn() -> OffsetDateTime) {
        let mut is_behind = false;
        while !self.0.is_leaving.load(Ordering::Relaxed) {
            match self.deliver_due(&clock).await {
                Ok(_) => is_behind = false,
                // Said once: it is tried again.
                Err(error) if !is_behind => {
                    is_behind = true;
                    tracing::warn!(%error, "the queue of letters cannot be read");
                }
                Err(_) => {}
            }
            // Whoever rings, or nobody: both are a reason to look.
            let _ = tokio::time::timeout(LOOK, self.store().mail_queued()).await;
        }
    }

    /// Sends every letter whose turn it is. Returns how many were dealt with.
    ///
    /// # Errors
    /// When the database does not answer; what was taken and not written down comes back by itself.
    pub async fn deliver_due(&self, clock: impl Fn() -> OffsetDateTime) -> Result<usize> {
        let mut in_hand = JoinSet::new();
        let (mut done, mut count) = (Vec::new(), 0);
        let mut trouble = None;
        loop {
            // What is in hand is brought to its end whatever happens: to drop it would be to cut it off
            // before it is known what became of it.
            let may_take = trouble.is_none() && !self.0.is_leaving.load(Ordering::Relaxed);
            if may_take && in_hand.len() <= IN_HAND / 2 {
                match self.take_mails(clock(), IN_HAND - in_hand.len()).await {
                    Ok(taken) => taken.into_iter().for_each(|mail| {
                        let (auth, now) = (self.clone(), clock());
                        in_hand.spawn(async move { (mail.id, auth.attempt(&mail, now).await) });
                    }),
                    Err(error) => trouble = Some(error),
                }
            }
            let Some(next) = in_hand.join_next().await else {
                break;
            };
            done.extend(reap(next));
            while let Some(next) = in_hand.try_join_next() {
                done.extend(reap(next));
            }
            // Should it fail, it is tried with the next ones.
            match self.settle_mails(&mut done, clock()).await {
                Ok(settled) => count += settled,
                Err(error) => trouble = Some(error),
            }
        }
        if !done.is_empty() {
            count += self.settle_mails(&mut done, clock()).await?;
        }
        match trouble {
            Some(error) => Err(error),
            None => Ok(count),
        }
    }

    /// Takes no more letters. [`Auth::deliver_due`] ends when those in hand have left.
    pub fn stop_delivering(&self) {
        self.0.is_leaving.store(true, Ordering::Relaxed);
        self.store().ring();
    }

    async fn take_mails(&self, now: OffsetDateTime, most: usize) -> Result<Vec<MailRow>> {
        if !self.store().has_due_mail(now).await? {
            return Ok(Vec::new());
        }
        let mut writing = self.store().write_once().await?;
        let taken = writing.take_mails(now, now + LEASE, most as i64).await?;
        writing.commit().await?;
        Ok(taken)
    }

    /// Writes down what became of letters, and forgets them then. Returns how many there were.
    async fn settle_mails(
        &self,
        done: &mut Vec<(i64, Fate)>,
        now: OffsetDateTime,
    ) -> Result<usize> {
        // In the order in which others lock them.
        done.sort_by_key(|(id, _)| *id);
        let mut writing = self.store().write().await?;
        for (id, fate) in done.iter() {
            writing.settle_mail(*id, fate, now).await?;
        }
        writing.commit().await?;
        done.iter()
            .for_each(|(_, fate)| measure::letter(fate.name()));
        Ok(done.drain(..).count())
    }

    /// Tries to send one letter.
    pub(crate) async fn attempt(&self, mail: &MailRow, now: OffsetDateTime) -> Fate {
        let written = match self.prepare(mail, now).await {
            Ok(Some(written)) => written,
            Ok(None) => return Fate::Dropped,
            Err(error) => return put_off(mail, error.to_string(), now),
        };
        let id = format!("{}.{}", mail.id, mail.nonce);
        let sending = tokio::time::timeout(LONGEST, self.0.transport.send(&written, &id, now));
        let too_slow = || {
            Err(Undelivered::Transient(
                "the mail server is too slow".to_owned(),
            ))
        };
        match sending.await.unwrap_or_else(|_| too_slow()) {
            Ok(()) => Fate::Delivered,
            Err(Undelivered::Transient(problem)) => put_off(mail, problem, now),
            Err(Undelivered::Permanent(problem)) => give_up(mail, problem),
        }
    }
}

/// What came of an attempt; nothing when it broke, and then the letter comes back.
fn reap(ended: std::result::Result<(i64, Fate), JoinError>) -> Option<(i64, Fate)> {
    ended
        .inspect_err(|_| tracing::error!("sending a letter broke off"))
        .ok()
}

fn put_off(mail: &MailRow, problem: String, now: OffsetDateTime) -> Fate {
    let at = now + pause(mail.attempts);
    if at - mail.created_at > GIVE_UP {
        return give_up(mail, problem);
    }
    let problem = scrub(&problem, &mail.recipient);
    tracing::warn!(
        mail.id,
        recipient = ?mail.recipient,
        attempts = mail.attempts,
        %problem,
        "a letter could not be sent, and is tried again"
    );
    Fate::Later { at, problem }
}

fn give_up(mail: &MailRow, problem: String) -> Fate {
    let problem = scrub(&problem, &mail.recipient);
    tracing::error!(
        mail.id,
        recipient = ?mail.recipient,
        attempts = mail.attempts,
        %problem,
        "a letter is given up"
    );
    Fate::Failed { problem }
}

fn pause(attempts: i64) -> Duration {
    let doublings = u32::try_from(attempts - 1).unwrap_or_default().min(16);
    (FIRST_PAUSE * 2_i32.pow(doublings)).min(LONGEST_PAUSE)
}

/// Mail servers like to say whom they refuse.
fn scrub(problem: &str, recipient: &Email) -> String {
    let folded = problem.to_lowercase();
    let told = if folded.contains(recipient.as_str()) {
        folded.replace(recipient.as_str(), &format!("{recipient:?}"))
    } else {
        problem.to_owned()
    };
    told.chars().filter(|c| !c.is_control()).take(300).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_up_to_a_limit_and_fill_two_days() {
        assert_eq!(pause(1), Duration::seconds(30));
        assert_eq!(pause(2), Duration::minutes(1));
        assert_eq!(pause(40), LONGEST_PAUSE);
        let mut waited = Duration::ZERO;
        let mut attempts = 0;
        while waited <= GIVE_UP {
            attempts += 1;
            waited += pause(attempts);
        }
        assert!((15..30).contains(&attempts), "{attempts}");
    }

    #[test]
    fn what_a_mail_server_says_is_logged_without_the_address() {
        let ada = Email::parse("ada@example.org").unwrap();
        let said = scrub("550 <Ada@Example.org>: no such user\r\n", &ada);
        assert_eq!(said, "550 <a***@example.org>: no such user");
    }
}
