//! Token introspection: RFC 7662.

pub mod http;

use std::sync::Arc;

use serde_json::json;

use crate::app::App;
use crate::client_auth::{self, AuthenticatedClient, Credentials, Presented};
use crate::clock::Timestamp;
use crate::endpoints::encrypted::{self, Kind};
use crate::endpoints::presented;
use crate::failure::Failure;
use crate::grants::refresh_token;
use crate::model::client::Client;
use crate::model::grant::{Authentication, Grant};
use crate::model::resource::Resource;
use crate::model::user::User;
use crate::secret::{Secret, TokenHash};
use crate::spec::access_token::OpaqueClaims;
use crate::spec::authorization_details;
use crate::spec::error::OAuthError;
use crate::spec::grant_type::REFRESH_TOKEN;
use crate::spec::introspection::Introspection;
use crate::spec::params::Params;
use crate::spec::resource;
use crate::spec::signing_algorithm;
use crate::spec::subject;

/// What a resource server accepts.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Form {
    /// `application/json`.
    Json,
    /// `application/token-introspection+jwt`.
    Jwt,
}

/// What is known about a token, in the form that was asked for.
#[derive(Debug)]
pub enum Answer {
    /// RFC 7662 §2.2.
    Json(Box<Introspection>),
    /// RFC 9701 §5.
    Jwt(Secret<String>),
}

/// The media type of a signed answer, and with another beginning its `typ`: RFC 9701 §4, §5.
pub const JWT_MEDIA_TYPE: &str = "application/token-introspection+jwt";

/// RFC 9701 §5: signed for the resource server that asks, and encrypted where it registered that. The claims about the token stand in
/// one claim of their own, so that nobody takes the answer for an access token.
async fn signed(app: &App, client: &Client, facts: &Introspection) -> Result<Secret<String>, Failure> {
    let claims = json!({
        "iss": app.issuer.as_str(), "aud": client.client_id, "iat": app.now().as_seconds(), "token_introspection": facts,
    });
    let algorithm =
        signing_algorithm::given(client.metadata.profile, client.metadata.protocol.introspection_signed_response_alg.as_deref());
    let signed = app.sign(algorithm, Some("token-introspection+jwt"), &claims).await?;
    encrypted::token(app, client, Kind::Introspection, signed).await
}

/// RFC 7662 §2: who asks, about what, and may they know.
///
/// # Errors
/// `invalid_client` for anybody without credentials (RFC 7662 §2.3); an unknown token is an inactive one, never an error (§2.2).
pub async fn introspect(app: &App, body: &str, credentials: &Credentials, form: Form) -> Result<Answer, Failure> {
    let params = Params::parse(body)?;
    let client = client_auth::authenticate(app, &Presented { credentials, params: &params }).await?;
    if client.is_public() {
        return Err(OAuthError::invalid_client("Client authentication failed.").because("public clients may not introspect").into());
    }
    let facts = facts(app, &client, params.require("token")?).await?; // RFC 7662 §2.1
    match form {
        Form::Json => Ok(Answer::Json(Box::new(facts))),
        Form::Jwt => Box::pin(signed(app, &client, &facts)).await.map(Answer::Jwt),
    }
}

async fn facts(app: &App, client: &AuthenticatedClient, token: &str) -> Result<Introspection, Failure> {
    if presented::looks_like_refresh_token(token) {
        return Box::pin(of_refresh_token(app, client, token)).await;
    }
    let keys = app.keys.current();
    let Some(facts) = presented::access_token(token, &app.sealer, &keys.set, (app.issuer.as_str(), app.now())) else {
        return Ok(Introspection::inactive());
    };
    let Some(reader) = reader(app, client, &facts).await? else { return Ok(Introspection::inactive()) };
    let standing = standing(app, &facts).await?;
    Ok(standing.map_or_else(Introspection::inactive, |standing| access_token(app, &reader.share_of(facts), &standing)))
}

/// Who may know of a token.
enum Reader {
    /// The client that it was issued to.
    Holder,
    /// Who serves these of the resources that it is for.
    Server(Vec<Arc<Resource>>),
}

impl Reader {
    /// RFC 9701 §5, RFC 9396 §9.2: a resource server learns what the token is good for with itself. What is good elsewhere is not its business.
    fn share_of(&self, facts: OpaqueClaims) -> OpaqueClaims {
        let Self::Server(resources) = self else { return facts };
        let scopes: Vec<String> = facts.scope.split(' ').filter(|scope| !scope.is_empty()).map(str::to_owned).collect();
        OpaqueClaims {
            scope: resource::open_scopes(&scopes, resources).join(" "),
            authorization_details: authorization_details::located(&facts.authorization_details, resources),
            ..facts
        }
    }
}

