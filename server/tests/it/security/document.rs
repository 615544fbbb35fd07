//! What docs/security.md names as a test is one.

use std::fs;
use std::path::Path;

#[test]
fn every_test_that_the_document_names_is_there() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    let document = fs::read_to_string(root.join("docs/security.md")).unwrap();
    let mut named = 0;
    for span in document.split('`').skip(1).step_by(2) {
        let Some((file, tests)) = span.split_once(": ") else {
            continue;
        };
        if !file.ends_with(".rs") && !file.ends_with(".ts") {
            continue;
        }
        let source = fs::read_to_string(root.join(file));
        let source = source.unwrap_or_else(|_| panic!("there is no {file}"));
        for test in as_written(tests) {
            assert!(source.contains(&test), "{file} has no {test}");
            named += 1;
        }
    }
    assert!(named > 300, "{named} are named");
}

/// The title of one, in quotes, or the functions that several are.
fn as_written(tests: &str) -> Vec<String> {
    let title = tests.strip_prefix('"').and_then(|it| it.strip_suffix('"'));
    match title {
        Some(title) => vec![title.to_owned()],
        None => tests
            .split(", ")
            .map(|name| format!("fn {name}("))
            .collect(),
    }
}
