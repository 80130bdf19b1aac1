//! Every URL of the server in one table, with its method and handler.

use actix_web::web::{self, ServiceConfig};
use actix_web::{Resource, Route};

use crate::app::App;
use crate::endpoints::{authorize, discovery, end_session, introspect, jwks, revoke, token, userinfo};
use crate::web::{assets, cors, help, not_found};

/// Mounts the table below the issuer's path.
pub fn configure(config: &mut ServiceConfig, app: &App) {
    let base = app.issuer.path();
    for path in well_known(base, "openid-configuration") {
        config.service(get(&path, web::get().to(discovery::http::metadata)));
    }
    for path in well_known(base, "oauth-authorization-server") {
        config.service(get(&path, web::get().to(discovery::http::metadata)));
    }
}

/// The address below the issuer (OIDC Discovery §4), and with the path inserted behind the host (RFC 8414 §3.1).
fn well_known(base: &str, name: &str) -> Vec<String> {
    let mut paths = vec![format!("{base}/.well-known/{name}")];
    if !base.is_empty() {
        paths.push(format!("/.well-known/{name}{base}"));
    }
    paths
}
