//! The backchannel authentication endpoint: OpenID CIBA Core §7.

pub mod http;
pub mod notify;

use std::sync::Arc;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::Value;

use crate::accounts::login;
use crate::app::App;
use crate::client_auth::{self, AuthenticatedClient, Credentials, Presented, keys};
use crate::endpoints::{id_token_hint, strangers, token};
use crate::failure::Failure;
use crate::grants::ciba::CibaGrant;
use crate::model::authentication_request::{AuthenticationRequest, Delivery, State};
use crate::model::user::User;
use crate::sealing::Purpose;
use crate::secret::{Secret, TokenHash};
use crate::spec::authorization_details;
use crate::spec::ciba::{self, Hint, Request};
use crate::spec::device::{INTERVAL, Polling};
use crate::spec::error::OAuthError;
use crate::spec::params::Params;
use crate::spec::{signing_algorithm, typ};
use crate::store::kv::replay;
use crate::store::sql::{Queued, Room};

/// The path below the issuer.
pub const PATH: &str = "/oauth2/bc-authorize";
/// The readable prefix of `auth_req_id`.
pub const PREFIX: &str = "ar_";
/// How many requests of one client may wait at once, and how many of these for one person, who is to see those of other clients, too.
const ROOM: Room = Room { of_client: 1_000, for_person: 20 };

/// CIBA Core §7.3.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "every field is the registered name of CIBA Core §7.3 and means what is said there")]
pub struct Acknowledged {
    pub auth_req_id: Secret<String>,
    pub expires_in: u64,
    #[serde(skip_serializing_if = "Option::is_none")]
    pub interval: Option<u64>,
}

/// What a notice to the client needs, and what of it was made already: sealed in the database.
#[derive(Serialize, Deserialize)]
struct Notice {
    auth_req_id: Secret<String>,
    token: Option<Secret<String>>,
    payload: Option<Value>,
}

/// Authenticate, may this client do it, open a signed request, check it, find the person, and keep it for them.
///
/// # Errors
/// CIBA Core §13.
pub async fn authenticate(app: &App, from: (&str, &Credentials), client_id: &mut Option<String>) -> Result<Acknowledged, Failure> {
    let (body, credentials) = from;
    let params = Params::parse(body)?;
    let client = client_auth::authenticate(app, &Presented { credentials, params: &params }).await?; // CIBA Core §7.1
    *client_id = Some(client.client_id.clone());
    token::client_may_use(&client, &CibaGrant)?;
    strangers::admit(app, &client, credentials.address).await?;
    may_be_told(&client)?;
    let params = opened(app, &client, params).await?; // CIBA Core §7.1.1
    let request = ciba::check(&params, &client)?; // CIBA Core §7.1
    let resources = token::any_resources(app, &client, &params).await?; // RFC 8707 §2
    let details = authorization_details::requested(&params, &client)?; // RFC 9396 §3, §4
    token::fitting_details(app, &details).await?; // RFC 9396 §5
    let person = person(app, &client, request.hint).await?; // CIBA Core §7.2
    save(app, &client, &request, (&person, resources.uris(), details)).await
}

/// FAPI-CIBA §5.2.2 (3): "shall not support push mode". Nobody can prove at a push that they hold the key which tokens are bound to.
fn may_be_told(client: &AuthenticatedClient) -> Result<(), Failure> {
    let metadata = &client.metadata;
    let bound = metadata.protocol.dpop_bound_access_tokens || metadata.protocol.tls_client_certificate_bound_access_tokens;
    let fapi = metadata.profile.is_fapi();
    if ciba::delivery(client) == Delivery::Push && (fapi || bound) {
        return Err(OAuthError::unauthorized_client("This client may not be sent tokens.")
            .because("push mode with FAPI or bound tokens")
            .into());
    }
    Ok(())
}

/// The parameters themselves, or those of the signed request: once.
async fn opened(app: &App, client: &AuthenticatedClient, params: Params) -> Result<Params, Failure> {
    let invalid = OAuthError::invalid_request("The signed request is not valid.").about("request");
    let Some(request) = params.get("request") else {
        if ciba::must_sign(client) {
            return Err(OAuthError::invalid_request("This client must sign its requests.").about("request").into());
        }
        return Ok(params);
    };
    ciba::nothing_beside(&params)?;
    let registered = client.metadata.protocol.backchannel_authentication_request_signing_alg.as_deref();
    let taken = signing_algorithm::taken(client.metadata.profile, registered); // CIBA Core §4
    let signed = keys::verify(app, client, request, taken).await.map_err(|error| invalid.because(error.to_string()))?;
    // RFC 8725 §3.11: an assertion, say, is signed with the same key.
    if !typ::is_absent_or_one_of(ciba::TYPES, &signed.header) {
        return Err(invalid.because("the typ is that of something else").into());
    }
    let audience = [app.issuer.as_str().to_owned(), app.issuer.url(PATH), app.issuer.url("/oauth2/token")];
    let (params, once, ttl) =
        ciba::signed(&signed.claims, &client.client_id, &audience, app.now()).map_err(|claim| invalid.because(claim))?;
    let room = if client.is_vouched_for() { "ciba-request" } else { "ciba-request-strangers" };
    if replay::seen(&app.kv, room, &once.hex(), ttl).await? {
        return Err(invalid.because("the jti was used before").into());
    }
    Ok(params)
}

