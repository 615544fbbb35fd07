//! Letters that a site in development does not send: a page to read them, and to follow their links.
//!
//! It exists only where letters are files, which is on `http://localhost` alone, and it answers only to this
//! machine: whoever reads the letters can enter every account. A page of another site that makes its name
//! point here is told apart by the name that the browser asks for, and somebody who comes through a proxy or
//! a tunnel to this machine by what that adds. A port that is forwarded as it is adds nothing.

use std::fs;
use std::net::SocketAddr;
use std::path::{Path, PathBuf};

use app::error::{AppError, Failure};
use askama::Template;
use axum::Router;
use axum::extract::{ConnectInfo, Extension, Path as InPath, Request, State};
use axum::http::header::{CONTENT_SECURITY_POLICY, HOST};
use axum::http::{HeaderValue, Version};
use axum::middleware::{Next, from_fn_with_state};
use axum::response::{Html, IntoResponse, Response};
use axum::routing::get;
use mail_parser::{Addr, MessageParser};
use url::Url;
use words::Language;

use crate::answer;
use crate::client::is_relayed;

/// How many letters are shown.
const MOST: usize = 100;

/// The letter as HTML has its styles in it, and nothing else that a browser would fetch or run.
const LETTER_POLICY: &str = "default-src 'none'; style-src 'unsafe-inline'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'";

#[derive(Clone)]
struct Outbox {
    folder: PathBuf,
    /// As browsers ask for it: `localhost:3000`.
    authority: String,
    stylesheet: String,
}

/// The pages of the outbox in `folder`.
pub(crate) fn routes(folder: PathBuf, public_url: &Url, stylesheet: String) -> Router {
    let outbox = Outbox {
        folder,
        authority: public_url.authority().to_owned(),
        stylesheet,
    };
    Router::new()
        .route("/dev/outbox", get(list))
        .route("/dev/outbox/{name}", get(letter))
        .route("/dev/outbox/{name}/html", get(html))
        .layer(from_fn_with_state(outbox.clone(), only_here))
        .with_state(outbox)
}

async fn only_here(State(outbox): State<Outbox>, request: Request, next: Next) -> Response {
    // The peer itself, and not whom a trusted proxy names.
    let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
    let is_from_here = peer.is_some_and(|peer| peer.0.ip().to_canonical().is_loopback());
    // What adds no header often speaks to the server behind it as no browser has for decades.
    let is_relayed = is_relayed(request.headers()) || request.version() < Version::HTTP_11;
    let host = request.headers().get(HOST).map(HeaderValue::as_bytes);
    if is_from_here && !is_relayed && host == Some(outbox.authority.as_bytes()) {
        next.run(request).await
    } else {
        answer::failure(Failure::OnlyHere.into())
    }
}

#[derive(Template)]
#[template(path = "outbox.html")]
struct List {
    letters: Vec<Letter>,
    stylesheet: String,
    language: Language,
}

#[derive(Template)]
#[template(path = "outbox_letter.html")]
struct Opened {
    letter: Letter,
    stylesheet: String,
    language: Language,
}

struct Letter {
    name: String,
    to: String,
    from: String,
    subject: String,
    date: String,
    parts: Vec<Part>,
    html: String,
}

/// A piece of a letter's text.
#[derive(Debug, PartialEq, Eq)]
enum Part {
    Text(String),
    Link(String),
}

async fn list(State(outbox): State<Outbox>, Extension(language): Extension<Language>) -> Response {
    let letters = names(&outbox.folder).into_iter().take(MOST);
    let letters = letters
        .filter_map(|name| read(&outbox.folder, name))
        .collect();
    page(&List {
        letters,
        stylesheet: outbox.stylesheet,
        language,
    })
}

async fn letter(
    State(outbox): State<Outbox>,
    Extension(language): Extension<Language>,
    InPath(name): InPath<String>,
) -> Response {
    match find(&outbox.folder, &name) {
        Some(letter) => page(&Opened {
            letter,
            stylesheet: outbox.stylesheet,
            language,
        }),
        None => missing(),
    }
}

