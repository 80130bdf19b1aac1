//! The checked authorization request: a value that only [`AuthorizationRequest::check`] makes. RFC 6749 §4.1.1, OIDC Core §3.1.2.2.

use serde_json::Value;

use crate::model::client::{Client, Profile};
use crate::spec::authorization_details;
use crate::spec::claims_request::ClaimsRequest;
use crate::spec::dpop;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::params::Params;
use crate::spec::pkce::CodeChallenge;
use crate::spec::prompt::{self, Hints};
use crate::spec::response_mode::ResponseMode;
use crate::spec::response_type::ResponseType;
use crate::spec::scope::{OFFLINE_ACCESS, Scope};

/// What a client may ask and has asked.
#[derive(Clone, Debug)]
pub struct AuthorizationRequest {
    /// What the answer holds.
    pub response_type: ResponseType,
    /// The scopes that the client may have; the others are dropped and the answer's `scope` says so.
    pub scope: Scope,
    /// The S256 challenge, if one was sent.
    pub code_challenge: Option<CodeChallenge>,
    /// `nonce`.
    pub nonce: Option<String>,
    /// The DPoP key that the code is bound to.
    pub dpop_jkt: Option<String>,
    /// `prompt`, `max_age` and the hints.
    pub hints: Hints,
    /// The `claims` parameter.
    pub claims: ClaimsRequest,
    /// `resource`, as asked; see [`AuthorizationRequest::for_resources`].
    pub resources: Vec<String>,
    /// `authorization_details`, of types that the client may ask for; whether they fit is asked of the registered types.
    pub authorization_details: Vec<Value>,
    /// The subject of the `id_token_hint`.
    pub hinted_subject: Option<String>,
}

impl AuthorizationRequest {
    /// One rule a line, in the order of the specification.
    ///
    /// # Errors
    /// Sent back to the client: RFC 6749 §4.1.2.1, OIDC Core §3.1.2.6.
    pub fn check(params: &Params, client: &Client) -> Result<Self, Refusal> {
        no_registration(params)?; // OIDC Core §7.2.1
        let response_type = ResponseType::check(params, client)?; // RFC 6749 §3.1.1, §4.1.2.1
        let mode = ResponseMode::check(params, response_type)?; // Multiple Response Types §2.1
        detached_or_signed(client, response_type, mode)?; // FAPI 1.0 Advanced §5.2.2
        let scope = without_useless_offline_access(requested_scope(params, client)?, response_type); // RFC 6749 §3.3, OIDC Core §11
        bound_to_the_browser(client, params, &scope)?; // FAPI 1.0 Baseline §5.2.2.2
        let nonce = nonce(params, response_type)?; // OIDC Core §3.1.2.1, §3.2.2.1
        openid_for_id_token(&scope, response_type)?; // OIDC Core §3.1.2.1
        let code_challenge = CodeChallenge::check(params, needs_pkce(client, response_type))?; // RFC 7636 §4.4.1
        let mut hints = Hints::check(params)?; // OIDC Core §3.1.2.1
        hints.max_age = hints.max_age.or(client.metadata.default_max_age); // OIDC Registration §2
        if hints.acr_values.is_empty() {
            hints.acr_values = default_acr_values(client); // OIDC Registration §2
        }
        let claims = ClaimsRequest::check(params)?; // OIDC Core §5.5
        let resources = crate::spec::resource::requested(params)?; // RFC 8707 §2.1
        let dpop_jkt = dpop::requested_key(params)?; // RFC 9449 §10
        let authorization_details = authorization_details::requested(params, client)?; // RFC 9396 §3
        let hinted_subject = None;
        Ok(Self { response_type, scope, code_challenge, nonce, dpop_jkt, hints, claims, resources, authorization_details, hinted_subject })
    }

    /// Whether session and approval behind the answer are not looked at again when a code is redeemed: the answer holds tokens itself, or
    /// what it gives outlives the session (OIDC Core §11).
    pub fn gives_what_is_not_redeemed_or_outlives_the_session(&self) -> bool {
        self.response_type != ResponseType::Code || self.scope.contains(OFFLINE_ACCESS)
    }

    /// Calls the resources as they are registered: so they are approved, remembered, and compared with what was.
    #[must_use]
    pub fn for_resources(mut self, resources: Vec<String>) -> Self {
        self.resources = resources;
        self
    }

    /// Adds what the `id_token_hint` says, once its signature has been verified.
    #[must_use]
    pub fn with_hinted_subject(mut self, subject: Option<String>) -> Self {
        self.hinted_subject = subject;
        self
    }
}

