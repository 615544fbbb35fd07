//! Passwords: which are accepted, and how they are hashed.
//!
//! The rules are those of NIST SP 800-63B-4 and OWASP ASVS 5.0 V6.2: long, any characters,
//! verified exactly as received, no composition rules, refused when everybody would try them.
//! How they are hashed is in `argon`, what came from elsewhere in `imported`.

pub(crate) mod argon;
pub(crate) mod imported;

use secrecy::{ExposeSecret, SecretString};
use unicode_normalization::UnicodeNormalization;

/// The most characters a password may have, counted in code points.
pub const MAX_LENGTH: usize = 128;

/// Sorted by bytes; see `data/README.md` for where it is from.
const COMMON: &str = include_str!("../data/common-passwords.txt");

/// Why a password may not be used.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says it")]
pub enum PasswordError {
    #[error("missing")]
    Missing,
    #[error("shorter than {0} characters")]
    TooShort(usize),
    #[error("longer than {MAX_LENGTH} characters")]
    TooLong,
    #[error("one of the most common passwords")]
    Common,
    #[error("the same as the email address, the username or the name of this product")]
    Context,
    #[error("the one before")]
    Same,
}

/// Checks a password that somebody wants to have.
///
/// # Errors
/// When it is shorter than `min_length` or longer than [`MAX_LENGTH`] code points, on the list of
/// common ones, or equal to one of `context` or the product's name, letter case aside.
pub(crate) fn check(
    password: &SecretString,
    min_length: usize,
    context: &[&str],
) -> Result<(), PasswordError> {
    let received = password.expose_secret();
    let length = received.chars().count();
    if length == 0 {
        return Err(PasswordError::Missing);
    }
    if length < min_length {
        return Err(PasswordError::TooShort(min_length));
    }
    if length > MAX_LENGTH {
        return Err(PasswordError::TooLong);
    }
    let folded = fold(received);
    let product = [product::NAME, product::ID];
    let mut refused = context.iter().chain(&product);
    if refused.any(|word| fold(word) == folded) {
        return Err(PasswordError::Context);
    }
    if is_common(&folded) {
        return Err(PasswordError::Common);
    }
    Ok(())
}

/// Only comparisons use the folded form; what is hashed is what was received.
fn fold(text: &str) -> String {
    text.nfkc().collect::<String>().to_lowercase()
}

/// Looks a folded password up by bisection over the text itself, which needs no memory of its own.
fn is_common(folded: &str) -> bool {
    let (mut low, mut high) = (0, COMMON.len());
    while low < high {
        let middle = low + (high - low) / 2;
        let start = COMMON.as_bytes()[..middle]
            .iter()
            .rposition(|b| *b == b'\n')
            .map_or(0, |at| at + 1);
        let line = COMMON[start..].lines().next().unwrap_or_default();
        match line.cmp(folded) {
            std::cmp::Ordering::Equal => return true,
            std::cmp::Ordering::Less => low = start + line.len() + 1,
            std::cmp::Ordering::Greater => high = start,
        }
    }
    false
}

#[cfg(test)]
mod tests {
    use super::*;

    fn secret(text: &str) -> SecretString {
        SecretString::from(text.to_owned())
    }

    #[test]
    fn length_is_counted_in_code_points() {
        assert_eq!(check(&secret(""), 12, &[]), Err(PasswordError::Missing));
        assert_eq!(
            check(&secret("elevenchars"), 12, &[]),
            Err(PasswordError::TooShort(12))
        );
        assert_eq!(check(&secret(&"ü".repeat(12)), 12, &[]), Ok(()));
        assert_eq!(check(&secret(&"🔑".repeat(128)), 12, &[]), Ok(()));
        assert_eq!(
            check(&secret(&"a".repeat(129)), 12, &[]),
            Err(PasswordError::TooLong)
        );
    }

    #[test]
    fn spaces_and_any_unicode_are_allowed() {
        assert_eq!(
            check(&secret("   mañana  \u{0}パスワード "), 12, &[]),
            Ok(())
        );
    }

    #[test]
    fn every_listed_password_is_refused_in_any_letter_case() {
        let long = COMMON
            .lines()
            .filter(|line| line.chars().count() >= 12)
            .count();
        assert!(COMMON.lines().count() >= 10_000 && long >= 10_000);
        for line in COMMON.lines() {
            assert!(is_common(line), "{line}");
        }
        assert_eq!(
            check(&secret("1234567890QwErTy"), 12, &[]),
            Err(PasswordError::Common)
        );
        for free in [
            "",
            "\n",
            "12345678\n123456789",
            "correct horse battery staple",
            "zzzzzzzzzzzzzzzzzzzzz~",
        ] {
            assert!(!is_common(free), "{free}");
        }
    }

    #[test]
    fn a_password_is_not_the_name_of_its_owner_or_of_the_product() {
        let context = ["ada@example.org", "ada-lovelace"];
        assert_eq!(
            check(&secret("Ada@Example.org"), 12, &context),
            Err(PasswordError::Context)
        );
        assert_eq!(
            check(&secret("ADA-LOVELACE"), 12, &context),
            Err(PasswordError::Context)
        );
        assert_eq!(
            check(&secret(&product::NAME.to_uppercase()), 1, &context),
            Err(PasswordError::Context)
        );
    }
}
