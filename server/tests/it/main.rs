//! The site by its router: no socket, a real database, a clock that stands still until it is moved.

mod bad_input;
mod cross_origin;
mod guard;
mod headers;
mod helpers;
mod login;
mod profile;
mod refresh;
mod register;
mod start;
