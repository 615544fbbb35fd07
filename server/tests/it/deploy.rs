//! What the files for containers say is held against the program and against each other.

use std::collections::BTreeSet;
use std::fs;
use std::path::Path;

use clap::CommandFactory;
use serde_json::{Map, Value, json};
use server::config::Cli;
use yaml_rust2::{Yaml, YamlLoader};

fn read(file: &str) -> String {
    let root = Path::new(env!("CARGO_MANIFEST_DIR")).parent().unwrap();
    fs::read_to_string(root.join(file)).unwrap()
}

fn compose() -> Value {
    let documents = YamlLoader::load_from_str(&read("compose.yaml")).unwrap();
    value(&documents[0])
}

/// The same as JSON, with what is merged into a mapping (`<<`) in its place.
fn value(yaml: &Yaml) -> Value {
    match yaml {
        Yaml::String(text) => json!(text),
        Yaml::Integer(number) => json!(number),
        Yaml::Boolean(flag) => json!(flag),
        Yaml::Null => Value::Null,
        Yaml::Array(items) => items.iter().map(value).collect(),
        Yaml::Hash(entries) => {
            let mut merged = Map::new();
            for (key, entry) in entries {
                match (key.as_str().unwrap(), value(entry)) {
                    ("<<", Value::Object(others)) => merged.extend(others),
                    (key, entry) => drop(merged.insert(key.to_owned(), entry)),
                }
            }
            Value::Object(merged)
        }
        other => panic!("{other:?} is not expected there"),
    }
}

fn services(compose: &Value) -> impl Iterator<Item = (&String, &Value)> {
    compose["services"].as_object().unwrap().iter()
}

fn environment(service: &Value) -> impl Iterator<Item = &String> {
    service["environment"].as_object().unwrap().keys()
}

/// Every variable that the program reads.
fn settings() -> BTreeSet<String> {
    let command = Cli::command();
    let variables = command
        .get_arguments()
        .filter_map(|setting| setting.get_env());
    variables
        .map(|name| name.to_string_lossy().into_owned())
        .collect()
}

/// Each `${NAME…}` of a text.
fn expanded(text: &str) -> BTreeSet<&str> {
    let named = text.split("${").skip(1);
    named
        .map(|rest| {
            rest.split(|c: char| !c.is_ascii_alphanumeric() && c != '_')
                .next()
                .unwrap()
        })
        .collect()
}

#[test]
fn every_variable_of_a_node_is_a_setting() {
    let (compose, settings) = (compose(), settings());
    let nodes: Vec<&Value> = services(&compose)
        .filter(|(name, _)| name.starts_with("node"))
        .map(|(_, node)| node)
        .collect();
    assert_eq!(nodes.len(), 3);
    for node in nodes {
        for name in environment(node) {
            assert!(settings.contains(name), "{name} is no setting");
        }
    }
    let image = read("Dockerfile");
    let named = image
        .split_whitespace()
        .filter_map(|word| word.split_once('='));
    let ours: Vec<&str> = named
        .map(|(name, _)| name)
        .filter(|name| name.starts_with("LATCHKEY_") || name.starts_with("LEPTOS_"))
        .collect();
    assert_eq!(ours.len(), 3, "{ours:?}");
    for name in ours {
        assert!(settings.contains(name), "{name} is no setting");
    }
}

#[test]
fn every_container_is_as_closed_as_it_can_be() {
    for (name, service) in services(&compose()) {
        assert_eq!(service["read_only"], true, "{name}");
        assert_eq!(service["cap_drop"], json!(["ALL"]), "{name}");
        let options = json!(["no-new-privileges:true"]);
        assert_eq!(service["security_opt"], options, "{name}");
        assert!(service["mem_limit"].is_string(), "{name}");
        assert!(service["pids_limit"].is_number(), "{name}");
        assert!(service["healthcheck"]["test"].is_array(), "{name}");
        assert!(service.get("privileged").is_none(), "{name}");
    }
}

