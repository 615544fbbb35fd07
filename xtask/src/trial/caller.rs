//! One client of the JSON API that goes on whatever happens: it connects anew when it has to, and says of each
//! request what became of it.

use std::net::{IpAddr, SocketAddr, TcpStream};
use std::time::Instant;

use serde_json::Value;

use crate::bench::http::{Answer, Connection};
use crate::trial::tally::{Tally, Told};

pub(crate) struct Caller {
    address: SocketAddr,
    connection: Option<Connection>,
    /// In whose name a proxy would ask, where the server believes one on this machine.
    from: Option<IpAddr>,
    pub(crate) tally: Tally,
}

/// An answer, in the form that trials look at.
pub(crate) struct Said {
    pub(crate) told: Told,
    /// Null where there was none, or none that is JSON.
    pub(crate) body: Value,
}

impl Caller {
    pub(crate) fn new(address: SocketAddr) -> Self {
        Self {
            address,
            connection: None,
            from: None,
            tally: Tally::default(),
        }
    }

    pub(crate) fn come_from(&mut self, from: IpAddr) {
        self.from = Some(from);
    }

    pub(crate) fn post(&mut self, path: &str, body: &Value) -> Said {
        self.json("POST", path, "", body)
    }

    pub(crate) fn post_as(&mut self, jwt: &str, path: &str, body: &Value) -> Said {
        self.json("POST", path, jwt, body)
    }

    pub(crate) fn put_as(&mut self, jwt: &str, path: &str, body: &Value) -> Said {
        self.json("PUT", path, jwt, body)
    }

    pub(crate) fn get_as(&mut self, jwt: &str, path: &str) -> Said {
        let headers = authorization(jwt);
        self.ask(&format!("GET {path}"), &headers, "", false)
    }

    /// Gets a page with a browser's cookies.
    pub(crate) fn get_with_cookies(&mut self, cookies: &str, path: &str) -> Said {
        let headers = format!("accept: text/html\r\ncookie: {cookies}\r\n");
        self.ask(&format!("GET {path}"), &headers, "", false)
    }

    fn json(&mut self, method: &str, path: &str, jwt: &str, body: &Value) -> Said {
        let body = body.to_string();
        let headers = format!(
            "content-type: application/json\r\ncontent-length: {}\r\n{}",
            body.len(),
            authorization(jwt)
        );
        self.ask(&format!("{method} {path}"), &headers, &body, true)
    }

    fn ask(&mut self, what: &str, headers: &str, body: &str, wrote: bool) -> Said {
        let asked = Instant::now();
        let said = self.try_to_ask(what, headers, body);
        self.tally.count(said.told, asked, wrote);
        said
    }

    fn try_to_ask(&mut self, what: &str, headers: &str, body: &str) -> Said {
        let mut headers = format!("user-agent: latchkey-trial\r\n{headers}");
        if let Some(from) = self.from {
            headers += &format!("x-forwarded-for: {from}\r\n");
        }
        // Who has an idle connection closed on them opens another one, and nobody notices.
        let kept = self.connection.take().filter(Connection::is_open);
        let Some(mut connection) = kept.or_else(|| connect(self.address)) else {
            return Said::nothing(Told::Nobody);
        };
        let Ok(answer) = connection.send(what, &headers, body) else {
            return Said::nothing(Told::Silence);
        };
        if !answer.is_last {
            self.connection = Some(connection);
        }
        Said::from(answer)
    }
}

/// Opens a connection, unless nobody listens.
fn connect(address: SocketAddr) -> Option<Connection> {
    // While nobody listens on a port that connections begin at too, one may reach itself.
    let reached = TcpStream::connect(address).ok()?;
    if reached.local_addr().ok()? == address {
        return None;
    }
    Connection::over(reached).ok()
}

fn authorization(jwt: &str) -> String {
    if jwt.is_empty() {
        return String::new();
    }
    format!("authorization: Bearer {jwt}\r\n")
}

impl Said {
    fn nothing(told: Told) -> Self {
        Self {
            told,
            body: Value::Null,
        }
    }

    pub(crate) fn is_good(&self) -> bool {
        self.told == Told::Good
    }

    pub(crate) fn text(&self, key: &str) -> Option<String> {
        self.body[key].as_str().map(str::to_owned)
    }
}

impl From<Answer> for Said {
    fn from(answer: Answer) -> Self {
        let told = match answer.status {
            200 => Told::Good,
            429 => Told::TooOften,
            503 => Told::Busy,
            other => Told::Wrong(other),
        };
        Self {
            told,
            body: serde_json::from_slice(&answer.body).unwrap_or_default(),
        }
    }
}
