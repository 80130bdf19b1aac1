//! Everything that may be said about a client on the command line.

use std::path::PathBuf;
use std::time::Duration;

use clap::{ArgAction, Args, ValueEnum};

use crate::cli::arguments::duration;
use crate::clock::Timestamp;
use crate::model::client::{AccessTokenFormat, IdTokenClaims, Profile};

/// `authy client create`.
#[derive(Args, Debug)]
pub struct ClientCreate {
    /// Name that people read on the consent page
    pub name: String,
    /// Use this id instead of making one
    #[arg(long, value_name = "ID")]
    pub client_id: Option<String>,
    /// Take the secret from one line of standard input instead of making one
    #[arg(long, conflicts_with = "public")]
    pub secret_stdin: bool,
    /// The application cannot keep a secret: it has none and must use PKCE
    #[arg(long)]
    pub public: bool,
    /// The rest.
    #[command(flatten)]
    pub metadata: MetadataArguments,
}

/// `authy client update`.
#[derive(Args, Debug)]
pub struct ClientUpdate {
    /// Client id, or name if only one has it
    pub client: String,
    /// New name
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// false: the application is refused everywhere
    #[arg(long, value_name = "BOOL", action = ArgAction::Set)]
    pub enabled: Option<bool>,
    /// The rest.
    #[command(flatten)]
    pub metadata: MetadataArguments,
}

/// What both may say: RFC 7591 §2 and authy's own. What is not given is `None` or empty.
#[derive(Args, Debug, Default)]
pub struct MetadataArguments {
    /// Where answers may be sent, exactly, such as `https://app.example.com/callback`; may be repeated
    #[arg(long = "redirect-uri", value_name = "URI")]
    pub redirect_uris: Vec<String>,
    /// How the application proves who it is; by default either secret method
    #[arg(long, value_name = "METHOD", value_parser = ["client_secret_basic", "client_secret_post", "client_secret_jwt", "private_key_jwt", "tls_client_auth",
        "self_signed_tls_client_auth", "none"])]
    pub auth_method: Option<String>,
    /// A way to get tokens: authorization_code, refresh_token, client_credentials or another registered grant type; may be repeated
    #[arg(long = "grant", value_name = "TYPE")]
    pub grants: Vec<String>,
    /// A scope that it may have, such as openid; may be repeated
    #[arg(long = "scope", value_name = "SCOPE")]
    pub scopes: Vec<String>,
    /// A response type that it may ask for: code, or on the profile legacy such as "code id_token"; may be repeated
    #[arg(long = "response-type", value_name = "TYPE")]
    pub response_types: Vec<String>,
    /// Which set of rules it lives under
    #[arg(long)]
    pub profile: Option<ProfileArgument>,
    /// Whether a code challenge is demanded; public applications always must send one
    #[arg(long, value_name = "BOOL", action = ArgAction::Set)]
    pub require_pkce: Option<bool>,
    /// Whether ID Tokens carry the claims of the scopes
    #[arg(long)]
    pub id_token_claims: Option<IdTokenClaimsArgument>,
    /// Algorithm that signs its ID Tokens; by default RS256
    #[arg(long, value_name = "ALGORITHM", value_parser = ["RS256", "PS256", "ES256", "EdDSA"])]
    pub id_token_signing_alg: Option<String>,
    /// Algorithm that signs its userinfo answers, which are plain JSON otherwise
    #[arg(long, value_name = "ALGORITHM", value_parser = ["RS256", "PS256", "ES256", "EdDSA"])]
    pub userinfo_signing_alg: Option<String>,
    /// Where people may be sent after logout, exactly; may be repeated
    #[arg(long = "post-logout-redirect-uri", value_name = "URI")]
    pub post_logout_redirect_uris: Vec<String>,
    /// Where logouts are told to the application
    #[arg(long, value_name = "URI")]
    pub backchannel_logout_uri: Option<String>,
    /// File of the application's public keys
    #[arg(long, value_name = "FILE", conflicts_with = "jwks_uri")]
    pub jwks_file: Option<PathBuf>,
    /// URL of the application's public keys
    #[arg(long, value_name = "URI")]
    pub jwks_uri: Option<String>,
    /// Who allows what is weaker than the default, for the record; without it: cli
    #[arg(long, value_name = "NAME")]
    pub allowed_by: Option<String>,
    /// The last day on which what is weaker than the default is in force (UTC); without it: until further notice
    #[arg(long, value_name = "YYYY-MM-DD", value_parser = last_day)]
    pub allowed_until: Option<Timestamp>,
    /// Any other registered member, as NAME=JSON-OR-TEXT, an empty value takes it away; may be repeated
    #[arg(long = "metadata", value_name = "NAME=VALUE")]
    pub members: Vec<String>,
    /// Nobody is asked: you approve every scope for everybody
    #[arg(long, value_name = "BOOL", num_args = 0..=1, require_equals = true, default_missing_value = "true", action = ArgAction::Set)]
    pub skip_consent: Option<bool>,
    /// File of client metadata as RFC 7591 names it; flags beside it win
    #[arg(long, value_name = "FILE")]
    pub metadata_file: Option<PathBuf>,
    /// Another origin that browsers may call from; may be repeated
    #[arg(long = "allowed-origin", value_name = "ORIGIN")]
    pub allowed_origins: Vec<String>,
    /// What access tokens look like when no resource is asked for
    #[arg(long)]
    pub access_token_format: Option<AccessTokenFormatArgument>,
    /// The aud of a JWT access token when no resource is asked for
    #[arg(long, value_name = "URI")]
    pub default_resource: Option<String>,
    /// A registered resource that it may ask tokens for; without any, every one; may be repeated
    #[arg(long = "resource", value_name = "URI")]
    pub resources: Vec<String>,
    /// Whether refresh tokens rotate; those of public applications always do
    #[arg(long, value_name = "BOOL", action = ArgAction::Set)]
    pub refresh_rotation: Option<bool>,
    /// How long its access tokens live, such as 10m or 1h
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub access_token_lifetime: Option<Duration>,
    /// How long its ID Tokens live, such as 1h
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub id_token_lifetime: Option<Duration>,
    /// How long its refresh tokens live unused, such as 30d
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub refresh_token_lifetime: Option<Duration>,
    /// How old a sign-in may be unless the request says otherwise, such as 12h
    #[arg(long, value_name = "DURATION", value_parser = duration)]
    pub default_max_age: Option<Duration>,
    /// Home page of the application
    #[arg(long, value_name = "URI")]
    pub client_uri: Option<String>,
    /// Logo of the application, loaded by browsers only
    #[arg(long, value_name = "URI")]
    pub logo_uri: Option<String>,
    /// Privacy policy
    #[arg(long, value_name = "URI")]
    pub policy_uri: Option<String>,
    /// Terms of service
    #[arg(long, value_name = "URI")]
    pub tos_uri: Option<String>,
    /// How to reach those responsible; may be repeated
    #[arg(long = "contact", value_name = "TEXT")]
    pub contacts: Vec<String>,
}

