//! The members of a registration that one specification each asks for, under their registered names: RFC 7591 §2 and the registry it opened.

use serde::{Deserialize, Serialize};
use serde_json::Value;

/// Writes the struct and the list of its members' names from one table.
macro_rules! members {
    ($($(#[$attribute:meta])* $name:ident: $kind:ty,)*) => {
        /// Registered members besides those that every client has. A draft and a client hold the same struct, and JSON documents (command
        /// line, administration, registration) are read into it and written from it by the registered names: a new member is one line above.
        #[derive(Clone, Debug, Default, PartialEq, Serialize, Deserialize)]
        #[serde(default)]
        pub struct ProtocolMetadata {
            $($(#[$attribute])* #[serde(skip_serializing_if = "is_default")] pub $name: $kind,)*
        }

        impl ProtocolMetadata {
            /// The registered names of its members.
            pub const MEMBERS: &[&str] = &[$(stringify!($name)),*];
        }
    };
}

members! {
    // Keys and client authentication: RFC 7591 §2, OIDC Core §9, RFC 8705 §2.1.2.
    /// The client's public keys, by value.
    jwks: Option<Value>,
    /// The client's public keys, by reference.
    jwks_uri: Option<String>,
    /// The only algorithm its assertions may have.
    token_endpoint_auth_signing_alg: Option<String>,
    /// The subject of its certificate: RFC 4514.
    tls_client_auth_subject_dn: Option<String>,
    /// A DNS name in its certificate.
    tls_client_auth_san_dns: Option<String>,
    /// A URI in its certificate.
    tls_client_auth_san_uri: Option<String>,
    /// An IP address in its certificate.
    tls_client_auth_san_ip: Option<String>,
    /// An e-mail address in its certificate.
    tls_client_auth_san_email: Option<String>,

    // Sender-constrained tokens: RFC 8705 §3.4, RFC 9449 §5.2.
    /// Its tokens are bound to its certificate.
    tls_client_certificate_bound_access_tokens: bool,
    /// Its tokens are bound to a DPoP key, always.
    dpop_bound_access_tokens: bool,
    /// Its DPoP proofs carry a nonce of the server, whether or not the server asks others for one: RFC 9449 §8.
    dpop_nonce_required: bool,

    // Authorization requests: RFC 9126 §6, RFC 9101 §10.5, OIDC Registration §2, RFC 9396 §10.
    /// It must push its requests.
    require_pushed_authorization_requests: bool,
    /// It must sign its requests.
    require_signed_request_object: bool,
    /// The only algorithm its request objects may have.
    request_object_signing_alg: Option<String>,
    /// How its request objects are encrypted: the key.
    request_object_encryption_alg: Option<String>,
    /// How its request objects are encrypted: the content.
    request_object_encryption_enc: Option<String>,
    /// Where its request objects may be fetched from.
    request_uris: Vec<String>,
    /// The types of authorization details it may ask for.
    authorization_details_types: Vec<String>,

    // Authorization responses: JARM §3.
    /// What signs its authorization responses; RS256 when absent.
    authorization_signed_response_alg: Option<String>,
    /// How its authorization responses are encrypted: the key.
    authorization_encrypted_response_alg: Option<String>,
    /// How its authorization responses are encrypted: the content.
    authorization_encrypted_response_enc: Option<String>,

    // ID Tokens, userinfo, introspection: OIDC Registration §2, RFC 9701 §6.
    /// How its ID Tokens are encrypted: the key.
    id_token_encrypted_response_alg: Option<String>,
    /// How its ID Tokens are encrypted: the content.
    id_token_encrypted_response_enc: Option<String>,
    /// How its userinfo answers are encrypted: the key.
    userinfo_encrypted_response_alg: Option<String>,
    /// How its userinfo answers are encrypted: the content.
    userinfo_encrypted_response_enc: Option<String>,
    /// What signs its introspection answers.
    introspection_signed_response_alg: Option<String>,
    /// How its introspection answers are encrypted: the key.
    introspection_encrypted_response_alg: Option<String>,
    /// How its introspection answers are encrypted: the content.
    introspection_encrypted_response_enc: Option<String>,

    // Subjects and authentication: OIDC Core §8, OIDC Registration §2.
    /// `public` or `pairwise`.
    subject_type: Option<String>,
    /// Whose redirect URIs share one pairwise subject.
    sector_identifier_uri: Option<String>,
    /// `acr` values it wants unless a request says otherwise.
    default_acr_values: Vec<String>,
    /// Its ID Tokens must say when the person signed in; authy always does.
    require_auth_time: bool,
    /// `web` or `native`.
    application_type: Option<String>,
    /// Where a login that somebody else starts is sent: OIDC Core §4.
    initiate_login_uri: Option<String>,

    // Logout: Back-Channel Logout §2.2, Front-Channel Logout §2.
    /// Where logouts are told to the client's server.
    backchannel_logout_uri: Option<String>,
    /// It needs `sid` in logout tokens; authy always sends it.
    backchannel_logout_session_required: bool,
    /// What the person's browser opens at logout.
    frontchannel_logout_uri: Option<String>,
    /// It needs `iss` and `sid` in that address; authy always sends them.
    frontchannel_logout_session_required: bool,

    // CIBA §4.
    /// `poll`, `ping` or `push`.
    backchannel_token_delivery_mode: Option<String>,
    /// Where pings and pushes go.
    backchannel_client_notification_endpoint: Option<String>,
    /// What signs its authentication requests.
    backchannel_authentication_request_signing_alg: Option<String>,

    // Software: RFC 7591 §2.
    /// Names the software, the same for every instance.
    software_id: Option<String>,
    /// Its version.
    software_version: Option<String>,

    // authy's own.
    /// The resources that it may ask tokens for (RFC 8707); without a list every registered one.
    resources: Option<Vec<String>>,
    /// Token exchange may give it tokens that say nothing of it: RFC 8693 §1.1 impersonation.
    exchange_impersonation: bool,
    /// Issuers and keys whose assertions it may exchange for tokens: RFC 7523 §2.1.
    assertion_issuers: Vec<Value>,
    /// By whose word each weakening of the default profile is allowed, and until when.
    weakenings: Vec<Weakening>,
}

fn is_default<T: Default + PartialEq>(value: &T) -> bool {
    *value == T::default()
}

/// A setting weaker than the default, with the word of whoever allowed it.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(deny_unknown_fields)]
pub struct Weakening {
    /// The member that is weak, by its registered name.
    pub setting: String,
    /// Who allowed it.
    pub allowed_by: String,
    /// Until when, in seconds since 1970; `None`: until further notice.
    #[serde(skip_serializing_if = "Option::is_none")]
    pub until: Option<i64>,
}

impl ProtocolMetadata {
    /// Whether the client brings public keys, by value or by URL: RFC 7591 §2.
    pub const fn has_keys(&self) -> bool {
        self.jwks.is_some() || self.jwks_uri.is_some()
    }

    /// Sets one member from JSON.
    ///
    /// # Errors
    /// When the value has the wrong type; nothing is changed then.
    pub fn set(&mut self, name: &str, value: Value) -> Result<(), serde_json::Error> {
        let mut members = self.to_members();
        members.insert(name.to_owned(), value);
        *self = serde_json::from_value(Value::Object(members))?;
        Ok(())
    }

    /// Takes one member back to what it is when nobody sets it.
    pub fn unset(&mut self, name: &str) {
        let mut members = self.to_members();
        members.remove(name);
        if let Ok(without) = serde_json::from_value(Value::Object(members)) {
            *self = without;
        }
    }

    /// The members that somebody set, by their registered names.
    pub fn to_members(&self) -> serde_json::Map<String, Value> {
        match serde_json::to_value(self) {
            Ok(Value::Object(members)) => members,
            _ => serde_json::Map::new(),
        }
    }
}
