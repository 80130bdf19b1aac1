//! Discovery: OIDC Discovery §4, RFC 8414 §3. One document, built from the registries, so that nothing is advertised that does not work.

pub mod http;

use crate::app::App;
use crate::client_auth::METHODS;
use crate::client_auth::assertion::SIGNING_ALGORITHMS;
use crate::config::Mtls;
use crate::endpoints::possession::DPOP_ALGORITHMS;
use crate::grants::GRANTS;
use crate::jose::algorithm::Algorithm;
use crate::jose::jwe::{self, ContentEncryption, KeyManagement};
use crate::model::client::AuthMethod;
use crate::spec::claims::STANDARD_SCOPES;
use crate::spec::discovery::{self, Metadata, Registries};
use crate::spec::grant_type::IMPLICIT;
use crate::spec::response_mode::ResponseMode;
use crate::spec::response_type::ResponseType;
use crate::spec::signing_algorithm::OF_CLIENTS;

/// The metadata of this provider.
pub fn document(app: &App) -> Metadata {
    // The implicit grant has no token request, and so no place in the registry: RFC 6749 §4.2.
    let grant_types: Vec<&str> = GRANTS.iter().map(|grant| grant.name()).chain([IMPLICIT.name]).collect();
    let auth_methods: Vec<&str> =
        METHODS.iter().filter(|method| works(method.method(), &app.settings.mtls)).map(|method| method.name()).collect();
    let algorithms: Vec<&str> = Algorithm::ALL.iter().map(|algorithm| algorithm.as_str()).collect();
    let response_types: Vec<&str> = ResponseType::SUPPORTED.iter().map(|kind| kind.as_str()).collect();
    discovery::document(
        &app.issuer,
        &Registries {
            grant_types: &grant_types,
            auth_methods: &auth_methods,
            auth_signing_algs: SIGNING_ALGORITHMS,
            mtls_base: app.settings.mtls.base.as_deref(),
            response_types: &response_types,
            response_modes: ResponseMode::SUPPORTED,
            id_token_algs: &algorithms,
            client_algs: OF_CLIENTS,
            own_encryption_algs: &jwe::KeyManagement::OWN.map(jwe::KeyManagement::as_str),
            own_encryption_encs: &jwe::ContentEncryption::ALL.map(jwe::ContentEncryption::as_str),
            userinfo_algs: &algorithms,
            encryption_algs: &KeyManagement::ALL.map(KeyManagement::as_str),
            encryption_encs: &ContentEncryption::ALL.map(ContentEncryption::as_str),
            dpop_algs: DPOP_ALGORITHMS,
            scopes: STANDARD_SCOPES,
            acr_values: crate::spec::prompt::ACR_VALUES,
            ui_locales: &["en"],
            client_documents: app.settings.client_documents.enabled,
            registration: app.settings.registration.is_on(),
            session_management: app.settings.session_management,
            require_pushed_authorization_requests: app.settings.require_pushed_authorization_requests,
            service_documentation: None,
        },
    )
}

/// Whether a method works with these settings: without mutual TLS nobody has a certificate, and without authorities nobody vouches for one.
fn works(method: AuthMethod, mtls: &Mtls) -> bool {
    match method {
        AuthMethod::SelfSignedTlsClientAuth => mtls.is_on(),
        AuthMethod::TlsClientAuth => mtls.is_on() && mtls.ca_file.is_some(),
        _ => true,
    }
}
