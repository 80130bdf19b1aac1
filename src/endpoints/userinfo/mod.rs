//! The UserInfo endpoint: OIDC Core §5.3.

pub mod http;

use serde_json::{Map, Value};

use crate::app::App;
use crate::client_auth::Credentials;
use crate::endpoints::encrypted::{self, Kind};
use crate::endpoints::introspect;
use crate::endpoints::possession::{self, Possession, Proof, binding};
use crate::endpoints::presented;
use crate::failure::Failure;
use crate::model::client::Client;
use crate::model::confirmation::Confirmation;
use crate::model::grant::Grant;
use crate::secret::Secret;
use crate::spec::access_token::{Holder, OpaqueClaims};
use crate::spec::bearer::Scheme;
use crate::spec::certificate::ClientCertificate;
use crate::spec::claims;
use crate::spec::claims_request::ClaimsRequest;
use crate::spec::error::OAuthError;
use crate::spec::scope::Scope;
use crate::spec::signing_algorithm;

/// The claims as JSON, or signed for clients that registered `userinfo_signed_response_alg`.
#[derive(Debug)]
pub enum UserInfo {
    /// `application/json`.
    Json(Map<String, Value>),
    /// `application/jwt`.
    Jwt(Secret<String>),
}

/// How the token came.
#[derive(Clone, Copy, Debug)]
pub struct Request<'a> {
    /// GET or POST.
    pub method: &'a str,
    /// As a bearer token, or with a proof.
    pub scheme: Scheme,
    /// The access token.
    pub token: &'a str,
    /// Proof and certificate.
    pub credentials: &'a Credentials,
}

/// OIDC Core §5.3.1: the token (`client_id` then tells whose it is), its grant, its user, and then the claims that were approved.
///
/// # Errors
/// RFC 6750 §3.1.
pub async fn userinfo(app: &App, request: &Request<'_>, client_id: &mut Option<String>) -> Result<UserInfo, Failure> {
    let keys = app.keys.current();
    let facts = presented::access_token(request.token, &app.sealer, &keys.set, (app.issuer.as_str(), app.now()))
        .ok_or_else(|| invalid_token().because("the token is unknown or expired"))?;
    *client_id = Some(facts.client_id.clone());
    let client = app.client(&facts.client_id).await?.filter(|client| client.enabled);
    let client = client.ok_or_else(|| invalid_token().because("the client is disabled or deleted"))?;
    let proof = sent_by_its_holder(app, &client, request, &facts.confirmation).await?; // RFC 9449 §7.1, RFC 8705 §3
    let Holder::User { grant_id, .. } = &facts.holder else {
        return Err(OAuthError::insufficient_scope("The access token does not act for a user.").into());
    };
    let grant = app.grant(*grant_id).await?.filter(|grant| grant.revoked_at.is_none());
    let grant = grant.ok_or_else(|| invalid_token().because("the grant of the token is revoked"))?;
    if !introspect::delegation_lives(app, &facts, &grant).await? {
        return Err(invalid_token().because("the exchanged token is revoked, or its approved client disabled").into());
    }
    meant_for_us(&facts, &grant)?;
    let scope: Scope = facts.scope.split(' ').collect();
    if !scope.is_openid() {
        return Err(OAuthError::insufficient_scope("The openid scope is required.").into()); // OIDC Core §5.3.1
    }
    let user = app.user(&grant.subject).await?.filter(|user| user.is_active());
    let user = user.ok_or_else(|| invalid_token().because("the account is locked or deleted"))?;
    possession::use_up(app, proof.as_ref()).await?; // RFC 9449 §11.1

    // What the approved client asked for by name is not for whoever its token was exchanged for: OIDC Core §5.5.
    let asked = match grant.client_id == client.client_id {
        true => ClaimsRequest::from_stored(&grant.claims_request),
        false => ClaimsRequest::default(),
    };
    let mut released = claims::user_claims(&user, &scope, &asked.userinfo);
    released.insert("sub".to_owned(), Value::String(app.subject_for(&client, &user.subject))); // OIDC Core §5.3.2: always; §8
    protected(app, &client, released).await
}

/// OIDC Core §5.3.2: signed, encrypted or both, as the client registered. "If the UserInfo Response is signed, the response SHOULD contain
/// the Claims iss […] and aud".
async fn protected(app: &App, client: &Client, mut released: Map<String, Value>) -> Result<UserInfo, Failure> {
    let signed_with = client.metadata.userinfo_signed_response_alg.as_deref();
    let encryption = encrypted::wanted(client, Kind::UserInfo);
    if signed_with.is_none() {
        let Some(encryption) = encryption else { return Ok(UserInfo::Json(released)) };
        let claims = serde_json::to_vec(&released).map_err(anyhow::Error::from)?;
        return Ok(UserInfo::Jwt(encrypted::claims(app, client, encryption, &claims).await?));
    }
    released.insert("iss".to_owned(), Value::String(app.issuer.as_str().to_owned()));
    released.insert("aud".to_owned(), Value::String(client.client_id.clone()));
    let signed = app.sign(signing_algorithm::given(client.metadata.profile, signed_with), None, &released).await?;
    Ok(UserInfo::Jwt(encrypted::token(app, client, Kind::UserInfo, signed).await?))
}

/// A bound token is worth nothing without its keys. Proofs are looked at for the scheme that needs them; whether they need a nonce (RFC 9449
/// §9), and what may sign them, is for the client and its profile to say.
async fn sent_by_its_holder(app: &App, client: &Client, request: &Request<'_>, bound_to: &Confirmation) -> Result<Option<Proof>, Failure> {
    let shown = match request.scheme {
        Scheme::Dpop => possession::of_token(app, client, (request.method, request.credentials), request.token).await?,
        Scheme::Bearer => Possession {
            confirmation: Confirmation {
                jkt: None,
                certificate: bound_to.certificate.as_ref().and(request.credentials.certificate.as_ref()).map(ClientCertificate::thumbprint),
            },
            ..Possession::default()
        },
    };
    binding::use_of_token(bound_to, request.scheme, &shown.confirmation)?;
    binding::algorithm_is_allowed(client, shown.algorithm)?;
    Ok(shown.proof)
}

/// A token that was asked for another resource is not for this endpoint: RFC 9068 §4, RFC 8707 §2.
fn meant_for_us(facts: &OpaqueClaims, grant: &Grant) -> Result<(), Failure> {
    if facts.audience.is_empty() || grant.resources.is_empty() {
        return Ok(());
    }
    Err(invalid_token().because("the token is for another resource").into())
}

const fn invalid_token() -> OAuthError {
    OAuthError::invalid_token("The access token is expired, revoked, or not valid.")
}
