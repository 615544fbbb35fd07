//! The two tokens of a session: a signed access token that is verified without the database,
//! and an opaque refresh token that only its MAC makes ours.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use jsonwebtoken::Header;
use secrecy::SecretString;
use serde::{Deserialize, Serialize};
use time::{Duration, OffsetDateTime};

use crate::error::{Error, Result};
use crate::jws::Jws;
use crate::keys::{KeyRing, SigningKey};
use crate::secret::Secrets;
use crate::session::{Session, SessionId};

/// `typ` of an access token (RFC 9068, 2.1). Nothing else is accepted as one.
const ACCESS_TOKEN: &str = "at+jwt";

/// Longer tokens are refused unread, in bytes.
pub(crate) const MAX_ACCESS_TOKEN: usize = 4096;

/// The longest that an access token may be made to live. Revocations are held for as long.
pub const MAX_ACCESS_LIFESPAN: Duration = Duration::hours(1);

/// How far the clocks of two nodes may stand apart. Tokens are honoured for that much longer, but for no
/// longer than they live: whoever sets a short life means it.
pub(crate) const LEEWAY: Duration = Duration::MINUTE;

/// The two tokens that a sign-in or a refresh hands out. Neither prints.
#[derive(Clone)]
pub struct Tokens {
    /// A JWS that is verified without the database.
    pub access: SecretString,
    /// Opaque to everybody but this server.
    pub refresh: SecretString,
}

/// Who asks for our access tokens: there is no other client than this site (RFC 9068, 2.2).
const CLIENT: &str = product::ID;

/// Claims of an access token (RFC 7519, RFC 9068), with the session and its generation beside them.
#[derive(Serialize, Deserialize)]
struct Claims {
    iss: String,
    aud: String,
    sub: String,
    client_id: String,
    sid: SessionId,
    r#gen: i64,
    jti: String,
    iat: i64,
    #[serde(skip_serializing_if = "Option::is_none")]
    nbf: Option<i64>,
    exp: i64,
    auth_time: i64,
    amr: Vec<String>,
    role: String,
}

/// Signs an access token for `session`; `issuer` is both who made it and whom it is for.
/// The same session, signed again, gives the same token where the algorithm allows it.
pub(crate) fn sign(session: &Session, key: &SigningKey, issuer: &str) -> Result<SecretString> {
    let mut header = Header::new(key.algorithm.alg());
    header.typ = Some(ACCESS_TOKEN.to_owned());
    header.kid = Some(key.kid.clone());
    let issued_at = session.issued_at.unix_timestamp();
    let claims = Claims {
        iss: issuer.to_owned(),
        aud: issuer.to_owned(),
        sub: session.user.clone(),
        client_id: CLIENT.to_owned(),
        sid: session.id,
        r#gen: session.generation,
        jti: format!("{}.{}.{issued_at}", session.id, session.generation),
        iat: issued_at,
        nbf: None,
        exp: session.access_expires_at.unix_timestamp(),
        auth_time: session.authenticated_at.unix_timestamp(),
        amr: session.methods.clone(),
        role: session.role.clone(),
    };
    let token = jsonwebtoken::encode(&header, &claims, &key.key).map_err(Error::internal)?;
    Ok(token.into())
}

/// Opens an access token of ours: form, type, key, signature, issuer and audience (RFC 8725, RFC 9068).
/// Whether it is of now is for [`is_current`] to say.
///
/// # Errors
/// [`Error::Unauthenticated`] for whatever is wrong with it; the caller learns no more.
pub(crate) fn open(token: &str, keys: &KeyRing, issuer: &str) -> Result<Session> {
    claims(token, keys, issuer)
        .and_then(session)
        .ok_or(Error::Unauthenticated)
}

fn claims(token: &str, keys: &KeyRing, issuer: &str) -> Option<Claims> {
    // Longer ones are refused unread.
    if token.len() > MAX_ACCESS_TOKEN {
        return None;
    }
    let jws = Jws::parse(token)?;
    if !jws.is_of_type(ACCESS_TOKEN) {
        return None;
    }
    let payload = jws.payload(keys.verifying(jws.kid()?)?)?;
    let claims: Claims = serde_json::from_slice(&payload).ok()?;
    let is_ours = claims.iss == issuer && claims.aud == issuer && claims.client_id == CLIENT;
    is_ours.then_some(claims)
}

