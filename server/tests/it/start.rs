//! The program itself: what it says when it cannot start, and that it leaves when asked.

use std::fs;
use std::io::{BufRead, BufReader};
use std::net::TcpListener;
use std::os::unix::fs::PermissionsExt;
use std::path::Path;
use std::process::{Child, Command, Output, Stdio};

use tempfile::TempDir;

use crate::program::Program;
use crate::scratch::Scratch;

pub(crate) fn latchkey(data: &Path) -> Command {
    let mut command = Command::new(env!("CARGO_BIN_EXE_latchkey"));
    for (name, _) in std::env::vars().filter(|(name, _)| {
        ["LATCHKEY_", "LEPTOS_", "OTEL_"]
            .iter()
            .any(|begin| name.starts_with(begin))
    }) {
        command.env_remove(name);
    }
    command
        .env_remove("DATABASE_URL")
        .env_remove("RUST_LOG")
        .env("LATCHKEY_DATA_DIR", data)
        .env("LEPTOS_SITE_ADDR", "127.0.0.1:0");
    command
}

/// One that does not keep its accounts in the data folder.
pub(crate) fn latchkey_over(scratch: &Scratch) -> Command {
    let mut command = latchkey(scratch.dir.path());
    command.env("DATABASE_URL", &scratch.url);
    command
}

/// Runs to the end and returns the one line that it says.
pub(crate) fn refusal(command: &mut Command) -> String {
    let Output { status, stderr, .. } = command.output().unwrap();
    let stderr = String::from_utf8(stderr).unwrap();
    assert_eq!(status.code(), Some(1), "{stderr}");
    assert!(!stderr.contains("panicked"), "{stderr}");
    stderr.lines().last().unwrap().to_owned()
}

#[test]
fn a_data_folder_that_cannot_be_made_is_named() {
    let dir = TempDir::new().unwrap();
    fs::write(dir.path().join("file"), "").unwrap();
    for folder in [
        dir.path().join("file/data"),
        "/proc/latchkey".into(),
        "/proc/self".into(),
    ] {
        let said = refusal(&mut latchkey(&folder));
        assert!(
            said.contains("LATCHKEY_DATA_DIR") && said.contains(folder.to_str().unwrap()),
            "{said}"
        );
    }
}

#[test]
fn a_database_that_cannot_be_opened_is_told() {
    let dir = TempDir::new().unwrap();
    fs::write(
        dir.path().join("latchkey.db"),
        "this is no database, it is a text that somebody put here",
    )
    .unwrap();
    let said = refusal(&mut latchkey(dir.path()));
    assert!(said.contains("the database cannot be opened"), "{said}");
    let said = refusal(latchkey(dir.path()).env("DATABASE_URL", "sqlite:/no/such/folder/x.db"));
    assert!(said.contains("the database cannot be opened"), "{said}");
    let nobody_there = "postgres://x:topsecret@127.0.0.1:1/z";
    let said = refusal(
        latchkey(dir.path())
            .env("DATABASE_URL", nobody_there)
            .env("LATCHKEY_DATABASE_PATIENCE", "100"),
    );
    assert!(
        said.contains("the database cannot be opened") && !said.contains("topsecret"),
        "{said}"
    );
    let said = refusal(latchkey(dir.path()).env("DATABASE_URL", "mysql://x:topsecret@y/z"));
    assert!(
        said.contains("DATABASE_URL") && !said.contains("topsecret"),
        "{said}"
    );
}

#[test]
fn a_port_in_use_is_named() {
    let dir = TempDir::new().unwrap();
    let taken = TcpListener::bind("127.0.0.1:0").unwrap();
    let address = taken.local_addr().unwrap().to_string();
    let said = refusal(latchkey(dir.path()).env("LEPTOS_SITE_ADDR", &address));
    assert!(
        said.contains("LEPTOS_SITE_ADDR") && said.contains(&address),
        "{said}"
    );
    assert!(
        !dir.path().join("latchkey.db").exists(),
        "and nothing was begun"
    );
    let said = refusal(latchkey(dir.path()).env("LATCHKEY_METRICS_ADDR", &address));
    assert!(
        said.contains("LATCHKEY_METRICS_ADDR") && said.contains(&address),
        "{said}"
    );
}

