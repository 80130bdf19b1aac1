//! Requests that authy makes itself.

use std::path::PathBuf;

use super::problem::Fault;
use super::{parse, reader::Reader};

/// See the settings `outbound.…`.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Outbound {
    /// Who vouches for other servers; the system's authorities when absent.
    pub ca_file: Option<PathBuf>,
    /// Host names, lower case, that may resolve to addresses that are not public, where an administrator's word leads there.
    pub allow_hosts_for_administrators: Vec<String>,
    /// The same, for whoever registers or describes a client.
    pub allow_hosts: Vec<String>,
}

impl Outbound {
    pub(super) fn read(reader: &mut Reader<'_>) -> Self {
        Self {
            ca_file: reader.optional("outbound.ca_file", parse::path),
            allow_hosts_for_administrators: reader.all("outbound.allow_hosts_for_administrators", host),
            allow_hosts: reader.all("outbound.allow_hosts", host),
        }
    }
}

pub(super) fn host(text: &str) -> Result<String, Fault> {
    match url::Host::parse(text) {
        Ok(host) if !text.contains('*') => Ok(host.to_string()),
        _ => Err(Fault::not(text, "a host name", "Write host names without scheme, port or wildcard: idp.internal.example, 10.1.2.3.")),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn hosts_have_neither_scheme_nor_port() {
        assert_eq!(host("IDP.Internal").unwrap(), "idp.internal");
        for text in ["https://idp.internal", "idp.internal:443", "*.internal", "a b", ""] {
            assert!(host(text).is_err(), "{text}");
        }
    }
}
