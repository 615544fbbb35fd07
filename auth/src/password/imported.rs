//! bcrypt, as in accounts that come from Strapi.
//!
//! It is verified as bcryptjs does, which made the hashes: of a password that has more than 72 bytes,
//! only those count.

use std::str::FromStr;

use bcrypt::HashParts;

/// The highest cost that is worked with: about a second. At 31, one sign-in would hold a worker for a day.
const HIGHEST_COST: u32 = 14;

/// A bcrypt hash as it was stored, with a cost that may be worked with.
pub(crate) struct Stored<'a>(&'a str);

impl<'a> Stored<'a> {
    pub(crate) fn parse(text: &'a str) -> Option<Self> {
        // Not `$2x$`: it marks the hashes of an implementation that was wrong.
        let is_bcrypt = ["$2a$", "$2b$", "$2y$"]
            .iter()
            .any(|prefix| text.starts_with(prefix));
        let cost = is_bcrypt
            .then(|| HashParts::from_str(text).ok())??
            .get_cost();
        (4..=HIGHEST_COST).contains(&cost).then_some(Self(text))
    }

    /// Whether the hash was made from this password.
    pub(crate) fn is_right(&self, password: &[u8]) -> bool {
        bcrypt::verify(password, self.0).unwrap_or(false)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn is_right(password: &str, stored: &str) -> bool {
        Stored::parse(stored)
            .expect(stored)
            .is_right(password.as_bytes())
    }

    /// Made by bcryptjs 2.4.3, which is what Strapi uses.
    #[test]
    fn what_bcryptjs_made_is_verified() {
        let long = "x".repeat(72);
        for (password, stored) in [
            (
                "a long enough password",
                "$2a$04$abcdefghijklmnopqrstuuv4UQqg0Mbs9qAvD51ZZetPbMVGfSHdO",
            ),
            (
                "a long enough password",
                "$2b$05$abcdefghijklmnopqrstuuTkSkR9MYZjawJHshMigc79kN6MTOz62",
            ),
            (
                "a long enough password",
                "$2y$04$abcdefghijklmnopqrstuuv4UQqg0Mbs9qAvD51ZZetPbMVGfSHdO",
            ),
            (
                "mañana パスワード 🔑",
                "$2a$04$abcdefghijklmnopqrstuuAvfGDnR9x2E4PgIFmcfCZzNqHtucOaG",
            ),
            (
                &long[..71],
                "$2a$04$abcdefghijklmnopqrstuu.gc7UY/21CSNJGJg21jJzx9QiOpJ9bO",
            ),
            (
                "",
                "$2a$04$abcdefghijklmnopqrstuubyCG3zY1GIXMyxfivm.ClDiInHzxjiq",
            ),
        ] {
            assert!(is_right(password, stored), "{password:?}");
            assert!(!is_right("another password", stored), "{password:?}");
        }
    }

    #[test]
    fn of_a_long_password_72_bytes_count() {
        let stored = "$2a$04$abcdefghijklmnopqrstuubzadhGtS2zEF.gu0yd0opP6cVzb.e0i";
        assert!(is_right(&"x".repeat(72), stored));
        assert!(is_right(&format!("{}and more", "x".repeat(72)), stored));
        assert!(!is_right(&"x".repeat(71), stored));
    }

    /// Other implementations end there: bcryptjs does not.
    #[test]
    fn a_password_does_not_end_at_a_nul() {
        let stored = "$2a$04$abcdefghijklmnopqrstuu7bBXosMe/qWgjjNpkoqtB7FUFUqmePO";
        assert!(is_right("pass\0word one", stored));
        assert!(!is_right("pass", stored));
        assert!(!is_right("pass\0word two", stored));
    }

    #[test]
    fn what_would_take_too_long_or_is_no_bcrypt_is_not_worked_with() {
        let tail = "abcdefghijklmnopqrstuuv4UQqg0Mbs9qAvD51ZZetPbMVGfSHdO";
        assert!(Stored::parse(&format!("$2a$14${tail}")).is_some());
        for head in [
            "$2a$15$", "$2a$31$", "$2a$32$", "$2a$03$", "$2a$-1$", "$2x$04$", "$2$04$", "$3a$04$",
        ] {
            assert!(Stored::parse(&format!("{head}{tail}")).is_none(), "{head}");
        }
        // As long as a hash in bytes, but not ASCII: the version before 0.19.2 panicked.
        let foreign = format!("$2a$04${}ü", &tail[..51]);
        assert_eq!(foreign.len(), 60);
        for bad in [foreign.as_str(), "", "$2a$", "$2a$04$", "$2b$04$short"] {
            assert!(Stored::parse(bad).is_none(), "{bad}");
        }
    }
}
