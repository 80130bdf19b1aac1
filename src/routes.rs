//! Every URL of the server in one table, with its method and handler.

use actix_web::guard;
use actix_web::http::Method;
use actix_web::web::{self, ServiceConfig};
use actix_web::{Handler, HttpResponse, Responder, Route};

use crate::accounts::{consent, device, login, logout, profile, select, setup};
use crate::admin::{clients, explain, users};
use crate::app::App;
use crate::endpoints::{
    authorize, backchannel_authentication, check_session, device_authorization, discovery, end_session, introspect, jwks, par,
    protected_resource, register, revoke, token, userinfo, webfinger,
};
use crate::server::management;
use crate::web::{assets, cors, help, respond};

/// Writes the table twice: as routes, and as names that tests sweep. A request tries them from the first on, so those that machines ask for
/// most stand there, before any whose path is a pattern.
macro_rules! table {
    ($($path:literal => $($method:ident $handler:path),+;)*) => {
        /// Every path below the issuer, with its methods.
        pub const TABLE: &[(&str, &[&str])] = &[$(($path, &[$(stringify!($method)),+]),)*];

        fn mount(config: &mut ServiceConfig, base: &str) {
            $(config.service(web::resource(format!("{base}{}", $path))$(.route(table!(@ $method).to($handler)))+);)*
        }
    };
    (@ GET) => { reading() };
    (@ POST) => { web::post() };
    (@ PUT) => { web::put() };
    (@ DELETE) => { web::delete() };
    (@ OPTIONS) => { web::method(actix_web::http::Method::OPTIONS) };
}

table! {
    "/oauth2/token" => POST token::http::token, OPTIONS cors::preflight;
    "/oauth2/userinfo" => GET userinfo::http::get, POST userinfo::http::post, OPTIONS cors::preflight;
    "/oauth2/introspect" => POST introspect::http::introspect;
    "/oauth2/authorize" => GET authorize::http::get, POST authorize::http::post;
    "/oauth2/par" => POST par::http::push, OPTIONS cors::preflight;
    "/.well-known/openid-configuration" => GET discovery::http::metadata, OPTIONS cors::preflight_everybody;
    "/.well-known/oauth-authorization-server" => GET discovery::http::metadata, OPTIONS cors::preflight_everybody;
    "/.well-known/jwks.json" => GET jwks::http::jwks, OPTIONS cors::preflight_everybody;
    "/.well-known/oauth-protected-resource" => GET protected_resource::http::metadata, OPTIONS cors::preflight_everybody;
    "/.well-known/oauth-protected-resource/{path:.*}" => GET protected_resource::http::metadata, OPTIONS cors::preflight_everybody;
    "/.well-known/webfinger" => GET webfinger::http::describe, OPTIONS cors::preflight_everybody;
    "/.well-known/change-password" => GET change_password;
    "/oauth2/bc-authorize" => POST backchannel_authentication::http::authenticate;
    "/oauth2/device_authorization" => POST device_authorization::http::device_authorization, OPTIONS cors::preflight;
    "/oauth2/revoke" => POST revoke::http::revoke, OPTIONS cors::preflight;
    "/oauth2/register" => POST register::http::register;
    "/oauth2/register/{client_id}" => GET register::http::read, PUT register::http::update, DELETE register::http::delete;
    "/oauth2/logout" => GET end_session::http::get, POST end_session::http::post;
    "/oauth2/check_session" => GET check_session::http::show;
    "/" => GET home;
    "/setup" => GET setup::http::show, POST setup::http::submit;
    "/login" => GET login::http::show, POST login::http::submit;
    "/login/select" => GET select::http::show, POST select::http::submit;
    "/consent" => GET consent::http::show, POST consent::http::submit;
    "/device" => GET device::http::show, POST device::http::submit;
    "/logout" => GET logout::http::show, POST logout::http::submit;
    "/logout/done" => GET logout::http::done;
    "/account" => GET profile::details::http::show, POST profile::details::http::submit;
    "/account/profile" => GET profile::details::http::show, POST profile::details::http::submit;
    "/account/security" => GET profile::security::http::show, POST profile::security::http::submit;
    "/account/sessions" => GET profile::sessions::http::show, POST profile::sessions::http::submit;
    "/account/approvals" => GET profile::approvals::http::show, POST profile::approvals::http::submit;
    "/account/apps" => GET profile::apps::http::show, POST profile::apps::http::submit;
    "/admin" => GET crate::admin::http::overview;
    "/admin/clients" => GET clients::http::list;
    "/admin/clients/new" => GET clients::http::new_form, POST clients::http::create;
    "/admin/clients/{client_id}" => GET clients::http::show;
    "/admin/clients/{client_id}/edit" => GET clients::http::edit_form, POST clients::http::update;
    "/admin/clients/{client_id}/delete" => GET clients::http::delete_form, POST clients::http::delete;
    "/admin/clients/{client_id}/enable" => POST clients::http::enable;
    "/admin/clients/{client_id}/disable" => POST clients::http::disable;
    "/admin/clients/{client_id}/secrets" => POST clients::http::rotate_secret;
    "/admin/clients/{client_id}/secrets/{secret}/retire" => POST clients::http::retire_secret;
    "/admin/users" => GET users::http::list;
    "/admin/users/new" => GET users::http::new_form, POST users::http::create;
    "/admin/users/{subject}" => GET users::http::show;
    "/admin/users/{subject}/edit" => GET users::http::edit_form, POST users::http::update;
    "/admin/users/{subject}/password" => POST users::http::set_password;
    "/admin/users/{subject}/lock" => POST users::http::lock;
    "/admin/users/{subject}/unlock" => POST users::http::unlock;
    "/admin/users/{subject}/sessions/revoke" => POST users::http::end_sessions;
    "/admin/users/{subject}/sessions/{session}/revoke" => POST users::http::end_session;
    "/admin/users/{subject}/apps/{client_id}/revoke" => POST users::http::disconnect;
    "/admin/users/{subject}/delete" => GET users::http::delete_form, POST users::http::delete;
    "/errors/{error}" => GET help::show;
    "/explain/{error_id}" => GET explain::http::show;
    "/static/brand.css" => GET assets::brand;
    "/static/logo" => GET assets::logo;
    "/static/{name}" => GET assets::file;
    "/healthz" => GET management::livez;
}

