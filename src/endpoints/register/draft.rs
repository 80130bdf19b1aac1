//! From the members that a stranger sends to a draft: what strangers may say, and what policy makes of it. RFC 7591 §2, §5. Pure.

use serde_json::{Map, Value};

use crate::admin::clients::document;
use crate::admin::fault::Faults;
use crate::client_auth::registration;
use crate::config::Registration;
use crate::model::client::{Client, ClientMetadata, ClientOrigin, Profile};
use crate::spec::client_metadata::weakening::{self, Allowance};
use crate::spec::client_metadata::{self, ClientDraft, settled};
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::grant_type::{self, AUTHORIZATION_CODE, IMPLICIT, REFRESH_TOKEN, Registered};
use crate::spec::prompt::ACR_VALUES;
use crate::spec::response_type::ResponseType;

/// Members that every client has and strangers may set.
const COMMON: &[&str] = &[
    "redirect_uris",
    "post_logout_redirect_uris",
    "client_name",
    "client_uri",
    "logo_uri",
    "policy_uri",
    "tos_uri",
    "contacts",
    "grant_types",
    "response_types",
    "scope",
    "token_endpoint_auth_method",
    "id_token_signed_response_alg",
    "userinfo_signed_response_alg",
    "default_max_age",
    "profile",
];

/// Members of single specifications that strangers may set: all but what only an administrator can grant.
const PROTOCOL: &[&str] = &[
    "jwks",
    "jwks_uri",
    "token_endpoint_auth_signing_alg",
    "tls_client_auth_subject_dn",
    "tls_client_auth_san_dns",
    "tls_client_auth_san_uri",
    "tls_client_auth_san_ip",
    "tls_client_auth_san_email",
    "tls_client_certificate_bound_access_tokens",
    "dpop_bound_access_tokens",
    "dpop_nonce_required",
    "require_pushed_authorization_requests",
    "require_signed_request_object",
    "request_object_signing_alg",
    "request_object_encryption_alg",
    "request_object_encryption_enc",
    "request_uris",
    "authorization_details_types",
    "authorization_signed_response_alg",
    "authorization_encrypted_response_alg",
    "authorization_encrypted_response_enc",
    "id_token_encrypted_response_alg",
    "id_token_encrypted_response_enc",
    "userinfo_encrypted_response_alg",
    "userinfo_encrypted_response_enc",
    "introspection_signed_response_alg",
    "introspection_encrypted_response_alg",
    "introspection_encrypted_response_enc",
    "subject_type",
    "sector_identifier_uri",
    "default_acr_values",
    "require_auth_time",
    "application_type",
    "initiate_login_uri",
    "backchannel_logout_uri",
    "backchannel_logout_session_required",
    "frontchannel_logout_uri",
    "frontchannel_logout_session_required",
    "backchannel_token_delivery_mode",
    "backchannel_client_notification_endpoint",
    "backchannel_authentication_request_signing_alg",
    "software_id",
    "software_version",
];

/// RFC 7591 §2.2: members that may come once more in other languages.
const IN_LANGUAGES: &[&str] = &["client_name", "client_uri", "logo_uri", "policy_uri", "tos_uri"];
const MOST_LANGUAGES: usize = 20;
const LONGEST_TRANSLATION: usize = 2_048;

/// Whether the value that a stranger gives a member is looked at. Every other member is passed over, as RFC 7591 §2 demands of those that
/// are not understood: a member that only administrators may set, or that a later version gives a meaning, can never be smuggled in.
pub fn is_open(name: &str) -> bool {
    COMMON.contains(&name) || PROTOCOL.contains(&name)
}

