//! TLS and HTTP/2, for a site without a proxy in front.

use std::path::{Path, PathBuf};
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::{Context, anyhow, ensure};
use axum_server::tls_rustls::RustlsConfig;
use rustls::ServerConfig;
use rustls::crypto::aws_lc_rs;
use rustls::pki_types::pem::{Error as PemError, PemObject};
use rustls::pki_types::{CertificateDer, PrivateKeyDer};

/// How often it is looked whether the files were replaced: whoever renews certificates does so weeks before they end.
const LOOK: Duration = Duration::from_secs(60);

/// A certificate and its key, in files that may be replaced while the site runs.
#[derive(Debug, Clone)]
pub struct Certificate {
    chain: PathBuf,
    key: PathBuf,
}

impl Certificate {
    /// From the settings; none when neither is set.
    ///
    /// # Errors
    /// When only one of them is.
    pub(crate) fn new(
        chain: Option<PathBuf>,
        key: Option<PathBuf>,
    ) -> anyhow::Result<Option<Self>> {
        match (chain, key) {
            (Some(chain), Some(key)) => Ok(Some(Self { chain, key })),
            (None, None) => Ok(None),
            (Some(_), None) => Err(anyhow!(
                "LATCHKEY_TLS_CERT is set, and LATCHKEY_TLS_KEY is not: TLS needs both"
            )),
            (None, Some(_)) => Err(anyhow!(
                "LATCHKEY_TLS_KEY is set, and LATCHKEY_TLS_CERT is not: TLS needs both"
            )),
        }
    }

    /// The file of the private key.
    pub(crate) fn key(&self) -> &Path {
        &self.key
    }

    /// Reads both files. Browsers are offered HTTP/2 and HTTP/1.1, over TLS 1.3 and 1.2.
    ///
    /// # Errors
    /// A sentence that names the setting, and what is wrong with its file.
    fn read(&self) -> anyhow::Result<ServerConfig> {
        let chain = CertificateDer::pem_file_iter(&self.chain)
            .and_then(Iterator::collect::<Result<Vec<_>, _>>)
            .map_err(|error| unreadable("LATCHKEY_TLS_CERT", &self.chain, "certificate", error))?;
        ensure!(
            !chain.is_empty(),
            "LATCHKEY_TLS_CERT is {}: there is no certificate in it",
            self.chain.display()
        );
        let key = PrivateKeyDer::from_pem_file(&self.key)
            .map_err(|error| unreadable("LATCHKEY_TLS_KEY", &self.key, "private key", error))?;
        let provider = Arc::new(aws_lc_rs::default_provider());
        let builder =
            ServerConfig::builder_with_provider(provider).with_safe_default_protocol_versions();
        let config = builder.context("TLS")?.with_no_client_auth();
        let mut config = config.with_single_cert(chain, key).with_context(|| {
            format!(
                "LATCHKEY_TLS_KEY is {}: it does not go with the certificate of LATCHKEY_TLS_CERT",
                self.key.display()
            )
        })?;
        config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
        Ok(config)
    }

    /// When the files were written last.
    fn written(&self) -> [Option<SystemTime>; 2] {
        [&self.chain, &self.key].map(|path| path.metadata().and_then(|file| file.modified()).ok())
    }

    /// Reads both files, and again whenever they are replaced.
    ///
    /// # Errors
    /// When they cannot be used now. Later, the certificate of before stays.
    pub fn serve(self) -> anyhow::Result<RustlsConfig> {
        let mut known = self.written();
        let config = RustlsConfig::from_config(Arc::new(self.read()?));
        let served = config.clone();
        tokio::spawn(async move {
            loop {
                tokio::time::sleep(LOOK).await;
                let written = self.written();
                if written != known {
                    known = written;
                    self.renew(&served);
                }
            }
        });
        Ok(config)
    }

    fn renew(&self, served: &RustlsConfig) {
        match self.read() {
            Ok(config) => {
                served.reload_from_config(Arc::new(config));
                tracing::info!("another certificate is used from now on");
            }
            Err(error) => tracing::error!(
                error = format!("{error:#}"),
                "the certificate was replaced by one that cannot be used; the one before stays"
            ),
        }
    }
}

fn unreadable(setting: &str, path: &Path, what: &str, error: PemError) -> anyhow::Error {
    let path = path.display();
    match error {
        PemError::Io(error) => anyhow!("{setting} is {path}: it cannot be read: {error}"),
        PemError::NoItemsFound => anyhow!("{setting} is {path}: there is no {what} in it"),
        _ => anyhow!("{setting} is {path}: it is no PEM file with a {what}"),
    }
}
