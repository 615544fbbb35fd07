//! What people see is named by `product/NAME` alone: no source says the name by itself.

use std::fs;
use std::path::{Path, PathBuf};

/// The folders whose sources end up in what people see.
const LOOKED_AT: [&str; 8] = [
    "app/src",
    "auth/src",
    "auth/templates",
    "frontend/src",
    "public",
    "server/src",
    "server/templates",
    "style",
];

/// What those who run the program know it by, and what is in databases already. It is the same under every name.
const STAYS: [(&str, &str); 20] = [
    // The program, as it is started.
    ("server/src/admin/doctor/database.rs", "`latchkey migrate`"),
    ("server/src/admin/key.rs", "`latchkey key rotate --now`"),
    ("server/src/config.rs", "name = \"latchkey\""),
    ("server/src/main.rs", "\"latchkey: {error:#}\""),
    ("server/src/admin/doctor/inside.rs", "`latchkey migrate`"),
    ("server/src/open.rs", "`latchkey migrate`"),
    ("server/src/admin/doctor/site.rs", "\"latchkey-doctor\""),
    // The file of the database.
    ("server/src/config/check.rs", "\"latchkey.db\""),
    // What the build is called.
    ("server/src/assets.rs", "output_name(\"latchkey\")"),
    ("server/src/assets.rs", "output_name = \"latchkey\""),
    // Other names would open nothing that was sealed, and hear of no other node.
    ("auth/src/secret.rs", "b\"latchkey v1\""),
    ("auth/src/store/news.rs", "\"latchkey\""),
    ("auth/src/store/news.rs", "pg_notify('latchkey'"),
    // Metrics and traces: dashboards and alarms are written for them.
    ("auth/src/measure.rs", "\"latchkey_"),
    ("server/src/requests.rs", "\"latchkey_"),
    ("server/src/serve/door.rs", "\"latchkey_"),
    ("server/src/telemetry.rs", "tracer(\"latchkey\")"),
    ("server/src/telemetry/limit.rs", "\"latchkey\""),
    // Settings, and comments.
    ("", "LATCHKEY_"),
    ("", "//"),
];

#[test]
fn no_source_says_the_name_by_itself() {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let mut found = Vec::new();
    for folder in LOOKED_AT {
        for file in files(&root.join(folder)) {
            let Ok(text) = fs::read_to_string(&file) else {
                continue;
            };
            let name = file.strip_prefix(&root).expect("it is below").display();
            let name = name.to_string();
            // Tests stand at the foot of a file, or in files of their own.
            let is_test = name.contains("/tests") || name.ends_with("testing.rs");
            let shown = text.split("#[cfg(test)]").next().unwrap_or_default();
            let lines = shown.lines().filter(|_| !is_test);
            let said = lines.filter(|line| says_the_name(&name, line));
            found.extend(said.map(|line| format!("{name}: {}", line.trim())));
        }
    }
    assert!(
        found.is_empty(),
        "use product::NAME or product::ID:\n{}",
        found.join("\n")
    );
}

fn says_the_name(file: &str, line: &str) -> bool {
    let stays = STAYS.iter().filter(|(of, _)| of.is_empty() || *of == file);
    let stays = stays.map(|(_, what)| *what);
    let rest = stays.fold(line.to_owned(), |rest, what| match what {
        "//" => rest.split("//").next().unwrap_or_default().to_owned(),
        what => rest.replace(what, ""),
    });
    rest.to_lowercase().contains("latchkey")
}

fn files(folder: &Path) -> Vec<PathBuf> {
    let entries = fs::read_dir(folder).expect("the folder is there");
    let paths = entries.map(|entry| entry.expect("it can be read").path());
    paths
        .flat_map(|path| match path.is_dir() {
            true => files(&path),
            false => vec![path],
        })
        .collect()
}
