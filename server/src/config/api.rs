//! The settings of the JSON API.

use anyhow::{Context, ensure};
use auth::CookieSecurity;
use url::Url;

use crate::api::{ApiConfig, TokenPlace};
use crate::config::{Settings, TokenMode};

impl Settings {
    pub(super) fn api(&self, security: CookieSecurity) -> anyhow::Result<ApiConfig> {
        let origins = self.cors_origins.iter().map(|text| text.trim());
        let origins = origins.filter(|text| !text.is_empty());
        let origins: anyhow::Result<_> = origins.map(|text| origin(text, security)).collect();
        Ok(ApiConfig {
            tokens: match self.api_tokens {
                TokenMode::Body => TokenPlace::Body,
                TokenMode::Cookie => TokenPlace::Cookie,
            },
            cors_origins: origins?,
        })
    }
}

/// An origin as browsers send it. There is none for everybody.
fn origin(text: &str, security: CookieSecurity) -> anyhow::Result<String> {
    let named = || format!("LATCHKEY_CORS_ORIGINS has {text:?}");
    let shape = "it must be a scheme, a host and perhaps a port, like https://app.example.org";
    let url = Url::parse(text).with_context(|| format!("{}: {shape}", named()))?;
    let is_bare = url.path() == "/"
        && url.query().is_none()
        && url.fragment().is_none()
        && url.username().is_empty()
        && url.password().is_none();
    ensure!(is_bare && url.host().is_some(), "{}: {shape}", named());
    let is_safe =
        url.scheme() == "https" || (url.scheme() == "http" && security == CookieSecurity::Http);
    ensure!(
        is_safe,
        "{}: over plain http everyone on the way can change what its pages do. Use https",
        named()
    );
    Ok(url.origin().ascii_serialization())
}