#[test]
fn each_wrong_setting_is_named() {
    let dir = TempDir::new().unwrap();
    let wrong = [
        ("LATCHKEY_PUBLIC_URL", "http://latchkey.example"),
        ("LATCHKEY_PUBLIC_URL", "https://latchkey.example/path"),
        ("LATCHKEY_PUBLIC_URL", "ftp://latchkey.example"),
        ("LATCHKEY_SECRET", "too short"),
        ("LATCHKEY_PREVIOUS_SECRETS", "too short"),
        ("LATCHKEY_PASSWORD_MIN_LENGTH", "7"),
        ("LATCHKEY_ACCESS_TOKEN_LIFESPAN", "0"),
        ("LATCHKEY_ACCESS_TOKEN_LIFESPAN", "86400"),
        ("LATCHKEY_IDLE_SESSION_LIFESPAN", "90000"),
        ("LATCHKEY_TRUSTED_PROXIES", "10.0.0.0/8,proxy.example"),
        ("LATCHKEY_TRUSTED_PROXIES", "0.0.0.0/0"),
        ("LATCHKEY_TRUSTED_PROXIES", "::/0"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "localhost:4318"),
        ("OTEL_EXPORTER_OTLP_ENDPOINT", "ftp://collector.example"),
        (
            "OTEL_EXPORTER_OTLP_ENDPOINT",
            "http://u:secret@localhost:4318",
        ),
        ("LATCHKEY_METRICS_ADDR", "192.0.2.1:9000"),
        ("RUST_LOG", "server=loud"),
    ];
    for (name, value) in wrong {
        let said = refusal(latchkey(dir.path()).env(name, value));
        assert!(said.contains(name), "{name}={value}: {said}");
    }
}

#[test]
fn a_value_that_cannot_be_read_is_named_by_flag_and_variable() {
    let dir = TempDir::new().unwrap();
    for (name, flag, value) in [
        ("LATCHKEY_REGISTRATION", "--registration", "shut"),
        ("LATCHKEY_PUBLIC_URL", "--public-url", "nonsense"),
        ("LATCHKEY_ARGON2", "--argon2", "m=1"),
        ("LEPTOS_SITE_ADDR", "--site-addr", "here"),
        (
            "LATCHKEY_MAX_SESSION_LIFESPAN",
            "--max-session-lifespan",
            "a day",
        ),
        ("LATCHKEY_DATABASE_PATIENCE", "--database-patience", "0"),
        ("LATCHKEY_MAX_CONNECTIONS", "--max-connections", "3"),
        ("LATCHKEY_MAX_REQUESTS", "--max-requests", "0"),
        ("LATCHKEY_RATE_LIMITS", "--rate-limits", "some"),
        ("LATCHKEY_LOG_FORMAT", "--log-format", "xml"),
        ("LATCHKEY_METRICS_ADDR", "--metrics-addr", "9000"),
    ] {
        let Output { status, stderr, .. } = latchkey(dir.path()).env(name, value).output().unwrap();
        let said = String::from_utf8(stderr).unwrap();
        assert_eq!(status.code(), Some(2), "{said}");
        assert!(
            said.contains(name) && said.contains(flag) && said.contains(value),
            "{said}"
        );
    }
}

#[test]
fn limits_are_off_on_this_machine_only() {
    let dir = TempDir::new().unwrap();
    let mut public = latchkey(dir.path());
    public
        .env("LATCHKEY_PUBLIC_URL", "https://latchkey.example")
        .env("LATCHKEY_RATE_LIMITS", "off");
    let said = refusal(&mut public);
    assert!(said.contains("LATCHKEY_RATE_LIMITS"), "{said}");
}

#[test]
fn another_secret_is_told_from_a_broken_database() {
    let scratch = Scratch::new();
    let mut first = latchkey_over(&scratch)
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    let mut lines = BufReader::new(first.stdout.take().unwrap()).lines();
    lines.next().unwrap().unwrap();
    end(&mut first);
    let said = refusal(latchkey_over(&scratch).env("LATCHKEY_SECRET", "x".repeat(32)));
    assert!(
        said.contains("LATCHKEY_PREVIOUS_SECRETS") && !said.contains("cannot be opened"),
        "{said}"
    );
}

