//! Checks access tokens of Latchkey: `verify <issuer>` reads tokens from standard input, one a line,
//! and answers each with a line of JSON.

use std::error::Error;
use std::io::{Write, stdin, stdout};
use std::time::{Duration, Instant};

use jsonwebtoken::jwk::{Jwk, JwkSet};
use jsonwebtoken::{Algorithm, DecodingKey, Validation, decode, decode_header};
use serde::{Deserialize, Serialize};
use serde_json::json;

type Result<T> = std::result::Result<T, Box<dyn Error>>;

/// How long the keys are kept: as long as the answer they come in allows.
const MAX_AGE: Duration = Duration::from_secs(600);
/// How often an unknown key may be asked for: anybody can send tokens that name keys nobody has.
const COOLDOWN: Duration = Duration::from_secs(10);
const TIMEOUT: Duration = Duration::from_secs(5);
/// How far two clocks may stand apart, in seconds.
const LEEWAY: u64 = 5;

/// A token in which one of these is missing is refused.
#[derive(Serialize, Deserialize)]
struct Claims {
    sub: String,
    sid: String,
    role: String,
    amr: Vec<String>,
    auth_time: u64,
    iat: u64,
    exp: u64,
}

/// The keys that the issuer publishes, as they were last fetched.
struct Keys {
    url: String,
    http: ureq::Agent,
    set: JwkSet,
    /// Also in vain.
    asked: Option<Instant>,
    fetched: Option<Instant>,
}

impl Keys {
    fn of(issuer: &str) -> Self {
        let http = ureq::Agent::config_builder()
            .timeout_global(Some(TIMEOUT))
            // Keys come from this one address, and from nowhere that it may point to.
            .max_redirects(0)
            .build();
        Self {
            url: format!("{issuer}/.well-known/jwks.json"),
            http: http.into(),
            set: JwkSet::default(),
            asked: None,
            fetched: None,
        }
    }

    fn find(&mut self, kid: &str) -> Result<&Jwk> {
        let is_older = |at: Option<Instant>, than| at.is_none_or(|at| at.elapsed() > than);
        let is_stale = is_older(self.fetched, MAX_AGE);
        if is_stale || self.set.find(kid).is_none() {
            if is_older(self.asked, COOLDOWN) {
                self.fetch()?;
            } else if is_stale {
                return Err("the keys could not be fetched".into());
            }
        }
        let key = self.set.find(kid);
        key.ok_or_else(|| format!("there is no key {kid}").into())
    }

    fn fetch(&mut self) -> Result<()> {
        self.asked = Some(Instant::now());
        let answer = self
            .http
            .get(&self.url)
            .call()?
            .body_mut()
            .read_to_string()?;
        self.set = serde_json::from_str(&answer)?;
        self.fetched = Some(Instant::now());
        Ok(())
    }
}

fn verify(token: &str, issuer: &str, keys: &mut Keys) -> Result<Claims> {
    let header = decode_header(token)?;
    // What a token calls critical has to be understood, and nothing of it is.
    if header.typ.as_deref() != Some("at+jwt") || header.crit.is_some() {
        return Err("this is not an access token".into());
    }
    let key = keys.find(&header.kid.ok_or("the token names no key")?)?;
    let mut validation = Validation::new(algorithm(key)?);
    validation.set_issuer(&[issuer]);
    validation.set_audience(&[issuer]);
    validation.set_required_spec_claims(&["iss", "aud", "sub", "exp"]);
    validation.validate_nbf = true;
    validation.leeway = LEEWAY;
    let token = decode::<Claims>(token, &DecodingKey::from_jwk(key)?, &validation)?;
    Ok(token.claims)
}

/// The key says which algorithm is used, and not the token.
fn algorithm(key: &Jwk) -> Result<Algorithm> {
    let named = key.common.key_algorithm.ok_or("the key has no algorithm")?;
    match Algorithm::try_from(named)? {
        algorithm @ (Algorithm::EdDSA | Algorithm::ES256) => Ok(algorithm),
        other => Err(format!("{other:?} is not accepted").into()),
    }
}

fn main() -> Result<()> {
    let issuer = std::env::args().nth(1).ok_or("verify <issuer>")?;
    let mut keys = Keys::of(&issuer);
    for token in stdin().lines() {
        let answer = match verify(&token?, &issuer, &mut keys) {
            Ok(claims) => json!(claims),
            Err(error) => json!({ "error": error.to_string() }),
        };
        writeln!(stdout(), "{answer}")?;
    }
    Ok(())
}
