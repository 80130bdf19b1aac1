//! The one place where tokens are built: RFC 6749 §5.1, OIDC Core §3.1.3.3.

mod beside;
mod delegated;
mod response;

use std::sync::Arc;
use std::time::Duration;

use serde_json::Value;

use crate::app::App;
use crate::clock::Timestamp;
use crate::endpoints::encrypted::{self, Kind};
use crate::endpoints::possession::{UsedUp, binding};
use crate::failure::Failure;
use crate::grants::Exchange;
use crate::grants::refresh_token::successor;
use crate::jose::{self, Algorithm};
use crate::model::client::{AccessTokenFormat, Client, IdTokenClaims as Disclosure, Profile};
use crate::model::confirmation::Confirmation;
use crate::model::grant::{Authentication, Grant};
use crate::model::refresh_token::RefreshToken;
use crate::model::resource::Resource;
use crate::model::user::User;
use crate::sealing::Purpose;
use crate::secret::{Secret, TokenHash};
use crate::spec::access_token::{Holder, JwtClaims, OpaqueClaims};
use crate::spec::authorization_details;
use crate::spec::claims;
use crate::spec::claims_request::ClaimsRequest;
use crate::spec::id_token::{self, IdTokenClaims};
use crate::spec::resource::{self, Targets};
use crate::spec::scope::Scope;

pub use beside::Beside;
pub use delegated::Delegated;
pub use response::TokenResponse;

/// The readable prefix of opaque access tokens.
pub const ACCESS_TOKEN_PREFIX: &str = "at_";

/// A new access token.
#[derive(Debug)]
pub struct AccessToken {
    text: Secret<String>,
    token_type: &'static str,
    lifetime: Duration,
    scope: String,
    authorization_details: Vec<Value>,
}

impl AccessToken {
    /// The token itself.
    pub const fn text(&self) -> &Secret<String> {
        &self.text
    }

    /// How long it lives.
    pub const fn lifetime(&self) -> Duration {
        self.lifetime
    }

    /// What it is good for, values between spaces.
    pub fn scope(&self) -> &str {
        &self.scope
    }
}

/// What every token of one answer has in common: for whom, when, and the keys that they are bound to.
#[derive(Debug)]
pub struct Mint<'a> {
    app: &'a App,
    client: &'a Client,
    now: Timestamp,
    confirmation: &'a Confirmation,
}

static BOUND_TO_NOTHING: Confirmation = Confirmation { jkt: None, certificate: None };

impl<'a> Mint<'a> {
    /// For the answer to a token request: every grant type mints so, and none can forget the keys that the client has proved to hold, nor
    /// that a proof is good for one answer (RFC 9449 §11.1).
    pub fn of(exchange: &Exchange<'a>, _: UsedUp) -> Self {
        Self { app: exchange.app, client: exchange.client, now: exchange.now, confirmation: exchange.confirmation }
    }

    /// For an answer that is no token response and has nothing to bind tokens to: the front channel, a push. A client whose tokens must be
    /// bound gets no access token there.
    pub fn unbound(app: &'a App, client: &'a Client, now: Timestamp) -> Self {
        Self { app, client, now, confirmation: &BOUND_TO_NOTHING }
    }

    /// An access token that acts for a user; it names its grant and dies with it.
    ///
    /// # Errors
    /// [`Failure::Broken`] when signing fails.
    pub async fn access_token_of_user(
        &self,
        user: &User,
        grant: &Grant,
        scope: &[String],
        resources: &Targets,
    ) -> Result<AccessToken, Failure> {
        let holder = Holder::User { subject: user.subject.clone(), grant_id: grant.id };
        let (claims, algorithm) = self.claims(holder, (scope, &grant.authorization_details), (resources, false)).await?;
        self.access_token(&claims, algorithm, Some((user, &grant.authentication))).await
    }

    /// An access token that acts for the client itself.
    ///
    /// # Errors
    /// [`Failure::Broken`] when signing fails.
    pub async fn access_token_of_client(
        &self,
        scope: &[String],
        resources: &Targets,
        authorization_details: &[Value],
    ) -> Result<AccessToken, Failure> {
        let (claims, algorithm) = self.claims(Holder::Client, (scope, authorization_details), (resources, false)).await?;
        self.access_token(&claims, algorithm, None).await
    }

