//! Strapi's rows as accounts of ours.

use std::collections::HashSet;

use time::OffsetDateTime;

use crate::Auth;
use crate::account::{DisplayName, Email, Username};
use crate::audit::{Entry, Event};
use crate::error::Result;
use crate::hasher::UNUSABLE;
use crate::import::name::candidates;
use crate::import::{
    ImportError, ImportMode, Imported, NotTaken, Outcome, Remark, StrapiImport, WithoutPassword,
};
use crate::manage::Role;
use crate::secret;
use crate::session::Client;
use crate::store::{NewNumber, NewRow, StrapiRow, StrapiSource, Writing};

/// How many rows go into one transaction: others write between two of them.
const BATCH: i64 = 25;

/// The detail of what this brings into the trail.
const STRAPI: &str = "strapi";

/// The most that a hash may cost, as a power of two: verifying it costs that much whenever somebody tries. Strapi's
/// cost 10.
const DEAREST: u8 = 14;

/// The highest number that Strapi gives on Postgres. A higher one is not kept: it would use up ours.
const LAST_NUMBER: i64 = i32::MAX as i64;

/// What is held against rows that come later: with [`ImportMode::Try`], the database does not know of it.
#[derive(Default)]
struct Seen {
    emails: HashSet<String>,
    usernames: HashSet<String>,
}

impl Auth {
    /// Takes the accounts of a Strapi.
    ///
    /// # Errors
    /// When the source is none, or cannot be read; what came before that is taken.
    pub async fn import_strapi(
        &self,
        import: &StrapiImport,
        now: OffsetDateTime,
    ) -> std::result::Result<Imported, ImportError> {
        let admin_role = import.admin_role.as_deref();
        let mut source = StrapiSource::open(&import.from, admin_role).await?;
        let (mut done, mut seen) = (Imported::default(), Seen::default());
        let mut last = i64::MIN;
        loop {
            let rows = source.users(last, BATCH).await?;
            let Some(row) = rows.last() else {
                return Ok(done);
            };
            last = row.id;
            done.found += rows.len();
            let mut writing = self.store().write().await?;
            let taken = self
                .take_rows(&mut writing, &rows, &mut seen, &mut done, now)
                .await?;
            // The trail comes after all the accounts, in the order of locks.
            note(&mut writing, &taken, now).await?;
            if import.mode == ImportMode::Take {
                writing.commit().await?;
            }
        }
    }

    async fn take_rows(
        &self,
        writing: &mut Writing,
        rows: &[StrapiRow],
        seen: &mut Seen,
        done: &mut Imported,
        now: OffsetDateTime,
    ) -> Result<Vec<i64>> {
        let mut taken = Vec::new();
        for row in rows {
            match take(writing, row, seen, now).await? {
                Ok(new) => {
                    taken.push(new.number);
                    done.taken += 1;
                    done.numbers_kept += usize::from(new.number == row.id);
                    done.ids_kept += usize::from(row.document_id.as_ref() == Some(&new.document));
                    let remarks = [new.renamed, new.without_password];
                    done.remarks
                        .extend(remarks.into_iter().flatten().map(|it| row.remark(it)));
                }
                Err(why) => done.remarks.push(row.remark(Outcome::NotTaken(why))),
            }
        }
        Ok(taken)
    }
}

/// A row that has an account now.
struct Taken {
    number: i64,
    document: String,
    renamed: Option<Outcome>,
    without_password: Option<Outcome>,
}

async fn take(
    writing: &mut Writing,
    row: &StrapiRow,
    seen: &mut Seen,
    now: OffsetDateTime,
) -> Result<std::result::Result<Taken, NotTaken>> {
    let email = match row.email.as_deref().map(Email::parse) {
        None => return Ok(Err(NotTaken::NoEmail)),
        Some(Err(_)) => return Ok(Err(NotTaken::BadEmail)),
        Some(Ok(email)) => email,
    };
    let is_seen = seen.emails.contains(email.as_str());
    if is_seen || writing.email_owner(&email).await?.is_some() {
        return Ok(Err(NotTaken::EmailTaken));
    }
    let theirs = row.username.as_deref().unwrap_or_default();
    let Some(username) = free(writing, theirs, row.id, seen).await? else {
        return Ok(Err(NotTaken::NoUsername));
    };
    let is_renamed = username.as_str() != theirs;
    let password = row.password();
    let document_id = match &row.document_id {
        Some(id) if is_document_id(id) && !writing.has_document(id).await? => id.clone(),
        _ => secret::random_id(),
    };
    let new = NewRow {
        number: match row.id {
            1..=LAST_NUMBER => NewNumber::Kept(row.id),
            _ => NewNumber::Next,
        },
        document_id,
        display_name: match is_renamed {
            true => DisplayName::parse(theirs).unwrap_or_default(),
            false => DisplayName::default(),
        },
        password_hash: password.unwrap_or(UNUSABLE).to_owned(),
        role: if row.is_admin {
            Role::Admin
        } else {
            Role::User
        },
        confirmed_at: row.is_confirmed.then_some(now),
        disabled_at: row.is_blocked.then_some(now),
        created_at: row.created_at.filter(|at| *at < now).unwrap_or(now),
        at: now,
        email,
        username,
    };
    // Somebody else may have taken a name since it was looked for.
    let Some(number) = writing.add_user(&new).await? else {
        return Ok(Err(NotTaken::EmailTaken));
    };
    seen.emails.insert(new.email.as_str().to_owned());
    seen.usernames.insert(new.username.key());
    Ok(Ok(Taken {
        number,
        document: new.document_id,
        renamed: is_renamed.then(|| Outcome::Renamed(new.username.as_str().to_owned())),
        without_password: password.err().map(Outcome::WithoutPassword),
    }))
}

