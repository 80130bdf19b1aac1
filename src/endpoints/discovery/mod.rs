//! Discovery: OIDC Discovery §4, RFC 8414 §3. One document, built from the registries, so that nothing is advertised that does not work.

pub mod http;

use crate::client_auth::METHODS;
use crate::grants::GRANTS;
use crate::jose::algorithm::Algorithm;
use crate::spec::discovery::{self, Metadata, Registries};
use crate::spec::issuer::Issuer;

/// The metadata of this provider.
pub fn document(issuer: &Issuer) -> Metadata {
    let grant_types: Vec<&str> = GRANTS.iter().map(|grant| grant.name()).collect();
    let auth_methods: Vec<&str> = METHODS.iter().map(|method| method.name()).collect();
    let algorithms: Vec<&str> = Algorithm::ALL.iter().map(|algorithm| algorithm.as_str()).collect();
    discovery::document(issuer, &Registries {
        grant_types: &grant_types,
        auth_methods: &auth_methods,
        id_token_algorithms: &algorithms,
        acr_values: &[crate::accounts::session::ACR_PASSWORD],
    })
}