fn last_day(text: &str) -> Result<Timestamp, String> {
    Timestamp::end_of_day(text).ok_or_else(|| "write a date like 2026-12-31".to_owned())
}

/// See [`Profile`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum ProfileArgument {
    /// Code flow by current best practice
    Oauth21,
    /// FAPI 2.0 Security Profile
    Fapi2,
    /// FAPI 1.0 Advanced
    Fapi1,
    /// Older response types, for applications that cannot be changed
    Legacy,
}

/// See [`IdTokenClaims`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum IdTokenClaimsArgument {
    /// The claims of the approved scopes, as at userinfo
    Full,
    /// Only who signed in, and when
    Minimal,
}

/// See [`AccessTokenFormat`].
#[derive(Clone, Copy, Debug, PartialEq, Eq, ValueEnum)]
pub enum AccessTokenFormatArgument {
    /// Only authy can read it
    Opaque,
    /// Resources can check it themselves
    Jwt,
}

impl From<ProfileArgument> for Profile {
    fn from(argument: ProfileArgument) -> Self {
        match argument {
            ProfileArgument::Oauth21 => Self::Oauth21,
            ProfileArgument::Fapi2 => Self::Fapi2,
            ProfileArgument::Fapi1 => Self::Fapi1,
            ProfileArgument::Legacy => Self::Legacy,
        }
    }
}

impl From<IdTokenClaimsArgument> for IdTokenClaims {
    fn from(argument: IdTokenClaimsArgument) -> Self {
        match argument {
            IdTokenClaimsArgument::Full => Self::Full,
            IdTokenClaimsArgument::Minimal => Self::Minimal,
        }
    }
}

impl From<AccessTokenFormatArgument> for AccessTokenFormat {
    fn from(argument: AccessTokenFormatArgument) -> Self {
        match argument {
            AccessTokenFormatArgument::Opaque => Self::Opaque,
            AccessTokenFormatArgument::Jwt => Self::Jwt,
        }
    }
}