async fn html(State(outbox): State<Outbox>, InPath(name): InPath<String>) -> Response {
    match find(&outbox.folder, &name) {
        Some(letter) => {
            let policy = HeaderValue::from_static(LETTER_POLICY);
            ([(CONTENT_SECURITY_POLICY, policy)], Html(letter.html)).into_response()
        }
        None => missing(),
    }
}

fn page(template: &impl Template) -> Response {
    match template.render() {
        Ok(page) => Html(page).into_response(),
        Err(error) => {
            tracing::error!(%error, "a page of the outbox");
            answer::failure(AppError::internal())
        }
    }
}

fn missing() -> Response {
    answer::failure(Failure::NoLetter.into())
}

/// The letters in a folder, the newest first. A folder that is not there has none.
fn names(folder: &Path) -> Vec<String> {
    let files = fs::read_dir(folder).into_iter().flatten().flatten();
    let names = files.filter_map(|file| file.file_name().into_string().ok());
    let mut names: Vec<String> = names.filter(|name| number(name).is_some()).collect();
    names.sort_by_key(|name| std::cmp::Reverse(number(name)));
    names
}

/// The number of the letter in a file: `<time>-<number>.<nonce>.eml`.
fn number(name: &str) -> Option<u64> {
    let (_, rest) = name.strip_suffix(".eml")?.split_once('-')?;
    rest.split('.').next()?.parse().ok()
}

/// Only what is in the list is read: the name in an address is not a path.
fn find(folder: &Path, name: &str) -> Option<Letter> {
    let name = names(folder).into_iter().find(|known| known == name)?;
    read(folder, name)
}

fn read(folder: &Path, name: String) -> Option<Letter> {
    let bytes = fs::read(folder.join(&name)).ok()?;
    let message = MessageParser::default().parse(&bytes)?;
    let address = |addr: &Addr<'_>| addr.address().unwrap_or_default().to_owned();
    let first = |list: Option<&mail_parser::Address<'_>>| {
        list.and_then(|list| list.first())
            .map(address)
            .unwrap_or_default()
    };
    Some(Letter {
        to: first(message.to()),
        from: first(message.from()),
        subject: message.subject().unwrap_or_default().to_owned(),
        date: message.date().map(ToString::to_string).unwrap_or_default(),
        parts: parts(&message.body_text(0).unwrap_or_default()),
        html: message.body_html(0).unwrap_or_default().into_owned(),
        name,
    })
}

/// Takes a text apart at its addresses.
fn parts(text: &str) -> Vec<Part> {
    let mut parts = Vec::new();
    let mut rest = text;
    while let Some(at) = rest.find("http") {
        let (before, from) = rest.split_at(at);
        let end = from.find(char::is_whitespace).unwrap_or(from.len());
        let link = from[..end].trim_end_matches(['.', ',', ':', ';', ')']);
        parts.push(Part::Text(before.to_owned()));
        parts.push(if link.contains("://") {
            Part::Link(link.to_owned())
        } else {
            Part::Text(link.to_owned())
        });
        rest = &from[link.len()..];
    }
    parts.push(Part::Text(rest.to_owned()));
    parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn links_in_a_text_are_found_without_the_punctuation_after_them() {
        let text = "See http://localhost:3000/a?token=b. Or\nhttp://localhost:3000/c";
        assert_eq!(
            parts(text),
            [
                Part::Text("See ".to_owned()),
                Part::Link("http://localhost:3000/a?token=b".to_owned()),
                Part::Text(". Or\n".to_owned()),
                Part::Link("http://localhost:3000/c".to_owned()),
                Part::Text(String::new()),
            ]
        );
    }

    #[test]
    fn only_letters_have_a_number() {
        assert_eq!(number("1763726400-12.aZ_-9.eml"), Some(12));
        for other in ["..", "secret.key", "1-x.y.eml", ".1-2.x.eml.swp", "12.eml"] {
            assert_eq!(number(other), None, "{other}");
        }
    }
}
