//! Mutual TLS: RFC 8705.

use std::net::SocketAddr;
use std::path::PathBuf;

use super::problem::Fault;
use super::{Tls, listen, parse, reader::Reader};

/// See the settings `mtls_…`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Mtls {
    /// A listener of its own, which asks for certificates; none when a proxy does that.
    pub listen: Vec<SocketAddr>,
    /// What stands in the place of the issuer in the URLs of endpoints reached with a certificate, without a final `/`.
    pub base: Option<String>,
    /// The authorities of `tls_client_auth`.
    pub ca_file: Option<PathBuf>,
    /// The listener's certificate and key.
    pub tls: Option<Tls>,
}

impl Mtls {
    /// `main` is the certificate of the main listener, which serves here too unless there is another.
    pub(super) fn read(reader: &mut Reader<'_>, main: Option<&Tls>) -> Self {
        let listen: Vec<SocketAddr> = reader.all("mtls_listen", listen::parse).into_iter().flatten().collect();
        let files = (reader.optional("mtls_cert", parse::path), reader.optional("mtls_key", parse::path));
        let tls = match files {
            (Some(cert), Some(key)) => Some(Tls { cert, key }),
            (None, None) => main.cloned(),
            (Some(_), None) => {
                reader.wrong("mtls_cert", Fault::new("There is a certificate but no key.", "Set AUTHY_MTLS_KEY too, or remove both."));
                None
            }
            (None, Some(_)) => {
                reader.wrong("mtls_key", Fault::new("There is a key but no certificate.", "Set AUTHY_MTLS_CERT too, or remove both."));
                None
            }
        };
        if !listen.is_empty() && tls.is_none() {
            let mend = "Set AUTHY_MTLS_CERT and AUTHY_MTLS_KEY, or AUTHY_TLS__CERT and AUTHY_TLS__KEY.";
            reader.wrong("mtls_listen", Fault::new("The listener for mutual TLS has no certificate.", mend));
        }
        Self { listen, base: reader.optional("mtls_base", base), ca_file: reader.optional("mtls_ca_file", parse::path), tls }
    }

    /// Whether certificates of clients can reach this server at all.
    pub const fn is_on(&self) -> bool {
        self.base.is_some()
    }
}

fn base(text: &str) -> Result<String, Fault> {
    let good = url::Url::parse(text).is_ok_and(|url| {
        url.scheme() == "https" && url.has_host() && url.query().is_none() && url.fragment().is_none() && url.username().is_empty()
    });
    match good && !text.ends_with('/') {
        true => Ok(text.to_owned()),
        false => Err(Fault::not(text, "an https URL without a final /", "Write it like https://mtls.id.example.com.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_base_is_an_https_url_without_a_final_slash() {
        assert!(base("https://mtls.id.example:8443/auth").is_ok());
        for text in ["http://id.example", "https://id.example/", "id.example", "https://a@id.example", "https://id.example?x"] {
            assert!(base(text).is_err(), "{text}");
        }
    }
}
