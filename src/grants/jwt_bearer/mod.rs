//! The JWT bearer grant: RFC 7523 §2.1. A client brings the word of another issuer about a person. Which issuers, is for an administrator to
//! say (`assertion_issuers`): that is the approval, so the person is not asked.

mod check;

use std::sync::Arc;

use uuid::Uuid;

use super::{Answer, Exchange, GrantType};
use crate::accounts::login;
use crate::client_auth::keys;
use crate::endpoints::token;
use crate::endpoints::token::issue::{Mint, TokenResponse};
use crate::failure::Failure;
use crate::jose::compact;
use crate::model::client::Client;
use crate::model::grant::{Authentication, Grant};
use crate::model::user::User;
use crate::spec::authorization_details;
use crate::spec::error::OAuthError;
use crate::spec::grant_type::{JWT_BEARER, Registered};
use crate::spec::jwt_bearer::{self, Assertion, Subject, TrustedIssuer};
use crate::spec::{signing_algorithm, typ};
use crate::store::kv::replay;
use crate::store::sql::Redemption;

/// `urn:ietf:params:oauth:grant-type:jwt-bearer`.
#[derive(Debug)]
pub struct JwtBearerGrant;

impl GrantType for JwtBearerGrant {
    fn registered(&self) -> Registered {
        JWT_BEARER
    }

    fn exchange<'a>(&'a self, exchange: Exchange<'a>) -> Answer<'a> {
        Box::pin(exchange_assertion(exchange))
    }
}

/// RFC 7523 §3.1: `invalid_grant`, with one sentence.
const fn invalid_assertion() -> OAuthError {
    OAuthError::invalid_grant("The assertion is not valid for this client.")
}

/// Find the issuer, verify, check the claims, find the person, and only then use the assertion up.
async fn exchange_assertion(exchange: Exchange<'_>) -> Result<TokenResponse, Failure> {
    let Exchange { app, client, params, now, .. } = &exchange;
    let assertion = params.require("assertion")?; // RFC 7523 §2.1
    let issuer = trusted(client, assertion)?;
    let claims = verified(&exchange, &issuer, assertion).await?;
    let audience = [app.issuer.as_str().to_owned(), app.issuer.url("/oauth2/token")];
    let said = jwt_bearer::check(&claims, &issuer.issuer, &audience, *now).map_err(|claim| invalid_assertion().because(claim))?;
    let scope = check::scope(params, client)?; // RFC 6749 §3.3
    let resources = token::any_resources(app, client, params).await?; // RFC 8707 §2
    let details = authorization_details::requested(params, client)?; // RFC 9396 §6
    token::fitting_details(app, &details).await?; // RFC 9396 §5
    let user = person(&exchange, &issuer, &said).await?;
    let used_up = exchange.use_up_proof().await?; // RFC 9449 §11.1
    if replay::seen(&app.kv, "assertion", &said.once.hex(), said.remember).await? {
        return Err(invalid_assertion().because("the assertion was used before").into());
    }
    let grant = Grant { resources: resources.uris(), authorization_details: details, ..approval(&exchange, &user, &scope, &said) };
    match app.sql.redeem_grant(&grant, None, *now).await? {
        Redemption::Saved => {}
        _ => return Err(invalid_assertion().because("the account was locked while the assertion was checked").into()),
    }
    let access_token = Mint::of(&exchange, used_up).access_token_of_user(&user, &grant, &scope, &resources).await?;
    // RFC 7521 §4.1: no refresh token, since the client can bring a new assertion.
    Ok(TokenResponse::new(access_token, &scope))
}

/// The issuer that the assertion names, if an administrator lets this client bring its word.
fn trusted(client: &Client, assertion: &str) -> Result<TrustedIssuer, Failure> {
    let claims = compact::unverified_claims(assertion).ok_or_else(|| invalid_assertion().because("it is no JWT"))?;
    let named = jwt_bearer::claimed_issuer(&claims);
    let mut issuers = client.metadata.protocol.assertion_issuers.iter().filter_map(|entry| TrustedIssuer::parse(entry).ok());
    let found = issuers.find(|issuer| Some(issuer.issuer.as_str()) == named);
    Ok(found.ok_or_else(|| invalid_assertion().because("the client may not bring assertions of that issuer"))?)
}

/// The issuer's keys are looked up, and kept, as a client's are.
async fn verified(
    exchange: &Exchange<'_>,
    issuer: &TrustedIssuer,
    assertion: &str,
) -> Result<serde_json::Map<String, serde_json::Value>, Failure> {
    let mut signer = Client::clone(exchange.client);
    signer.metadata.protocol.jwks.clone_from(&issuer.jwks);
    signer.metadata.protocol.jwks_uri.clone_from(&issuer.jwks_uri);
    let signed = keys::verify(exchange.app, &signer, assertion, signing_algorithm::left_by(exchange.client.metadata.profile)).await;
    let signed = signed.map_err(|error| invalid_assertion().because(error.to_string()))?;
    // RFC 8725 §3.11: an access token of that issuer, say, is no assertion.
    if !typ::is_absent_or_one_of(jwt_bearer::TYPES, &signed.header) {
        return Err(invalid_assertion().because("the typ is that of something else").into());
    }
    Ok(signed.claims)
}

/// The person, who must be allowed in. An address names somebody only when it is known to be theirs.
async fn person(exchange: &Exchange<'_>, issuer: &TrustedIssuer, said: &Assertion) -> Result<Arc<User>, Failure> {
    let sql = &exchange.app.sql;
    let typed = login::typed(&said.subject);
    let found = match issuer.subject {
        Subject::Sub => exchange.app.user(&said.subject).await?,
        Subject::Username => sql.user_by_login(&typed).await?.map(|(user, _)| Arc::new(user)).filter(|user| user.username == typed),
        Subject::Email => {
            let found = sql.user_by_login(&typed).await?.map(|(user, _)| Arc::new(user));
            found.filter(|user| user.email_verified && user.email.as_ref() == Some(&typed))
        }
    };
    Ok(found.filter(|user| user.is_active()).ok_or_else(|| invalid_assertion().because("it names nobody who may sign in"))?)
}

/// It ends with no session, since there is none; it can be taken back like every other.
fn approval(exchange: &Exchange<'_>, user: &User, scope: &[String], said: &Assertion) -> Grant {
    Grant {
        id: exchange.app.entropy.uuid(),
        subject: user.subject.clone(),
        client_id: exchange.client.client_id.clone(),
        session_id: Uuid::nil(),
        offline: true,
        scopes: scope.to_vec(),
        resources: Vec::new(),
        authentication: Authentication { sid: String::new(), auth_time: said.issued_at, amr: Vec::new(), acr: String::new() },
        claims_request: serde_json::Value::Null,
        authorization_details: Vec::new(),
        created_at: exchange.now,
        revoked_at: None,
    }
}
