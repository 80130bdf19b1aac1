//! A registered client.

pub mod protocol;

use std::collections::{BTreeMap, BTreeSet};

use serde::{Deserialize, Serialize};

use crate::clock::Timestamp;
use crate::secret::{Secret, TokenHash};
use protocol::ProtocolMetadata;

/// A client as authy knows it: RFC 6749 §2.
#[derive(Clone, Debug, PartialEq)]
pub struct Client {
    /// RFC 6749 §2.2.
    pub client_id: String,
    /// `client_name`: what people read on the consent page.
    pub name: String,
    /// Who brought it in.
    pub origin: ClientOrigin,
    /// A disabled client is refused everywhere.
    pub enabled: bool,
    /// Everything else that was registered.
    pub metadata: ClientMetadata,
    /// The newest first; none for a public client. Two are kept at once while one is rotated out; see [`Client::live_secrets`].
    pub secrets: Vec<ClientSecret>,
    /// When it was registered.
    pub created_at: Timestamp,
    /// When it last changed.
    pub updated_at: Timestamp,
}

/// Who registered a client.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum ClientOrigin {
    /// By an administrator: command line or `/admin`.
    Administrator,
    /// By dynamic registration (RFC 7591).
    Dynamic,
    /// It is a document at the URL that is its `client_id` (Client ID Metadata Document).
    Document,
}

impl ClientOrigin {
    /// As stored.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Administrator => "administrator",
            Self::Dynamic => "dynamic",
            Self::Document => "document",
        }
    }

    /// From what is stored.
    pub fn parse(text: &str) -> Option<Self> {
        match text {
            "administrator" => Some(Self::Administrator),
            "dynamic" => Some(Self::Dynamic),
            "document" => Some(Self::Document),
            _ => None,
        }
    }
}

/// How a client proves who it is: `token_endpoint_auth_method`, RFC 7591 §2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum AuthMethod {
    /// A public client.
    None,
    /// RFC 6749 §2.3.1, in the `Authorization` header.
    ClientSecretBasic,
    /// RFC 6749 §2.3.1, in the body.
    ClientSecretPost,
    /// An assertion signed with the client secret: OIDC Core §9.
    ClientSecretJwt,
    /// An assertion signed with the client's private key: OIDC Core §9, RFC 7523 §2.2.
    PrivateKeyJwt,
    /// A certificate that an authority vouches for: RFC 8705 §2.1.
    TlsClientAuth,
    /// A certificate that the client registered: RFC 8705 §2.2.
    SelfSignedTlsClientAuth,
}

impl AuthMethod {
    /// Whether the certificate of the connection is the proof: RFC 8705 §2.
    pub const fn is_by_certificate(self) -> bool {
        matches!(self, Self::TlsClientAuth | Self::SelfSignedTlsClientAuth)
    }

    /// The registered name.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::None => "none",
            Self::ClientSecretBasic => "client_secret_basic",
            Self::ClientSecretPost => "client_secret_post",
            Self::ClientSecretJwt => "client_secret_jwt",
            Self::PrivateKeyJwt => "private_key_jwt",
            Self::TlsClientAuth => "tls_client_auth",
            Self::SelfSignedTlsClientAuth => "self_signed_tls_client_auth",
        }
    }
}

/// The security profile a client lives under.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum Profile {
    /// Code flow by RFC 9700.
    #[default]
    Oauth21,
    /// FAPI 2.0 Security Profile, and Message Signing where the client signs.
    Fapi2,
    /// FAPI 1.0 Advanced.
    Fapi1,
    /// Older response types, for clients that cannot be changed.
    Legacy,
}

impl Profile {
    /// Every profile; one that is missing here cannot be chosen.
    pub const ALL: [Self; 4] = [Self::Oauth21, Self::Fapi2, Self::Fapi1, Self::Legacy];

    /// As it is spelled in metadata.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::Oauth21 => "oauth21",
            Self::Fapi2 => "fapi2",
            Self::Fapi1 => "fapi1",
            Self::Legacy => "legacy",
        }
    }

    /// Whether it is one of the FAPI profiles, which share most of their rules.
    pub const fn is_fapi(self) -> bool {
        matches!(self, Self::Fapi2 | Self::Fapi1)
    }
}

/// Which claims an ID Token carries.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum IdTokenClaims {
    /// The claims of the approved scopes, as at userinfo.
    #[default]
    Full,
    /// Only what OIDC Core §2 names, and what the `claims` parameter asks for.
    Minimal,
}

/// What an access token looks like when no registered resource is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Serialize, Deserialize, Default)]
#[serde(rename_all = "lowercase")]
pub enum AccessTokenFormat {
    /// Sealed; only authy can read it.
    #[default]
    Opaque,
    /// RFC 9068.
    Jwt,
}

