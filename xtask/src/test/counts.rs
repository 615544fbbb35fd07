//! How many tests passed, failed and were skipped, read from what the runners print.

use std::collections::BTreeSet;
use std::fmt;
use std::ops::AddAssign;

use serde_json::Value;

#[derive(Clone, Copy, Debug, Default, PartialEq)]
pub(crate) struct Counts {
    pub(crate) passed: u64,
    pub(crate) failed: u64,
    pub(crate) skipped: u64,
}

impl Counts {
    /// Reads the line with which each test binary ends:
    /// `test result: ok. 5 passed; 0 failed; 1 ignored; …`.
    pub(crate) fn from_cargo(line: &str) -> Option<Self> {
        let (_, result) = line.split_once("test result: ")?;
        let (_, numbers) = result.split_once(". ")?;
        let number = |label: &str| {
            let mut parts = numbers.split(';');
            parts.find_map(|part| part.trim().strip_suffix(label)?.trim().parse().ok())
        };
        Some(Self {
            passed: number("passed")?,
            failed: number("failed")?,
            skipped: number("ignored")?,
        })
    }

    /// Reads the statistics in Playwright's JSON report; a test that passed when it was tried again
    /// passed.
    pub(crate) fn from_playwright(report: &Value) -> Option<Self> {
        let number = |name: &str| report["stats"][name].as_u64();
        Some(Self {
            passed: number("expected")? + number("flaky")?,
            failed: number("unexpected")?,
            skipped: number("skipped")?,
        })
    }

    /// Reads the report of schemathesis, which has sent many requests to each operation: one of which any
    /// is answered wrongly has failed.
    pub(crate) fn from_schemathesis(report: &Value) -> Option<Self> {
        let number = |name: &str| report["operations"][name].as_u64();
        let failures = report["failures"].as_array()?;
        let failed: BTreeSet<&str> = failures
            .iter()
            .filter_map(|failure| failure["operations"].as_array())
            .flatten()
            .filter_map(Value::as_str)
            .collect();
        let failed = u64::try_from(failed.len()).ok()?;
        Some(Self {
            // What went wrong between two operations is not one of them.
            passed: number("tested")?.saturating_sub(failed),
            failed: failed + number("errored")?,
            skipped: number("skipped")?,
        })
    }

    pub(crate) fn executed(self) -> u64 {
        self.passed + self.failed
    }
}

impl AddAssign for Counts {
    fn add_assign(&mut self, other: Self) {
        self.passed += other.passed;
        self.failed += other.failed;
        self.skipped += other.skipped;
    }
}

impl fmt::Display for Counts {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "{} passed, {} failed", self.passed, self.failed)?;
        if self.skipped > 0 {
            write!(formatter, ", {} skipped", self.skipped)?;
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    fn counts(passed: u64, failed: u64, skipped: u64) -> Counts {
        Counts {
            passed,
            failed,
            skipped,
        }
    }

    #[test]
    fn the_last_line_of_a_test_binary_is_read() {
        let ok = "test result: ok. 12 passed; 0 failed; 1 ignored; 0 measured; 3 filtered out; finished in 0.02s";
        assert_eq!(Counts::from_cargo(ok), Some(counts(12, 0, 1)));
        let failed = "test result: FAILED. 3 passed; 2 failed; 0 ignored; 0 measured; 0 filtered out; finished in 1.00s";
        assert_eq!(Counts::from_cargo(failed), Some(counts(3, 2, 0)));
    }

    #[test]
    fn a_coloured_line_is_read_too() {
        let line = "test result: \u{1b}[32mok\u{1b}[m. 5 passed; 0 failed; 0 ignored; 0 measured; 0 filtered out";
        assert_eq!(Counts::from_cargo(line), Some(counts(5, 0, 0)));
    }

    #[test]
    fn other_lines_are_no_result() {
        assert_eq!(Counts::from_cargo("running 12 tests"), None);
        assert_eq!(Counts::from_cargo("test result: soon"), None);
    }

    #[test]
    fn a_report_of_playwright_is_read() {
        let report = json!({ "stats": {
            "duration": 1.5, "expected": 7, "flaky": 1, "skipped": 2, "unexpected": 3,
        } });
        assert_eq!(Counts::from_playwright(&report), Some(counts(8, 3, 2)));
        assert_eq!(Counts::from_playwright(&json!({})), None);
    }

    #[test]
    fn a_report_of_schemathesis_is_read_and_counts_operations() {
        let report = json!({
            "operations": { "total": 6, "selected": 6, "tested": 5, "errored": 1, "skipped": 0 },
            "failures": [
                { "code": "ST101", "operations": ["GET /a", "POST /b"] },
                { "code": "ST102", "operations": ["GET /a"] },
            ],
        });
        assert_eq!(Counts::from_schemathesis(&report), Some(counts(3, 3, 0)));
        assert_eq!(Counts::from_schemathesis(&json!({})), None);
    }

    #[test]
    fn skipped_tests_are_mentioned_only_when_there_are_some() {
        let mut sum = counts(1, 0, 0);
        assert_eq!(sum.to_string(), "1 passed, 0 failed");
        sum += counts(2, 1, 4);
        assert_eq!(sum.to_string(), "3 passed, 1 failed, 4 skipped");
    }
}
