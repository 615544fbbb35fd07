//! Whether what a site on https stands on is strong: what a password hash costs, and the master secret.

use std::collections::HashSet;

use auth::Cost;

/// What OWASP takes for equally strong (Password Storage Cheat Sheet): KiB of memory, and passes over it.
const SOUND: [(u32, u32); 5] = [(47_104, 1), (19_456, 2), (12_288, 3), (9216, 4), (7168, 5)];

/// The fewest different bytes of a secret. One that was drawn has more.
const FEWEST_BYTES: usize = 16;

/// The same where each byte is one of sixteen: of 32 that are drawn, nearly all occur.
const FEWEST_DIGITS: usize = 8;

/// What stands in tutorials where a secret is to be put, without the marks between its words.
const PLACEHOLDERS: [&str; 8] = [
    "changeme",
    "changethis",
    "replaceme",
    "replacethis",
    "supersecret",
    "yoursecret",
    "your256bitsecret",
    "notasecret",
];

/// Whether hashing costs as much as one of those.
pub(crate) fn is_sound(cost: Cost) -> bool {
    SOUND
        .iter()
        .any(|(memory, passes)| cost.memory >= *memory && cost.iterations >= *passes)
}

/// Whether nobody drew it: few different bytes, a part over and over, or the words of a tutorial.
pub(crate) fn is_guessable(secret: &str) -> bool {
    let bytes = secret.as_bytes();
    let is_hex = bytes.iter().all(u8::is_ascii_hexdigit);
    let fewest = if is_hex { FEWEST_DIGITS } else { FEWEST_BYTES };
    let different = bytes.iter().collect::<HashSet<_>>().len();
    different < fewest || is_repetition(bytes) || has_placeholder(secret)
}

/// Whether it is something shorter, written twice or more; the last time perhaps in part.
fn is_repetition(bytes: &[u8]) -> bool {
    (1..=bytes.len() / 2).any(|period| bytes[period..] == bytes[..bytes.len() - period])
}

fn has_placeholder(secret: &str) -> bool {
    let letters = secret.chars().filter(char::is_ascii_alphanumeric);
    let letters: String = letters.map(|c| c.to_ascii_lowercase()).collect();
    PLACEHOLDERS.iter().any(|words| letters.contains(words))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_cost_is_sound_that_is_no_weaker_than_one_of_owasps() {
        let is_sound = |memory, iterations| {
            is_sound(Cost {
                memory,
                iterations,
                parallelism: 1,
            })
        };
        for (memory, passes) in SOUND {
            assert!(is_sound(memory, passes) && is_sound(memory + 1, passes + 1));
            assert!(!is_sound(memory - 1, passes), "{memory}");
        }
        assert!(!is_sound(19_456, 1) && !is_sound(7167, 100));
    }

    #[test]
    fn what_was_drawn_is_no_guess() {
        for drawn in [
            // openssl rand -base64 48, -base64 24, -hex 32, -hex 16
            "mP3vkpGr1CwNVaoGo3tRcDv0TMUUH1kxkWhKSbpvKkhC4lYc0tGn3rjXAFZkKZ5q",
            "FzYbTgvJb0qQ1m3xUQHq9jNEJ1jzV0aS",
            "9f1c0d6f4a86b5f0e0c3a4b5172d98c6aa1e2f7b6c4d30518ef9c7a2b3d4e5f6",
            "3c9f02b7d81e46a5c07b92e4fd316a85",
            "correct horse battery staple, and some more of them",
        ] {
            assert!(!is_guessable(drawn), "{drawn}");
        }
    }

    #[test]
    fn what_stands_in_tutorials_is_guessed() {
        for guessed in [
            "x".repeat(64),
            "changeme".repeat(4),
            "0123456789abcdef".repeat(2),
            "abcdefghijklmnopqrstuvwxyz".repeat(3)[..60].to_owned(),
            "0000000000000000000000000000000000000000000000000000000000000001".to_owned(),
            "please-change-me-before-going-to-production".to_owned(),
            "Your-256-bit-secret, as it stands at jwt.io".to_owned(),
            "super_secret_key_for_local_development_only".to_owned(),
        ] {
            assert!(is_guessable(&guessed), "{guessed}");
        }
    }
}
