//! Request objects by value and by reference: RFC 9101 §5 and §6, OIDC Core §6.

use crate::app::App;
use crate::client_auth::keys;
use crate::clock::Timestamp;
use crate::failure::Failure;
use crate::jose::{Algorithm, jwe, unsecured};
use crate::model::client::Client;
use crate::outbound::{Kind, Registrant, Request};
use crate::secret::Secret;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::params::Params;
use crate::spec::request_object::rules::{self, Allowed};

/// The longest request object that is fetched: with the pages before sign-in it travels on in a URL. Longer ones are pushed.
const MAX_FETCHED: usize = 8 * 1024;

/// What a request object holds.
#[derive(Debug)]
pub struct Object {
    /// The parameters of the request, all of them.
    pub params: Params,
    /// Whether the client signed it.
    pub signed: bool,
}

/// Reads a request object, judged as of the moment it came: RFC 9101 §6.
///
/// # Errors
/// `invalid_request_object`; the log says why.
pub async fn read(app: &App, client: &Client, object: &str, came_at: Timestamp) -> Result<Object, Failure> {
    let decrypted = decrypted(app, object)?; // RFC 9101 §6.1
    let object = decrypted.as_ref().map_or(object, |inner| inner.expose().as_str());
    let alg = unsecured::algorithm_of(object).ok_or_else(|| rules::invalid("it is no compact JWS"))?;
    let (header, claims, signed) = match rules::algorithm(&alg, client)? {
        Allowed::Unsigned => {
            let (header, claims) = unsecured::read(object).map_err(|error| rules::invalid(error.to_string()))?;
            (header, claims, false)
        }
        Allowed::Signed => {
            let allowed = Algorithm::of_client(&alg).into_iter().collect::<Vec<_>>();
            let verified = keys::verify(app, client, object, &allowed).await; // RFC 9101 §6.2
            let verified = verified.map_err(|error| rules::invalid(error.to_string()))?;
            (verified.header, verified.claims, true)
        }
    };
    rules::typ(&header)?; // RFC 9101 §10.8
    let params = rules::parameters(&claims, client, &app.issuer, came_at)?; // RFC 9101 §6.3
    Ok(Object { params, signed })
}

/// What was encrypted to a key of ours is a signed object inside: "sign then encrypt" (RFC 9101 §4, RFC 7519 §11.2). `None` for what is not encrypted.
fn decrypted(app: &App, object: &str) -> Result<Option<Secret<String>>, Refusal> {
    if !jwe::is_encrypted(object) {
        return Ok(None);
    }
    let opened = app.keys.current().set.decrypt(object, (app.now(), app.entropy.as_ref()));
    opened.map(Some).map_err(|error| rules::invalid(error.to_string()))
}

/// The request object behind a `request_uri` (RFC 9101 §5.2). Only addresses that the client registered are asked, so that a stranger's
/// link makes authy ask nobody (§10.4, OIDC Registration §2 `request_uris`).
///
/// # Errors
/// `invalid_request_uri`.
pub async fn fetch(app: &App, client: &Client, uri: &str) -> Result<String, Failure> {
    if !is_registered(client, uri) {
        return Err(unusable("the client did not register this request_uri").into());
    }
    let request = Request::get(Kind::RequestObject, without_fragment(uri), Registrant::of(client));
    let answer = app.outbound.send(request).await.map_err(|error| unusable(error.to_string()))?;
    let object = String::from_utf8(answer.body).map_err(|_| unusable("what was fetched is no text"))?;
    if object.len() > MAX_FETCHED {
        return Err(unusable("what was fetched is longer than 8 KiB").into());
    }
    Ok(object.trim().to_owned())
}

/// OIDC Core §6.2: a fragment says which version is meant, and is no part of what is registered.
fn is_registered(client: &Client, uri: &str) -> bool {
    client
        .metadata
        .protocol
        .request_uris
        .iter()
        .any(|registered| registered == uri || without_fragment(registered) == without_fragment(uri))
}

fn without_fragment(uri: &str) -> &str {
    uri.split('#').next().unwrap_or(uri)
}

fn unusable(detail: impl Into<std::borrow::Cow<'static, str>>) -> Refusal {
    OAuthError::invalid_request_uri("The request_uri is not registered, or gave no request object.").about("request_uri").because(detail)
}