#[test]
fn production_needs_a_secret() {
    let dir = TempDir::new().unwrap();
    let said = refusal(latchkey(dir.path()).env("LATCHKEY_PUBLIC_URL", "https://latchkey.example"));
    assert!(said.contains("LATCHKEY_SECRET"), "{said}");
}

/// A site on https, with a secret that was drawn.
fn production(data: &Path) -> Command {
    let mut command = latchkey(data);
    command.env("LATCHKEY_PUBLIC_URL", "https://latchkey.example");
    command.env("LATCHKEY_SECRET", DRAWN);
    command
}

const DRAWN: &str = "mP3vkpGr1CwNVaoGo3tRcDv0TMUUH1kxkWhKSbpvKkhC4lYc0tGn3rjXAFZkKZ5q";

#[test]
fn production_takes_no_secret_that_could_be_guessed() {
    let dir = TempDir::new().unwrap();
    for guessed in ["x".repeat(32), "changeme".repeat(4)] {
        let said = refusal(production(dir.path()).env("LATCHKEY_SECRET", &guessed));
        assert!(
            said.contains("LATCHKEY_SECRET could be guessed") && !said.contains(&guessed),
            "{said}"
        );
        // What it sealed still has to be opened: it goes on to what is wrong beside that.
        let former = production(dir.path())
            .env("LATCHKEY_PREVIOUS_SECRETS", &guessed)
            .output();
        let said = String::from_utf8(former.unwrap().stderr).unwrap();
        assert!(
            said.contains("a secret in LATCHKEY_PREVIOUS_SECRETS could be guessed")
                && said.contains("LATCHKEY_SMTP_URL is not set")
                && !said.contains(&guessed),
            "{said}"
        );
    }
}

#[test]
fn production_takes_no_hash_that_costs_too_little() {
    let dir = TempDir::new().unwrap();
    for cheap in ["m=8,t=1,p=1", "m=19456,t=1", "m=7167,t=5"] {
        let said = refusal(production(dir.path()).env("LATCHKEY_ARGON2", cheap));
        assert!(
            said.contains("LATCHKEY_ARGON2") && said.contains("m=19456,t=2"),
            "{said}"
        );
    }
    let said = refusal(production(dir.path()).env("LATCHKEY_ARGON2", "m=12288,t=3,p=1"));
    assert!(said.contains("LATCHKEY_SMTP_URL is not set"), "{said}");
}

#[test]
fn production_needs_a_mail_server_and_a_sender() {
    let dir = TempDir::new().unwrap();
    let production = |smtp: Option<&str>, sender: &str| {
        let mut command = production(dir.path());
        if let Some(url) = smtp {
            command.env("LATCHKEY_SMTP_URL", url);
        }
        if !sender.is_empty() {
            command.env("LATCHKEY_MAIL_FROM", sender);
        }
        refusal(&mut command)
    };
    assert!(production(None, "").contains("LATCHKEY_SMTP_URL is not set"));
    let said = production(Some("smtps://u:secret@mail.example.org"), "");
    assert!(
        said.contains("LATCHKEY_MAIL_FROM") && !said.contains("secret"),
        "{said}"
    );
    let said = production(
        Some("smtp://u:secret@mail.example.org?tls=none"),
        "no-reply@example.org",
    );
    assert!(
        said.contains("tls=none") && !said.contains("secret"),
        "{said}"
    );
}

/// Asks it to leave, and waits until it has.
pub(crate) fn end(child: &mut Child) {
    let asked = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(asked.success() && child.wait().unwrap().success());
}

