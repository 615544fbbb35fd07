//! Where a request comes from.
//!
//! It is the peer of the connection, unless that is a proxy of ours: then it is whom that names. A chain of
//! proxies is read from its right end, where ours write; what is left of the first address that is not ours
//! was sent by whoever is there, and is not looked at.

use std::net::{IpAddr, SocketAddr};
use std::sync::{Arc, Once};

use axum::extract::{ConnectInfo, Request};
use axum::http::header::{FORWARDED, VIA};
use axum::http::request::Parts;
use axum::http::{Extensions, HeaderMap, HeaderName};
use ipnet::IpNet;

const X_FORWARDED_FOR: HeaderName = HeaderName::from_static("x-forwarded-for");

/// What those who pass requests on add to them.
const RELAYED: [HeaderName; 6] = [
    FORWARDED,
    VIA,
    X_FORWARDED_FOR,
    HeaderName::from_static("x-forwarded-host"),
    HeaderName::from_static("x-forwarded-proto"),
    HeaderName::from_static("x-real-ip"),
];

/// Whether somebody in between passed a request on, and says so.
pub(crate) fn is_relayed(headers: &HeaderMap) -> bool {
    RELAYED.iter().any(|name| headers.contains_key(name))
}

/// The proxies whose word is taken for where a request comes from; cheap to clone. None by default.
#[derive(Debug, Clone, Default)]
pub struct Proxies(Arc<[IpNet]>);

impl Proxies {
    #[must_use]
    pub fn new(networks: Vec<IpNet>) -> Self {
        Self(networks.into())
    }

    /// Whether it is one of ours.
    #[must_use]
    pub fn has(&self, address: IpAddr) -> bool {
        let address = address.to_canonical();
        self.0.iter().any(|network| network.contains(&address))
    }

    /// The address of the client; none when nobody knows who is at the other end.
    pub(crate) fn client(&self, headers: &HeaderMap, extensions: &Extensions) -> Option<IpAddr> {
        let peer = extensions.get::<ConnectInfo<SocketAddr>>()?;
        let peer = peer.0.ip().to_canonical();
        if !self.has(peer) {
            return Some(peer);
        }
        let by_x = self.origin(peer, entries(headers, &X_FORWARDED_FOR).map(str::trim));
        let by_standard = self.origin(peer, entries(headers, &FORWARDED).map(named_for));
        // A proxy writes one of the two, and may let through what a client sent as the other. Where both are
        // there and differ, nobody knows which is which.
        match (
            headers.contains_key(X_FORWARDED_FOR),
            headers.contains_key(FORWARDED),
        ) {
            (true, true) if by_x != by_standard => Some(peer),
            (true, _) => Some(by_x),
            (false, _) => Some(by_standard),
        }
    }

    /// Says once that a proxy is not named. Without its name all who come through it are one client.
    pub(crate) fn warn_of_a_stranger(&self, request: &Request) {
        static TOLD: Once = Once::new();
        let peer = request.extensions().get::<ConnectInfo<SocketAddr>>();
        let is_strange = peer.is_some_and(|peer| !self.has(peer.0.ip()));
        if is_strange && is_relayed(request.headers()) {
            TOLD.call_once(|| {
                tracing::warn!(
                    "a request came through a proxy that is not in LATCHKEY_TRUSTED_PROXIES: all who come through it \
                     are taken for one client, with one pace for all"
                );
            });
        }
    }

    /// Whether the address of the client is one that a proxy of ours has named.
    pub(crate) fn vouch_for(&self, parts: &Parts) -> bool {
        let peer = parts.extensions.get::<ConnectInfo<SocketAddr>>();
        let peer = peer.map(|peer| peer.0.ip().to_canonical());
        let client = self.client(&parts.headers, &parts.extensions);
        peer.is_some_and(|peer| self.has(peer)) && client.is_some_and(|client| !self.has(client))
    }

    /// The first one, from the right, that is not ours. Where the chain breaks off, its last known link.
    fn origin<'a>(&self, peer: IpAddr, entries: impl Iterator<Item = &'a str>) -> IpAddr {
        let mut nearest = peer;
        for entry in entries {
            let Some(address) = address(entry) else {
                return nearest;
            };
            nearest = address;
            if !self.has(address) {
                return nearest;
            }
        }
        nearest
    }
}

/// What a header lists, the last one first. Text that is no text is an entry that names nobody.
fn entries<'a>(headers: &'a HeaderMap, name: &HeaderName) -> impl Iterator<Item = &'a str> {
    let values = headers.get_all(name).iter().collect::<Vec<_>>();
    values
        .into_iter()
        .rev()
        .flat_map(|value| value.to_str().unwrap_or("unknown").rsplit(','))
}

/// The `for` of an element of `Forwarded` (RFC 7239, 4).
fn named_for(element: &str) -> &str {
    let pairs = element
        .split(';')
        .filter_map(|pair| pair.trim().split_once('='));
    let mut of = pairs.filter(|(name, _)| name.eq_ignore_ascii_case("for"));
    of.next()
        .map_or("unknown", |(_, value)| value.trim_matches('"'))
}

