//! What a browser downloads: the compressed size of the files that pages refer to.

use std::fs;

use anyhow::{Context, Result};

use crate::bench::figure::Figure;
use crate::checkout::Checkout;

const WASM_LIMIT: f64 = 60.0;
const CSS_LIMIT: f64 = 12.0;

pub(crate) fn measure(checkout: &Checkout) -> Result<Vec<Figure>> {
    let hashes = fs::read_to_string(checkout.hashes()).context("cannot read the hashes")?;
    let size = |kind: &str| compressed(checkout, &hashes, kind);
    let (wasm, js, css) = (size("wasm")?, size("js")?, size("css")?);
    Ok(vec![
        Figure::new("wasm, brotli", wasm, "KB").at_most(WASM_LIMIT),
        Figure::new("js, brotli", js, "KB"),
        Figure::new("css, brotli", css, "KB").at_most(CSS_LIMIT),
        Figure::new("wasm + js + css, brotli", wasm + js + css, "KB"),
    ])
}

/// Reads the size of `latchkey.<hash>.<kind>.br`, in KB of 1000 bytes.
fn compressed(checkout: &Checkout, hashes: &str, kind: &str) -> Result<f64> {
    let hash = hash(hashes, kind).with_context(|| format!("no hash for {kind}"))?;
    let file = checkout.site.join(format!("pkg/latchkey.{hash}.{kind}.br"));
    let metadata = fs::metadata(&file).with_context(|| format!("no {}", file.display()))?;
    Ok(metadata.len() as f64 / 1000.0)
}

/// Finds a hash in lines like `wasm: 0nXlyVqDXYdPLZAnsmsWXA`.
fn hash<'a>(hashes: &'a str, kind: &str) -> Option<&'a str> {
    let mut lines = hashes.lines().filter_map(|line| line.split_once(": "));
    lines.find_map(|(name, hash)| (name == kind).then_some(hash))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_hash_of_each_kind_is_found() {
        let hashes = "js: abc\nwasm: d-e_f\ncss: ghi\n";
        assert_eq!(hash(hashes, "wasm"), Some("d-e_f"));
        assert_eq!(hash(hashes, "split"), None);
    }
}
