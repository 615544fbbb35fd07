//! Who has an account: addresses and names that can only be built valid.

use std::fmt;

use email_address::{EmailAddress, Options};
use time::OffsetDateTime;
use unicode_normalization::UnicodeNormalization;
use words::Language;

/// A mail address, NFKC-normalised and in lower case. The database keeps it unique.
#[derive(Clone, PartialEq, Eq)]
pub struct Email(String);

/// Why a text is no address.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says it")]
pub enum EmailError {
    #[error("missing")]
    Missing,
    #[error("longer than 254 characters")]
    TooLong,
    #[error("not a mail address")]
    Malformed,
}

impl Email {
    /// Takes what a column holds: it was valid when it was written.
    pub(crate) fn stored(column: String) -> Self {
        Self(column)
    }

    /// Normalises first and validates what came out: the other way round, a character that
    /// normalises to `@` or to a space slips past (the lesson of GHSA-7rqj-j65f-68wh).
    ///
    /// # Errors
    /// When the address is empty, longer than RFC 5321 allows, or has no local part or domain.
    pub fn parse(input: &str) -> Result<Self, EmailError> {
        let folded: String = input.trim().nfkc().collect::<String>().to_lowercase();
        let address: String = folded.nfkc().collect();
        if address.is_empty() {
            return Err(EmailError::Missing);
        }
        if address.len() > 254 {
            return Err(EmailError::TooLong);
        }
        let options = Options::default()
            .without_display_text()
            .without_domain_literal()
            .with_required_tld();
        let has_blank = address.contains(|c: char| c.is_whitespace() || c.is_control() || c == '"');
        match EmailAddress::parse_with_options(&address, options) {
            Ok(_) if !has_blank => Ok(Self(address)),
            _ => Err(EmailError::Malformed),
        }
    }

    /// The normalised address.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

impl fmt::Debug for Email {
    /// Logs must not become a list of addresses: only the first letter and the domain show.
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let (local, domain) = self.0.rsplit_once('@').unwrap_or((&self.0, ""));
        let first = local.chars().next().unwrap_or('*');
        write!(f, "{first}***@{domain}")
    }
}

/// A sign-in name: 3 to 32 ASCII letters, digits, `_`, `.` and `-`.
/// Without `@`, so that it can never be mistaken for somebody's address.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Username(String);

/// Why a text is no username.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says it")]
pub enum UsernameError {
    #[error("missing")]
    Missing,
    #[error("not 3 to 32 characters")]
    Length,
    #[error("other characters than letters, digits, _ . -")]
    Characters,
}

impl Username {
    /// Takes what a column holds: it was valid when it was written.
    pub(crate) fn stored(column: String) -> Self {
        Self(column)
    }

    /// # Errors
    /// When the name is empty, too short, too long or has other characters.
    pub fn parse(input: &str) -> Result<Self, UsernameError> {
        let name = input.trim();
        if name.is_empty() {
            return Err(UsernameError::Missing);
        }
        if !name
            .chars()
            .all(|c| c.is_ascii_alphanumeric() || "_.-".contains(c))
        {
            return Err(UsernameError::Characters);
        }
        if !(3..=32).contains(&name.len()) {
            return Err(UsernameError::Length);
        }
        Ok(Self(name.to_owned()))
    }

    /// The name as its owner wrote it.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }

    /// The form under which the name is unique: `Ada` and `ada` are one.
    #[must_use]
    pub fn key(&self) -> String {
        self.0.to_ascii_lowercase()
    }
}

/// What a person wants to be called: up to 64 characters, may be empty.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct DisplayName(String);

/// Why a text is no display name.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[expect(missing_docs, reason = "the message of each variant says it")]
pub enum NameError {
    #[error("longer than 64 characters")]
    TooLong,
    #[error("has control characters")]
    Characters,
}

impl DisplayName {
    /// Takes what a column holds: it was valid when it was written.
    pub(crate) fn stored(column: String) -> Self {
        Self(column)
    }

    /// # Errors
    /// When the name is too long or has characters that cannot be shown.
    pub fn parse(input: &str) -> Result<Self, NameError> {
        let name: String = input.trim().nfc().collect();
        if name.chars().any(is_invisible) {
            return Err(NameError::Characters);
        }
        if name.chars().count() > 64 {
            return Err(NameError::TooLong);
        }
        Ok(Self(name))
    }