#[test]
fn only_the_balancer_is_reached_from_outside_and_not_the_database() {
    let compose = compose();
    for (name, service) in services(&compose) {
        assert_eq!(service.get("ports").is_some(), name == "balancer", "{name}");
    }
    assert_eq!(compose["networks"]["database"]["internal"], true);
    let networks = &compose["services"]["database"]["networks"];
    assert_eq!(networks, &json!(["database"]));
    assert!(
        compose["services"]["balancer"]["networks"]
            .get("database")
            .is_none()
    );
}

#[test]
fn the_nodes_believe_the_balancer_and_nobody_else() {
    let compose = compose();
    let balancer = &compose["services"]["balancer"]["networks"]["site"]["ipv4_address"];
    let trusted = &compose["services"]["node1"]["environment"]["LATCHKEY_TRUSTED_PROXIES"];
    assert_eq!(trusted, &format!("{}/32", balancer.as_str().unwrap()));
}

#[test]
fn the_balancer_has_every_variable_that_its_configuration_reads() {
    let compose = compose();
    let given: BTreeSet<&str> = environment(&compose["services"]["balancer"])
        .map(String::as_str)
        .collect();
    assert_eq!(given, expanded(&read("docs/deploy/haproxy.cfg")));
}

#[test]
fn no_secret_stands_in_a_file_that_is_published() {
    let (text, example) = (read("compose.yaml"), read(".env.example"));
    for name in ["LATCHKEY_SECRET", "DATABASE_URL"] {
        assert!(
            text.contains(&format!("{name}: ${{{name}:?")),
            "{name} has to be set"
        );
    }
    // What can be set is told.
    for name in expanded(&text) {
        assert!(example.contains(&format!("{name}=")), "{name}");
    }
    let ignored = read(".gitignore");
    assert!(ignored.contains("/.env\n") && ignored.contains("/secrets\n"));
}

#[test]
fn a_node_is_given_the_time_that_it_needs_to_leave() {
    let compose = compose();
    let node = &compose["services"]["node1"];
    let number = |value: &Value, unit: &str| -> u64 {
        value
            .as_str()
            .unwrap()
            .trim_end_matches(unit)
            .parse()
            .unwrap()
    };
    let notice = number(&node["environment"]["LATCHKEY_NOTICE_PERIOD"], "") / 1000;
    // Requests that are under way, then letters.
    let needed = notice + 2 * server::serve::FAREWELL.as_secs();
    assert!(number(&node["stop_grace_period"], "s") >= needed);
    // Two checks of the balancer, half a second apart.
    assert!(notice >= 1);
}

#[test]
fn the_image_has_the_tools_that_setup_has() {
    let (image, lock) = (read("Dockerfile"), read("Cargo.lock"));
    let version = |tool: &str| {
        let (_, rest) = image
            .split_once(&format!("install {tool} --version "))
            .unwrap();
        rest.split_whitespace().next().unwrap().to_owned()
    };
    let bindgen = format!(
        "name = \"wasm-bindgen\"\nversion = \"{}\"\n",
        version("wasm-bindgen-cli")
    );
    assert!(lock.contains(&bindgen), "{bindgen}");
    let leptos = format!("\"{}\"", version("cargo-leptos"));
    assert!(
        read("xtask/src/setup/leptos.rs").contains(&leptos),
        "{leptos}"
    );
}

#[test]
fn the_image_runs_as_nobody_and_has_no_secret() {
    let image = read("Dockerfile");
    let last = image.rsplit("\nFROM ").next().unwrap();
    let lines: Vec<&str> = last.lines().collect();
    assert!(lines.contains(&"USER 65532:65532"));
    assert!(lines.iter().any(|line| line.starts_with("HEALTHCHECK ")));
    assert!(!image.contains("SECRET"));
    // All that is not named stays outside.
    let ignored = read(".dockerignore");
    assert!(ignored.lines().any(|line| line == "*"));
    assert!(!ignored.contains("!secrets") && !ignored.contains("!.env"));
}