/// The registered metadata of a client: RFC 7591 §2, OIDC Registration §2, and authy's own settings. Stored as one JSON document.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize, Default)]
#[serde(default)]
pub struct ClientMetadata {
    /// Exact strings, checked by `spec::redirect_uri` when they were registered.
    pub redirect_uris: Vec<String>,
    /// RP-Initiated Logout §3.1.
    pub post_logout_redirect_uris: Vec<String>,
    /// Names of [`ALL`](crate::spec::grant_type::ALL).
    pub grant_types: Vec<String>,
    /// Spellings of a supported [`ResponseType`](crate::spec::response_type::ResponseType), in whatever order the client wrote their words.
    pub response_types: Vec<String>,
    /// The scopes the client may have.
    pub scopes: Vec<String>,
    /// `None`: a confidential client that may use either secret method.
    pub auth_method: Option<AuthMethod>,
    /// See [`Profile`].
    pub profile: Profile,
    /// Whether an authorization request without a code challenge is refused. Public clients: always.
    pub require_pkce: bool,
    /// See [`IdTokenClaims`].
    pub id_token_claims: IdTokenClaims,
    /// `id_token_signed_response_alg`: RS256 when absent (OIDC Registration §2).
    pub id_token_signed_response_alg: Option<String>,
    /// `userinfo_signed_response_alg`: plain JSON when absent.
    pub userinfo_signed_response_alg: Option<String>,
    /// See [`AccessTokenFormat`].
    pub access_token_format: AccessTokenFormat,
    /// The `aud` of a JWT access token when no resource is asked for.
    pub default_resource: Option<String>,
    /// Whether a confidential client's refresh tokens rotate. Public clients: always.
    pub refresh_rotation: bool,
    /// An administrator has approved every scope of the client for everybody.
    pub skip_consent: bool,
    /// More origins that browsers may call from (CORS), besides those of the redirect URIs.
    pub allowed_origins: Vec<String>,
    /// `default_max_age`, in seconds: OIDC Registration §2.
    pub default_max_age: Option<u64>,
    /// Seconds; the server's setting when absent.
    pub access_token_lifetime: Option<u64>,
    /// Seconds; the server's setting when absent.
    pub id_token_lifetime: Option<u64>,
    /// Seconds of idleness; the server's setting when absent.
    pub refresh_token_lifetime: Option<u64>,
    /// The application's home page.
    pub client_uri: Option<String>,
    /// Shown by the browser, never fetched by authy.
    pub logo_uri: Option<String>,
    /// Privacy policy.
    pub policy_uri: Option<String>,
    /// Terms of service.
    pub tos_uri: Option<String>,
    /// How to reach those responsible.
    pub contacts: Vec<String>,
    /// What single specifications ask for.
    pub protocol: ProtocolMetadata,
    /// Registered members that this version does not act upon: kept, shown again, never lost.
    pub more: BTreeMap<String, serde_json::Value>,
    /// What an administrator has changed on a client that describes itself: names of members, which are no longer the client's to change.
    #[serde(skip_serializing_if = "BTreeSet::is_empty")]
    pub settled: BTreeSet<String>,
}

impl ClientMetadata {
    /// The algorithms that it registered for what authy signs for it; what it leaves open is not among them.
    pub fn signing_algorithms(&self) -> impl Iterator<Item = &str> {
        let Self { id_token_signed_response_alg, userinfo_signed_response_alg, protocol, .. } = self;
        let of_protocol = [&protocol.authorization_signed_response_alg, &protocol.introspection_signed_response_alg];
        [id_token_signed_response_alg, userinfo_signed_response_alg].into_iter().chain(of_protocol).filter_map(Option::as_deref)
    }
}

impl Client {
    /// RFC 6749 §2.1: a public client cannot keep a secret.
    pub fn is_public(&self) -> bool {
        self.metadata.auth_method == Some(AuthMethod::None)
    }

    /// Whether it proves itself with a shared secret.
    pub fn has_secrets(&self) -> bool {
        use AuthMethod::{ClientSecretBasic, ClientSecretJwt, ClientSecretPost};
        matches!(self.metadata.auth_method, Option::None | Some(ClientSecretBasic | ClientSecretPost | ClientSecretJwt))
    }

    /// The secrets that work at `now`.
    pub fn live_secrets(&self, now: Timestamp) -> impl Iterator<Item = &ClientSecret> {
        self.secrets.iter().filter(move |secret| secret.lives(now))
    }

    /// Whether its secret must be had back, since it signs with it.
    pub fn signs_with_secret(&self) -> bool {
        self.metadata.auth_method == Some(AuthMethod::ClientSecretJwt)
    }

    /// Whether an administrator vouches for it.
    pub fn is_vouched_for(&self) -> bool {
        self.origin == ClientOrigin::Administrator
    }

    /// Whether the client registered this grant type.
    pub fn may_use_grant_type(&self, grant_type: &str) -> bool {
        self.metadata.grant_types.iter().any(|registered| registered == grant_type)
    }
}

/// A client secret, which is kept as a hash, or sealed when its client signs with it.
#[derive(Clone, Debug, PartialEq)]
pub struct ClientSecret {
    /// Names the secret in lists and when it is retired.
    pub id: uuid::Uuid,
    /// See [`SecretHash`].
    pub hash: SecretHash,
    /// When it was made.
    pub created_at: Timestamp,
    /// When it stops working; `None`: until it is retired.
    pub expires_at: Option<Timestamp>,
}

impl ClientSecret {
    /// RFC 7591 §3.2.1: `client_secret_expires_at` is the moment from which it works no more.
    pub fn lives(&self, now: Timestamp) -> bool {
        self.expires_at.is_none_or(|end| now < end)
    }
}

/// How a client secret is kept.
#[derive(Clone, Debug, PartialEq)]
pub enum SecretHash {
    /// One that authy made: 256 random bits need no slow hash.
    Sha256(TokenHash),
    /// One that an administrator brought, which may be weak.
    Bcrypt(Secret<String>),
    /// One that signs assertions and so must be had back: sealed with the master key.
    Sealed(Vec<u8>),
}
