//! Pushed authorization requests: RFC 9126.

mod check;
pub mod http;

use std::time::Duration;

use serde::Serialize;

use crate::accounts::transaction;
use crate::app::App;
use crate::client_auth::{self, Credentials, Presented};
use crate::endpoints::authorize::open::{self, Opened};
use crate::endpoints::authorize::request::AuthorizationRequest;
use crate::endpoints::possession::{self, Proof, Room, binding};
use crate::endpoints::{authorize, strangers, token};
use crate::failure::Failure;
use crate::model::client::{Client, Profile};
use crate::model::pushed_request::PushedRequest;
use crate::secret::TokenHash;
use crate::spec::dpop;
use crate::spec::params::Params;
use crate::spec::pushed;
use crate::store::kv::pushed_requests;

/// A successful answer: RFC 9126 §2.2.
#[derive(Debug, Serialize)]
pub struct Pushed {
    request_uri: String,
    expires_in: u64,
}

/// RFC 9126 §2.1: authenticate as at the token endpoint, then check the request as at the authorization endpoint; `client_id` tells who
/// asked, once that is proven.
///
/// # Errors
/// RFC 9126 §2.3: those of the token endpoint, and those of the authorization endpoint that need no person.
pub async fn push(app: &App, (body, credentials): (&str, &Credentials), client_id: &mut Option<String>) -> Result<Pushed, Failure> {
    let params = Params::parse(body)?;
    let client = client_auth::authenticate(app, &Presented { credentials, params: &params }).await?;
    *client_id = Some(client.client_id.clone());
    strangers::admit(app, &client, credentials.address).await?; // RFC 9126 §2.3
    let params = check::authorization_request(&params, &client)?; // RFC 9126 §2.1
    let opened = open::pushing(app, client.into_client(), params).await?; // RFC 9126 §3, RFC 6749 §3.1.2
    let (opened, proof) = bound_to_its_proof(app, opened, credentials).await?; // RFC 9449 §10.1
    let request = AuthorizationRequest::check(&opened.params, &opened.client)?;
    token::fitting_details(app, &request.authorization_details).await?; // RFC 9396 §5
    token::any_resources(app, &opened.client, &opened.params).await?; // RFC 8707 §2.1
    authorize::hinted_subject(app, &opened.params)?; // OIDC Core §3.1.2.1
    possession::use_up(app, proof.as_ref()).await?; // RFC 9449 §11.1
    keep(app, &opened).await
}

/// RFC 9449 §10.1: a proof that comes along names the key of the code as `dpop_jkt` would; the two must not contradict each other.
async fn bound_to_its_proof(app: &App, opened: Opened, credentials: &Credentials) -> Result<(Opened, Option<Proof>), Failure> {
    let room = if strangers::is_anybody(&opened.client) { Room::Anybody } else { Room::Earned };
    let proven = possession::dpop(app, &opened.client, ("POST", credentials), None, room).await?;
    binding::algorithm_is_allowed(&opened.client, proven.algorithm)?;
    let Some(jkt) = proven.confirmation.jkt else { return Ok((opened, None)) };
    match opened.params.get("dpop_jkt") {
        Some(asked) if asked == jkt => Ok((opened, proven.proof)),
        Some(_) => Err(dpop::invalid_proof().because("dpop_jkt names another key than that of the proof").into()),
        None => {
            let params = opened.params.iter().chain([("dpop_jkt", jkt.as_str())]);
            let params = Params::from_pairs(params.map(|(name, value)| (name.to_owned(), value.to_owned())));
            Ok((Opened { params, ..opened }, proven.proof))
        }
    }
}

/// RFC 9126 §7.1: the reference is as hard to guess as a token. What it stands for is kept until the last page of a sign-in that begins in
/// its last second.
async fn keep(app: &App, opened: &Opened) -> Result<Pushed, Failure> {
    let lifetime = lifetime(app, &opened.client);
    let reference = app.entropy.token(pushed::PREFIX);
    let encoded = opened.params.encode();
    strangers::check_size(&opened.client, &encoded)?;
    let request = PushedRequest {
        client_id: opened.client.client_id.clone(),
        request: encoded,
        signed: opened.carried.signed,
        expires_at: app.now() + lifetime,
    };
    pushed_requests::save(&app.kv, &TokenHash::of(&reference), &request, lifetime + transaction::longest(app)).await?;
    Ok(Pushed { request_uri: reference, expires_in: lifetime.as_secs() })
}

/// FAPI 2.0 Security Profile §5.3.2.2: "with expires_in values of less than 600 seconds".
fn lifetime(app: &App, client: &Client) -> Duration {
    let set = app.settings.lifetimes.request_uri;
    if client.metadata.profile == Profile::Fapi2 { set.min(Duration::from_secs(599)) } else { set }
}
