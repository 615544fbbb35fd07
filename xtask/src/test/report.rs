//! Running the steps one after the other, and what is said about them at the end.

use std::time::{Duration, Instant};

use anyhow::{Result, bail};

use crate::test::counts::Counts;

/// What happened so far.
#[derive(Default)]
pub(crate) struct Report {
    steps: Vec<Step>,
    counts: Counts,
}

struct Step {
    name: &'static str,
    took: Duration,
    passed: bool,
    /// Of a suite.
    counts: Option<Counts>,
}

/// What a suite found: how many tests, and whether it came to its end without complaint.
pub(crate) struct Outcome {
    pub(crate) counts: Counts,
    pub(crate) succeeded: bool,
}

impl Report {
    /// Runs a step that either succeeds or not; tells which.
    pub(crate) fn step(&mut self, name: &'static str, work: impl FnOnce() -> Result<()>) -> bool {
        println!("\n==> {name}");
        let start = Instant::now();
        let result = work();
        if let Err(error) = &result {
            println!("{error:#}");
        }
        self.record(name, start.elapsed(), result.is_ok());
        result.is_ok()
    }

    /// Runs a step that counts tests.
    pub(crate) fn suite(&mut self, name: &'static str, work: impl FnOnce() -> Result<Outcome>) {
        let mut counts = Counts::default();
        self.step(name, || {
            let outcome = work()?;
            counts = outcome.counts;
            if !outcome.succeeded || counts.failed > 0 {
                bail!("{name}: {counts}");
            }
            Ok(())
        });
        // What did not compile or crashed reported no failed test; that must not read as zero.
        let step = self.steps.last_mut().expect("the suite is a step");
        if !step.passed && counts.failed == 0 {
            counts.failed = 1;
        }
        step.counts = Some(counts);
        self.counts += counts;
    }

    fn record(&mut self, name: &'static str, took: Duration, passed: bool) {
        let verdict = if passed { "ok" } else { "FAILED" };
        println!("    {name}: {verdict} after {:.1} s", took.as_secs_f64());
        self.steps.push(Step {
            name,
            took,
            passed,
            counts: None,
        });
    }

    /// Says everything once more; the counts are the last line.
    pub(crate) fn finish(self) -> Result<()> {
        println!("\n==> summary");
        for step in &self.steps {
            let verdict = if step.passed { "ok" } else { "FAILED" };
            println!(
                "{:<24} {:>7.1} s  {verdict}",
                step.name,
                step.took.as_secs_f64()
            );
        }
        let verdict = self.verdict();
        if let Err(error) = &verdict {
            println!("{error}");
        }
        println!("{}", self.suites());
        println!("{}", self.counts);
        // Said already, and nothing may follow the counts.
        verdict.or_else(|_| std::process::exit(1))
    }

    fn suites(&self) -> String {
        let suites = self.steps.iter();
        let suites = suites.filter_map(|step| Some(format!("{}: {}", step.name, step.counts?)));
        suites.collect::<Vec<_>>().join("; ")
    }

    fn verdict(&self) -> Result<()> {
        let failed = self.steps.iter().filter(|step| !step.passed);
        let failed: Vec<&str> = failed.map(|step| step.name).collect();
        if !failed.is_empty() {
            bail!("failed: {}", failed.join("; "));
        }
        if self.counts.executed() == 0 {
            bail!("no test was executed");
        }
        Ok(())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn passing(passed: u64) -> Result<Outcome> {
        let counts = Counts {
            passed,
            ..Counts::default()
        };
        Ok(Outcome {
            counts,
            succeeded: true,
        })
    }

    #[test]
    fn passing_tests_and_steps_are_a_success() {
        let mut report = Report::default();
        report.step("lint", || Ok(()));
        report.suite("unit", || passing(3));
        report.suite("browser", || passing(4));
        assert!(report.verdict().is_ok());
        assert_eq!(report.counts.to_string(), "7 passed, 0 failed");
        assert_eq!(
            report.suites(),
            "unit: 3 passed, 0 failed; browser: 4 passed, 0 failed"
        );
    }

    #[test]
    fn a_failed_lint_fails_the_run_and_counts_no_test() {
        let mut report = Report::default();
        report.step("lint", || bail!("ugly"));
        report.suite("unit", || passing(3));
        assert!(report.verdict().is_err());
        assert_eq!(report.counts.to_string(), "3 passed, 0 failed");
    }

    #[test]
    fn a_suite_that_did_not_run_counts_as_a_failed_test() {
        let mut report = Report::default();
        report.suite("unit", || passing(3));
        report.suite("browser", || bail!("no browser"));
        assert!(report.verdict().is_err());
        assert_eq!(report.counts.to_string(), "3 passed, 1 failed");
    }

    #[test]
    fn no_tests_at_all_are_a_failure() {
        let mut report = Report::default();
        report.suite("unit", || passing(0));
        assert!(report.verdict().is_err());
    }
}
