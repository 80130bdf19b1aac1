//! Client metadata and its rules, shared by command line, administration and registration: RFC 7591 §2, OIDC Registration §2.

use std::collections::BTreeMap;
use std::fmt;

use serde_json::Value;

use crate::model::client::protocol::ProtocolMetadata;
use crate::model::client::{AuthMethod, Client, ClientMetadata, ClientOrigin};
use crate::secret::Secret;
use crate::spec::frontchannel_logout;

mod algorithms;
pub mod called;
mod grants;
mod profiles;
mod registered;
mod requests;
mod resources;
mod rules;
mod settings;
pub mod settled;
#[cfg(test)]
mod tests;
mod tokens;
pub mod weakening;

pub use algorithms::may_name;
pub use registered::to_registered_json;

/// What may sign an ID Token or a userinfo answer.
pub const SIGNING_ALGORITHMS: &[&str] = &["RS256", "PS256", "ES256", "EdDSA"];

/// How the key of an encrypted answer is managed.
pub const ENCRYPTION_ALGORITHMS: &[&str] = &["RSA-OAEP-256", "ECDH-ES", "ECDH-ES+A128KW", "ECDH-ES+A256KW"];

/// How the content of an encrypted answer is encrypted.
pub const ENCRYPTION_METHODS: &[&str] = &["A128CBC-HS256", "A192CBC-HS384", "A256CBC-HS512", "A128GCM", "A192GCM", "A256GCM"];

/// What is meant when only the key is spoken of: OIDC Registration §2.
pub const ENCRYPTION_DEFAULT: &str = "A128CBC-HS256";

/// What somebody wants to register, before any rule has looked at it. Empty lists and `None` take the defaults.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientDraft {
    /// Who brings it: an administrator may do more.
    pub origin: ClientOrigin,
    /// `client_name`.
    pub name: String,
    /// `client_id`, when it is not to be made.
    pub client_id: Option<String>,
    /// The secret, when it is not to be made.
    pub secret: Option<Secret<String>>,
    /// A client that cannot keep a secret.
    pub public: bool,
    /// `token_endpoint_auth_method`.
    pub auth_method: Option<String>,
    /// `redirect_uris`.
    pub redirect_uris: Vec<String>,
    /// `post_logout_redirect_uris`.
    pub post_logout_redirect_uris: Vec<String>,
    /// `grant_types`.
    pub grant_types: Vec<String>,
    /// `response_types`.
    pub response_types: Vec<String>,
    /// Scope values, one each.
    pub scopes: Vec<String>,
    /// `oauth21`, `fapi2`, `fapi1` or `legacy`.
    pub profile: Option<String>,
    /// Whether PKCE is required.
    pub require_pkce: Option<bool>,
    /// `full` or `minimal`.
    pub id_token_claims: Option<String>,
    /// `id_token_signed_response_alg`.
    pub id_token_signed_response_alg: Option<String>,
    /// `userinfo_signed_response_alg`.
    pub userinfo_signed_response_alg: Option<String>,
    /// `opaque` or `jwt`.
    pub access_token_format: Option<String>,
    /// The `aud` of a JWT access token when no resource is asked for.
    pub default_resource: Option<String>,
    /// Whether refresh tokens rotate.
    pub refresh_rotation: Option<bool>,
    /// An administrator approves for everybody.
    pub skip_consent: bool,
    /// More origins for CORS.
    pub allowed_origins: Vec<String>,
    /// `default_max_age`, seconds.
    pub default_max_age: Option<u64>,
    /// Seconds.
    pub access_token_lifetime: Option<u64>,
    /// Seconds.
    pub id_token_lifetime: Option<u64>,
    /// Seconds of idleness.
    pub refresh_token_lifetime: Option<u64>,
    /// `client_uri`.
    pub client_uri: Option<String>,
    /// `logo_uri`.
    pub logo_uri: Option<String>,
    /// `policy_uri`.
    pub policy_uri: Option<String>,
    /// `tos_uri`.
    pub tos_uri: Option<String>,
    /// `contacts`.
    pub contacts: Vec<String>,
    /// Members that single specifications ask for.
    pub protocol: ProtocolMetadata,
    /// Who allows what is weaker than the default, when that is somebody else than who registers.
    pub allowed_by: Option<String>,
    /// Until when, in seconds since 1970.
    pub allowed_until: Option<i64>,
    /// Members that are kept and not acted upon.
    pub more: BTreeMap<String, Value>,
}

