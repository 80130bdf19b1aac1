//! The rules a draft must keep: RFC 7591 §2 and §5, OIDC Registration §2, RFC 6749 §2.

use url::{Host, Url};

use super::{ClientDraft, Problem};
use crate::model::client::{ClientMetadata, ClientOrigin};
use crate::secret::Secret;
use crate::spec::grant_type;
use crate::spec::plain_text::{is_readable, is_unreserved};
use crate::spec::redirect_uri::{Registration, check_registration};
use crate::spec::response_type::ResponseType;
use crate::spec::scope::is_scope_token;

const MAX_LIST: usize = 100;
const MAX_NAME: usize = 200;
/// Ten years: longer is a slip of the finger.
const MAX_LIFETIME: u64 = 315_360_000;

/// Name, identifier and secret.
pub(super) fn check_identity(draft: &ClientDraft, problems: &mut Vec<Problem>) {
    let name = draft.name.trim();
    if !is_name(name) {
        problems.push(Problem::new(
            "client_name",
            "it is empty, too long, or has control characters or ones that nobody sees",
            "give a name of 1 to 200 characters that can be read",
        ));
    }
    let acceptable = |id: &str| (1..=255).contains(&id.len()) && id.bytes().all(|byte| is_unreserved(byte) || matches!(byte, b':' | b'@'));
    if draft.origin != ClientOrigin::Document && draft.client_id.as_deref().is_some_and(|id| !acceptable(id)) {
        problems.push(Problem::new(
            "client_id",
            "it has characters that need encoding, or is longer than 255",
            "use letters, digits and - . _ ~ : @",
        ));
    }
    if let Some(secret) = &draft.secret {
        if draft.is_public() {
            problems.push(Problem::new("client_secret", "a public client cannot keep a secret", "leave the secret out"));
        }
        if let Err(problem) = check_secret(secret) {
            problems.push(problem);
        }
    }
}

fn is_name(name: &str) -> bool {
    name.chars().count() <= MAX_NAME && is_readable(name)
}

/// RFC 6749 §10.10: a secret that somebody brings must be hard to guess, and survive every encoding that clients get wrong.
///
/// # Errors
/// The problem, for the person who brings it. The secret is not in it.
fn check_secret(secret: &Secret<String>) -> Result<(), Problem> {
    let secret = secret.expose();
    if !(16..=512).contains(&secret.len()) {
        return Err(Problem::new("client_secret", "it must have 16 to 512 characters", "bring a longer random one, or let authy make it"));
    }
    if !secret.bytes().all(is_unreserved) {
        return Err(Problem::new("client_secret", "it has characters that clients encode wrongly", "use letters, digits and - . _ ~ only"));
    }
    Ok(())
}

/// RFC 7591 §5: redirect URIs and post-logout URIs.
pub(super) fn check_redirect_uris(draft: &ClientDraft, metadata: &ClientMetadata, problems: &mut Vec<Problem>) {
    // RFC 8252 §8.4: a program that registers itself may have a secret of its own, which then protects what it receives on its device.
    let installed = !draft.by_administrator() && metadata.response_types.iter().all(|kind| kind == "code");
    let registration = Registration { public: draft.is_public() || installed, administrator: draft.by_administrator() };
    for (field, uris) in [("redirect_uris", &metadata.redirect_uris), ("post_logout_redirect_uris", &metadata.post_logout_redirect_uris)] {
        if uris.len() > MAX_LIST {
            problems.push(Problem::new(field, "there are more than a hundred", "register several clients"));
        }
        for uri in uris {
            if let Err(unfit) = check_registration(uri, registration) {
                problems.push(Problem::new(field, format!("{uri:?} cannot be registered: {}", unfit.problem), unfit.mend));
            }
        }
    }
}

/// OIDC Registration §2, `application_type`: "Web Clients using the OAuth Implicit Grant Type MUST only register URLs using the https scheme
/// as redirect_uris; they MUST NOT use localhost as the hostname." An administrator answers for what he registers.
pub(super) fn check_implicit(draft: &ClientDraft, metadata: &ClientMetadata, problems: &mut Vec<Problem>) {
    let is_web = metadata.protocol.application_type.as_deref() != Some("native");
    if draft.by_administrator() || !is_web || !metadata.grant_types.iter().any(|grant| grant == "implicit") {
        return;
    }
    let fits = |uri: &str| Url::parse(uri).is_ok_and(|url| url.scheme() == "https" && url.host_str() != Some("localhost"));
    if let Some(uri) = metadata.redirect_uris.iter().find(|uri| !fits(uri)) {
        let problem = format!("{uri:?} receives tokens by the browser, and is not https on a host of the web");
        problems.push(Problem::new(
            "redirect_uris",
            problem,
            "use https and the host's name, or application_type native, or response_type code",
        ));
    }
}

