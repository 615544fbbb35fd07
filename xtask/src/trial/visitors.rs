//! Browsers that are signed in, and look at pages.

use std::net::SocketAddr;

use anyhow::{Context, Result};
use serde_json::{Value, json};

use crate::bench::http::Connection;
use crate::trial::actor::PASSWORD;
use crate::trial::caller::Caller;

/// Makes accounts by the form, each with a name and a number, and returns the cookies of each browser.
pub(crate) fn enter(address: SocketAddr, name: &str, count: usize) -> Result<Vec<String>> {
    let password = PASSWORD.replace(' ', "+");
    let enter = |number| {
        let form = format!(
            "email={name}{number}%40example.org&username={name}{number}&password={password}"
        );
        // A person each, with an address of their own where the server believes the proxy that we are.
        let headers = format!(
            "accept: application/json\r\ncontent-type: application/x-www-form-urlencoded\r\n\
             x-forwarded-for: 10.255.0.{number}\r\ncontent-length: {}\r\n",
            form.len()
        );
        let answer = Connection::open(address)?.send("POST /register", &headers, &form)?;
        let cookie = |end: &str| answer.cookie(end).cloned();
        let access = cookie("_access")
            .with_context(|| format!("a visitor got no cookie, but {}", answer.status))?;
        let refresh = cookie("_refresh")
            .with_context(|| format!("a visitor got no cookie, but {}", answer.status))?;
        Ok(format!("{access}; {refresh}"))
    };
    (0..count).map(enter).collect()
}

/// Makes an account by the API, and returns it as the API shows it.
pub(crate) fn register(caller: &mut Caller, name: &str) -> Option<Value> {
    let email = format!("{name}@example.org");
    let body = json!({"username": name, "email": email, "password": PASSWORD});
    let mut said = caller.post("/api/auth/local/register", &body);
    said.is_good().then(|| said.body["user"].take())
}
