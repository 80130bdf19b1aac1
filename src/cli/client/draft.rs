//! From the flags of `client create` and `client update` to a draft. Pure: files have been read before.

use std::time::Duration;

use serde_json::Value;

use super::arguments::{AccessTokenFormatArgument, IdTokenClaimsArgument, MetadataArguments, ProfileArgument};
use crate::clock::Timestamp;
use crate::spec::client_metadata::ClientDraft;

/// What is given wins over what the draft says; a repeatable flag replaces its whole list.
pub fn apply(arguments: &MetadataArguments, jwks: Option<Value>, draft: &mut ClientDraft) {
    replace(&mut draft.redirect_uris, &arguments.redirect_uris);
    replace(&mut draft.post_logout_redirect_uris, &arguments.post_logout_redirect_uris);
    replace(&mut draft.grant_types, &arguments.grants);
    replace(&mut draft.response_types, &arguments.response_types);
    replace(&mut draft.scopes, &words(&arguments.scopes));
    replace(&mut draft.allowed_origins, &arguments.allowed_origins);
    replace(&mut draft.contacts, &arguments.contacts);
    set(&mut draft.auth_method, arguments.auth_method.as_ref());
    set(&mut draft.require_pkce, arguments.require_pkce.as_ref());
    set(&mut draft.refresh_rotation, arguments.refresh_rotation.as_ref());
    set(&mut draft.id_token_signed_response_alg, arguments.id_token_signing_alg.as_ref());
    set(&mut draft.userinfo_signed_response_alg, arguments.userinfo_signing_alg.as_ref());
    set(&mut draft.default_resource, arguments.default_resource.as_ref());
    set(&mut draft.client_uri, arguments.client_uri.as_ref());
    set(&mut draft.logo_uri, arguments.logo_uri.as_ref());
    set(&mut draft.policy_uri, arguments.policy_uri.as_ref());
    set(&mut draft.tos_uri, arguments.tos_uri.as_ref());
    set(&mut draft.profile, arguments.profile.map(profile).as_ref());
    set(&mut draft.id_token_claims, arguments.id_token_claims.map(id_token_claims).as_ref());
    set(&mut draft.access_token_format, arguments.access_token_format.map(access_token_format).as_ref());
    set(&mut draft.access_token_lifetime, arguments.access_token_lifetime.map(seconds).as_ref());
    set(&mut draft.id_token_lifetime, arguments.id_token_lifetime.map(seconds).as_ref());
    set(&mut draft.refresh_token_lifetime, arguments.refresh_token_lifetime.map(seconds).as_ref());
    set(&mut draft.default_max_age, arguments.default_max_age.map(seconds).as_ref());
    if let Some(skip) = arguments.skip_consent {
        draft.skip_consent = skip;
    }
    set(&mut draft.allowed_by, arguments.allowed_by.as_ref());
    set(&mut draft.allowed_until, arguments.allowed_until.map(Timestamp::as_seconds).as_ref());
    let protocol = &mut draft.protocol;
    set(&mut protocol.backchannel_logout_uri, arguments.backchannel_logout_uri.as_ref());
    set(&mut protocol.jwks_uri, arguments.jwks_uri.as_ref());
    set(&mut protocol.jwks, jwks.as_ref());
    set(&mut protocol.resources, Some(&arguments.resources).filter(|given| !given.is_empty()));
}

/// A client that changes its kind takes what is the rule of the new kind.
pub fn change_kind(draft: &mut ClientDraft) {
    let public = draft.auth_method.as_deref() == Some("none");
    if public && !draft.public {
        (draft.require_pkce, draft.refresh_rotation) = (None, None);
    }
    draft.public = public;
}

/// `--scope "openid email"` means the same as `--scope openid --scope email`: a scope has no spaces.
fn words(scopes: &[String]) -> Vec<String> {
    scopes.iter().flat_map(|scope| scope.split_whitespace()).map(str::to_owned).collect()
}

fn replace(list: &mut Vec<String>, given: &[String]) {
    if !given.is_empty() {
        *list = given.to_vec();
    }
}

fn set<T: Clone>(member: &mut Option<T>, given: Option<&T>) {
    if let Some(given) = given {
        *member = Some(given.clone());
    }
}

fn seconds(span: Duration) -> u64 {
    span.as_secs()
}

fn profile(argument: ProfileArgument) -> String {
    match argument {
        ProfileArgument::Oauth21 => "oauth21",
        ProfileArgument::Fapi2 => "fapi2",
        ProfileArgument::Fapi1 => "fapi1",
        ProfileArgument::Legacy => "legacy",
    }
    .to_owned()
}

fn id_token_claims(argument: IdTokenClaimsArgument) -> String {
    match argument {
        IdTokenClaimsArgument::Full => "full",
        IdTokenClaimsArgument::Minimal => "minimal",
    }
    .to_owned()
}

fn access_token_format(argument: AccessTokenFormatArgument) -> String {
    match argument {
        AccessTokenFormatArgument::Opaque => "opaque",
        AccessTokenFormatArgument::Jwt => "jwt",
    }
    .to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::client::ClientOrigin;
    use crate::spec::client_metadata;

    #[test]
    fn a_repeatable_flag_replaces_its_whole_list_and_what_is_not_named_stays() {
        let mut draft = ClientDraft::new("Shop", ClientOrigin::Administrator);
        draft.redirect_uris = vec!["https://old.example.org/cb".into()];
        draft.contacts = vec!["ops@example.org".into()];
        let arguments = MetadataArguments {
            redirect_uris: vec!["https://a.example.org/cb".into(), "https://b.example.org/cb".into()],
            scopes: vec!["openid email".into(), "orders".into()],
            ..MetadataArguments::default()
        };
        apply(&arguments, None, &mut draft);
        assert_eq!(draft.redirect_uris.len(), 2);
        assert_eq!(draft.scopes, ["openid", "email", "orders"]);
        assert_eq!(draft.contacts, ["ops@example.org"]);
    }

    #[test]
    fn a_client_that_becomes_public_gets_pkce() {
        let mut draft = ClientDraft::new("Shop", ClientOrigin::Administrator);
        draft.redirect_uris = vec!["https://shop.example.org/cb".into()];
        (draft.require_pkce, draft.refresh_rotation) = (Some(false), Some(false));
        draft.auth_method = Some("none".into());
        change_kind(&mut draft);
        let metadata = client_metadata::check(&draft).unwrap();
        assert!(metadata.require_pkce && metadata.refresh_rotation);
    }
}
