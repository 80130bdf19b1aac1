//! Token exchange: RFC 8693. A service trades a token that it was handed for one of its own, which says who acts for whom.
//!
//! RFC 8693 §2.2.2 asks for `invalid_request` where a token is of no use; authy says `invalid_grant`, as it does of every code and token.

mod check;
mod subject;

use std::sync::Arc;

use serde_json::Value;

use super::{Answer, Exchange, GrantType};
use crate::clock::Timestamp;
use crate::endpoints::introspect;
use crate::endpoints::presented::{self, NoIdToken};
use crate::endpoints::token;
use crate::endpoints::token::issue::{Delegated, Mint, TokenResponse};
use crate::failure::Failure;
use crate::jose::Expiry;
use crate::model::client::AccessTokenFormat;
use crate::model::grant::Grant;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::grant_type::{Registered, TOKEN_EXCHANGE};
use crate::spec::scope::Scope;
use crate::spec::token_exchange::{Presented, Requested};

/// `urn:ietf:params:oauth:grant-type:token-exchange`.
#[derive(Debug)]
pub struct TokenExchangeGrant;

impl GrantType for TokenExchangeGrant {
    fn registered(&self) -> Registered {
        TOKEN_EXCHANGE
    }

    fn exchange<'a>(&'a self, exchange: Exchange<'a>) -> Answer<'a> {
        Box::pin(exchange_tokens(exchange))
    }
}

/// A token of ours that still is what it says, in the hands of somebody who may have it.
#[derive(Debug)]
pub struct Held {
    /// The person, or the client that it is about.
    pub subject: String,
    /// What the client at work calls them: OIDC Core §8.
    pub known_as: String,
    /// The approval it hangs from; none for a client's own token.
    pub grant: Option<Arc<Grant>>,
    /// What it is good for.
    pub scope: Scope,
    /// Where it is good.
    pub audience: Vec<String>,
    /// What it is good for in detail (RFC 9396).
    pub authorization_details: Vec<Value>,
    /// When it dies.
    pub expires_at: Timestamp,
    /// Who acts already.
    pub act: Option<Value>,
}

/// The one sentence about a token that is of no use.
pub(super) const fn invalid_token() -> OAuthError {
    OAuthError::invalid_grant("The token cannot be exchanged by this client.")
}

/// What is encrypted to the client itself, the client can open and authy cannot: the same rule as for hints.
const fn foreign() -> OAuthError {
    OAuthError::invalid_grant("The ID Token is encrypted, but not to a key of the provider; decrypt it before it is exchanged.")
}

/// The two tokens, then what may be got for them.
async fn exchange_tokens(exchange: Exchange<'_>) -> Result<TokenResponse, Failure> {
    let Exchange { app, client, params, .. } = &exchange;
    let request = check::request(params)?; // RFC 8693 §2.1
    let subject = hold(&exchange, request.subject).await?;
    let Some(grant) = &subject.grant else {
        return Err(invalid_token().because("the subject token acts for no person").into());
    };
    let actor = match request.actor {
        Some(actor) => Some(hold(&exchange, actor).await?),
        None => None,
    };
    let scope = check::scope(params, &subject, client)?;
    let good_for = good_for(&exchange, &subject, grant).await?;
    let resources = token::targets(app, client, &check::targets(params, &good_for)?).await?; // RFC 8707 §2
    let details = token::requested_details(app, client, params, &subject.authorization_details).await?; // RFC 9396 §6
    let act = check::act(&subject, actor.as_ref(), client)?; // RFC 8693 §4.1
    let user = token::active_user(app, &grant.subject).await?;
    let (not_after, jwt) = (subject.expires_at, request.requested == Requested::Jwt);
    let delegated = Delegated { scope: &scope, resources: &resources, authorization_details: &details, act, not_after, jwt };
    let used_up = exchange.use_up_proof().await?; // RFC 9449 §11.1
    let access_token = Mint::of(&exchange, used_up).access_token_delegated(&user, grant, delegated).await?;
    Ok(TokenResponse::new(access_token, &scope).with_issued_token_type(request.requested.issued_token_type()))
}