impl ClientDraft {
    /// An empty draft with a name.
    pub fn new(name: impl Into<String>, origin: ClientOrigin) -> Self {
        Self {
            origin,
            name: name.into(),
            client_id: None,
            secret: None,
            public: false,
            auth_method: None,
            redirect_uris: Vec::new(),
            post_logout_redirect_uris: Vec::new(),
            grant_types: Vec::new(),
            response_types: Vec::new(),
            scopes: Vec::new(),
            profile: None,
            require_pkce: None,
            id_token_claims: None,
            id_token_signed_response_alg: None,
            userinfo_signed_response_alg: None,
            access_token_format: None,
            default_resource: None,
            refresh_rotation: None,
            skip_consent: false,
            allowed_origins: Vec::new(),
            default_max_age: None,
            access_token_lifetime: None,
            id_token_lifetime: None,
            refresh_token_lifetime: None,
            client_uri: None,
            logo_uri: None,
            policy_uri: None,
            tos_uri: None,
            contacts: Vec::new(),
            protocol: ProtocolMetadata::default(),
            allowed_by: None,
            allowed_until: None,
            more: BTreeMap::new(),
        }
    }

    /// The draft that would make this client again: an update changes it and has it checked as a whole.
    pub fn of(client: &Client) -> Self {
        let metadata = client.metadata.clone();
        Self {
            client_id: Some(client.client_id.clone()),
            public: client.is_public(),
            auth_method: metadata.auth_method.map(|method| method.as_str().to_owned()),
            redirect_uris: metadata.redirect_uris,
            post_logout_redirect_uris: metadata.post_logout_redirect_uris,
            grant_types: metadata.grant_types,
            response_types: metadata.response_types,
            scopes: metadata.scopes,
            profile: Some(metadata.profile.as_str().to_owned()),
            require_pkce: Some(metadata.require_pkce),
            id_token_claims: Some(settings::id_token_claims_name(metadata.id_token_claims).to_owned()),
            id_token_signed_response_alg: metadata.id_token_signed_response_alg,
            userinfo_signed_response_alg: metadata.userinfo_signed_response_alg,
            access_token_format: Some(settings::access_token_format_name(metadata.access_token_format).to_owned()),
            default_resource: metadata.default_resource,
            refresh_rotation: Some(metadata.refresh_rotation),
            skip_consent: metadata.skip_consent,
            allowed_origins: metadata.allowed_origins,
            default_max_age: metadata.default_max_age,
            access_token_lifetime: metadata.access_token_lifetime,
            id_token_lifetime: metadata.id_token_lifetime,
            refresh_token_lifetime: metadata.refresh_token_lifetime,
            client_uri: metadata.client_uri,
            logo_uri: metadata.logo_uri,
            policy_uri: metadata.policy_uri,
            tos_uri: metadata.tos_uri,
            contacts: metadata.contacts,
            protocol: metadata.protocol,
            more: metadata.more,
            ..Self::new(client.name.clone(), client.origin)
        }
    }

    /// Whether the client to be cannot keep a secret: RFC 6749 §2.1.
    pub fn is_public(&self) -> bool {
        self.public || self.auth_method.as_deref() == Some(AuthMethod::None.as_str())
    }

    /// Whether an administrator brings it.
    pub fn by_administrator(&self) -> bool {
        self.origin == ClientOrigin::Administrator
    }
}

/// One thing that is wrong with a draft.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Problem {
    /// The member at fault, by its registered name.
    pub field: &'static str,
    /// What is wrong.
    pub problem: String,
    /// What to do about it.
    pub mend: String,
}

impl Problem {
    pub(crate) fn new(field: &'static str, problem: impl Into<String>, mend: impl Into<String>) -> Self {
        Self { field, problem: problem.into(), mend: mend.into() }
    }
}

impl fmt::Display for Problem {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{}: {}; {}", self.field, self.problem, self.mend)
    }
}

/// RFC 7591 §2: checks a draft by every rule and fills in the defaults.
///
/// # Errors
/// All problems at once, in the order of the fields.
pub fn check(draft: &ClientDraft) -> Result<ClientMetadata, Vec<Problem>> {
    let mut problems = Vec::new();
    let mut metadata = settings::resolve(draft, &mut problems);
    profiles::complete(draft, &mut metadata);
    rules::check_identity(draft, &mut problems);
    rules::check_redirect_uris(draft, &metadata, &mut problems);
    rules::check_implicit(draft, &metadata, &mut problems);
    rules::check_grants(draft, &metadata, &mut problems);
    profiles::check(draft, &metadata, &mut problems);
    rules::check_addresses(draft, &mut problems);
    resources::check(draft, &mut problems);
    rules::check_translations(draft, &mut problems);
    algorithms::check(&metadata, &mut problems);
    requests::check_requests(&metadata, &mut problems);
    tokens::check(&metadata, &mut problems);
    if let Err(problem) = frontchannel_logout::check_registration(&metadata) {
        problems.push(Problem::new(
            "frontchannel_logout_uri",
            problem,
            "register a page at the origin (scheme, host, port) of a redirect URI",
        ));
    }
    rules::check_numbers(draft, &mut problems);
    grants::check(draft, &metadata, &mut problems);
    if problems.is_empty() { Ok(metadata) } else { Err(problems) }
}
