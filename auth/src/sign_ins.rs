//! Sign-ins by day, for those who look for the ones that were not theirs.

use time::{Date, OffsetDateTime};

use crate::error::{Error, Result};

/// The sign-ins of one day, which begins and ends at midnight UTC.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct SignIns {
    /// The day.
    pub day: Date,
    /// How many sessions began.
    pub succeeded: u32,
    /// How many attempts failed.
    pub failed: u32,
}

impl SignIns {
    /// Reads what the database counted: `day succeeded failed`, with a comma between days.
    pub(crate) fn read_all(counted: &str) -> Result<Vec<Self>> {
        let days = counted.split(',').filter(|text| !text.is_empty());
        let mut all = days.map(Self::read).collect::<Result<Vec<_>>>()?;
        all.sort_by_key(|one| one.day);
        Ok(all)
    }

    fn read(text: &str) -> Result<Self> {
        let mut numbers = text.split(' ').map(str::parse::<i64>);
        let mut next = || {
            let number = numbers.next().and_then(std::result::Result::ok);
            number.ok_or_else(|| Error::internal(NOT_COUNTED))
        };
        let day = i32::try_from(next()?.saturating_add(EPOCH)).unwrap_or(i32::MAX);
        Ok(Self {
            day: Date::from_julian_day(day).map_err(|_| Error::internal(NOT_COUNTED))?,
            succeeded: next()?.try_into().unwrap_or(u32::MAX),
            failed: next()?.try_into().unwrap_or(u32::MAX),
        })
    }
}

/// The day that the database counts from, as a Julian day.
const EPOCH: i64 = OffsetDateTime::UNIX_EPOCH.to_julian_day() as i64;

const NOT_COUNTED: &str = "the sign-ins were not counted as they should be";

#[cfg(test)]
mod tests {
    use time::macros::date;

    use super::*;

    #[test]
    fn days_are_read_in_their_order() {
        let all = SignIns::read_all("20413 2 0,20410 0 3").unwrap();
        let read: Vec<_> = all
            .iter()
            .map(|one| (one.day, one.succeeded, one.failed))
            .collect();
        assert_eq!(
            read,
            [(date!(2025 - 11 - 18), 0, 3), (date!(2025 - 11 - 21), 2, 0)]
        );
    }

    #[test]
    fn no_day_is_none_and_what_is_no_day_is_an_error() {
        assert_eq!(SignIns::read_all("").unwrap(), []);
        for bad in ["x", "1", "1 2", "1 2 x", "9223372036854775807 1 1"] {
            assert!(SignIns::read_all(bad).is_err(), "{bad}");
        }
    }
}