/// The resources that the token is for, named in its request or by its client's `default_resource`: the new one is for no others. What is for
/// a place that is none of ours any more is not passed on, and without a word of where it is to be used there is nothing to pass on.
async fn good_for(exchange: &Exchange<'_>, subject: &Held, grant: &Grant) -> Result<Vec<String>, Failure> {
    let Exchange { app, client, params, .. } = exchange;
    let jwt = client.metadata.access_token_format == AccessTokenFormat::Jwt;
    let names_none = ["resource", "audience"].iter().all(|name| params.get(name).is_none());
    let mut good_for = Vec::new();
    for uri in &subject.audience {
        // A client's own id is no place, and what it uses by default needs no registration.
        let own = *uri == grant.client_id || jwt && client.metadata.default_resource.as_ref() == Some(uri);
        match app.resource(uri).await? {
            Some(_) => good_for.push(uri.clone()),
            None if own || !names_none => {}
            None => {
                return Err(OAuthError::invalid_target("The resource is not registered.").because("the subject token is for it").into());
            }
        }
    }
    Ok(good_for)
}

/// Verifies a presented token, and that this client has it rightly: its own, or one for a resource that it serves.
async fn hold(exchange: &Exchange<'_>, (token, kind): (&str, Presented)) -> Result<Held, Failure> {
    match kind {
        Presented::IdToken => hold_id_token(exchange, token).await,
        Presented::Jwt if token.starts_with(token::issue::ACCESS_TOKEN_PREFIX) => {
            Err(invalid_token().because("a sealed token was presented as a JWT").into())
        }
        Presented::AccessToken | Presented::Jwt => hold_access_token(exchange, token).await,
    }
}

async fn hold_access_token(exchange: &Exchange<'_>, token: &str) -> Result<Held, Failure> {
    let Exchange { app, client, now, .. } = exchange;
    let keys = app.keys.current();
    let facts = presented::access_token(token, &app.sealer, &keys.set, (app.issuer.as_str(), *now))
        .ok_or_else(|| invalid_token().because("it is no live access token of ours"))?;
    if !introspect::may_know(app, client, &facts).await? {
        return Err(invalid_token().because("the token was neither issued to this client nor is it for a resource that it serves").into());
    }
    if !introspect::lives(app, &facts).await? {
        return Err(invalid_token().because("the token, its grant, its person or its client has been revoked or locked").into());
    }
    let grant = match facts.grant_id() {
        Some(id) => app.grant(id).await?,
        None => None,
    };
    Ok(Held {
        subject: facts.subject().to_owned(),
        known_as: grant.as_ref().map_or_else(|| facts.subject().to_owned(), |grant| app.subject_for(client, &grant.subject)),
        grant,
        scope: facts.scope.split(' ').filter(|value| !value.is_empty()).collect(),
        audience: facts.audience,
        authorization_details: facts.authorization_details,
        expires_at: facts.expires_at,
        act: facts.act,
    })
}

/// An ID Token names no grant, so it stands for the newest one of its sign-in with the same client. It was for that client's eyes only.
async fn hold_id_token(exchange: &Exchange<'_>, token: &str) -> Result<Held, Failure> {
    let Exchange { app, client, .. } = exchange;
    let claims = presented::id_token(app, token, Expiry::Refused).map_err(|why| match why {
        NoIdToken::Foreign(error) => foreign().because(error.to_string()),
        NoIdToken::Invalid(error) => invalid_token().because(error.to_string()),
    })?;
    let told = subject::of_id_token(&claims).map_err(|missing| invalid_token().because(missing))?;
    if told.audience != client.client_id {
        return Err(invalid_token().because("the ID Token is for another client").into());
    }
    let person = app.person_of_id_token(client, told.sid, Some(told.subject)).await?;
    let person = person.ok_or_else(|| invalid_token().because("the sub is none that this client was shown"))?;
    let sid = told.sid.map(|sid| app.sid_behind(client, sid));
    let told = subject::Told { sid: sid.as_deref(), ..told };
    let grants = app.sql.grants_of(&person).await?;
    let grant = grants.into_iter().find(|grant| grant.client_id == client.client_id && told.is_of(&grant.authentication));
    let grant = grant.ok_or_else(|| gone("no live grant of that sign-in"))?;
    Ok(Held {
        known_as: app.subject_for(client, &person),
        subject: person,
        scope: Scope::from(grant.scopes.clone()),
        audience: grant.resources.clone(),
        authorization_details: grant.authorization_details.clone(),
        expires_at: told.expires_at,
        act: None,
        grant: Some(Arc::new(grant)),
    })
}

fn gone(detail: &'static str) -> Refusal {
    invalid_token().because(detail)
}
