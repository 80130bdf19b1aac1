//! What a request brings besides its parameters to prove who its client is and which key it holds.

use std::net::IpAddr;

use crate::spec::certificate::ClientCertificate;

/// The proofs of a request to an endpoint that clients call.
#[derive(Clone, Debug, Default)]
pub struct Credentials {
    /// Every `Authorization` header, as it came; `None` in place of one that is not ASCII.
    pub authorization: Vec<Option<String>>,
    /// Every `DPoP` header, likewise: RFC 9449 §4.1.
    pub dpop: Vec<Option<String>>,
    /// The certificate of the connection: RFC 8705 §2.
    pub certificate: Option<ClientCertificate>,
    /// The path of the endpoint below the issuer, such as `/oauth2/token`.
    pub path: String,
    /// Where the request comes from, as far as proxies are trusted.
    pub address: Option<IpAddr>,
}
