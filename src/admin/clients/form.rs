//! The form of a client: from what was typed to a draft, and from what is stored to the form. Pure.

use super::{document, members, with_rules};
use crate::admin::fault::{Fault, Faults};
use crate::admin::form::Form;
use crate::clock::Timestamp;
use crate::model::client::{Client, ClientOrigin};
use crate::spec::client_metadata::ClientDraft;
use crate::spec::grant_type::{AUTHORIZATION_CODE, IMPLICIT, REFRESH_TOKEN};

/// What a new client's form shows before anything is typed: a web application that signs people in.
pub fn blank() -> Form {
    let mut form = Form::of([
        ("kind", "confidential".to_owned()),
        ("id_token_claims", "full".to_owned()),
        ("access_token_format", "opaque".to_owned()),
        ("profile", "oauth21".to_owned()),
        ("id_token_signed_response_alg", "RS256".to_owned()),
        ("refresh_rotation", "on".to_owned()),
        ("scope", crate::spec::claims::STANDARD_SCOPES.join(" ")),
    ]);
    form.push("grant_types", AUTHORIZATION_CODE.name);
    form.push("grant_types", REFRESH_TOKEN.name);
    form.push("response_types", "code");
    form
}

/// The form that shows a stored client.
pub fn of(client: &Client) -> Form {
    let draft = ClientDraft::of(client);
    let text = Option::unwrap_or_default;
    let seconds = |number: Option<u64>| number.map(|number| number.to_string()).unwrap_or_default();
    let mut form = Form::of([
        ("client_name", draft.name.clone()),
        ("kind", if client.is_public() { "public" } else { "confidential" }.to_owned()),
        ("token_endpoint_auth_method", text(draft.auth_method.filter(|_| !client.is_public()))),
        ("redirect_uris", draft.redirect_uris.join("\n")),
        ("post_logout_redirect_uris", draft.post_logout_redirect_uris.join("\n")),
        ("scope", draft.scopes.join(" ")),
        ("profile", text(draft.profile)),
        ("id_token_claims", text(draft.id_token_claims)),
        ("id_token_signed_response_alg", draft.id_token_signed_response_alg.unwrap_or_else(|| "RS256".to_owned())),
        ("userinfo_signed_response_alg", text(draft.userinfo_signed_response_alg)),
        ("access_token_format", text(draft.access_token_format)),
        ("default_resource", text(draft.default_resource)),
        ("allowed_origins", draft.allowed_origins.join("\n")),
        ("default_max_age", seconds(draft.default_max_age)),
        ("access_token_lifetime", seconds(draft.access_token_lifetime)),
        ("id_token_lifetime", seconds(draft.id_token_lifetime)),
        ("refresh_token_lifetime", seconds(draft.refresh_token_lifetime)),
        ("client_uri", text(draft.client_uri)),
        ("logo_uri", text(draft.logo_uri)),
        ("policy_uri", text(draft.policy_uri)),
        ("tos_uri", text(draft.tos_uri)),
        ("contacts", draft.contacts.join("\n")),
        ("jwks", draft.protocol.jwks.map(|set| set.to_string()).unwrap_or_default()),
        ("jwks_uri", text(draft.protocol.jwks_uri)),
    ]);
    members::show(&client.metadata.protocol, &mut form);
    for response_type in &draft.response_types {
        form.push("response_types", response_type);
    }
    for grant_type in &draft.grant_types {
        form.push("grant_types", grant_type);
    }
    for (name, ticked) in [
        ("require_pkce", draft.require_pkce == Some(true)),
        ("refresh_rotation", draft.refresh_rotation == Some(true)),
        ("skip_consent", draft.skip_consent),
    ] {
        if ticked {
            form.push(name, "on");
        }
    }
    form
}

/// What tells one stored state of a client from the next. The form carries it, so that of two administrators who edit at once neither undoes
/// unawares what the other did.
pub fn seen(client: &Client) -> String {
    client.updated_at.as_micros().to_string()
}

/// What an administrator reads who edited what somebody else has changed since. What they typed is still in the form.
pub fn changed_meanwhile() -> Fault {
    Fault::new(
        "",
        "Somebody else has changed this application since it was read.",
        "Look at what is stored now, then save again: what stands here takes its place. An application that keeps changing itself can be disabled first.",
    )
}