#[test]
fn it_says_what_to_do_next_and_leaves_when_asked() {
    let dir = TempDir::new().unwrap();
    let mut child = latchkey(dir.path()).stdout(Stdio::piped()).spawn().unwrap();
    let mut lines = BufReader::new(child.stdout.take().unwrap()).lines();
    assert!(
        lines
            .next()
            .unwrap()
            .unwrap()
            .starts_with(&format!("{} is at http://localhost:", product::NAME))
    );
    assert!(lines.next().unwrap().unwrap().contains("sign up at"));
    end(&mut child);
    for name in ["latchkey.db", "secret.key"] {
        let mode = fs::metadata(dir.path().join(name))
            .unwrap()
            .permissions()
            .mode();
        assert_eq!(mode & 0o077, 0, "{name} is its owner's");
    }
    let names: Vec<_> = fs::read_dir(dir.path())
        .unwrap()
        .map(|entry| entry.unwrap().file_name())
        .collect();
    assert!(
        names.contains(&"secret.key".into()) && names.contains(&"latchkey.db".into()),
        "{names:?}"
    );
}

#[test]
fn a_node_that_is_about_to_leave_says_so_and_is_still_there() {
    let scratch = Scratch::new();
    let mut node = latchkey_over(&scratch);
    let node = node.env("LATCHKEY_NOTICE_PERIOD", "60000");
    let mut node = Program::start_by(node);
    assert!(node.get("/readyz").starts_with("HTTP/1.1 200"));
    let address = node.address.to_string();
    let asked = || {
        latchkey(Path::new("/no/such/folder"))
            .args(["healthcheck", "--site-addr", &address])
            .output()
            .unwrap()
    };
    assert!(asked().status.success());
    assert!(
        Command::new("kill")
            .args(["-TERM", &node.child.id().to_string()])
            .status()
            .unwrap()
            .success()
    );
    // It hears of it when it is its turn.
    while node.get("/readyz").starts_with("HTTP/1.1 200") {}
    assert!(node.get("/readyz").starts_with("HTTP/1.1 503"));
    assert!(asked().status.success(), "it is alive");
    assert!(node.get("/login").starts_with("HTTP/1.1 200"));
    assert!(node.child.try_wait().unwrap().is_none());
}

#[test]
fn a_healthcheck_where_nobody_listens_says_so() {
    let said = refusal(latchkey(Path::new("/no/such/folder")).args([
        "healthcheck",
        "--site-addr",
        "127.0.0.1:1",
    ]));
    assert!(said.contains("nobody answers at 127.0.0.1:1"), "{said}");
}

#[test]
fn a_request_that_is_under_way_is_answered_before_it_leaves() {
    use std::io::{Read, Write};
    let scratch = Scratch::new();
    // A port of its own: taken, noted and given back.
    let address = TcpListener::bind("127.0.0.1:0")
        .unwrap()
        .local_addr()
        .unwrap();
    let mut child = latchkey_over(&scratch)
        .env("LEPTOS_SITE_ADDR", address.to_string())
        .stdout(Stdio::piped())
        .spawn()
        .unwrap();
    BufReader::new(child.stdout.take().unwrap())
        .lines()
        .next()
        .unwrap()
        .unwrap();
    let mut socket = std::net::TcpStream::connect(address).unwrap();
    let body = "identifier=nobody&password=wrong";
    let length = body.len();
    write!(
        socket,
        "POST /login HTTP/1.1\r\nHost: localhost\r\nAccept: application/json\r\nExpect: 100-continue\r\n\
         Content-Type: application/x-www-form-urlencoded\r\nContent-Length: {length}\r\n\r\n"
    )
    .unwrap();
    // The server asks for the body: the request is under way.
    let mut go_on = [0; 25];
    socket.read_exact(&mut go_on).unwrap();
    assert_eq!(&go_on, b"HTTP/1.1 100 Continue\r\n\r\n");
    let asked = Command::new("kill")
        .args(["-TERM", &child.id().to_string()])
        .status()
        .unwrap();
    assert!(asked.success());
    socket.write_all(body.as_bytes()).unwrap();
    let mut answer = String::new();
    socket.read_to_string(&mut answer).unwrap();
    assert!(
        answer.starts_with("HTTP/1.1 401") && answer.contains("bad_credentials"),
        "{answer}"
    );
    assert!(child.wait().unwrap().success());
}
