//! TLS of the main listener.

use std::path::PathBuf;

use super::problem::Fault;
use super::{parse, reader::Reader};

/// The two files; they are read again when they change.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Tls {
    /// PEM, the server's certificate first.
    pub cert: PathBuf,
    /// PEM.
    pub key: PathBuf,
}

impl Tls {
    pub(super) fn read(reader: &mut Reader<'_>) -> Option<Self> {
        match (reader.optional("tls.cert", parse::path), reader.optional("tls.key", parse::path)) {
            (Some(cert), Some(key)) => Some(Self { cert, key }),
            (None, None) => None,
            (Some(_), None) => {
                reader.wrong(
                    "tls.cert",
                    Fault::new("There is a certificate but no key.", "Set AUTHY_TLS__KEY (--tls-key) too, or remove both."),
                );
                None
            }
            (None, Some(_)) => {
                reader.wrong(
                    "tls.key",
                    Fault::new("There is a key but no certificate.", "Set AUTHY_TLS__CERT (--tls-cert) too, or remove both."),
                );
                None
            }
        }
    }
}
