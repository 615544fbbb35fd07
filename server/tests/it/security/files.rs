//! Which files are served: those that the build made for browsers.

use std::fs;

use crate::helpers::TestApp;

const MARK: &str = "not for visitors";

#[tokio::test]
async fn nothing_but_the_files_of_the_build_is_served() {
    let app = TestApp::new().await;
    let root = app.scratch.dir.path();
    for folder in [".git", "pkg", "pkg/sub"] {
        fs::create_dir(root.join(folder)).unwrap();
    }
    for file in [".git/config", ".env", "secret.key", "index.html"] {
        fs::write(root.join(file), MARK).unwrap();
    }
    for path in [
        "/.git/config",
        "/.git/",
        "/.env",
        "/secret.key",
        "/index.html",
        "/latchkey.db",
        "/Cargo.toml",
        "/pkg",
        "/pkg/",
        "/pkg/sub",
        "/pkg/sub/",
        "/pkg/../secret.key",
        "/pkg/%2e%2e/secret.key",
        "/pkg/..%2fsecret.key",
        "/pkg/%2e%2e%2fsecret.key",
        "/pkg/..%5csecret.key",
        "/pkg//secret.key",
        "/favicon.svg/../secret.key",
        "/.well-known/",
        "/metrics",
        "/server-status",
        "/dev/outbox",
    ] {
        let answer = app.browser().get(path).await;
        assert!(!answer.status.is_success(), "{path}: {}", answer.status);
        assert!(!answer.status.is_server_error(), "{path}");
        assert!(!answer.body.contains(MARK), "{path}");
    }
}
