//! Discovery: OIDC Discovery §4, RFC 8414 §3. One document, built from the registries, so that nothing is advertised that does not work.

pub mod http;

use crate::app::App;
use crate::client_auth::METHODS;
use crate::grants::GRANTS;
use crate::jose::algorithm::Algorithm;
use crate::spec::discovery::{self, Metadata, Registries};
use crate::spec::response_mode::ResponseMode;
use crate::spec::response_type::ResponseType;

/// The metadata of this provider.
pub fn document(app: &App) -> Metadata {
    // The implicit grant has no token request, and so no place in the registry: RFC 6749 §4.2.
    let grant_types: Vec<&str> = GRANTS.iter().map(|grant| grant.name()).chain(["implicit"]).collect();
    let auth_methods: Vec<&str> = METHODS.iter().map(|method| method.name()).collect();
    let algorithms: Vec<&str> = Algorithm::ALL.iter().map(|algorithm| algorithm.as_str()).collect();
    let response_types: Vec<&str> = ResponseType::SUPPORTED.iter().map(|kind| kind.as_str()).collect();
    discovery::document(
        &app.issuer,
        &Registries {
            grant_types: &grant_types,
            auth_methods: &auth_methods,
            response_types: &response_types,
            response_modes: ResponseMode::SUPPORTED,
            id_token_algs: &algorithms,
            userinfo_algs: &algorithms,
            scopes: SCOPES_SUPPORTED,
            acr_values: &[crate::accounts::session::ACR_PASSWORD],
            ui_locales: &["en"],
            require_pushed_authorization_requests: app.settings.require_pushed_authorization_requests,
            service_documentation: None,
        },
    )
}

/// OIDC Core §5.4, §11, and authy's own `groups`.
pub const SCOPES_SUPPORTED: &[&str] = &["openid", "profile", "email", "address", "phone", "groups", "offline_access"];
