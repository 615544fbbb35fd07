//! Lengths of the pictures, in whole numbers of small parts: they are written faster than fractions, and come out alike
//! everywhere.

use std::fmt;

/// A share of the width, in hundredths of a percent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) struct Share(pub(crate) u32);

impl fmt::Display for Share {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{:02}%", self.0 / 100, self.0 % 100)
    }
}

/// A height or a place from above, in tenths of a pixel.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Tenths(pub(crate) u32);

impl fmt::Display for Tenths {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}.{}", self.0 / 10, self.0 % 10)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parts_are_written_as_fractions() {
        assert_eq!(Share(0).to_string(), "0.00%");
        assert_eq!(Share(2505).to_string(), "25.05%");
        assert_eq!(Share(10_000).to_string(), "100.00%");
        assert_eq!(Tenths(969).to_string(), "96.9");
    }
}