/// An address, with a port or without.
fn address(entry: &str) -> Option<IpAddr> {
    let bare = entry
        .strip_prefix('[')
        .and_then(|rest| rest.strip_suffix(']'));
    let parsed = bare.unwrap_or(entry).parse::<IpAddr>();
    let parsed = parsed.or_else(|_| entry.parse::<SocketAddr>().map(|socket| socket.ip()));
    parsed.ok().map(|address| address.to_canonical())
}

#[cfg(test)]
mod tests {
    use axum::body::Body;

    use super::*;

    fn proxies() -> Proxies {
        let networks = ["10.0.0.0/8", "2001:db8:ffff::/48", "192.0.2.1/32"];
        Proxies::new(networks.map(|network| network.parse().unwrap()).to_vec())
    }

    /// Who asks, by the peer and the headers of a request.
    fn client(peer: &str, headers: &[(&str, &str)]) -> String {
        let mut request = Request::builder();
        for (name, value) in headers {
            request = request.header(*name, *value);
        }
        let mut request = request.body(Body::empty()).unwrap();
        let peer = SocketAddr::new(peer.parse().unwrap(), 4711);
        request.extensions_mut().insert(ConnectInfo(peer));
        let client = proxies().client(request.headers(), request.extensions());
        client.unwrap().to_string()
    }

    #[test]
    fn who_is_no_proxy_of_ours_is_believed_nothing() {
        for header in [
            "x-forwarded-for",
            "forwarded",
            "x-real-ip",
            "cf-connecting-ip",
            "x-client-ip",
        ] {
            assert_eq!(
                client("203.0.113.7", &[(header, "198.51.100.1")]),
                "203.0.113.7"
            );
            assert_eq!(
                client("203.0.113.7", &[(header, "for=198.51.100.1")]),
                "203.0.113.7"
            );
        }
    }

    #[test]
    fn a_chain_is_read_from_the_right_to_the_first_that_is_not_ours() {
        let x = |value| client("10.0.0.1", &[("x-forwarded-for", value)]);
        assert_eq!(x("203.0.113.7"), "203.0.113.7");
        assert_eq!(x("1.1.1.1, 203.0.113.7"), "203.0.113.7");
        assert_eq!(
            x("1.1.1.1, 203.0.113.7,10.2.3.4 , 192.0.2.1"),
            "203.0.113.7"
        );
        assert_eq!(x("10.9.9.9, 10.2.3.4"), "10.9.9.9");
        assert_eq!(x("203.0.113.7:51234"), "203.0.113.7");
        assert_eq!(x("[2001:db8::7]:51234"), "2001:db8::7");
        assert_eq!(x("::ffff:203.0.113.7"), "203.0.113.7");
        let lines = [
            ("x-forwarded-for", "1.1.1.1"),
            ("x-forwarded-for", "203.0.113.7"),
        ];
        assert_eq!(client("::ffff:10.0.0.1", &lines), "203.0.113.7");
    }

    #[test]
    fn a_chain_that_breaks_off_ends_where_it_does() {
        let x = |value| client("10.0.0.1", &[("x-forwarded-for", value)]);
        for broken in [
            "unknown",
            "",
            "1.1.1.1, unknown",
            "1.1.1.1, ",
            "1.1.1.1 2.2.2.2",
            "999.1.1.1",
        ] {
            assert_eq!(x(broken), "10.0.0.1", "{broken}");
        }
        assert_eq!(x("1.1.1.1, _hidden, 10.2.3.4"), "10.2.3.4");
        assert_eq!(client("10.0.0.1", &[]), "10.0.0.1");
    }

    #[test]
    fn the_standard_header_is_read_in_the_same_way() {
        let standard = |value| client("10.0.0.1", &[("forwarded", value)]);
        assert_eq!(
            standard("for=203.0.113.7;proto=https;by=10.0.0.1"),
            "203.0.113.7"
        );
        assert_eq!(
            standard("for=1.1.1.1, proto=https; For=\"[2001:db8::7]:4711\""),
            "2001:db8::7"
        );
        assert_eq!(
            standard("for=\"1.1.1.1, for=203.0.113.7, for=10.2.3.4"),
            "203.0.113.7"
        );
        assert_eq!(standard("for=1.1.1.1, proto=https"), "10.0.0.1");
        assert_eq!(standard("for=_secret"), "10.0.0.1");
    }

    #[test]
    fn of_two_headers_that_differ_none_is_believed() {
        let both = |x, standard| {
            client(
                "10.0.0.1",
                &[("x-forwarded-for", x), ("forwarded", standard)],
            )
        };
        assert_eq!(both("203.0.113.7", "for=198.51.100.1"), "10.0.0.1");
        assert_eq!(both("203.0.113.7", "for=203.0.113.7"), "203.0.113.7");
    }
}