/// Mounts the table below the issuer's path.
pub fn configure(config: &mut ServiceConfig, app: &App) {
    let base = app.issuer.path();
    mount(config, base);
    if !base.is_empty() {
        // People type the issuer as it is written, without a slash at its end.
        config.service(web::resource(base.to_owned()).route(reading_with(home)));
        // RFC 8414 §3.1: the well-known path is inserted between the host and the issuer's path.
        for name in ["openid-configuration", "oauth-authorization-server"] {
            let path = format!("/.well-known/{name}{base}");
            config.service(web::resource(path).route(reading_with(discovery::http::metadata)).route(asking()));
        }
        // RFC 7033 §4, "A Well-Known URL for Changing Passwords" §3: these two are the host's.
        config.service(web::resource("/.well-known/webfinger").route(reading_with(webfinger::http::describe)).route(asking()));
        config.service(web::resource("/.well-known/change-password").route(reading_with(change_password)));
        // RFC 9728 §3.1: so it is for resources, which share the issuer's host and not its path.
        for path in ["/.well-known/oauth-protected-resource", "/.well-known/oauth-protected-resource/{path:.*}"] {
            config.service(web::resource(path).route(reading_with(protected_resource::http::metadata)).route(asking()));
        }
    }
}

/// The preflight of a public document.
fn asking() -> Route {
    web::method(Method::OPTIONS).to(cors::preflight_everybody)
}

/// RFC 9110 §9.3.2: HEAD is GET without a body.
fn reading() -> Route {
    web::route().guard(guard::Any(guard::Get()).or(guard::Head()))
}

fn reading_with<F, Args>(handler: F) -> Route
where
    F: Handler<Args>,
    Args: actix_web::FromRequest + 'static,
    F::Output: Responder + 'static,
{
    reading().to(handler)
}

/// The root: where people who only typed the host name are taken.
async fn home(app: web::Data<App>) -> HttpResponse {
    respond::redirect(&app.issuer.url("/account"))
}

/// The well-known URL for changing passwords, which password managers open.
async fn change_password(app: web::Data<App>) -> HttpResponse {
    respond::redirect(&app.issuer.url("/account/security"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::telemetry::metrics::Endpoint;
    use crate::web::observe;
    use actix_web::HttpRequest;

    fn room<A, F>(_: impl Fn(HttpRequest, web::Data<App>, A) -> F) -> usize {
        size_of::<F>()
    }

    /// A future is moved into place for each request. What hardly any request does is boxed where it begins; in line it made these thrice as large.
    #[test]
    fn what_machines_ask_for_most_takes_little_room() {
        for (path, bytes) in [("token", room(token::http::token)), ("introspect", room(introspect::http::introspect))] {
            assert!(bytes < 1_400, "{path}: {bytes} bytes");
        }
    }

    #[test]
    fn every_endpoint_of_the_protocol_is_counted_under_its_own_name() {
        for (path, _) in TABLE.iter().filter(|(path, _)| path.starts_with("/oauth2/")) {
            assert_ne!(observe::endpoint(path, ""), Endpoint::Other, "{path}");
        }
    }

    #[test]
    fn what_machines_ask_for_most_is_found_before_a_path_that_is_a_pattern() {
        let first_pattern = TABLE.iter().position(|(path, _)| path.contains('{')).unwrap();
        for wanted in ["/oauth2/token", "/oauth2/userinfo", "/oauth2/introspect", "/oauth2/authorize"] {
            assert!(TABLE.iter().position(|(path, _)| *path == wanted).unwrap() < first_pattern, "{wanted}");
        }
    }
}
