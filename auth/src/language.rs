//! In which language the owner of an account is spoken to.

use words::Language;

use crate::Auth;
use crate::error::Result;
use crate::session::Session;

impl Auth {
    /// Remembers what the owner of a session chose: their letters are written in it.
    ///
    /// # Errors
    /// [`Error::Unauthenticated`](crate::Error::Unauthenticated) when the account is gone or disabled.
    pub async fn remember_language(&self, session: &Session, language: Language) -> Result<()> {
        let account = self.account(session).await?;
        let mut writing = self.store().write().await?;
        writing.note_language(&account, Some(language)).await?;
        writing.commit().await
    }
}