    /// The name, without blanks at its ends.
    #[must_use]
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// Control characters, and the marks that turn the direction of the text that follows them.
fn is_invisible(c: char) -> bool {
    c.is_control() || matches!(c, '\u{202a}'..='\u{202e}' | '\u{2066}'..='\u{2069}')
}

/// What somebody types to be found by: an address or a username, in the form it is stored in.
pub(crate) enum Identifier {
    Email(Email),
    /// [`Username::key`].
    Username(String),
}

impl Identifier {
    pub(crate) fn parse(input: &str) -> Option<Self> {
        // As it will be folded: a full-width sign is one too.
        if input.nfkc().any(|c| c == '@') {
            Email::parse(input).ok().map(Self::Email)
        } else {
            Username::parse(input)
                .ok()
                .map(|name| Self::Username(name.key()))
        }
    }
}

/// An account as its owner may see it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Account {
    /// Small, never given twice: what API clients call `id`.
    pub id: i64,
    /// Opaque, never given twice: the `sub` of tokens.
    pub document_id: String,
    /// Unique.
    pub email: Email,
    /// Unique, letter case aside.
    pub username: Username,
    /// May be empty.
    pub display_name: DisplayName,
    /// `user`, until there are others.
    pub role: String,
    /// When the address was confirmed to be theirs.
    pub confirmed_at: Option<OffsetDateTime>,
    /// The address that becomes theirs when they confirm it.
    pub pending_email: Option<Email>,
    /// When the account goes, unless they sign in before.
    pub deletion_at: Option<OffsetDateTime>,
    /// In which language they were spoken to last; none when no page ever was.
    pub language: Option<Language>,
    /// When they signed up.
    pub created_at: OffsetDateTime,
    /// When something of it was last changed.
    pub updated_at: OffsetDateTime,
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_address_is_folded_to_one_spelling() {
        for spelling in [
            "Ada@Example.org",
            "  ada@example.org ",
            "ＡＤＡ@example.org",
            "ada＠example.org",
        ] {
            assert_eq!(
                Email::parse(spelling).unwrap().as_str(),
                "ada@example.org",
                "{spelling}"
            );
        }
    }

    #[test]
    fn what_is_no_address_is_refused() {
        for bad in [
            "ada",
            "@example.org",
            "ada@",
            "ada@host",
            "a b@example.org",
            "a@b@example.org",
            "ada@exa\0mple.org",
            "<ada@example.org>",
            "ada@[127.0.0.1]",
            "ada\n@example.org",
        ] {
            assert_eq!(Email::parse(bad), Err(EmailError::Malformed), "{bad:?}");
        }
        assert_eq!(Email::parse("  "), Err(EmailError::Missing));
        assert_eq!(
            Email::parse(&format!("a@{}.org", "b".repeat(260))),
            Err(EmailError::TooLong)
        );
    }

    #[test]
    fn an_address_is_known_by_any_at_sign() {
        for spelling in ["ada@example.org", "ada＠example.org"] {
            assert!(
                matches!(Identifier::parse(spelling), Some(Identifier::Email(_))),
                "{spelling}"
            );
        }
        assert!(
            matches!(Identifier::parse("Ada"), Some(Identifier::Username(key)) if key == "ada")
        );
    }

    #[test]
    fn a_logged_address_shows_only_its_first_letter() {
        assert_eq!(
            format!("{:?}", Email::parse("ada@example.org").unwrap()),
            "a***@example.org"
        );
    }

    #[test]
    fn usernames_have_no_at_sign_and_fold_their_case() {
        assert_eq!(Username::parse("Ada.L-1_").unwrap().key(), "ada.l-1_");
        assert_eq!(
            Username::parse("ada@example.org"),
            Err(UsernameError::Characters)
        );
        assert_eq!(Username::parse("ädä"), Err(UsernameError::Characters));
        assert_eq!(Username::parse("ab"), Err(UsernameError::Length));
        assert_eq!(Username::parse(&"a".repeat(33)), Err(UsernameError::Length));
        assert_eq!(Username::parse(" "), Err(UsernameError::Missing));
    }

    #[test]
    fn display_names_may_be_empty_but_not_turn_the_text() {
        assert_eq!(DisplayName::parse("").unwrap().as_str(), "");
        assert_eq!(
            DisplayName::parse(" Ada Lovelace ").unwrap().as_str(),
            "Ada Lovelace"
        );
        assert_eq!(DisplayName::parse("a\u{202e}b"), Err(NameError::Characters));
        assert_eq!(DisplayName::parse(&"é".repeat(65)), Err(NameError::TooLong));
    }
}