/// Grant types, response types and scopes, and how they fit each other: RFC 7591 §2.1.
pub(super) fn check_grants(draft: &ClientDraft, metadata: &ClientMetadata, problems: &mut Vec<Problem>) {
    let has = |grant: grant_type::Registered| grant.is_among(&metadata.grant_types);
    for grant in metadata.grant_types.iter().filter(|grant| grant_type::find(grant).is_none()) {
        problems.push(Problem::new(
            "grant_types",
            format!("{grant:?} is not supported"),
            format!("use one of: {}", grant_type::names().join(", ")),
        ));
    }
    let returns = metadata.grant_types.is_empty() || has(grant_type::AUTHORIZATION_CODE) || has(grant_type::IMPLICIT);
    if metadata.redirect_uris.is_empty() && returns {
        let mend = "give at least one redirect URI (--redirect-uri), or the grant client_credentials alone for a service";
        problems.push(Problem::new("redirect_uris", "a client that signs people in needs a redirect URI, and there is none", mend));
    }
    if has(grant_type::REFRESH_TOKEN) && !grant_type::signs_people_in(&metadata.grant_types) {
        problems.push(Problem::new(
            "grant_types",
            "refresh_token alone has nothing to refresh",
            "add authorization_code or another grant of people, or drop refresh_token",
        ));
    }
    for grant in grant_type::ALL.iter().filter(|grant| !grant.open_to_public_clients && has(**grant) && draft.is_public()) {
        let mend = format!("register a confidential client, or drop {}", grant.name);
        problems.push(Problem::new("grant_types", format!("a public client may not use {}", grant.name), mend));
    }
    check_response_types(metadata, problems);
    for scope in metadata.scopes.iter().filter(|scope| !is_scope_token(scope)) {
        problems.push(Problem::new("scope", format!("{scope:?} is not a scope value"), "use visible ASCII without spaces, \" and \\"));
    }
    if metadata.scopes.len() > MAX_LIST {
        problems.push(Problem::new("scope", "there are more than a hundred", "register fewer scopes"));
    }
    if draft.is_public() && !metadata.require_pkce {
        problems.push(Problem::new("require_pkce", "a public client must use PKCE", "leave it out or set it to true"));
    }
    if draft.is_public() && !metadata.refresh_rotation {
        problems.push(Problem::new(
            "refresh_rotation",
            "the refresh tokens of a public client must rotate",
            "leave it out or set it to true",
        ));
    }
    if draft.skip_consent && !draft.by_administrator() {
        problems.push(Problem::new("skip_consent", "only an administrator may approve for everybody", "leave it out"));
    }
}

/// OIDC Registration §2: each response type with the grant types that belong to it, and only those that the profile knows.
fn check_response_types(metadata: &ClientMetadata, problems: &mut Vec<Problem>) {
    let field = "response_types";
    for text in &metadata.response_types {
        let Some(known) = ResponseType::parse(text).filter(|known| known.is_supported()) else {
            let known: Vec<&str> = ResponseType::SUPPORTED.iter().map(|known| known.as_str()).collect();
            problems.push(Problem::new(field, format!("{text:?} is not supported"), format!("use one of: {}", known.join(", "))));
            continue;
        };
        if !known.is_open_to(metadata.profile) {
            let mend = "ask for code; --profile legacy is for applications that cannot be changed";
            problems.push(Problem::new(field, format!("{text:?} is not for clients of this profile"), mend));
        }
        let registered = |grant: &&str| metadata.grant_types.iter().any(|known| known == grant);
        for grant in known.needed_grant_types(metadata.profile).filter(|grant| !registered(grant)) {
            let mend = format!("add {grant} to the grant types, or drop the response type");
            problems.push(Problem::new(field, format!("{text:?} needs the grant type {grant}"), mend));
        }
    }
    let known = metadata.grant_types.iter().filter_map(|name| grant_type::find(name));
    for grant in known.filter(|grant| !grant.is_open_to(metadata.profile)) {
        let mend = "drop it; --profile legacy is for applications that cannot be changed";
        problems.push(Problem::new("grant_types", format!("{:?} is not for clients of this profile", grant.name), mend));
    }
}

/// RFC 7591 §2.2: a member in another language is held to what the one without a language is.
pub(super) fn check_translations(draft: &ClientDraft, problems: &mut Vec<Problem>) {
    let tagged = draft.more.iter().filter_map(|(name, value)| Some((name.split_once('#')?.0, value.as_str()?)));
    for (name, text) in tagged {
        let addresses = ["client_uri", "logo_uri", "policy_uri", "tos_uri"];
        if let Some(field) = addresses.into_iter().find(|field| *field == name && !is_web_address(text)) {
            problems.push(Problem::new(field, "in another language it is not an https URL", "write it like https://app.example.com/page"));
        }
        if name == "client_name" && !is_name(text.trim()) {
            let problem = "in another language it is empty, too long, or has characters that deceive";
            problems.push(Problem::new("client_name", problem, "give a name of 1 to 200 characters that can be read"));
        }
    }
}

