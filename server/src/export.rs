//! Everything that is held on a person, as one file.

use app::error::AppError;
use auth::{Account, Auth};
use axum::body::{Body, Bytes};
use axum::extract::State;
use axum::http::HeaderValue;
use axum::http::header::{CONTENT_DISPOSITION, CONTENT_TYPE};
use axum::response::{IntoResponse, Response};
use futures_util::stream;

use crate::own::Member;
use crate::{App, answer};

/// Sends the file, part by part: the trail of an account may be long.
pub(crate) async fn download(State(app): State<App>, member: Member) -> Response {
    match begin(&app.services.auth, &member).await {
        Ok((account, head)) => {
            let name = format!(
                "attachment; filename=\"{}-{}.json\"",
                product::ID,
                account.username.as_str()
            );
            let Ok(disposition) = HeaderValue::try_from(name) else {
                return answer::failure(AppError::internal());
            };
            let json = HeaderValue::from_static("application/json");
            let body = Body::from_stream(parts(app.services.auth.clone(), account, head));
            let headers = [(CONTENT_TYPE, json), (CONTENT_DISPOSITION, disposition)];
            (headers, body).into_response()
        }
        Err(error) => answer::failure(error),
    }
}

/// All but the trail, as a JSON object that is left open for it.
async fn begin(auth: &Auth, member: &Member) -> Result<(Account, String), AppError> {
    let Member { session, arrival } = member;
    let (account, export) = auth.export(session, &arrival.client, arrival.now).await?;
    let head = serde_json::to_string_pretty(&export).map_err(|_| AppError::internal())?;
    let open = head.trim_end_matches(['}', '\n', ' ']);
    Ok((account, format!("{open},\n  \"activity\": [")))
}

/// What comes next.
enum Next {
    Head(String),
    /// The events before this one; whether they follow others.
    Events(i64, bool),
    Nothing,
}

fn parts(
    auth: Auth,
    account: Account,
    head: String,
) -> impl stream::Stream<Item = Result<Bytes, Cut>> + Send + 'static {
    stream::unfold(Next::Head(head), move |next| {
        let (auth, account) = (auth.clone(), account.clone());
        async move {
            match next {
                Next::Head(head) => Some((Ok(Bytes::from(head)), Next::Events(i64::MAX, false))),
                Next::Events(before, follows) => {
                    Some(events(&auth, &account, before, follows).await)
                }
                Next::Nothing => None,
            }
        }
    })
}

async fn events(
    auth: &Auth,
    account: &Account,
    before: i64,
    follows: bool,
) -> (Result<Bytes, Cut>, Next) {
    let Ok((list, older)) = auth.export_activity(account, before).await else {
        // Half a file must not look like a whole one: the connection is cut.
        return (Err(Cut), Next::Nothing);
    };
    if list.is_empty() {
        return (Ok(Bytes::from_static(b"\n  ]\n}\n")), Next::Nothing);
    }
    let mut text = String::new();
    for (at, event) in list.iter().enumerate() {
        let comma = if at > 0 || follows { "," } else { "" };
        let Ok(json) = serde_json::to_string(event) else {
            return (Err(Cut), Next::Nothing);
        };
        text.push_str(&format!("{comma}\n    {json}"));
    }
    (Ok(Bytes::from(text)), Next::Events(older, true))
}

/// The file could not be sent to its end.
#[derive(Debug, thiserror::Error)]
#[error("the file could not be sent to its end")]
struct Cut;