/// CIBA Core §7.2, §13: `unknown_user_id`, also for somebody who may not sign in.
async fn person(app: &App, client: &AuthenticatedClient, hint: Hint<'_>) -> Result<Arc<User>, Failure> {
    let unknown = OAuthError::unknown_user_id("The hint names nobody who can be asked.");
    let found = match hint {
        Hint::Login(name) => app.sql.user_by_login(&login::typed(name)).await?.map(|(user, _)| Arc::new(user)),
        Hint::IdToken(token) => hinted(app, client, token).await?,
    };
    Ok(found.filter(|user| user.is_active()).ok_or_else(|| unknown.because("nobody, or somebody who is locked"))?)
}

/// An ID Token that this client was given; an expired one still hints.
async fn hinted(app: &App, client: &AuthenticatedClient, token: &str) -> Result<Option<Arc<User>>, Failure> {
    let invalid = OAuthError::invalid_request("The id_token_hint is not valid.").about("id_token_hint");
    let claims = id_token_hint::claims(app, token)?;
    let text = |name: &str| claims.get(name).and_then(Value::as_str);
    if text("aud") != Some(client.client_id.as_str()) {
        return Err(invalid.because("it was given to another client").into());
    }
    match app.person_of_id_token(client, text("sid"), text("sub")).await? {
        Some(subject) => Ok(app.user(&subject).await?),
        None => Ok(None),
    }
}

async fn save(
    app: &App,
    client: &AuthenticatedClient,
    request: &Request<'_>,
    (person, resources, authorization_details): (&User, Vec<String>, Vec<Value>),
) -> Result<Acknowledged, Failure> {
    let (now, delivery) = (app.now(), ciba::delivery(client));
    let lifetime = request.requested_expiry.unwrap_or(app.settings.lifetimes.authentication_request);
    let auth_req_id = Secret::new(app.entropy.token(PREFIX));
    let notice = Notice { auth_req_id: auth_req_id.clone(), token: request.notification_token.map(Secret::from), payload: None };
    let stored = AuthenticationRequest {
        id: app.entropy.uuid(),
        auth_req_id: TokenHash::of(auth_req_id.expose()),
        client_id: client.client_id.clone(),
        subject: person.subject.clone(),
        scopes: request.scope.to_vec(),
        resources,
        authorization_details,
        binding_message: request.binding_message.map(str::to_owned),
        delivery,
        sealed: seal(app, &notice)?,
        polling: Polling::default(),
        state: State::Pending,
        approval: None,
        attempts: 0,
        notify_at: (delivery == Delivery::Push).then(|| now + lifetime), // CIBA Core §12: expiry is pushed too
        created_at: now,
        expires_at: now + lifetime,
    };
    let full = match app.sql.create_authentication_request(&stored, ROOM).await? {
        Queued::Done => None,
        Queued::ClientFull => Some("too many authentication requests of this client wait already"),
        Queued::PersonFull => Some("too many authentication requests of this client wait for this person already"),
    };
    if let Some(reason) = full {
        return Err(Failure::Busy(reason.into()));
    }
    let interval = (delivery != Delivery::Push).then_some(INTERVAL.as_secs());
    Ok(Acknowledged { auth_req_id, expires_in: lifetime.as_secs(), interval })
}

fn seal(app: &App, notice: &Notice) -> Result<Vec<u8>, Failure> {
    let plain = serde_json::to_vec(notice).map_err(anyhow::Error::from)?;
    Ok(app.sealer.seal(Purpose::Stored, &plain, app.entropy.as_ref()))
}

fn open(app: &App, sealed: &[u8]) -> Result<Notice, Failure> {
    let plain = app.sealer.open(Purpose::Stored, sealed).ok_or_else(|| anyhow::anyhow!("a notice was sealed with another master key"))?;
    Ok(serde_json::from_slice(&plain).map_err(anyhow::Error::from)?)
}

/// How long a node has for a notice before another one takes it over.
const LEASE: Duration = Duration::from_secs(60);