/// A default that no sign-in here can meet, registered when that was not asked, is no demand: nobody could sign in any more.
fn default_acr_values(client: &Client) -> Vec<String> {
    let registered = client.metadata.protocol.default_acr_values.iter();
    registered.filter(|acr| prompt::ACR_VALUES.contains(&acr.as_str())).cloned().collect()
}

/// OIDC Core §7.2.1: a client that is not registered cannot be known by what a request says of it.
fn no_registration(params: &Params) -> Result<(), Refusal> {
    if params.get("registration").is_some() {
        return Err(OAuthError::registration_not_supported("Registration within a request is not supported.").about("registration").into());
    }
    Ok(())
}

/// FAPI 1.0 Advanced §5.2.2: "response_type value code id_token, or response_type value code in conjunction with the response_mode value jwt".
fn detached_or_signed(client: &Client, response_type: ResponseType, mode: ResponseMode) -> Result<(), Refusal> {
    if client.metadata.profile == Profile::Fapi1 && response_type == ResponseType::Code && !mode.signed {
        return Err(OAuthError::invalid_request("This client needs response_type code id_token, or response_mode jwt.")
            .about("response_mode")
            .into());
    }
    Ok(())
}

/// FAPI 1.0 Baseline §5.2.2.2, §5.2.2.3: a nonce with `openid`, a state without. RFC 6749 §3.3: there is no default scope, and what was said
/// outside of the signed request does not count.
fn bound_to_the_browser(client: &Client, params: &Params, scope: &Scope) -> Result<(), Refusal> {
    if client.metadata.profile != Profile::Fapi1 {
        return Ok(());
    }
    if scope.is_empty() {
        return Err(OAuthError::invalid_request("This client must say which scopes it wants.").about("scope").into());
    }
    let binding = if scope.contains("openid") { "nonce" } else { "state" };
    match params.get(binding) {
        Some(_) => Ok(()),
        None => Err(OAuthError::invalid_request("This client needs a nonce with openid, and a state without.").about(binding).into()),
    }
}

/// RFC 9700 §2.1.1; FAPI 2.0 Security Profile §5.3.2.2: always.
fn needs_pkce(client: &Client, response_type: ResponseType) -> bool {
    response_type.gives_code() && (client.is_public() || client.metadata.require_pkce || client.metadata.profile == Profile::Fapi2)
}

/// Scopes that the client may not have are dropped; a request of which nothing remains has asked only for such scopes.
///
/// # Errors
/// `invalid_scope`.
pub fn requested_scope(params: &Params, client: &Client) -> Result<Scope, Refusal> {
    let Some(requested) = params.get("scope") else { return Ok(Scope::default()) };
    let allowed = Scope::parse(requested)?.intersect(&client.metadata.scopes);
    if allowed.is_empty() {
        return Err(OAuthError::invalid_scope("None of the scopes is open to this client.").about("scope").into());
    }
    Ok(allowed)
}

/// OIDC Core §11: "MUST ignore the offline_access request unless the Client is using a response_type value that would result in an
/// Authorization Code being returned".
fn without_useless_offline_access(scope: Scope, response_type: ResponseType) -> Scope {
    if response_type.gives_code() { scope } else { scope.minus(&[OFFLINE_ACCESS].into_iter().collect()) }
}

/// Multiple Response Types §3: an ID Token is for a request that asks for `openid`.
fn openid_for_id_token(scope: &Scope, response_type: ResponseType) -> Result<(), Refusal> {
    if response_type.gives_id_token() && !scope.contains("openid") {
        return Err(OAuthError::invalid_request("An ID Token needs the scope openid.").about("scope").into());
    }
    Ok(())
}

/// A nonce comes back in the ID Token as it was: it is only bounded. OIDC Core §3.2.2.1, §3.3.2.1: it is required where an ID Token
/// comes by the browser, since there nothing else binds it to the request.
fn nonce(params: &Params, response_type: ResponseType) -> Result<Option<String>, Refusal> {
    match params.get("nonce") {
        None if response_type.gives_id_token() => {
            Err(OAuthError::invalid_request("This response type needs a nonce.").about("nonce").into())
        }
        Some(nonce) if nonce.len() > 1_024 => Err(OAuthError::invalid_request("The nonce is too long.").about("nonce").into()),
        nonce => Ok(nonce.map(str::to_owned)),
    }
}
