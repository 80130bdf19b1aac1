//! The authorities that vouch for certificates of clients: RFC 8705 §2.1.

use std::fmt;
use std::path::Path;
use std::sync::Arc;
use std::time::Duration;

use rustls::crypto::ring::default_provider;
use rustls::pki_types::{CertificateDer, UnixTime};
use rustls::server::WebPkiClientVerifier;
use rustls::server::danger::ClientCertVerifier;

use crate::clock::Timestamp;
use crate::outbound::trust;
use crate::spec::certificate::ClientCertificate;

/// Checks chains.
#[derive(Clone)]
pub struct ClientAuthorities(Arc<dyn ClientCertVerifier>);

impl ClientAuthorities {
    /// The authorities of a PEM file.
    ///
    /// # Errors
    /// Names the file and what is wrong with it.
    pub fn load(path: &Path) -> anyhow::Result<Self> {
        let roots = Arc::new(trust::from_file(path, "AUTHY_MTLS_CA_FILE")?);
        Ok(Self(WebPkiClientVerifier::builder_with_provider(roots, Arc::new(default_provider())).build()?))
    }

    /// RFC 5280 §6: a path from the certificate to one of the authorities, valid now, for TLS clients.
    ///
    /// # Errors
    /// Why there is none.
    pub fn vouch(&self, certificate: &ClientCertificate, now: Timestamp) -> Result<(), rustls::Error> {
        let intermediates: Vec<CertificateDer<'_>> = certificate.chain().iter().map(|der| CertificateDer::from(der.as_slice())).collect();
        let seconds = u64::try_from(now.as_seconds()).unwrap_or_default();
        let now = UnixTime::since_unix_epoch(Duration::from_secs(seconds));
        self.0.verify_client_cert(&CertificateDer::from(certificate.der()), &intermediates, now).map(|_| ())
    }
}

impl fmt::Debug for ClientAuthorities {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("ClientAuthorities")
    }
}
