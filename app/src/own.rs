//! What a page of your own begins with: who is signed in, and a frame that waits for what the page shows.

use leptos::prelude::*;
use serde::{Deserialize, Serialize};

use crate::error::AppError;
use crate::session::When;

/// Who is signed in, and for how long.
#[derive(Debug, Clone, Serialize, Deserialize)]
pub struct Session {
    /// Never changes: rows of your own name their owner by it.
    pub user_id: String,
    /// What the person wants to be called.
    pub name: String,
    pub username: String,
    pub email: String,
    /// Whether the address was shown to be theirs.
    pub is_confirmed: bool,
    pub is_admin: bool,
    /// When they last gave their password.
    pub signed_in: When,
    /// When the access token ends. It renews itself while they are here.
    pub access_ends: When,
    /// When the session ends in any case.
    pub ends: When,
    /// When it ends without another visit.
    pub ends_idle: When,
}

impl Session {
    /// Lets administrators go on.
    ///
    /// # Errors
    /// 403 for everybody else.
    pub fn require_admin(&self) -> Result<(), AppError> {
        if self.is_admin {
            return Ok(());
        }
        Err(AppError::forbidden())
    }
}

/// The session of whoever asks: on a page, and in a server function.
///
/// # Errors
/// When nobody is signed in. On a page that the table has for members that cannot be: the guard was there before.
#[server(name = ReadSession, prefix = "/fn", endpoint = "session")]
pub async fn session() -> Result<Session, AppError> {
    crate::ssr::own::session().await
}

/// Shows what `content` comes to, or what went wrong.
pub fn page<V: IntoView + 'static>(
    content: impl Future<Output = Result<V, AppError>> + Send + 'static,
) -> impl IntoView {
    view! {
        <Suspense>
            {Suspend::new(async move {
                match content.await {
                    Ok(content) => content.into_any(),
                    Err(error) => view! { <p class="card form-error" role="alert">{error.message}</p> }.into_any(),
                }
            })}
        </Suspense>
    }
}