/// Reads the form, which was filled from `base` or from what was stored before that. What it does not show (`more`) stays as it is in `base`.
///
/// # Errors
/// Numbers that are none, with every other fault of the draft; and that `base` is not what the form was filled from.
pub fn read(form: &Form, base: Option<&Client>) -> Result<ClientDraft, Faults> {
    let mut faults = Faults::default();
    if form.filled("seen").zip(base).is_some_and(|(known, base)| known != seen(base)) {
        faults.extend([changed_meanwhile()]);
    }
    let mut draft = base.map_or_else(|| ClientDraft::new("", ClientOrigin::Administrator), ClientDraft::of);
    let filled = |name: &str| form.filled(name).map(str::to_owned);
    draft.public = form.text("kind") == "public";
    draft.name = form.text("client_name").to_owned();
    draft.client_id = draft.client_id.or_else(|| filled("client_id"));
    draft.auth_method = if draft.public { None } else { filled("token_endpoint_auth_method") };
    draft.redirect_uris = form.words("redirect_uris");
    draft.post_logout_redirect_uris = form.words("post_logout_redirect_uris");
    draft.grant_types = form.all("grant_types");
    // Without a grant type that goes through the browser there are none, whatever the boxes say.
    let by_browser = [AUTHORIZATION_CODE, IMPLICIT].iter().any(|grant| form.has("grant_types", grant.name));
    draft.response_types = if by_browser { form.all("response_types") } else { Vec::new() };
    draft.scopes = form.words("scope");
    draft.profile = filled("profile");
    draft.id_token_claims = filled("id_token_claims");
    // The default of OIDC Registration §2 is stored as nothing.
    draft.id_token_signed_response_alg = filled("id_token_signed_response_alg").filter(|alg| alg != "RS256");
    draft.userinfo_signed_response_alg = filled("userinfo_signed_response_alg");
    draft.access_token_format = filled("access_token_format");
    draft.default_resource = filled("default_resource");
    draft.allowed_origins = form.words("allowed_origins");
    draft.client_uri = filled("client_uri");
    draft.logo_uri = filled("logo_uri");
    draft.policy_uri = filled("policy_uri");
    draft.tos_uri = filled("tos_uri");
    draft.contacts = form.words("contacts");
    draft.protocol.jwks = filled("jwks").and_then(|text| key_set(&text, &mut faults));
    draft.protocol.jwks_uri = filled("jwks_uri");
    members::read(form, &mut draft.protocol, &mut faults);
    draft.skip_consent = form.ticked("skip_consent");
    draft.allowed_until = last_day(form, &mut faults);
    // For public clients both are the rule, whatever the boxes say.
    draft.require_pkce = (!draft.public).then(|| form.ticked("require_pkce"));
    draft.refresh_rotation = (!draft.public).then(|| form.ticked("refresh_rotation"));
    draft.default_max_age = seconds(form, "default_max_age", &mut faults);
    draft.access_token_lifetime = seconds(form, "access_token_lifetime", &mut faults);
    draft.id_token_lifetime = seconds(form, "id_token_lifetime", &mut faults);
    draft.refresh_token_lifetime = seconds(form, "refresh_token_lifetime", &mut faults);
    if faults.is_empty() { Ok(draft) } else { Err(with_rules(faults, &draft)) }
}

fn key_set(text: &str, faults: &mut Faults) -> Option<serde_json::Value> {
    let set = document::key_set(text);
    faults.unless(set.is_ok(), "jwks", "This is not a JSON Web Key Set.", "Paste the public keys as {\"keys\": […]}, or give their URL.");
    set.ok()
}

/// The last day of what is weaker than the default; empty: until further notice.
fn last_day(form: &Form, faults: &mut Faults) -> Option<i64> {
    let text = form.filled("allowed_until")?;
    let end = Timestamp::end_of_day(text).map(Timestamp::as_seconds);
    faults.unless(end.is_some(), "allowed_until", "This is not a date.", "Write it like 2026-12-31, or leave it empty.");
    end
}

fn seconds(form: &Form, name: &'static str, faults: &mut Faults) -> Option<u64> {
    let text = form.filled(name)?;
    let number = text.parse().ok();
    faults.unless(
        number.is_some(),
        name,
        "This is not a whole number of seconds.",
        "Write digits only, for example 600, or leave it empty.",
    );
    number
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::client_metadata;

    fn client_of(draft: &ClientDraft) -> Client {
        Client {
            client_id: "c1".into(),
            name: draft.name.clone(),
            origin: draft.origin,
            enabled: true,
            metadata: client_metadata::check(draft).unwrap(),
            secrets: Vec::new(),
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
        }
    }

    #[test]
    fn what_a_form_shows_of_a_client_reads_back_as_the_same_client() {
        let mut draft = ClientDraft::new("Shop", ClientOrigin::Administrator);
        draft.redirect_uris = vec!["https://shop.example.org/cb".into(), "https://shop.example.org/cb2".into()];
        draft.grant_types = vec!["authorization_code".into(), "client_credentials".into()];
        draft.scopes = vec!["openid".into(), "orders:read".into()];
        draft.access_token_lifetime = Some(60);
        draft.skip_consent = true;
        draft.protocol.jwks_uri = Some("https://shop.example.org/jwks".into());
        draft.more.insert("client_name#ja".into(), "店".into());
        let client = client_of(&draft);
        let again = client_of(&read(&of(&client), Some(&client)).unwrap());
        assert_eq!(again, client);
    }

    #[test]
    fn the_blank_form_needs_only_a_name_and_a_redirect_uri() {
        let mut form = blank();
        form.push("client_name", "Shop");
        form.push("redirect_uris", "https://shop.example.org/cb");
        let client = client_of(&read(&form, None).unwrap());
        assert!(client.metadata.refresh_rotation && !client.metadata.require_pkce && !client.is_public());
        assert_eq!(client.metadata.grant_types, ["authorization_code", "refresh_token"]);
    }

    #[test]
    fn a_public_client_always_has_pkce_and_rotation() {
        let form = Form::parse("kind=public&client_name=App&redirect_uris=com.example.app%3A%2Fcb&grant_types=authorization_code");
        let client = client_of(&read(&form, None).unwrap());
        assert!(client.is_public() && client.metadata.require_pkce && client.metadata.refresh_rotation);
    }

    #[test]
    fn numbers_that_are_none_are_named_with_every_other_fault() {
        let form = Form::parse("client_name=&access_token_lifetime=ten&id_token_lifetime=-1&redirect_uris=data%3Ax");
        let faults = read(&form, None).unwrap_err();
        for field in ["access_token_lifetime", "id_token_lifetime", "client_name", "redirect_uris"] {
            assert!(faults.of(field).is_some(), "{field}");
        }
    }
}