    /// A token for somebody who acts for a user, from a token given for it.
    ///
    /// # Errors
    /// [`Failure::Broken`] when signing fails.
    pub async fn access_token_delegated(&self, user: &User, grant: &Grant, delegated: Delegated<'_>) -> Result<AccessToken, Failure> {
        let holder = Holder::User { subject: user.subject.clone(), grant_id: grant.id };
        let wanted = (delegated.scope, delegated.authorization_details);
        let (claims, algorithm) = self.claims(holder, wanted, (delegated.resources, delegated.jwt)).await?;
        self.access_token(&delegated.limit(claims), algorithm, Some((user, &grant.authentication))).await
    }

    /// An ID Token, when `openid` was approved: OIDC Core §2, §3.1.3.6, §12.2.
    ///
    /// # Errors
    /// [`Failure::Broken`] when signing fails.
    pub async fn id_token(
        &self,
        user: &User,
        grant: &Grant,
        beside: Beside<'_>,
        nonce: Option<&str>,
    ) -> Result<Option<Secret<String>>, Failure> {
        let scope = Scope::from(grant.scopes.clone());
        if !scope.contains("openid") {
            return Ok(None);
        }
        let algorithm = id_token::signed_with(&self.client.metadata);
        let request = ClaimsRequest::from_stored(&grant.claims_request);
        let released = match self.client.metadata.id_token_claims {
            Disclosure::Full if self.is_open_to_the_browser(beside) => Scope::default(),
            Disclosure::Full => scope,
            Disclosure::Minimal if beside.only => scope,
            Disclosure::Minimal => Scope::default(), // OIDC Core §5.4: claims of scopes are at userinfo
        };
        let lifetime = self.client.metadata.id_token_lifetime.map_or(self.app.settings.lifetimes.id_token, Duration::from_secs);
        let claims = IdTokenClaims {
            issuer: self.app.issuer.as_str(),
            subject: &self.app.subject_for(self.client, &user.subject), // OIDC Core §8
            audience: &self.client.client_id,
            issued_at: self.now,
            expires_at: self.now + lifetime,
            authentication: &grant.authentication,
            sid: self.sid(&grant.authentication),
            nonce,
            access_token_hash: beside.access_token.map(|token| jose::half_hash(algorithm, token.text.expose())),
            code_hash: beside.code.map(|code| jose::half_hash(algorithm, code.expose())),
            state_hash: beside.state.map(|state| jose::half_hash(algorithm, state)),
            extra: claims::user_claims(user, &released, &request.id_token).into_iter().chain(beside.of_push(algorithm)).collect(),
        };
        let signed = self.app.sign(algorithm, None, &claims).await?;
        encrypted::token(self.app, self.client, Kind::IdToken, signed).await.map(Some)
    }

    /// FAPI 1.0 Advanced §5.2.2.1 (4): an ID Token beside a code is a signature that passes the browser, and "should not return sensitive PII
    /// […], but if it needs to, then it should encrypt the ID Token".
    fn is_open_to_the_browser(&self, beside: Beside<'_>) -> bool {
        let metadata = &self.client.metadata;
        metadata.profile == Profile::Fapi1 && beside.code.is_some() && metadata.protocol.id_token_encrypted_response_alg.is_none()
    }

    /// As the client knows the session (OIDC Core §8), if there is one and the client is told.
    fn sid(&self, authentication: &Authentication) -> Option<String> {
        let is_told = !authentication.sid.is_empty() && id_token::names_session(&self.client.metadata);
        is_told.then(|| self.app.sid_for(self.client, &authentication.sid))
    }

    /// The first refresh token of a family: what the client gets, and what is stored. RFC 9449 §5, RFC 8705 §4: that of a public client is
    /// bound to its keys; a confidential one authenticates, and may change its keys.
    pub fn first_refresh_token(&self, grant_id: uuid::Uuid) -> (Secret<String>, RefreshToken) {
        let token = self.app.entropy.token(successor::PREFIX);
        let absolute_expires_at = self.now + self.app.settings.lifetimes.refresh_absolute;
        let stored = RefreshToken {
            hash: TokenHash::of(&token),
            grant_id,
            generation: 0,
            issued_at: self.now,
            expires_at: refresh_token_end(self.app, self.client, self.now).min(absolute_expires_at),
            absolute_expires_at,
            rotated_at: None,
            confirmation: if self.client.is_public() { self.confirmation.clone() } else { Confirmation::default() },
        };
        (Secret::new(token), stored)
    }

