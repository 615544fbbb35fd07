//! Choosing a language.

use ::words::Language;

use crate::error::{AppError, Failure};
use crate::ssr::Request;

/// Keeps the choice in the browser, and with the account of whoever is signed in: their letters are in it.
pub(crate) async fn remember(tag: &str) -> Result<(), AppError> {
    let language = Language::from_tag(tag).ok_or(Failure::Incomplete)?;
    let request = Request::current()?;
    request.remember(request.services.language_cookie(), language.tag());
    if let Some(session) = &request.arrival.session {
        let auth = &request.services.auth;
        auth.remember_language(session, language).await?;
    }
    Ok(())
}
