//! What this product is called. The file `NAME` beside this crate's `Cargo.toml` says it, and nothing else does.
//!
//! What people see comes from here: titles, headings, letters, the names of cookies and of files that are sent.
//! What those who run the program know it by stays as it is under every name, so that the documents stay true and
//! updates fit: the program `latchkey`, variables that begin with `LATCHKEY_`, metrics and the file of the database.

use const_format::concatcp;

/// As people read it.
pub const NAME: &str = include_str!("../NAME").trim_ascii();

/// As programs read it: in small letters, with a hyphen for each space.
pub const ID: &str = match str::from_utf8(&LETTERS) {
    Ok(id) => id,
    Err(_) => panic!("small letters, digits and hyphens are UTF-8"),
};

const LETTERS: [u8; NAME.len()] = {
    let mut letters = [b'-'; NAME.len()];
    let mut at = 0;
    while at < letters.len() {
        letters[at] = match NAME.as_bytes()[at] {
            letter if letter.is_ascii_alphanumeric() => letter.to_ascii_lowercase(),
            b' ' | b'-' => b'-',
            // Cookies, headers and file names begin with it.
            _ => panic!(
                "product/NAME has letters, digits, spaces and hyphens of ASCII, and no others"
            ),
        };
        at += 1;
    }
    letters
};

const _: () = assert!(!ID.is_empty(), "product/NAME is empty");

/// The cookie with the access token.
pub const ACCESS_COOKIE: &str = concatcp!(ID, "_access");
/// Its name on https: nobody but this very host can set it, and never over plain http.
pub const SECURE_ACCESS_COOKIE: &str = concatcp!("__Host-", ACCESS_COOKIE);

/// The cookie with the refresh token.
pub const REFRESH_COOKIE: &str = concatcp!(ID, "_refresh");
/// Its name on https.
pub const SECURE_REFRESH_COOKIE: &str = concatcp!("__Host-", REFRESH_COOKIE);

/// The cookie that lets accounts know a browser again.
pub const BROWSER_COOKIE: &str = concatcp!(ID, "_browser");
/// Its name on https.
pub const SECURE_BROWSER_COOKIE: &str = concatcp!("__Host-", BROWSER_COOKIE);

/// The cookie with light or dark. It is no secret, and no one is signed in by it.
pub const THEME_COOKIE: &str = concatcp!(ID, "_theme");
/// Its name on https, under which nobody can set one over plain http.
pub const SECURE_THEME_COOKIE: &str = concatcp!("__Secure-", THEME_COOKIE);

/// The cookie with the language that somebody chose. It is no secret, either.
pub const LANGUAGE_COOKIE: &str = concatcp!(ID, "_language");
/// Its name on https.
pub const SECURE_LANGUAGE_COOKIE: &str = concatcp!("__Secure-", LANGUAGE_COOKIE);
