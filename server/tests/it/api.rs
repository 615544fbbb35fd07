//! The JSON API as its clients see it.

mod bad_input;
mod browser;
mod confirmation;
mod cross_origin;
mod description;
mod local;
mod me;
mod password;
mod refresh;
mod sessions;

use axum::http::{Method, Request, StatusCode};
use serde_json::{Value, json};

use crate::helpers::{Answer, Client, PASSWORD, TestApp};

/// A program that has a token, or none.
#[derive(Clone)]
pub(crate) struct Program<'a> {
    client: Client<'a>,
    pub(crate) jwt: Option<String>,
    pub(crate) refresh_token: String,
}

impl TestApp {
    /// A program that is not signed in.
    pub(crate) fn stranger(&self) -> Program<'_> {
        Program {
            client: self.program(),
            jwt: None,
            refresh_token: String::new(),
        }
    }

    /// A program in which somebody has just made an account.
    pub(crate) async fn ada_by_api(&self) -> Program<'_> {
        let mut program = self.stranger();
        let answer = program.register("ada").await;
        program.keep(&answer);
        program
    }
}

impl Program<'_> {
    pub(crate) async fn register(&mut self, username: &str) -> Answer {
        let email = format!("{username}@example.org");
        let body = json!({"username": username, "email": email, "password": PASSWORD});
        self.post("/api/auth/local/register", &body).await
    }

    pub(crate) async fn log_in(&mut self, identifier: &str, password: &str) -> Answer {
        let body = json!({"identifier": identifier, "password": password});
        self.post("/api/auth/local", &body).await
    }

    /// Takes the tokens of an answer.
    pub(crate) fn keep(&mut self, answer: &Answer) {
        assert_eq!(answer.status, StatusCode::OK, "{}", answer.body);
        let json = answer.json();
        self.jwt = Some(json["jwt"].as_str().unwrap().to_owned());
        self.refresh_token = json["refreshToken"].as_str().unwrap().to_owned();
    }

    pub(crate) async fn get(&mut self, path: &str) -> Answer {
        self.call(Method::GET, path, None, &[]).await
    }

    pub(crate) async fn post(&mut self, path: &str, body: &Value) -> Answer {
        self.call(Method::POST, path, Some(body), &[]).await
    }

    pub(crate) async fn call(
        &mut self,
        method: Method,
        path: &str,
        body: Option<&Value>,
        headers: &[(&str, &str)],
    ) -> Answer {
        let mut request = Request::builder().method(method).uri(path);
        if let Some(jwt) = &self.jwt {
            request = request.header("authorization", format!("Bearer {jwt}"));
        }
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let body = body.map(Value::to_string);
        if body.is_some() {
            request = request.header("content-type", "application/json");
        }
        self.client
            .send(request, body.unwrap_or_default().into())
            .await
    }
}

impl Answer {
    pub(crate) fn json(&self) -> Value {
        serde_json::from_str(&self.body).unwrap_or_else(|_| panic!("no JSON: {}", self.body))
    }

    /// Asserts that it is a refusal in Strapi's envelope.
    #[track_caller]
    pub(crate) fn refuses(&self, status: u16, name: &str, message: &str) {
        let error = &self.json()["error"];
        let told = (
            self.status.as_u16(),
            &error["status"],
            &error["name"],
            &error["message"],
        );
        let expected = (status, &json!(status), &json!(name), &json!(message));
        assert_eq!(told, expected, "{}", self.body);
        assert_eq!(self.json()["data"], Value::Null);
        assert!(error["details"].is_object(), "{}", self.body);
    }
}
