//! Reading the whole trail again, to see whether a row was changed or taken out.

use crate::Auth;
use crate::audit::Record;
use crate::error::Result;

/// Rows that are held in memory at a time.
const PAGE: i64 = 1000;

/// A trail in which every row follows from the one before.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Verified {
    /// How many rows there are.
    pub rows: i64,
    /// The hash of the newest, which stands for all of them: kept elsewhere, it shows later whether
    /// the whole trail was written anew.
    pub head: String,
}

/// The first row that does not follow from the one before.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum Damage {
    /// There is no row of this number, and there was one.
    #[error("row {0} is missing")]
    Missing(i64),
    /// A column of the row is not what it was when the row was written.
    #[error("row {0} was changed")]
    Changed(i64),
    /// The row does not hold the hash of the row before it.
    #[error("row {0} does not follow from the one before it")]
    Unchained(i64),
}

impl Auth {
    /// Follows the trail from its first row to its last.
    ///
    /// # Errors
    /// When the database does not answer. A damaged trail is an answer, and not an error.
    pub async fn verify_trail(&self) -> Result<std::result::Result<Verified, Damage>> {
        // Rows that come after this are not there yet for us.
        let written = self.store().rows_written_to_trail().await?;
        let (mut last, mut head) = (0, String::new());
        while last < written {
            let page = self.store().trail(last, written, PAGE).await?;
            for row in &page {
                if let Some(damage) = damage(row, last, &head) {
                    return Ok(Err(damage));
                }
                (last, head) = (row.id, row.hash.clone());
            }
            if page.is_empty() {
                return Ok(Err(Damage::Missing(last + 1)));
            }
        }
        Ok(Ok(Verified { rows: last, head }))
    }
}

fn damage(row: &Record, last: i64, head: &str) -> Option<Damage> {
    if row.id != last + 1 {
        return Some(Damage::Missing(last + 1));
    }
    if row.hash != row.computed_hash() {
        return Some(Damage::Changed(row.id));
    }
    (row.previous_hash != head).then_some(Damage::Unchained(row.id))
}