fn session(claims: Claims) -> Option<Session> {
    let at = |seconds| OffsetDateTime::from_unix_timestamp(seconds).ok();
    let session = Session {
        id: claims.sid,
        user: claims.sub,
        generation: claims.r#gen,
        role: claims.role,
        methods: claims.amr,
        authenticated_at: at(claims.auth_time)?,
        issued_at: at(claims.iat)?,
        not_before: at(claims.nbf.unwrap_or(claims.iat))?,
        access_expires_at: at(claims.exp)?,
    };
    // Revocations are not held for longer than this.
    let lifespan = session.access_expires_at - session.issued_at;
    (lifespan <= MAX_ACCESS_LIFESPAN).then_some(session)
}

/// Whether the token is neither over nor from the future, give or take the clocks of two nodes.
pub(crate) fn is_current(session: &Session, now: OffsetDateTime) -> bool {
    let begins = session.issued_at.max(session.not_before) - LEEWAY;
    let lives = session.access_expires_at - session.issued_at;
    begins <= now && now < session.access_expires_at + LEEWAY.min(lives)
}

/// What a refresh token says: which session, and which generation of it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(crate) struct RefreshToken {
    pub(crate) session: SessionId,
    pub(crate) generation: i64,
}

/// The first byte, so that another format can come later.
const VERSION: u8 = 1;
/// Version, session id, generation.
const BODY: usize = 1 + 16 + 8;
/// The body and its HMAC-SHA256.
const LENGTH: usize = BODY + 32;

impl RefreshToken {
    /// Computes the token: nobody has to store it, and whoever asks again gets the same one.
    pub(crate) fn seal(&self, secrets: &Secrets) -> SecretString {
        let mut bytes = Vec::with_capacity(LENGTH);
        bytes.push(VERSION);
        bytes.extend_from_slice(&self.session.to_bytes());
        bytes.extend_from_slice(&self.generation.to_be_bytes());
        let mac = secrets.mac(&bytes);
        bytes.extend_from_slice(&mac);
        URL_SAFE_NO_PAD.encode(bytes).into()
    }

