//! What the grant types of services and of people elsewhere need of a registration: OpenID CIBA Core §4, RFC 7523 §2.1, RFC 8693 §1.1.

use super::rules::is_web_address;
use super::{ClientDraft, Problem};
use crate::model::authentication_request::Delivery;
use crate::model::client::ClientMetadata;
use crate::spec::grant_type;
use crate::spec::jwt_bearer::TrustedIssuer;

/// Every problem with them.
pub(super) fn check(draft: &ClientDraft, metadata: &ClientMetadata, problems: &mut Vec<Problem>) {
    check_delivery(metadata, problems);
    check_issuers(draft, metadata, problems);
    if metadata.protocol.exchange_impersonation && !draft.by_administrator() {
        let problem = "only an administrator may let a client act without being named";
        problems.push(Problem::new("exchange_impersonation", problem, "leave it out"));
    }
}

/// CIBA Core §4: "REQUIRED if the token delivery mode is set to ping or push", FAPI-CIBA §5.2.2 (6).
fn check_delivery(metadata: &ClientMetadata, problems: &mut Vec<Problem>) {
    let protocol = &metadata.protocol;
    let field = "backchannel_token_delivery_mode";
    let mode = protocol.backchannel_token_delivery_mode.as_deref().map(Delivery::parse);
    let endpoint = protocol.backchannel_client_notification_endpoint.as_deref();
    if mode == Some(None) {
        problems.push(Problem::new(field, "that mode does not exist", "use poll, ping or push"));
    }
    if matches!(mode, Some(Some(Delivery::Ping | Delivery::Push))) && endpoint.is_none() {
        let mend = "give backchannel_client_notification_endpoint, or use poll";
        problems.push(Problem::new(field, "the mode needs an address for notices", mend));
    }
    if endpoint.is_some_and(|uri| !is_web_address(uri)) {
        let mend = "use an https URL";
        problems.push(Problem::new("backchannel_client_notification_endpoint", "notices do not go there", mend));
    }
    let bound = protocol.dpop_bound_access_tokens || protocol.tls_client_certificate_bound_access_tokens;
    if mode == Some(Some(Delivery::Push)) && (bound || metadata.profile.is_fapi()) {
        problems.push(Problem::new(field, "tokens that are bound to a key, and those of FAPI, cannot be pushed", "use ping or poll"));
    }
    let alg = protocol.backchannel_authentication_request_signing_alg.as_deref();
    if alg.is_some() && protocol.jwks.is_none() && protocol.jwks_uri.is_none() {
        let mend = "give jwks or jwks_uri";
        problems.push(Problem::new("backchannel_authentication_request_signing_alg", "signed requests need the client's keys", mend));
    }
}

/// Whose word about people the client may bring is for an administrator to say: nobody asks the people.
fn check_issuers(draft: &ClientDraft, metadata: &ClientMetadata, problems: &mut Vec<Problem>) {
    let field = "assertion_issuers";
    let issuers = &metadata.protocol.assertion_issuers;
    if !issuers.is_empty() && !draft.by_administrator() {
        problems.push(Problem::new(field, "only an administrator may trust an issuer", "leave it out"));
    }
    let mut names: Vec<String> = Vec::with_capacity(issuers.len());
    for entry in issuers {
        match TrustedIssuer::parse(entry) {
            Ok(issuer) if names.contains(&issuer.issuer) => {
                problems.push(Problem::new(field, format!("{:?} is there twice", issuer.issuer), "name each issuer once"));
            }
            Ok(issuer) if issuer.jwks_uri.as_deref().is_some_and(|uri| !is_web_address(uri)) => {
                problems.push(Problem::new(field, "keys are not fetched from there", "use an https URL as jwks_uri"));
            }
            Ok(issuer) => names.push(issuer.issuer),
            Err(why) => {
                let mend = r#"write {"issuer": "https://…", "jwks_uri": "https://…", "subject": "sub"}; subject may be username or email"#;
                problems.push(Problem::new(field, why, mend));
            }
        }
    }
    if issuers.is_empty() && grant_type::JWT_BEARER.is_among(&metadata.grant_types) {
        let mend = "add an issuer whose assertions the client brings, or drop the grant type";
        problems.push(Problem::new(field, "there is none, so no assertion would be believed", mend));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::client::ClientOrigin;
    use serde_json::{Value, json};

    fn fields(origin: ClientOrigin, members: Value) -> Vec<&'static str> {
        let mut metadata = ClientMetadata::default();
        for (name, value) in members.as_object().unwrap() {
            metadata.protocol.set(name, value.clone()).unwrap();
        }
        let mut problems = Vec::new();
        check(&ClientDraft::new("x", origin), &metadata, &mut problems);
        problems.iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn a_client_that_is_told_says_where() {
        let by_administrator = |members| fields(ClientOrigin::Administrator, members);
        let mode = "backchannel_token_delivery_mode";
        assert!(by_administrator(json!({ mode: "poll" })).is_empty());
        assert_eq!(by_administrator(json!({ mode: "ping" })), [mode]);
        assert_eq!(by_administrator(json!({ mode: "pull" })), [mode]);
        let endpoint = "https://rp.example/notices";
        assert!(by_administrator(json!({ mode: "push", "backchannel_client_notification_endpoint": endpoint })).is_empty());
        let bound = json!({ mode: "push", "backchannel_client_notification_endpoint": endpoint, "dpop_bound_access_tokens": true });
        assert_eq!(by_administrator(bound), [mode]);
        let alg = "backchannel_authentication_request_signing_alg";
        assert!(by_administrator(json!({ alg: "ES256", "jwks_uri": "https://rp.example/jwks" })).is_empty());
        assert_eq!(by_administrator(json!({ alg: "ES256" })), [alg]);
    }

    #[test]
    fn trust_is_for_administrators_to_give() {
        let issuers = json!({ "assertion_issuers": [{ "issuer": "https://a", "jwks_uri": "https://a/jwks" }] });
        assert!(fields(ClientOrigin::Administrator, issuers.clone()).is_empty());
        assert_eq!(fields(ClientOrigin::Dynamic, issuers), ["assertion_issuers"]);
        assert_eq!(fields(ClientOrigin::Dynamic, json!({ "exchange_impersonation": true })), ["exchange_impersonation"]);
        assert_eq!(fields(ClientOrigin::Administrator, json!({ "assertion_issuers": [{ "issuer": "https://a" }] })), ["assertion_issuers"]);
    }
}
