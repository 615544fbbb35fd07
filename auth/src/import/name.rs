//! Usernames from a system that lets people have any.

use unicode_normalization::UnicodeNormalization;

use crate::account::Username;

/// The most characters of a username.
const LONGEST: usize = 32;

/// The usernames that somebody could have here, the one that they are most likely to know first. The last two hold
/// the number of the row, which nobody else has.
pub(super) fn candidates(theirs: &str, id: i64) -> Vec<Username> {
    let like_theirs = cleaned(theirs);
    let suffix = format!("-{id}");
    let room = LONGEST.saturating_sub(suffix.len());
    let numbered = format!("{}{suffix}", cut(&like_theirs, room));
    let last = format!("user{suffix}");
    [theirs, cut(&like_theirs, LONGEST), &numbered, &last]
        .into_iter()
        .filter_map(|name| Username::parse(name).ok())
        .collect()
}

/// What is left of a name when only letters, digits, `_`, `.` and `-` may be in it: of an address, what is before
/// the `@`.
fn cleaned(theirs: &str) -> String {
    let folded: String = theirs.nfkd().collect();
    let local = folded.split('@').next().unwrap_or_default();
    let mut name = String::new();
    for c in local.chars() {
        if c.is_ascii_alphanumeric() || "_.-".contains(c) {
            name.push(c);
        } else if !is_mark(c) && !name.ends_with('-') {
            name.push('-');
        }
    }
    name.trim_matches(['-', '.', '_']).to_owned()
}

/// What is left of `é` beside the `e`.
fn is_mark(c: char) -> bool {
    unicode_normalization::char::is_combining_mark(c)
}

/// Only ASCII is left: every character is one byte.
fn cut(name: &str, length: usize) -> &str {
    let cut = name.get(..length).unwrap_or(name);
    cut.trim_end_matches(['-', '.', '_'])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn first(theirs: &str) -> String {
        candidates(theirs, 7)[0].as_str().to_owned()
    }

    #[test]
    fn a_name_that_may_be_had_is_kept_and_others_stay_like_theirs() {
        for (theirs, ours) in [
            ("Ada.L-1_", "Ada.L-1_"),
            ("ada@example.org", "ada"),
            ("Ada Lovelace", "Ada-Lovelace"),
            ("  Zoë  ", "Zoe"),
            ("a/b\\c\0d", "a-b-c-d"),
            ("ＡＤＡ", "ADA"),
            ("--ada--!", "ada"),
            (&"a".repeat(40), &"a".repeat(32)),
            ("ab", "ab-7"),
            ("", "user-7"),
            ("日本語", "user-7"),
        ] {
            assert_eq!(first(theirs), ours, "{theirs:?}");
        }
    }

    #[test]
    fn the_last_candidates_hold_the_number_whatever_its_length() {
        for id in [0, 7, i64::from(i32::MAX), i64::MAX] {
            let all = candidates(&"long name ".repeat(9), id);
            let suffix = format!("-{id}");
            assert_eq!(all.len(), 3, "{all:?}");
            assert!(all[1..].iter().all(|name| name.as_str().ends_with(&suffix)));
        }
    }
}