    /// Opens a token of ours; anything else gives `None` without asking the database.
    pub(crate) fn open(token: &str, secrets: &Secrets) -> Option<Self> {
        // Base64 of 57 bytes: the length is settled before anything is decoded.
        if token.len() != LENGTH.div_ceil(3) * 4 {
            return None;
        }
        let bytes = URL_SAFE_NO_PAD.decode(token).ok()?;
        let (body, mac) = bytes.split_at_checked(BODY)?;
        if body[0] != VERSION || !secrets.has_mac(body, mac) {
            return None;
        }
        let session = SessionId::from_bytes(body[1..17].try_into().ok()?);
        let generation = i64::from_be_bytes(body[17..].try_into().ok()?);
        Some(Self {
            session,
            generation,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::secret::MasterSecret;
    use secrecy::ExposeSecret;

    fn secrets(byte: u8) -> Secrets {
        Secrets::new(&MasterSecret::new(vec![byte; 32]).unwrap(), &[])
    }

    #[test]
    fn a_refresh_token_opens_only_unchanged_and_under_its_secret() {
        let token = RefreshToken {
            session: SessionId::random(),
            generation: 7,
        };
        let sealed = token.seal(&secrets(1)).expose_secret().to_owned();
        assert!(sealed.len() < 200);
        assert_eq!(RefreshToken::open(&sealed, &secrets(1)), Some(token));
        assert_eq!(RefreshToken::open(&sealed, &secrets(2)), None);
        for at in 0..sealed.len() {
            let mut changed = sealed.clone().into_bytes();
            changed[at] = if changed[at] == b'A' { b'B' } else { b'A' };
            let changed = String::from_utf8(changed).unwrap();
            assert_eq!(RefreshToken::open(&changed, &secrets(1)), None, "byte {at}");
            assert_eq!(
                RefreshToken::open(&sealed[..at], &secrets(1)),
                None,
                "cut at {at}"
            );
        }
    }

    const ISSUER: &str = "http://localhost:3000";

    fn verify(token: &str, keys: &KeyRing, now: OffsetDateTime) -> Result<Session> {
        let session = open(token, keys, ISSUER)?;
        is_current(&session, now)
            .then_some(session)
            .ok_or(Error::Unauthenticated)
    }

    /// A key ring of one key, a session, and a way to sign whatever header and claims.
    fn forge(change: impl FnOnce(&mut Header, &mut serde_json::Value)) -> Result<Session> {
        let keys = KeyRing::of_one_key();
        let now = OffsetDateTime::UNIX_EPOCH + Duration::days(20_000);
        let session = Session {
            id: SessionId::random(),
            user: "user".to_owned(),
            generation: 1,
            role: "user".to_owned(),
            methods: vec!["pwd".to_owned()],
            authenticated_at: now,
            issued_at: now,
            not_before: now,
            access_expires_at: now + Duration::MINUTE,
        };
        let token = sign(&session, keys.current(), ISSUER)?;
        let mut header = jsonwebtoken::decode_header(token.expose_secret()).unwrap();
        let mut claims: serde_json::Value =
            jsonwebtoken::dangerous::insecure_decode_claims(token.expose_secret()).unwrap();
        change(&mut header, &mut claims);
        let forged = jsonwebtoken::encode(&header, &claims, &keys.current().key).unwrap();
        verify(&forged, &keys, now)
    }

    #[test]
    fn what_we_sign_is_accepted() {
        assert!(forge(|_, _| {}).is_ok());
    }

    #[test]
    fn clocks_may_be_a_minute_apart() {
        use serde_json::json;
        const NOW: i64 = 20_000 * 86_400;
        let is_good = |iat: i64, exp: i64| {
            let claims = forge(|_, claims| {
                claims["iat"] = json!(NOW + iat);
                claims["exp"] = json!(NOW + exp);
            });
            claims.is_ok()
        };
        assert!(is_good(60, 660) && !is_good(61, 661), "from the future");
        assert!(is_good(-659, -59) && !is_good(-660, -60), "over");
        assert!(forge(|_, claims| claims["nbf"] = json!(NOW + 60)).is_ok());
        assert!(
            is_good(-19, -9) && !is_good(-20, -10),
            "a token that lives ten seconds is honoured for ten more"
        );
    }

    #[test]
    fn the_type_may_be_written_out() {
        let typ = |typ: &str| forge(|header, _| header.typ = Some(typ.to_owned()));
        assert!(typ("application/at+jwt").is_ok());
        assert!(typ("AT+JWT").is_ok());
        assert!(typ("application/application/at+jwt").is_err());
    }

    #[test]
    fn keys_that_a_token_brings_or_points_to_are_not_looked_at() {
        let thief = KeyRing::of_one_key();
        let jwk = thief.current().kid.clone();
        assert!(
            forge(|header, _| header.jku = Some("https://thief.example/jwks.json".to_owned()))
                .is_ok()
        );
        assert!(forge(|header, _| header.x5u = Some("https://thief.example/x".to_owned())).is_ok());
        assert!(forge(|header, _| header.x5c = Some(vec!["AAAA".to_owned()])).is_ok());
        assert!(forge(|header, _| header.kid = Some(jwk)).is_err());
    }

    #[test]
    fn a_header_that_is_not_ours_is_refused_under_our_own_key() {
        let changes: [fn(&mut Header); 5] = [
            |header| header.typ = Some("JWT".to_owned()),
            |header| header.typ = None,
            |header| header.kid = None,
            |header| header.kid = Some("another".to_owned()),
            |header| header.crit = Some(vec!["exp".to_owned()]),
        ];
        for (at, change) in changes.into_iter().enumerate() {
            assert!(forge(|header, _| change(header)).is_err(), "change {at}");
        }
    }

    #[test]
    fn claims_that_are_not_for_us_are_refused_under_our_own_key() {
        use serde_json::json;
        let changes = [
            ("iss", json!("http://localhost:30000")),
            ("aud", json!("http://localhost")),
            ("aud", json!(null)),
            ("exp", json!("never")),
            ("exp", json!(i64::MAX)),
            ("exp", json!(0)),
            ("exp", json!(20_000 * 86_400 + 3601)),
            ("iat", json!(20_000 * 86_400 + 61)),
            ("nbf", json!(20_000 * 86_400 + 61)),
            ("client_id", json!("another")),
            ("sid", json!("../../etc")),
            ("gen", json!("1")),
        ];
        for (name, value) in changes {
            assert!(
                forge(|_, claims| claims[name] = value.clone()).is_err(),
                "{name}: {value}"
            );
        }
        for name in [
            "iss",
            "aud",
            "sub",
            "client_id",
            "exp",
            "iat",
            "jti",
            "sid",
            "gen",
        ] {
            let remove =
                |claims: &mut serde_json::Value| claims.as_object_mut().unwrap().remove(name);
            assert!(
                forge(|_, claims| drop(remove(claims))).is_err(),
                "without {name}"
            );
        }
    }

    /// Parts that are signed by the key of a ring as they are written, however many there are.
    fn signed(parts: &[&[u8]], keys: &KeyRing) -> String {
        let parts: Vec<String> = parts.iter().map(|it| URL_SAFE_NO_PAD.encode(it)).collect();
        let (message, key) = (parts.join("."), keys.current());
        let signature =
            jsonwebtoken::crypto::sign(message.as_bytes(), &key.key, key.algorithm.alg());
        format!("{message}.{}", signature.unwrap())
    }

    #[test]
    fn what_is_signed_well_and_written_in_another_way_is_refused() {
        const NOW: i64 = 20_000 * 86_400;
        let (keys, sid) = (KeyRing::of_one_key(), String::from(SessionId::random()));
        let now = OffsetDateTime::from_unix_timestamp(NOW).unwrap();
        let head = format!(
            r#"{{"alg":"EdDSA","typ":"at+jwt","kid":"{}"}}"#,
            keys.current().kid
        );
        let claims = format!(
            r#"{{"iss":"{ISSUER}","aud":"{ISSUER}","sub":"user","client_id":"{CLIENT}","sid":"{sid}","gen":1,"jti":"x","iat":{NOW},"exp":{},"auth_time":{NOW},"amr":["pwd"],"role":"user"}}"#,
            NOW + 60
        );
        let good = signed(&[head.as_bytes(), claims.as_bytes()], &keys);
        assert!(verify(&good, &keys, now).is_ok());

        let algorithm_twice = head.replacen('{', r#"{"alg":"none","#, 1);
        let subject_twice = claims.replacen('{', r#"{"sub":"another","#, 1);
        let marked = format!("\u{feff}{head}");
        let wide: Vec<u8> = head.encode_utf16().flat_map(u16::to_le_bytes).collect();
        let (head, claims) = (head.as_bytes(), claims.as_bytes());
        let (start, signature) = good.rsplit_once('.').unwrap();
        let (protected, payload) = start.split_once('.').unwrap();
        let others = [
            signed(&[head], &keys),
            signed(&[head, claims, b"more"], &keys),
            // As many parts as an encrypted one has.
            signed(&[head, b"", b"", claims], &keys),
            signed(&[algorithm_twice.as_bytes(), claims], &keys),
            signed(&[head, subject_twice.as_bytes()], &keys),
            signed(&[marked.as_bytes(), claims], &keys),
            signed(&[wide.as_slice(), claims], &keys),
            signed(&[head, b"\xff{}"], &keys),
            signed(&[head, b"[]"], &keys),
            format!(
                r#"{{"protected":"{protected}","payload":"{payload}","signature":"{signature}"}}"#
            ),
            format!("{protected}.{payload}=.{signature}"),
            format!("{good}="),
            format!("{good}\n"),
            format!(" {good}"),
            format!("{good}."),
            format!("{protected}..{signature}"),
            ".".repeat(MAX_ACCESS_TOKEN),
            "A.".repeat(MAX_ACCESS_TOKEN),
        ];
        for other in others {
            assert!(verify(&other, &keys, now).is_err(), "{other}");
        }
    }

    #[test]
    fn the_key_decides_the_algorithm_and_not_the_token() {
        let keys = KeyRing::of_one_key();
        let kid = &keys.current().kid;
        let part = |json: String| URL_SAFE_NO_PAD.encode(json);
        let claims = part(format!(
            r#"{{"iss":"{ISSUER}","aud":"{ISSUER}","sub":"user","exp":9999999999}}"#
        ));
        for algorithm in ["none", "None", "HS256", "ES256", "RS256"] {
            let header = part(format!(
                r#"{{"alg":"{algorithm}","typ":"at+jwt","kid":"{kid}"}}"#
            ));
            for signature in ["", "AAAA"] {
                let token = format!("{header}.{claims}.{signature}");
                assert!(
                    verify(&token, &keys, OffsetDateTime::UNIX_EPOCH).is_err(),
                    "{algorithm}"
                );
            }
        }
    }
}
