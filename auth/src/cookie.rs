//! The authentication cookies, as values. Only this file spells their names.

use cookie::{Cookie, SameSite};
use secrecy::ExposeSecret;
use time::{Duration, OffsetDateTime};

use crate::session::{Browser, Persistence, SignedIn};

/// How cookies are named and marked, which the public URL decides.
#[derive(Debug, Clone, Copy)]
pub struct CookieJarStyle {
    security: CookieSecurity,
    same_site: SameSite,
}

/// Whether browsers reach the site over TLS.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum CookieSecurity {
    /// `Secure` and the `__Host-` prefix: no sibling domain can set or shadow the cookie.
    Https,
    /// Neither: Safari drops `Secure` cookies even on localhost.
    Http,
}

impl CookieJarStyle {
    /// Builds the style of a site.
    #[must_use]
    pub fn new(security: CookieSecurity, same_site: SameSite) -> Self {
        Self {
            security,
            same_site,
        }
    }

    /// Whether cookies of this site may be marked `Secure`.
    #[must_use]
    pub fn is_secure(&self) -> bool {
        self.security == CookieSecurity::Https
    }

    /// What the cookie with the access token is called.
    #[must_use]
    pub fn access_name(&self) -> &'static str {
        match self.security {
            CookieSecurity::Https => product::SECURE_ACCESS_COOKIE,
            CookieSecurity::Http => product::ACCESS_COOKIE,
        }
    }

    /// What the cookie with the refresh token is called.
    #[must_use]
    pub fn refresh_name(&self) -> &'static str {
        match self.security {
            CookieSecurity::Https => product::SECURE_REFRESH_COOKIE,
            CookieSecurity::Http => product::REFRESH_COOKIE,
        }
    }

    /// What the cookie is called that lets accounts know a browser again.
    #[must_use]
    pub fn browser_name(&self) -> &'static str {
        match self.security {
            CookieSecurity::Https => product::SECURE_BROWSER_COOKIE,
            CookieSecurity::Http => product::BROWSER_COOKIE,
        }
    }

    /// The cookie that lets accounts know a browser again, for as long as browsers keep one.
    #[must_use]
    pub fn remember(&self, browser: Browser) -> Cookie<'static> {
        let name = self.browser_name();
        self.cookie(name, &browser.to_cookie(), Some(Duration::days(400)))
    }

    /// The two cookies of a session. "Keep me signed in" lets them outlive the browser's window,
    /// each as long as what it holds.
    #[must_use]
    pub fn set(&self, signed_in: &SignedIn, now: OffsetDateTime) -> [Cookie<'static>; 2] {
        let lives_until = |end: OffsetDateTime| match signed_in.persistence {
            Persistence::Remembered => Some(end - now),
            Persistence::Browser => None,
        };
        let tokens = &signed_in.tokens;
        [
            self.cookie(
                self.access_name(),
                tokens.access.expose_secret(),
                lives_until(signed_in.session.access_expires_at),
            ),
            self.cookie(
                self.refresh_name(),
                tokens.refresh.expose_secret(),
                lives_until(signed_in.idle_expires_at),
            ),
        ]
    }

    /// The refresh token alone, and an end to an access token of before: for those who keep the new one
    /// themselves. It would be another person's on the next page.
    #[must_use]
    pub fn set_refresh(&self, signed_in: &SignedIn, now: OffsetDateTime) -> [Cookie<'static>; 2] {
        let [_, refresh] = self.set(signed_in, now);
        let [no_access, _] = self.remove();
        [no_access, refresh]
    }

    /// The same two with nothing in them, already over: what removes them from a browser.
    #[must_use]
    pub fn remove(&self) -> [Cookie<'static>; 2] {
        [self.access_name(), self.refresh_name()].map(|name| {
            let mut cookie = self.cookie(name, "", Some(Duration::ZERO));
            cookie.set_expires(OffsetDateTime::UNIX_EPOCH);
            cookie
        })
    }

    fn cookie(
        &self,
        name: &'static str,
        value: &str,
        max_age: Option<Duration>,
    ) -> Cookie<'static> {
        let mut cookie = Cookie::build((name, value.to_owned()))
            .path("/")
            .http_only(true)
            .same_site(self.same_site)
            .secure(self.is_secure())
            .build();
        cookie.set_max_age(max_age.map(|age| age.max(Duration::ZERO)));
        cookie
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn cookies_over_https_are_bound_to_this_host() {
        let style = CookieJarStyle::new(CookieSecurity::Https, SameSite::Lax);
        for cookie in style.remove() {
            let header = cookie.to_string();
            assert!(
                header.starts_with("__Host-") && header.contains(product::ID),
                "{header}"
            );
            for attribute in ["Secure", "HttpOnly", "SameSite=Lax", "Path=/", "Max-Age=0"] {
                assert!(header.contains(attribute), "{header}");
            }
            assert!(!header.contains("Domain"), "{header}");
        }
    }

    #[test]
    fn cookies_over_http_do_without_what_safari_would_drop() {
        let style = CookieJarStyle::new(CookieSecurity::Http, SameSite::Strict);
        let header = style.remove()[0].to_string();
        assert!(
            header.starts_with(product::ACCESS_COOKIE) && !header.contains("Secure"),
            "{header}"
        );
        assert!(
            header.contains("SameSite=Strict") && header.contains("HttpOnly"),
            "{header}"
        );
    }
}
