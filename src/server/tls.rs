//! The TLS listener: rustls, with a certificate that is read again when its files change.

use std::path::PathBuf;
use std::sync::Arc;
use std::time::{Duration, SystemTime};

use anyhow::Context as _;
use arc_swap::ArcSwap;
use rustls::crypto::CryptoProvider;
use rustls::crypto::ring::{default_provider, sign::any_supported_type};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, PrivateKeyDer};
use rustls::server::{ClientHello, ResolvesServerCert};
use rustls::sign::CertifiedKey;
use rustls::{CipherSuite, ConfigBuilder, ServerConfig, WantsVerifier};

use super::mtls::AnyCertificate;
use crate::config::Tls;

/// How often the files are looked at.
const LOOK_EVERY: Duration = Duration::from_secs(10);

/// A certificate and key that follow their files.
#[derive(Clone, Debug)]
pub struct Reloading {
    certificate: PathBuf,
    key: PathBuf,
    current: Arc<Current>,
}

#[derive(Debug)]
struct Current(ArcSwap<CertifiedKey>);

impl ResolvesServerCert for Current {
    fn resolve(&self, _: ClientHello<'_>) -> Option<Arc<CertifiedKey>> {
        Some(self.0.load_full())
    }
}

impl Reloading {
    /// Reads both files.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
    pub fn load(files: &Tls) -> anyhow::Result<Self> {
        let key = read(&files.cert, &files.key)?;
        Ok(Self { certificate: files.cert.clone(), key: files.key.clone(), current: Arc::new(Current(ArcSwap::from_pointee(key))) })
    }

    /// TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1.
    ///
    /// # Errors
    /// When the cipher suites that are left do not serve both versions.
    pub fn server_config(&self) -> anyhow::Result<ServerConfig> {
        Ok(builder(&Arc::new(provider()))?.with_no_client_auth().with_cert_resolver(self.current.clone()))
    }

    /// The same for the listener that asks for client certificates: RFC 8705 §2.
    ///
    /// # Errors
    /// As [`Reloading::server_config`].
    pub fn mutual_server_config(&self) -> anyhow::Result<ServerConfig> {
        let provider = Arc::new(provider());
        let verifier = Arc::new(AnyCertificate(provider.clone()));
        Ok(builder(&provider)?.with_client_cert_verifier(verifier).with_cert_resolver(self.current.clone()))
    }

    /// Looks at the files' times and swaps a new pair in; a pair that does not fit leaves the old one in place.
    pub async fn watch(self) {
        let mut seen = self.changed();
        let mut tick = tokio::time::interval(LOOK_EVERY);
        loop {
            tick.tick().await;
            let now = self.changed();
            if now == seen {
                continue;
            }
            seen = now;
            let (certificate, key) = (self.certificate.clone(), self.key.clone());
            match tokio::task::spawn_blocking(move || read(&certificate, &key)).await {
                Ok(Ok(key)) => {
                    self.current.0.store(Arc::new(key));
                    tracing::info!("the TLS certificate was read again");
                }
                Ok(Err(error)) => {
                    tracing::error!(detail = format!("{error:#}"), "the new TLS files do not work; the old certificate stays")
                }
                Err(_) => {}
            }
        }
    }

    fn changed(&self) -> [Option<SystemTime>; 2] {
        [&self.certificate, &self.key].map(|path| std::fs::metadata(path).and_then(|file| file.modified()).ok())
    }
}

/// Never with other cipher suites than those of [`provider`]: a listener that cannot have them does not listen.
fn builder(provider: &Arc<CryptoProvider>) -> anyhow::Result<ConfigBuilder<ServerConfig, WantsVerifier>> {
    let builder = ServerConfig::builder_with_provider(provider.clone());
    builder.with_safe_default_protocol_versions().context("the cipher suites do not serve TLS 1.2 and 1.3")
}

/// FAPI 1.0 Advanced §8.5: of TLS 1.2 only the suites with ECDHE and AES-GCM.
fn provider() -> CryptoProvider {
    let mut provider = default_provider();
    let chacha_of_tls_1_2 =
        [CipherSuite::TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256, CipherSuite::TLS_ECDHE_RSA_WITH_CHACHA20_POLY1305_SHA256];
    provider.cipher_suites.retain(|suite| !chacha_of_tls_1_2.contains(&suite.suite()));
    provider
}

fn read(certificate: &PathBuf, key: &PathBuf) -> anyhow::Result<CertifiedKey> {
    let name = |path: &PathBuf| path.display().to_string();
    let chain: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(certificate)
        .and_then(Iterator::collect)
        .with_context(|| format!("the certificate file {} cannot be read as PEM", name(certificate)))?;
    anyhow::ensure!(!chain.is_empty(), "the certificate file {} holds no certificate", name(certificate));
    let private = PrivateKeyDer::from_pem_file(key).with_context(|| format!("the key file {} cannot be read as PEM", name(key)))?;
    let signing = any_supported_type(&private).with_context(|| format!("the key in {} is of a kind that TLS cannot use", name(key)))?;
    let pair = CertifiedKey::new(chain, signing);
    pair.keys_match().with_context(|| format!("the key in {} does not belong to the certificate in {}", name(key), name(certificate)))?;
    Ok(pair)
}