/// The client that the token was issued to, and those that its resources name.
async fn reader(app: &App, client: &AuthenticatedClient, facts: &OpaqueClaims) -> Result<Option<Reader>, Failure> {
    if facts.client_id == client.client_id {
        return Ok(Some(Reader::Holder));
    }
    let mut served = Vec::new();
    for uri in &facts.audience {
        served.extend(app.resource(uri).await?.filter(|resource| resource.introspection_clients.contains(&client.client_id)));
    }
    Ok((!served.is_empty()).then_some(Reader::Server(served)))
}

/// Whether a client may know of a token.
///
/// # Errors
/// When the database is away.
pub async fn may_know(app: &App, client: &AuthenticatedClient, facts: &OpaqueClaims) -> Result<bool, Failure> {
    Ok(reader(app, client, facts).await?.is_some())
}

/// Whether nothing has ended a token before its time.
///
/// # Errors
/// When the database is away.
pub async fn lives(app: &App, facts: &OpaqueClaims) -> Result<bool, Failure> {
    Ok(standing(app, facts).await?.is_some())
}

/// What a token that lives stands on.
struct Standing {
    client: Arc<Client>,
    person: Option<(Arc<Grant>, Arc<User>)>,
}

/// Everything that can end a token before its time.
async fn standing(app: &App, facts: &OpaqueClaims) -> Result<Option<Standing>, Failure> {
    let Some(client) = app.client(&facts.client_id).await?.filter(|client| client.enabled) else { return Ok(None) };
    let Some(grant_id) = facts.grant_id() else {
        let revoked = app.token_is_revoked(&facts.jti).await?;
        return Ok((!revoked).then_some(Standing { client, person: None }));
    };
    let Some(grant) = app.grant(grant_id).await?.filter(|grant| grant.revoked_at.is_none()) else { return Ok(None) };
    if !delegation_lives(app, facts, &grant).await? {
        return Ok(None);
    }
    let user = app.user(&grant.subject).await?.filter(|user| user.is_active());
    Ok(user.map(|user| Standing { client, person: Some((grant, user)) }))
}

/// A token that came of an exchange (RFC 8693) can also end by itself, and with the client that was approved.
///
/// # Errors
/// When the database is away.
pub async fn delegation_lives(app: &App, facts: &OpaqueClaims, grant: &Grant) -> Result<bool, Failure> {
    if grant.client_id == facts.client_id {
        return Ok(true);
    }
    let approved = app.client(&grant.client_id).await?.is_some_and(|client| client.enabled);
    Ok(approved && !app.token_is_revoked(&facts.jti).await?)
}

fn access_token(app: &App, facts: &OpaqueClaims, standing: &Standing) -> Introspection {
    let Standing { client, person } = standing;
    let user = person.as_ref().map(|(_, user)| user);
    let how = person.as_ref().map(|(grant, _)| &grant.authentication);
    let answer = Introspection {
        scope: Some(facts.scope.clone()).filter(|scope| !scope.is_empty()),
        client_id: Some(facts.client_id.clone()),
        // The name that is the same everywhere would undo a pairwise one: OIDC Core §8.
        username: user.filter(|_| !subject::is_pairwise(client)).map(|user| user.username.clone()),
        token_type: Some(facts.confirmation.token_type()),
        confirmation: facts.confirmation.clone(),
        sub: Some(user.map_or_else(|| facts.client_id.clone(), |user| app.subject_for(client, &user.subject))),
        iss: Some(app.issuer.as_str().to_owned()),
        jti: Some(facts.jti.clone()),
        auth_time: how.and_then(Authentication::signed_in_at).map(Timestamp::as_seconds), // RFC 9470 §6.2
        acr: how.map(|how| how.acr.clone()).filter(|acr| !acr.is_empty()),
        authorization_details: facts.authorization_details.clone(),
        act: facts.act.clone(),
        ..Introspection::active(facts.issued_at, facts.expires_at)
    };
    answer.with_audience(&facts.audience)
}

/// A refresh token is only its own client's business.
async fn of_refresh_token(app: &App, client: &AuthenticatedClient, token: &str) -> Result<Introspection, Failure> {
    let now = app.now();
    let Some((token, grant)) = app.sql.refresh_token(&TokenHash::of(token)).await? else { return Ok(Introspection::inactive()) };
    let expires_at = token.expires_at.min(token.absolute_expires_at);
    let lives = grant.client_id == client.client_id
        && grant.revoked_at.is_none()
        && token.rotated_at.is_none()
        && now < expires_at
        && client.may_use_grant_type(REFRESH_TOKEN.name)
        && app.user(&grant.subject).await?.is_some_and(|user| user.is_active());
    let Some(scopes) = refresh_token::still_open(&grant, client).ok().filter(|_| lives) else { return Ok(Introspection::inactive()) };
    Ok(Introspection {
        scope: Some(scopes.join(" ")),
        authorization_details: grant.authorization_details,
        client_id: Some(grant.client_id),
        sub: Some(app.subject_for(client, &grant.subject)),
        iss: Some(app.issuer.as_str().to_owned()),
        ..Introspection::active(token.issued_at, expires_at)
    })
}