/// The draft that these members make under this policy.
///
/// # Errors
/// `invalid_redirect_uri` or `invalid_client_metadata`: RFC 7591 §3.2.2.
pub fn draft(members: Map<String, Value>, policy: &Registration) -> Result<ClientDraft, Refusal> {
    let mut draft = ClientDraft::new("", ClientOrigin::Dynamic);
    let (open, rest): (Map<_, _>, Map<_, _>) = members.into_iter().partition(|(name, _)| is_open(name));
    document::take(open, &mut draft).map_err(|faults| refusal(&faults))?;
    // Verified before: only `outside::state` puts one there.
    draft.more.extend(rest.get("software_statement").map(|statement| ("software_statement".to_owned(), statement.clone())));
    draft.more.extend(translations(rest));
    if draft.name.trim().is_empty() {
        // RFC 7591 §2: the name is optional; people then see where the answer goes.
        "Unnamed application".clone_into(&mut draft.name);
    }
    draft.scopes = scopes(&draft.scopes, policy);
    draft.protocol.authorization_details_types.retain(|kind| policy.authorization_details_types.contains(kind));
    // What no sign-in here reaches would be asked for in vain each time; the answer says what is left.
    draft.protocol.default_acr_values.retain(|acr| ACR_VALUES.contains(&acr.as_str()));
    choose_profile(&mut draft, policy)?;
    choose_grants(&mut draft, policy)?;
    some_scope(&draft)?;
    Ok(draft)
}

/// The rules of all clients, with the errors of RFC 7591 §3.2.2.
///
/// # Errors
/// As [`draft()`].
pub fn checked(draft: &ClientDraft) -> Result<ClientMetadata, Refusal> {
    let checked = client_metadata::check(draft).and_then(|metadata| {
        let problems = registration::check(&metadata);
        if problems.is_empty() { Ok(metadata) } else { Err(problems) }
    });
    checked.map_err(|problems| {
        let found: Vec<String> = problems.iter().map(ToString::to_string).collect();
        let fault = match problems.iter().any(|problem| problem.field == "redirect_uris") {
            true => AtFault::RedirectUris,
            false => AtFault::Member(problems.first().map(|problem| problem.field)),
        };
        refused(fault, found.join("; "))
    })
}

/// Whose word it is when a client that describes itself is weaker than the default: the policy that lets it be.
const POLICY: &str = "the operator's settings for clients that register themselves (AUTHY_REGISTRATION__…)";

/// The client, with the operator's word for what the policy lets be weak about it. What was allowed before keeps its word.
pub fn vouched(mut client: Client) -> Client {
    weakening::record(&mut client, &policy());
    client
}

fn policy() -> Allowance {
    Allowance { by: POLICY.to_owned(), until: None, renews: false }
}

/// The client with what an administrator has settled about it, and the rules once more for the two together.
///
/// # Errors
/// As [`draft()`].
pub fn settled(before: &Client, described: Client) -> Result<Client, Refusal> {
    let mut client = settled::keep(before, described);
    let before = &before.metadata.protocol.weakenings;
    client.metadata.protocol.weakenings.clone_from(before);
    weakening::record_for_good(&mut client, before, &policy());
    if !client.metadata.settled.is_empty() {
        checked(&ClientDraft::of(&client))?;
    }
    Ok(client)
}

fn refusal(faults: &Faults) -> Refusal {
    let found: Vec<String> = faults.iter().map(ToString::to_string).collect();
    let field = faults.iter().map(|fault| fault.field).find(|field| !field.is_empty());
    refused(AtFault::Member(field), found.join("; "))
}

