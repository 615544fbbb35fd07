//! Where to go after signing in: the page that was asked for, and only ever a path of this site.

use percent_encoding::{AsciiSet, NON_ALPHANUMERIC, utf8_percent_encode};

/// Where a sign-in leads when nothing else was asked for.
pub const DEFAULT: &str = "/dashboard";

/// Longer ones are dropped, in bytes.
const MAX_LENGTH: usize = 2048;

/// The pages that lead to a sign-in, or only do something.
const DOORS: [&str; 10] = [
    "/login",
    "/register",
    "/logout",
    "/theme",
    "/language",
    "/forgot-password",
    "/reset-password",
    "/confirm-email",
    "/secure-account",
    "/profile/confirm",
];

/// Returns `next` when it is a path of this site.
///
/// `next` was percent-decoded once, by whoever parsed the query or the form. A browser takes `//`,
/// `/\` and a path with a tab or a newline in it for another host (the URL standard strips those
/// characters), so none of them may pass.
#[must_use]
pub fn local_path(next: &str) -> Option<&str> {
    let is_path = next.starts_with('/') && !next.starts_with("//");
    let is_plain = next.bytes().all(|b| b.is_ascii_graphic() && b != b'\\');
    (is_path && is_plain && next.len() <= MAX_LENGTH).then_some(next)
}

/// Returns where to go after signing in: `next` when it is a path of this site that does not lead
/// back to the door, and [`DEFAULT`] for anything else.
#[must_use]
pub fn after_sign_in(next: &str) -> &str {
    wanted(next).unwrap_or(DEFAULT)
}

/// Returns `next` when it is a page of this site that somebody can want to see after signing in.
#[must_use]
pub fn wanted(next: &str) -> Option<&str> {
    let page = next.split(['?', '#']).next().unwrap_or_default();
    local_path(next).filter(|_| !DOORS.contains(&page))
}

/// What a path may hold in a query without being escaped.
const PLAIN: &AsciiSet = &NON_ALPHANUMERIC
    .remove(b'-')
    .remove(b'.')
    .remove(b'_')
    .remove(b'~')
    .remove(b'/');

const QUERY: &str = "?next=";

/// A link to the sign-in or the sign-up that remembers where the visitor wanted to go.
#[must_use]
pub fn from_door(door: &str, next: Option<&str>) -> String {
    let Some(next) = next else {
        return door.to_owned();
    };
    // As a rule nothing is escaped, and then there is room for all of it.
    let mut link = String::with_capacity(door.len() + QUERY.len() + next.len());
    link.push_str(door);
    link.push_str(QUERY);
    link.extend(utf8_percent_encode(next, PLAIN));
    link
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_of_this_site_pass() {
        for path in [
            "/",
            "/profile",
            "/dashboard?a=b&c=%2F#d",
            "/a//b",
            "/%C3%BC",
        ] {
            assert_eq!(after_sign_in(path), path);
        }
    }

    #[test]
    fn whatever_could_lead_elsewhere_does_not() {
        let long = format!("/{}", "a".repeat(MAX_LENGTH));
        for hostile in [
            "",
            "dashboard",
            "//evil.example",
            "///evil.example",
            "/\\evil.example",
            "\\\\evil.example",
            "https://evil.example",
            "javascript:alert(1)",
            "/\tevil",
            "/\n/evil.example",
            "/a\r\nLocation: x",
            "/a\\b",
            " /a",
            "/\u{2028}",
            "/ü",
            "/login",
            "/login?next=/login",
            "/register#x",
            &long,
        ] {
            assert_eq!(after_sign_in(hostile), DEFAULT, "{hostile:?}");
        }
    }

    #[test]
    fn a_door_is_a_path_too() {
        assert_eq!(
            local_path("/login?next=/profile"),
            Some("/login?next=/profile")
        );
        assert_eq!(local_path("//evil.example"), None);
    }

    #[test]
    fn a_door_keeps_the_whole_path() {
        assert_eq!(
            from_door("/login", Some("/a?b=c&d#e")),
            "/login?next=/a%3Fb%3Dc%26d%23e"
        );
        assert_eq!(from_door("/login", None), "/login");
    }
}
