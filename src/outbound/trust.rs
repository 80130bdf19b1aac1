//! Who vouches for other servers: the operator's authorities where there are any, else the system's.

use std::path::Path;
use std::sync::Arc;

use anyhow::Context as _;
use rustls::crypto::ring::default_provider;
use rustls::pki_types::CertificateDer;
use rustls::pki_types::pem::PemObject as _;
use rustls::{ClientConfig, RootCertStore};

/// The authorities of a PEM file.
///
/// # Errors
/// Names the file and what is wrong with it.
pub fn from_file(path: &Path, setting: &str) -> anyhow::Result<RootCertStore> {
    let name = path.display();
    let certificates: Vec<CertificateDer<'static>> = CertificateDer::pem_file_iter(path)
        .and_then(Iterator::collect)
        .with_context(|| format!("the file of authorities {name} ({setting}) cannot be read as PEM"))?;
    let mut roots = RootCertStore::empty();
    let (usable, _) = roots.add_parsable_certificates(certificates);
    anyhow::ensure!(usable > 0, "the file of authorities {name} ({setting}) holds no certificate that can be used");
    Ok(roots)
}

/// The system's authorities; those that cannot be read are left out.
pub fn system() -> RootCertStore {
    let mut roots = RootCertStore::empty();
    let _counts = roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
    roots
}

/// TLS 1.2 and 1.3, HTTP/2 and HTTP/1.1.
///
/// # Errors
/// When the provider of cryptography has neither, which it does.
pub fn client_config(roots: RootCertStore) -> anyhow::Result<ClientConfig> {
    let builder = ClientConfig::builder_with_provider(Arc::new(default_provider())).with_safe_default_protocol_versions()?;
    let mut config = builder.with_root_certificates(roots).with_no_client_auth();
    config.alpn_protocols = vec![b"h2".to_vec(), b"http/1.1".to_vec()];
    Ok(config)
}