/// What RFC 7591 §3.2.2 tells apart.
enum AtFault {
    RedirectUris,
    /// The first of them, where it has a name.
    Member(Option<&'static str>),
}

fn refused(fault: AtFault, detail: String) -> Refusal {
    let error = match fault {
        AtFault::RedirectUris => OAuthError::invalid_redirect_uri(
            "A redirect URI is missing or cannot be registered: https, loopback or a private-use scheme with a dot, without fragment; for tokens by the browser https on a host of the web, unless native.",
        )
        .about("redirect_uris"),
        AtFault::Member(field) => {
            let error = OAuthError::invalid_client_metadata("A member of the client metadata is not acceptable.");
            field.map_or(error, |field| error.about(field))
        }
    };
    error.because(detail)
}

/// What only the registration endpoint refuses.
pub fn invalid(field: &'static str, sentence: &'static str) -> Refusal {
    OAuthError::invalid_client_metadata(sentence).about(field).into()
}

fn translations(members: Map<String, Value>) -> impl Iterator<Item = (String, Value)> {
    let fits = |name: &str, value: &Value| {
        let tagged = name.split_once('#').is_some_and(|(base, tag)| {
            let plain = !tag.is_empty() && tag.len() <= 35 && tag.bytes().all(|byte| byte.is_ascii_alphanumeric() || byte == b'-');
            IN_LANGUAGES.contains(&base) && plain
        });
        tagged && value.as_str().is_some_and(|text| text.len() <= LONGEST_TRANSLATION && !text.contains('\0'))
    };
    members.into_iter().filter(move |(name, value)| fits(name, value)).take(MOST_LANGUAGES)
}

/// Scopes beyond the policy are dropped, and the answer says so (RFC 7591 §2: the server "MAY" register others than those asked for).
fn scopes(asked: &[String], policy: &Registration) -> Vec<String> {
    if asked.is_empty() {
        return policy.scopes.clone();
    }
    asked.iter().filter(|scope| policy.scopes.contains(scope)).cloned().collect()
}

/// Without any scope a client that signs people in would have the usual ones, and with them more than the policy gives.
fn some_scope(draft: &ClientDraft) -> Result<(), Refusal> {
    if draft.scopes.is_empty() && grant_type::signs_people_in(&draft.grant_types) {
        return Err(invalid("scope", "None of the scopes is open to clients that register themselves."));
    }
    Ok(())
}

/// Response types besides `code` exist only on the profile `legacy`; whoever asks for them asks for it.
fn choose_profile(draft: &mut ClientDraft, policy: &Registration) -> Result<(), Refusal> {
    let older = draft.response_types.iter().any(|text| ResponseType::parse(text).is_some_and(|kind| kind != ResponseType::Code));
    let profile = match &draft.profile {
        Some(asked) => asked.clone(),
        None if older => "legacy".to_owned(),
        None => policy.profiles.first().cloned().unwrap_or_default(),
    };
    if !policy.profiles.contains(&profile) {
        let field = if draft.profile.is_some() { "profile" } else { "response_types" };
        return Err(invalid(field, "Clients that register themselves may not have this profile or its response types."));
    }
    draft.profile = Some(profile);
    Ok(())
}

/// RFC 7591 §2.1: response types and grant types go together. Grant types beyond the policy are dropped, and the answer says so.
fn choose_grants(draft: &mut ClientDraft, policy: &Registration) -> Result<(), Refusal> {
    let profile = Profile::ALL.into_iter().find(|known| draft.profile.as_deref() == Some(known.as_str())).unwrap_or_default();
    // What is no response type is told with the other rules.
    let asked: Vec<ResponseType> = draft.response_types.iter().filter_map(|text| ResponseType::parse(text)).collect();
    let needed = |grant: Registered| asked.iter().any(|kind| kind.needed_grant_types(profile).any(|name| name == grant.name));
    let allowed = |grant: &str| {
        let open = grant_type::find(grant).is_some_and(|known| known.is_open_to(profile));
        open && policy.grant_types.iter().any(|known| known == grant)
    };
    if draft.grant_types.is_empty() {
        // RFC 7591 §2: without response types the client uses `code`.
        let with_code = asked.is_empty() || needed(AUTHORIZATION_CODE);
        let by_default = [(AUTHORIZATION_CODE, with_code), (REFRESH_TOKEN, with_code), (IMPLICIT, needed(IMPLICIT))];
        let due = by_default.into_iter().filter(|(grant, due)| *due && allowed(grant.name));
        draft.grant_types = due.map(|(grant, _)| grant.name.to_owned()).collect();
    } else {
        draft.grant_types.retain(|grant| allowed(grant));
    }
    if draft.grant_types.is_empty() {
        return Err(invalid("grant_types", "None of the grant types is open to clients that register themselves."));
    }
    let fits = grant_type::ALL.iter().all(|grant| !needed(*grant) || grant.is_among(&draft.grant_types));
    if !fits {
        return Err(invalid(
            "response_types",
            "The response types need grant types that the client does not have: code needs authorization_code, tokens need implicit.",
        ));
    }
    Ok(())
}

#[cfg(test)]
#[path = "draft_tests.rs"]
mod tests;