    /// `jwt`: in any case. An opaque token has no audience: it is for authy's own endpoints. A JWT is signed by ES256 unless the resource says
    /// otherwise: the one RSA signature of an answer belongs to the ID Token.
    async fn claims(
        &self,
        holder: Holder,
        (scope, details): (&[String], &[Value]),
        (resources, jwt): (&[Arc<Resource>], bool),
    ) -> Result<(OpaqueClaims, Algorithm), Failure> {
        let jwt = jwt || self.client.metadata.access_token_format == AccessTokenFormat::Jwt;
        let default = match &self.client.metadata.default_resource {
            Some(uri) if jwt && resources.is_empty() => self.app.resource(uri).await?,
            _ => None,
        };
        let meant = if resources.is_empty() { default.as_slice() } else { resources };
        let algorithm = meant.first().and_then(|resource| Algorithm::parse(&resource.signing_algorithm)).unwrap_or(Algorithm::ES256);
        let claims = OpaqueClaims {
            holder,
            client_id: self.client.client_id.clone(),
            scope: resource::open_scopes(scope, meant).join(" "),
            audience: match meant {
                [] if jwt => vec![self.own_audience()],
                meant => meant.iter().map(|resource| resource.uri.clone()).collect(),
            },
            issued_at: self.now,
            expires_at: self.now + self.lifetime(meant),
            jti: self.app.entropy.identifier(),
            confirmation: self.confirmation.clone(),
            authorization_details: authorization_details::located(details, meant), // RFC 9396 §9.1
            act: None,
        };
        Ok((claims, algorithm))
    }

    fn own_audience(&self) -> String {
        self.client.metadata.default_resource.as_ref().unwrap_or(&self.client.client_id).clone()
    }

    /// A JWT (RFC 9068 §2.1) for a resource, sealed otherwise.
    async fn access_token(
        &self,
        claims: &OpaqueClaims,
        algorithm: Algorithm,
        person: Option<(&User, &Authentication)>,
    ) -> Result<AccessToken, Failure> {
        binding::check(binding::of(self.client), self.confirmation)?;
        let of = |text| AccessToken {
            text,
            token_type: self.confirmation.token_type(),
            lifetime: claims.expires_at.since(claims.issued_at),
            scope: claims.scope.clone(),
            authorization_details: claims.authorization_details.clone(),
        };
        if claims.audience.is_empty() {
            let bytes = serde_json::to_vec(claims).map_err(anyhow::Error::from)?;
            let text = self.app.sealer.seal_text(Purpose::AccessToken, ACCESS_TOKEN_PREFIX, &bytes, self.app.entropy.as_ref());
            return Ok(of(Secret::new(text)));
        }
        let signed = JwtClaims {
            issuer: self.app.issuer.as_str(),
            subject: &self.subject(claims),
            token: claims,
            authentication: person.map(|(_, authentication)| authentication),
            groups: person.map(|(user, _)| user.groups.as_slice()).unwrap_or_default(),
        };
        Ok(of(self.app.sign(algorithm, Some("at+jwt"), &signed).await?))
    }

    /// OIDC Core §8 is about people: a client that acts for itself has the one name that everybody knows it by (RFC 9068 §2.2).
    fn subject(&self, claims: &OpaqueClaims) -> String {
        match &claims.holder {
            Holder::User { subject, .. } => self.app.subject_for(self.client, subject),
            Holder::Client => claims.client_id.clone(),
        }
    }

    fn lifetime(&self, resources: &[Arc<Resource>]) -> Duration {
        let of_resources = resources.iter().filter_map(|resource| resource.access_token_lifetime).min();
        of_resources.or(self.client.metadata.access_token_lifetime).map_or(self.app.settings.lifetimes.access_token, Duration::from_secs)
    }
}

/// When a refresh token dies of idleness.
pub fn refresh_token_end(app: &App, client: &Client, now: Timestamp) -> Timestamp {
    now + client.metadata.refresh_token_lifetime.map_or(app.settings.lifetimes.refresh_idle, Duration::from_secs)
}