/// The first username that nobody has.
async fn free(
    writing: &mut Writing,
    theirs: &str,
    id: i64,
    seen: &Seen,
) -> Result<Option<Username>> {
    for candidate in candidates(theirs, id) {
        let is_seen = seen.usernames.contains(&candidate.key());
        if !is_seen && !writing.is_username_taken(&candidate, &[]).await? {
            return Ok(Some(candidate));
        }
    }
    Ok(None)
}

async fn note(writing: &mut Writing, taken: &[i64], now: OffsetDateTime) -> Result<()> {
    let nobody = Client::default();
    for number in taken {
        let entry = Entry {
            user_id: Some(*number),
            detail: Some(STRAPI),
            ..Entry::new(Event::AccountImported, &nobody, now)
        };
        writing.audit(&entry).await?;
    }
    Ok(())
}

/// Whether it is an id as Strapi 5 makes them: 24 small letters and digits. Ours look otherwise, and both are
/// opaque to everybody.
fn is_document_id(id: &str) -> bool {
    id.len() == 24
        && id
            .bytes()
            .all(|b| b.is_ascii_lowercase() || b.is_ascii_digit())
}

impl StrapiRow {
    fn remark(&self, outcome: Outcome) -> Remark {
        Remark {
            id: self.id,
            username: self.username.clone(),
            email: self.email.clone(),
            outcome,
        }
    }

    /// The hash, if a password was what opened the account in Strapi.
    fn password(&self) -> std::result::Result<&str, WithoutPassword> {
        let provider = self.provider.as_deref().unwrap_or("local");
        if provider != "local" {
            return Err(WithoutPassword::OtherProvider);
        }
        match self.password.as_deref() {
            None | Some("") => Err(WithoutPassword::None),
            Some(hash) if is_bcrypt(hash) => Ok(hash),
            Some(_) => Err(WithoutPassword::UnknownHash),
        }
    }
}

/// Whether it has the form of a bcrypt hash, and is not made to keep us busy.
fn is_bcrypt(hash: &str) -> bool {
    let Some(rest) = ["$2a$", "$2b$", "$2y$"]
        .iter()
        .find_map(|version| hash.strip_prefix(version))
    else {
        return false;
    };
    let Some((cost, salt_and_hash)) = rest.split_once('$') else {
        return false;
    };
    let is_affordable = cost.len() == 2
        && cost.bytes().all(|b| b.is_ascii_digit())
        && cost
            .parse()
            .is_ok_and(|cost: u8| (4..=DEAREST).contains(&cost));
    is_affordable
        && salt_and_hash.len() == 53
        && salt_and_hash
            .bytes()
            .all(|b| b.is_ascii_alphanumeric() || b == b'.' || b == b'/')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_a_hash_of_bcrypt_that_can_be_paid_for_is_taken() {
        let rest = "a".repeat(53);
        for good in ["$2a$10$", "$2b$12$", "$2y$04$", "$2b$14$"] {
            assert!(is_bcrypt(&format!("{good}{rest}")), "{good}");
        }
        for bad in [
            "$2x$10$", "$2b$31$", "$2b$15$", "$2b$3$", "$2b$+9$", "$2b$", "",
        ] {
            assert!(!is_bcrypt(&format!("{bad}{rest}")), "{bad}");
        }
        assert!(!is_bcrypt(&format!("$2b$10${}", "a".repeat(52))));
        assert!(!is_bcrypt(&format!("$2b$10${}é", "a".repeat(51))));
    }
}
