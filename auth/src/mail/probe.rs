//! Asking the mail server whether it would take a letter, for an operator who wants to know before anybody else.

use time::OffsetDateTime;

use crate::Auth;
use crate::account::Email;
use crate::error::Result;
use crate::mail::letter;
use crate::mail::transport::Undelivered;
use crate::secret;

/// Why a letter would not leave, in the words of the mail server or of what lies before it.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("{0}")]
pub struct NoWayOut(String);

impl Auth {
    /// Goes to the mail server, up to where a letter would be handed over: with TLS and a password where they are
    /// set. Nothing is sent.
    ///
    /// # Errors
    /// What was in the way.
    pub async fn reach_mail(&self) -> std::result::Result<(), NoWayOut> {
        self.0.transport.reach().await.map_err(NoWayOut)
    }

    /// Sends a letter that says that letters can be sent.
    ///
    /// # Errors
    /// When it is no address; within, what was in the way.
    pub async fn send_test_mail(
        &self,
        to: &str,
        now: OffsetDateTime,
    ) -> Result<std::result::Result<(), NoWayOut>> {
        let written = letter::test(Email::parse(to)?, &self.config().issuer)?;
        let id = format!("test.{}", secret::random_id());
        let sent = self.0.transport.send(&written, &id, now).await;
        Ok(sent.map_err(|why| match why {
            Undelivered::Transient(why) | Undelivered::Permanent(why) => NoWayOut(why),
        }))
    }
}
