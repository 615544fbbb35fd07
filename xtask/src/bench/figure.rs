//! A figure with its limit, and the table of all of them.

/// One line of the table.
pub(crate) struct Figure {
    pub(crate) name: String,
    pub(crate) measured: f64,
    pub(crate) unit: &'static str,
    /// What is promised, in the same unit; none where the figure is shown for comparison only.
    pub(crate) limit: Option<Limit>,
}

/// On which side of it a figure is good.
pub(crate) enum Limit {
    AtMost(f64),
    AtLeast(f64),
}

impl Figure {
    pub(crate) fn new(name: impl Into<String>, measured: f64, unit: &'static str) -> Self {
        Self {
            name: name.into(),
            measured,
            unit,
            limit: None,
        }
    }

    pub(crate) fn at_most(mut self, limit: f64) -> Self {
        self.limit = Some(Limit::AtMost(limit));
        self
    }

    pub(crate) fn at_least(mut self, limit: f64) -> Self {
        self.limit = Some(Limit::AtLeast(limit));
        self
    }

    fn line(&self) -> String {
        let Self { name, unit, .. } = self;
        let measured = format!("{:.1} {unit}", self.measured);
        let (limit, verdict) = match self.limit {
            None => return format!("{name:<44} {measured:>12} {:>12}\n", "-"),
            Some(Limit::AtMost(limit)) if self.measured <= limit => (limit, ""),
            Some(Limit::AtLeast(limit)) if self.measured >= limit => (limit, ""),
            Some(Limit::AtMost(limit)) => (limit, "  OVER"),
            Some(Limit::AtLeast(limit)) => (limit, "  UNDER"),
        };
        let limit = format!("{limit} {unit}");
        format!("{name:<44} {measured:>12} {limit:>12}{verdict}\n")
    }
}

pub(crate) fn table(figures: &[Figure]) -> String {
    let head = format!("{:<44} {:>12} {:>12}\n", "figure", "measured", "limit");
    figures
        .iter()
        .map(Figure::line)
        .fold(head, |table, line| table + &line)
}

/// Finds the middle of what was measured several times; a single slow run does not move it.
pub(crate) fn median(mut values: Vec<f64>) -> f64 {
    values.sort_by(f64::total_cmp);
    values.get(values.len() / 2).copied().unwrap_or(f64::NAN)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_outlier_does_not_move_the_median() {
        assert_eq!(median(vec![3.0, 900.0, 1.0]), 3.0);
    }

    #[test]
    fn a_figure_above_its_limit_is_marked() {
        assert!(
            Figure::new("wasm", 130.0, "KB")
                .at_most(120.0)
                .line()
                .contains("OVER")
        );
        assert!(
            !Figure::new("wasm", 110.0, "KB")
                .at_most(120.0)
                .line()
                .contains("OVER")
        );
        assert!(!Figure::new("js", 9.0, "KB").line().contains("OVER"));
        let slow = Figure::new("refreshes", 10.0, "/s").at_least(4000.0);
        assert!(slow.line().contains("UNDER"));
    }
}
