//! TLS to Postgres without libpq, with `sslmode` as libpq means it.

use std::path::{Path, PathBuf};
use std::sync::Arc;

use anyhow::Context as _;
use diesel::{ConnectionError, ConnectionResult};
use diesel_async::AsyncPgConnection;
use rustls::client::WebPkiServerVerifier;
use rustls::client::danger::{HandshakeSignatureValid, ServerCertVerified, ServerCertVerifier};
use rustls::crypto::{CryptoProvider, ring, verify_tls12_signature, verify_tls13_signature};
use rustls::pki_types::pem::PemObject as _;
use rustls::pki_types::{CertificateDer, ServerName, UnixTime};
use rustls::{CertificateError, ClientConfig, DigitallySignedStruct, Error, RootCertStore, SignatureScheme};
use tokio_postgres::config::SslMode;
use tokio_postgres::{Config, NoTls};
use tokio_postgres_rustls::MakeRustlsConnect;

/// `sslmode`, in the words of libpq.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Mode {
    Disable,
    Allow,
    Prefer,
    Require,
    VerifyCa,
    VerifyFull,
}

impl Mode {
    fn parse(text: &str) -> anyhow::Result<Self> {
        Ok(match text {
            "disable" => Self::Disable,
            "allow" => Self::Allow,
            "prefer" => Self::Prefer,
            "require" => Self::Require,
            "verify-ca" => Self::VerifyCa,
            "verify-full" => Self::VerifyFull,
            _ => anyhow::bail!("sslmode is disable, allow, prefer, require, verify-ca or verify-full"),
        })
    }
}

/// A server and how to reach it.
#[derive(Clone)]
pub struct Target {
    config: Config,
    mode: Mode,
    tls: Arc<ClientConfig>,
}

impl Target {
    /// From a connection URL. `sslmode` and `sslrootcert` are ours; the rest is tokio-postgres's.
    pub fn parse(url: &str, ca_file: Option<&Path>) -> anyhow::Result<Self> {
        let (base, query) = url.split_once('?').unwrap_or((url, ""));
        let mut mode = Mode::Prefer;
        let mut ca_file = ca_file.map(Path::to_path_buf);
        let mut rest = Vec::new();
        for (name, value) in url::form_urlencoded::parse(query.as_bytes()) {
            match name.as_ref() {
                "sslmode" => mode = Mode::parse(&value)?,
                "sslrootcert" if value == "system" => ca_file = None,
                "sslrootcert" => ca_file = Some(PathBuf::from(value.as_ref())),
                _ => rest.push((name, value)),
            }
        }
        let mut clean = base.to_owned();
        for (index, (name, value)) in rest.iter().enumerate() {
            let encode = |text: &str| url::form_urlencoded::byte_serialize(text.as_bytes()).collect::<String>().replace('+', "%20");
            clean.push_str(&format!("{}{}={}", if index == 0 { '?' } else { '&' }, encode(name), encode(value)));
        }
        let mut config: Config = clean.parse().context("the database URL is not a Postgres URL")?;
        // "If a root CA file exists, the behavior of sslmode=require will be the same as that of verify-ca" (libpq).
        if mode == Mode::Require && ca_file.is_some() {
            mode = Mode::VerifyCa;
        }
        config.application_name("authy").ssl_mode(match mode {
            Mode::Disable | Mode::Allow => SslMode::Disable,
            Mode::Prefer => SslMode::Prefer,
            _ => SslMode::Require,
        });
        Ok(Self { config, mode, tls: Arc::new(client_config(mode, ca_file.as_deref())?) })
    }

    /// Makes a connection, driven by the current runtime.
    pub async fn connect(&self) -> ConnectionResult<AsyncPgConnection> {
        let first = self.attempt(&self.config).await;
        let (Err(error), Some(other)) = (&first, self.other_mode()) else { return first };
        match refused_by_the_server(error) == (self.mode == Mode::Allow) {
            true => self.attempt(self.config.clone().ssl_mode(other)).await,
            false => first,
        }
    }

    /// libpq tries again the other way: `allow` when the server wants TLS, `prefer` when TLS does not come about.
    const fn other_mode(&self) -> Option<SslMode> {
        match self.mode {
            Mode::Allow => Some(SslMode::Require),
            Mode::Prefer => Some(SslMode::Disable),
            _ => None,
        }
    }

    async fn attempt(&self, config: &Config) -> ConnectionResult<AsyncPgConnection> {
        match config.get_ssl_mode() {
            SslMode::Disable => {
                let (client, connection) = config.connect(NoTls).await.map_err(bad)?;
                AsyncPgConnection::try_from_client_and_connection(client, connection).await
            }
            _ => {
                let tls = MakeRustlsConnect::new(self.tls.as_ref().clone());
                let (client, connection) = config.connect(tls).await.map_err(bad)?;
                AsyncPgConnection::try_from_client_and_connection(client, connection).await
            }
        }
    }
}

