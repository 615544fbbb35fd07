//! The site as it is called by a connection: no socket, a real database, a clock that stands still until it is moved.

#![expect(clippy::unwrap_used, reason = "a test that cannot go on has failed")]

mod account;
mod activity;
mod api;
mod bad_input;
mod commands;
mod crash;
mod cross_origin;
mod crowd;
mod dashboard;
mod deploy;
mod devices;
mod enumeration;
mod events;
mod guard;
mod headers;
mod helpers;
mod keys;
mod language;
mod leave;
mod leaving;
mod limits;
mod login;
mod outbox;
mod prepared;
mod profile;
mod program;
mod refresh;
mod register;
#[path = "../../../auth/src/tests/scratch.rs"]
mod scratch;
mod security;
mod start;
mod throttle;
mod tls;
mod tokens;
mod visitor;
mod watching;
