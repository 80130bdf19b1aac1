//! From a draft to metadata: named values become types, absent ones take their defaults. RFC 7591 §2.

use super::{ClientDraft, Problem};
use crate::model::client::{AccessTokenFormat, AuthMethod, ClientMetadata, IdTokenClaims, Profile};
use crate::spec::claims::STANDARD_SCOPES;
use crate::spec::grant_type;
use crate::spec::response_type::ResponseType;

const ID_TOKEN_CLAIMS: &[(&str, IdTokenClaims)] = &[("full", IdTokenClaims::Full), ("minimal", IdTokenClaims::Minimal)];
const FORMATS: &[(&str, AccessTokenFormat)] = &[("opaque", AccessTokenFormat::Opaque), ("jwt", AccessTokenFormat::Jwt)];
const AUTH_METHODS: &[(&str, AuthMethod)] = &[
    ("none", AuthMethod::None),
    ("client_secret_basic", AuthMethod::ClientSecretBasic),
    ("client_secret_post", AuthMethod::ClientSecretPost),
    ("client_secret_jwt", AuthMethod::ClientSecretJwt),
    ("private_key_jwt", AuthMethod::PrivateKeyJwt),
    ("tls_client_auth", AuthMethod::TlsClientAuth),
    ("self_signed_tls_client_auth", AuthMethod::SelfSignedTlsClientAuth),
];

/// The metadata that a draft asks for. What cannot be resolved is a problem and takes its default, so that the other rules can go on.
pub(super) fn resolve(draft: &ClientDraft, problems: &mut Vec<Problem>) -> ClientMetadata {
    let public = draft.is_public();
    let profiles = Profile::ALL.map(|profile| (profile.as_str(), profile));
    let profile = choose("profile", draft.profile.as_deref(), &profiles, problems).unwrap_or_default();
    let grant_types = match (draft.grant_types.is_empty(), draft.redirect_uris.is_empty()) {
        (false, _) => distinct(&draft.grant_types),
        (true, false) => default_grant_types(draft, profile),
        (true, true) => Vec::new(),
    };
    let with_code = grant_type::AUTHORIZATION_CODE.is_among(&grant_types);
    let default_claims = if draft.by_administrator() { IdTokenClaims::Full } else { IdTokenClaims::Minimal };
    ClientMetadata {
        redirect_uris: distinct(&draft.redirect_uris),
        post_logout_redirect_uris: distinct(&draft.post_logout_redirect_uris),
        response_types: or_default(&draft.response_types, if with_code { &["code"] } else { &[] }),
        scopes: or_default(&draft.scopes, if grant_type::signs_people_in(&grant_types) { STANDARD_SCOPES } else { &[] }),
        grant_types,
        auth_method: auth_method(draft, problems),
        profile,
        require_pkce: draft.require_pkce.unwrap_or(public),
        id_token_claims: choose("id_token_claims", draft.id_token_claims.as_deref(), ID_TOKEN_CLAIMS, problems).unwrap_or(default_claims),
        id_token_signed_response_alg: draft.id_token_signed_response_alg.clone(),
        userinfo_signed_response_alg: draft.userinfo_signed_response_alg.clone(),
        access_token_format: choose("access_token_format", draft.access_token_format.as_deref(), FORMATS, problems).unwrap_or_default(),
        default_resource: draft.default_resource.clone(),
        refresh_rotation: draft.refresh_rotation.unwrap_or(true),
        skip_consent: draft.skip_consent,
        allowed_origins: distinct(&draft.allowed_origins),
        default_max_age: draft.default_max_age,
        access_token_lifetime: draft.access_token_lifetime,
        id_token_lifetime: draft.id_token_lifetime,
        refresh_token_lifetime: draft.refresh_token_lifetime,
        client_uri: draft.client_uri.clone(),
        logo_uri: draft.logo_uri.clone(),
        policy_uri: draft.policy_uri.clone(),
        tos_uri: draft.tos_uri.clone(),
        contacts: distinct(&draft.contacts),
        protocol: draft.protocol.clone(),
        more: draft.more.clone(),
        settled: std::collections::BTreeSet::new(),
    }
}

/// Sign-ins by code, and what belongs to the response types that an administrator names alone: OIDC Registration §2.
fn default_grant_types(draft: &ClientDraft, profile: Profile) -> Vec<String> {
    let mut grant_types = owned(&[grant_type::AUTHORIZATION_CODE.name, grant_type::REFRESH_TOKEN.name]);
    if draft.by_administrator() {
        let open = draft.response_types.iter().filter_map(|text| ResponseType::parse(text)).filter(|known| known.is_open_to(profile));
        grant_types.extend(open.flat_map(|known| known.needed_grant_types(profile)).map(str::to_owned));
    }
    distinct(&grant_types)
}

/// `None` stands for a confidential client that may use either secret method.
fn auth_method(draft: &ClientDraft, problems: &mut Vec<Problem>) -> Option<AuthMethod> {
    let field = "token_endpoint_auth_method";
    let named = choose(field, draft.auth_method.as_deref(), AUTH_METHODS, problems);
    if draft.public && !matches!(named, None | Some(AuthMethod::None)) {
        problems.push(Problem::new(
            field,
            "a public client cannot keep a secret",
            "leave the method out, or register a confidential client",
        ));
    }
    if draft.is_public() { Some(AuthMethod::None) } else { named }
}

fn choose<T: Copy>(field: &'static str, text: Option<&str>, choices: &[(&str, T)], problems: &mut Vec<Problem>) -> Option<T> {
    let text = text?;
    let found = choices.iter().find(|(name, _)| *name == text).map(|(_, value)| *value);
    if found.is_none() {
        let names: Vec<&str> = choices.iter().map(|(name, _)| *name).collect();
        problems.push(Problem::new(field, format!("{text:?} is not supported"), format!("use one of: {}", names.join(", "))));
    }
    found
}

fn or_default(values: &[String], default: &[&str]) -> Vec<String> {
    if values.is_empty() { owned(default) } else { distinct(values) }
}

fn owned(values: &[&str]) -> Vec<String> {
    values.iter().map(|value| (*value).to_owned()).collect()
}

fn distinct(values: &[String]) -> Vec<String> {
    let mut kept: Vec<String> = Vec::new();
    for value in values {
        if !kept.contains(value) {
            kept.push(value.clone());
        }
    }
    kept
}

fn name_of<T: Copy + PartialEq>(value: T, choices: &[(&'static str, T)]) -> &'static str {
    choices.iter().find(|(_, known)| *known == value).map_or("", |(name, _)| name)
}

/// As it is spelled in metadata.
pub(super) fn id_token_claims_name(claims: IdTokenClaims) -> &'static str {
    name_of(claims, ID_TOKEN_CLAIMS)
}

/// As it is spelled in metadata.
pub(super) fn access_token_format_name(format: AccessTokenFormat) -> &'static str {
    name_of(format, FORMATS)
}
