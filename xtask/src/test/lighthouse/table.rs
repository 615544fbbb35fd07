//! The table that `docs/performance.md` shows, in Markdown.

use std::fmt::Write;

use crate::test::lighthouse::visit::{Kind, Visit};

pub(crate) fn of(visits: &[(&str, Visit)]) -> String {
    let mut table = String::new();
    let columns = "| page | score | drawn | largest | interactive | blocked | shift | requests | KB | html | css | js | wasm | other | processor |";
    let _ = writeln!(table, "\n{columns}\n|{}", " --- |".repeat(15));
    for (page, visit) in visits {
        let scores = visit.scores.iter().map(|(_, score)| score.to_string());
        let scores = scores.collect::<Vec<_>>().join(" ");
        let kinds = [Kind::Html, Kind::Css, Kind::Script, Kind::Wasm, Kind::Other];
        let kinds = kinds.map(|kind| kilobytes(visit.bytes_of(kind)));
        let _ = writeln!(
            table,
            "| `{page}` | {scores} | {} ms | {} ms | {} ms | {} ms | {:.3} | {} of {} | {} | {} | {:.0} |",
            visit.first_paint,
            visit.largest_paint,
            visit.interactive,
            visit.blocked,
            visit.shift,
            visit.needed,
            visit.requests.len(),
            kilobytes(visit.bytes()),
            kinds.join(" | "),
            visit.benchmark,
        );
    }
    table.push('\n');
    table
}

fn kilobytes(bytes: u64) -> String {
    format!("{}.{}", bytes / 1000, bytes % 1000 / 100)
}