/// URIs that people follow or services call, and origins.
pub(super) fn check_addresses(draft: &ClientDraft, problems: &mut Vec<Problem>) {
    let protocol = &draft.protocol;
    for (field, uri) in [
        ("client_uri", draft.client_uri.as_deref()),
        ("logo_uri", draft.logo_uri.as_deref()),
        ("policy_uri", draft.policy_uri.as_deref()),
        ("tos_uri", draft.tos_uri.as_deref()),
        ("initiate_login_uri", protocol.initiate_login_uri.as_deref()),
        ("backchannel_logout_uri", protocol.backchannel_logout_uri.as_deref()),
        ("frontchannel_logout_uri", protocol.frontchannel_logout_uri.as_deref()),
        ("jwks_uri", protocol.jwks_uri.as_deref()),
        ("sector_identifier_uri", protocol.sector_identifier_uri.as_deref()),
    ] {
        if uri.is_some_and(|uri| !is_web_address(uri)) {
            problems.push(Problem::new(
                field,
                "it is not an https URL",
                "write it like https://app.example.com/page (http is for loopback hosts)",
            ));
        }
    }
    // OIDC Registration §2: "The defined values are native or web".
    if protocol.application_type.as_deref().is_some_and(|kind| !matches!(kind, "web" | "native")) {
        problems.push(Problem::new("application_type", "there is no such type", "use web or native"));
    }
    // What the provider adds to it would stand in the fragment, which no server reads.
    if protocol.initiate_login_uri.as_deref().is_some_and(|uri| uri.contains('#')) {
        problems.push(Problem::new("initiate_login_uri", "it has a fragment", "write it without # and what follows"));
    }
    // OIDC Registration §2: initiate_login_uri "MUST use the https scheme".
    if !draft.by_administrator() && protocol.initiate_login_uri.as_deref().is_some_and(|uri| !uri.starts_with("https:")) {
        problems.push(Problem::new("initiate_login_uri", "it is not an https URL", "write it like https://app.example.com/start"));
    }
    for origin in &draft.allowed_origins {
        let normal = Url::parse(origin).map(|url| url.origin().ascii_serialization());
        if !is_web_address(origin) || normal.as_deref() != Ok(origin.as_str()) {
            let mend = "write scheme, host and port only, like https://app.example.com (http is for loopback hosts)";
            problems.push(Problem::new("allowed_origins", format!("{origin:?} is not an origin"), mend));
        }
    }
    if draft.contacts.len() > MAX_LIST || draft.contacts.iter().any(|contact| contact.len() > 320 || contact.chars().any(char::is_control))
    {
        problems.push(Problem::new(
            "contacts",
            "there are too many, or one is too long or has control characters",
            "give e-mail addresses",
        ));
    }
}

/// https, or http on this machine; without user information, so that nobody reads a wrong host, and with a host of its own: browsers
/// take the first piece of the path of `https:///path` for one (RFC 3986 §3.2), and nobody is at `*.example.com`.
pub(super) fn is_web_address(uri: &str) -> bool {
    let Ok(url) = Url::parse(uri) else { return false };
    let after = uri.split_once("://").map_or("/", |(_, after)| after);
    if after.starts_with(['/', '?', '#']) || url.host_str().is_some_and(|host| host.contains('*')) {
        return false;
    }
    let loopback = match url.host() {
        Some(Host::Ipv4(address)) => address.is_loopback(),
        Some(Host::Ipv6(address)) => address.is_loopback(),
        Some(Host::Domain(name)) => name == "localhost",
        None => false,
    };
    let plain =
        url.username().is_empty() && url.password().is_none() && !uri.chars().any(|c| c.is_control() || c.is_whitespace() || c == '\\');
    plain && url.has_host() && (url.scheme() == "https" || (url.scheme() == "http" && loopback))
}

/// Lifetimes, in seconds.
pub(super) fn check_numbers(draft: &ClientDraft, problems: &mut Vec<Problem>) {
    for (field, seconds) in [
        ("access_token_lifetime", draft.access_token_lifetime),
        ("id_token_lifetime", draft.id_token_lifetime),
        ("refresh_token_lifetime", draft.refresh_token_lifetime),
    ] {
        if seconds.is_some_and(|seconds| !(1..=MAX_LIFETIME).contains(&seconds)) {
            problems.push(Problem::new(field, "it must be between one second and ten years", "give a number of seconds"));
        }
    }
}
