//! Somebody who is signed in by the JSON API, at whichever address they ask.

use std::net::SocketAddr;

use anyhow::{Context, Result, ensure};
use serde_json::{Value, json};

use crate::bench::http::{Answer, Connection};

const PASSWORD: &str = "a long enough password";

#[derive(Clone)]
pub(super) struct Client {
    pub(super) jwt: String,
    pub(super) refresh_token: String,
}

impl Client {
    pub(super) fn register(address: SocketAddr, name: &str) -> Result<Self> {
        let email = format!("{name}@example.org");
        let body = json!({"username": name, "email": email, "password": PASSWORD});
        Self::post(address, "/api/auth/local/register", &body)
    }

    pub(super) fn log_in(address: SocketAddr, name: &str) -> Result<Self> {
        let body = json!({"identifier": name, "password": PASSWORD});
        Self::post(address, "/api/auth/local", &body)
    }

    /// The session that comes of exchanging the refresh token.
    pub(super) fn refreshed(&self, address: SocketAddr) -> Result<Self> {
        let body = json!({"refreshToken": self.refresh_token});
        Self::post(address, "/api/auth/refresh", &body)
    }

    /// With which status the refresh token is answered.
    pub(super) fn refresh_status(&self, address: SocketAddr) -> Result<u16> {
        let body = json!({"refreshToken": self.refresh_token});
        let answer = Connection::open(address)?.post_json("/api/auth/refresh", &body)?;
        Ok(answer.status)
    }

    /// With which status the access token is answered.
    pub(super) fn status(&self, address: SocketAddr) -> Result<u16> {
        let answer = Connection::open(address)?.get_with_bearer("/api/users/me", &self.jwt)?;
        Ok(answer.status)
    }

    pub(super) fn log_out(&self, address: SocketAddr) -> Result<()> {
        let mut connection = Connection::open(address)?;
        let answer = connection.post_json_with_bearer("/api/auth/logout", &self.jwt, &json!({}))?;
        read(&answer).map(drop)
    }

    /// The header of the access token, which names the key.
    pub(super) fn signed_by(&self) -> &str {
        self.jwt.split('.').next().unwrap_or_default()
    }

    fn post(address: SocketAddr, path: &str, body: &Value) -> Result<Self> {
        let answer = Connection::open(address)?.post_json(path, body)?;
        Self::from_answer(&answer).with_context(|| format!("POST {path} at {address}"))
    }

    pub(super) fn from_answer(answer: &Answer) -> Result<Self> {
        let json = read(answer)?;
        let text = |key: &str| json[key].as_str().map(str::to_owned);
        Ok(Self {
            jwt: text("jwt").context("no access token")?,
            refresh_token: text("refreshToken").context("no refresh token")?,
        })
    }
}

fn read(answer: &Answer) -> Result<Value> {
    let said = String::from_utf8_lossy(&answer.body);
    ensure!(answer.status == 200, "{}: {said}", answer.status);
    serde_json::from_slice(&answer.body).with_context(|| format!("no JSON: {said}"))
}
