//! Tokens that somebody without the keys can make.

use arbitrary::Arbitrary;
use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

/// How a token comes about.
#[derive(Arbitrary, Debug)]
pub enum Forgery<'a> {
    /// Out of nothing.
    Invented(&'a str),
    /// A genuine token with a few characters changed.
    Edited(Vec<Edit>),
    /// One part of a genuine token decoded, changed and encoded again: the header or the claims of a
    /// JWS, all of a refresh token.
    Rewritten { part: u8, edits: Vec<Edit> },
    /// A part of a genuine token replaced by other bytes, such as a whole new header.
    Replaced { part: u8, by: &'a [u8] },
}

#[derive(Arbitrary, Debug)]
pub enum Edit {
    Put { at: u16, byte: u8 },
    Insert { at: u16, byte: u8 },
    Remove { at: u16 },
    CutAfter { at: u16 },
}

impl Forgery<'_> {
    /// Makes the token, from a genuine one. Edits that take each other back give that one again.
    pub fn of(&self, genuine: &str) -> String {
        match self {
            Self::Invented(token) => (*token).to_owned(),
            Self::Edited(edits) => {
                let bytes = edited(genuine.as_bytes().to_vec(), edits);
                String::from_utf8_lossy(&bytes).into_owned()
            }
            Self::Rewritten { part, edits } => with_part(genuine, *part, |encoded| {
                let bytes = URL_SAFE_NO_PAD
                    .decode(encoded)
                    .expect("genuine tokens are base64");
                edited(bytes, edits)
            }),
            Self::Replaced { part, by } => with_part(genuine, *part, |_| by.to_vec()),
        }
    }
}

fn with_part(token: &str, part: u8, change: impl FnOnce(&str) -> Vec<u8>) -> String {
    let mut parts: Vec<String> = token.split('.').map(str::to_owned).collect();
    let at = usize::from(part) % parts.len();
    parts[at] = URL_SAFE_NO_PAD.encode(change(&parts[at]));
    parts.join(".")
}

fn edited(mut bytes: Vec<u8>, edits: &[Edit]) -> Vec<u8> {
    for edit in edits {
        if bytes.is_empty() {
            break;
        }
        let place = |at: &u16| usize::from(*at) % bytes.len();
        match edit {
            Edit::Put { at, byte } => {
                let at = place(at);
                bytes[at] = *byte;
            }
            Edit::Insert { at, byte } => bytes.insert(place(at), *byte),
            Edit::Remove { at } => {
                bytes.remove(place(at));
            }
            Edit::CutAfter { at } => bytes.truncate(place(at) + 1),
        }
    }
    bytes
}