/// Every cause in a row, with a hint where the cause is known to mislead.
fn bad(error: tokio_postgres::Error) -> ConnectionError {
    let mut text = error.to_string();
    let mut cause = std::error::Error::source(&error);
    while let Some(inner) = cause {
        text = format!("{text}: {inner}");
        cause = inner.source();
    }
    if text.contains("CaUsedAsEndEntity") {
        text.push_str(" (the server presents a CA certificate as its own: give it a certificate signed by that CA)");
    }
    match error.as_db_error().is_some() {
        true => ConnectionError::CouldntSetupConfiguration(diesel::result::Error::DatabaseError(
            diesel::result::DatabaseErrorKind::Unknown,
            Box::new(text),
        )),
        false => ConnectionError::BadConnection(text),
    }
}

/// Whether the server itself said no.
const fn refused_by_the_server(error: &ConnectionError) -> bool {
    matches!(error, ConnectionError::CouldntSetupConfiguration(_))
}

fn client_config(mode: Mode, ca_file: Option<&Path>) -> anyhow::Result<ClientConfig> {
    let provider = Arc::new(ring::default_provider());
    let builder = ClientConfig::builder_with_provider(Arc::clone(&provider)).with_safe_default_protocol_versions()?;
    if !matches!(mode, Mode::VerifyCa | Mode::VerifyFull) {
        let verifier = Arc::new(Lenient { chain: None, provider });
        return Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth());
    }
    let roots = Arc::new(roots(ca_file)?);
    if mode == Mode::VerifyFull {
        return Ok(builder.with_root_certificates(roots).with_no_client_auth());
    }
    let chain = WebPkiServerVerifier::builder_with_provider(roots, Arc::clone(&provider)).build()?;
    let verifier = Arc::new(Lenient { chain: Some(chain), provider });
    Ok(builder.dangerous().with_custom_certificate_verifier(verifier).with_no_client_auth())
}

fn roots(ca_file: Option<&Path>) -> anyhow::Result<RootCertStore> {
    let mut roots = RootCertStore::empty();
    match ca_file {
        Some(file) => {
            let unreadable = || format!("cannot read the certificate authorities in {}", file.display());
            for certificate in CertificateDer::pem_file_iter(file).with_context(unreadable)? {
                roots.add(certificate.with_context(unreadable)?).with_context(unreadable)?;
            }
        }
        None => {
            roots.add_parsable_certificates(rustls_native_certs::load_native_certs().certs);
        }
    }
    anyhow::ensure!(!roots.is_empty(), "no certificate authority to verify Postgres with: set the CA file");
    Ok(roots)
}

/// What libpq does short of `verify-full`: the chain without the host name (`verify-ca`), or encryption alone.
#[derive(Debug)]
struct Lenient {
    chain: Option<Arc<WebPkiServerVerifier>>,
    provider: Arc<CryptoProvider>,
}

impl ServerCertVerifier for Lenient {
    fn verify_server_cert(
        &self,
        end_entity: &CertificateDer<'_>,
        intermediates: &[CertificateDer<'_>],
        server_name: &ServerName<'_>,
        ocsp_response: &[u8],
        now: UnixTime,
    ) -> Result<ServerCertVerified, Error> {
        let Some(chain) = &self.chain else { return Ok(ServerCertVerified::assertion()) };
        match chain.verify_server_cert(end_entity, intermediates, server_name, ocsp_response, now) {
            Err(Error::InvalidCertificate(CertificateError::NotValidForName | CertificateError::NotValidForNameContext { .. })) => {
                Ok(ServerCertVerified::assertion())
            }
            verdict => verdict,
        }
    }

    fn verify_tls12_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls12_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn verify_tls13_signature(
        &self,
        message: &[u8],
        certificate: &CertificateDer<'_>,
        signed: &DigitallySignedStruct,
    ) -> Result<HandshakeSignatureValid, Error> {
        verify_tls13_signature(message, certificate, signed, &self.provider.signature_verification_algorithms)
    }

    fn supported_verify_schemes(&self) -> Vec<SignatureScheme> {
        self.provider.signature_verification_algorithms.supported_schemes()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn sslmode_is_ours_and_the_other_parameters_are_passed_on() {
        let target = Target::parse("postgres://ada@db.example:5433/authy?connect_timeout=3&sslmode=require", None).unwrap();
        assert_eq!((target.mode, target.config.get_ssl_mode()), (Mode::Require, SslMode::Require));
        assert_eq!(target.config.get_connect_timeout(), Some(&std::time::Duration::from_secs(3)));
        assert_eq!(Target::parse("postgres://db/authy", None).unwrap().mode, Mode::Prefer);
        assert!(Target::parse("postgres://db/authy?sslmode=strict", None).is_err());
        assert!(Target::parse("postgres://db/authy?sslmode=verify-full&sslrootcert=/nowhere.pem", None).is_err());
    }
}
