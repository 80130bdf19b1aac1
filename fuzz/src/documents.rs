//! JSON documents.

use authy::admin::clients::document;
use authy::clock::Timestamp;
use authy::config::Registration;
use authy::endpoints::client_document;
use authy::jose::client_keys::ClientKeys;
use authy::jose::unsecured;
use authy::model::client::{Client, ClientMetadata, ClientOrigin, Profile};
use authy::spec::authorization_details::{self, schema, sentence};
use authy::spec::ciba;
use authy::spec::claims_request::ClaimsRequest;
use authy::spec::client_id_document;
use authy::spec::client_metadata::{self, ClientDraft};
use authy::spec::issuer::Issuer;
use authy::spec::json;
use authy::spec::params::Params;
use authy::spec::request_object;
use authy::spec::subject;
use serde_json::Value;

use super::{text, two};

const NOW: Timestamp = Timestamp::from_seconds(1_772_366_400);

/// OIDC Core §5.5: what was understood is kept as it was understood.
pub fn claims_request(data: &[u8]) {
    let Ok(request) = ClaimsRequest::parse(&text(data)) else { return };
    let again = ClaimsRequest::from_stored(&request.to_stored());
    assert_eq!(again, request);
    let _ = (request.names(), request.essential_acr(), request.allows_subject("ada"));
}

/// RFC 7591 §2: whoever registers; what passes the rules can be shown.
pub fn client_metadata(data: &[u8]) {
    for origin in [ClientOrigin::Administrator, ClientOrigin::Dynamic] {
        let mut draft = ClientDraft::new("fuzzed", origin);
        if document::read(&text(data), &mut draft).is_err() {
            continue;
        }
        if let Ok(metadata) = client_metadata::check(&draft) {
            assert!(serde_json::to_value(&metadata).is_ok());
        }
    }
}

/// RFC 7517 §5: a set as it is registered, and as it is fetched.
pub fn client_keys(data: &[u8]) {
    let Ok(set) = serde_json::from_slice::<Value>(data) else { return };
    if ClientKeys::registered(&set).is_ok() {
        assert!(ClientKeys::fetched(&set).is_ok_and(|keys| keys.iter().next().is_some()), "what can be registered can be fetched");
    }
    let fetched = ClientKeys::fetched(&set).ok().map(|keys| keys.iter().count());
    let read = ClientKeys::for_one_request(&set).ok().map(|keys| keys.iter().count());
    assert!(fetched.is_some() == read.is_some() && fetched <= read, "nothing is lost of a set that is read without making its keys");
    super::encryption::recipient(&set);
}

/// RFC 9101 §4: an object as it comes, and the bytes as the claims of one whose signature was good.
pub fn request_object(data: &[u8]) {
    let raw = text(data);
    let _ = request_object::for_refusal(&Params::from_pairs([("state", "outer"), ("request", raw.as_str())]));
    let _ = (unsecured::algorithm_of(&raw), unsecured::read(&raw));
    let Some(claims) = json::object(data) else { return };
    let issuer = Issuer::parse("https://id.example").expect("an issuer");
    for profile in [Profile::Oauth21, Profile::Fapi1, Profile::Fapi2] {
        let client = client(profile);
        if let Ok(params) = request_object::rules::parameters(&claims, &client, &issuer, NOW) {
            assert_eq!(params.get("client_id"), Some("c1"));
            assert!(params.get("request").is_none() && params.get("request_uri").is_none());
        }
    }
}

/// RFC 9396 §2: the parameter; and, in two lines, a schema as somebody registers it, and a detail that may fit it.
pub fn authorization_details(data: &[u8]) {
    let raw = text(data);
    let mut asking = client(Profile::Oauth21);
    asking.metadata.protocol.authorization_details_types = vec!["payment".to_owned()];
    if let Ok(details) = authorization_details::requested(&Params::from_pairs([("authorization_details", raw.as_str())]), &asking) {
        assert!(details.iter().all(|detail| authorization_details::type_of(detail) == Some("payment")));
        assert!(authorization_details::narrow(details.clone(), &details).is_ok());
    }
    let (schema, detail) = two(data);
    let (Ok(schema), Ok(detail)) = (serde_json::from_str::<Value>(&schema), serde_json::from_str::<Value>(&detail)) else { return };
    if schema::check(&schema).is_ok() {
        let _ = schema::fits(&schema, &detail);
    }
    if sentence::is_sentence(&raw) {
        let _ = sentence::in_words(&raw, &detail);
    }
}

/// Client ID Metadata Document §3, §4: the first line is the client's id, the rest what stands there. Whoever is described so has no secret
/// and none of what an administrator gives. Also OIDC Registration §5: the other document that is fetched from strangers.
pub fn client_id_document(data: &[u8]) {
    let (client_id, document) = two(data);
    let _ = subject::names_all(document.as_bytes(), &[&client_id]);
    let Ok(url) = client_id_document::check_url(&client_id) else { return };
    assert_eq!(url.as_str(), client_id);
    assert!(client_id.starts_with("https://") && !client_id.contains(['?', '#', '\\', ' ']));
    assert!(!client_id.split('/').skip(3).any(|part| part == ".."), "a path that climbs is not in its normal form");
    let policy = Registration {
        profiles: vec!["oauth21".to_owned()],
        grant_types: vec!["authorization_code".to_owned(), "refresh_token".to_owned()],
        scopes: vec!["openid".to_owned(), "profile".to_owned()],
        ..Registration::default()
    };
    if let Ok(described) = client_document::read::client(&url, document.as_bytes(), (&policy, NOW)) {
        assert_eq!(described.client_id, client_id);
        assert!(!described.is_vouched_for() && !described.metadata.skip_consent && described.secrets.is_empty());
        let metadata = &described.metadata;
        assert!(metadata.profile == Profile::Oauth21 && metadata.response_types == ["code"]);
        assert!(metadata.scopes.iter().all(|scope| policy.scopes.contains(scope)));
        assert!(metadata.grant_types.iter().all(|grant| policy.grant_types.contains(grant)));
    }
}

/// CIBA §7.1, §7.1.1: the bytes as a form, and as the claims of a request whose signature was good.
pub fn ciba_request(data: &[u8]) {
    let mut asking = client(Profile::Fapi1);
    asking.metadata.scopes = vec!["openid".to_owned(), "profile".to_owned()];
    let ours = ["https://id.example".to_owned()];
    let form = Params::parse(&text(data)).ok();
    let claims = json::object(data);
    let said = claims.and_then(|claims| ciba::signed(&claims, "c1", &ours, NOW).ok()).map(|(params, ..)| params);
    for mode in ["poll", "ping", "push"] {
        asking.metadata.protocol.backchannel_token_delivery_mode = Some(mode.to_owned());
        for params in form.iter().chain(&said) {
            let _ = ciba::nothing_beside(params);
            if let Ok(request) = ciba::check(params, &asking) {
                let has = |scope: &str| asking.metadata.scopes.iter().any(|known| known == scope);
                assert!(request.scope.is_openid() && request.scope.iter().all(has));
            }
        }
    }
}

fn client(profile: Profile) -> Client {
    Client {
        client_id: "c1".to_owned(),
        name: "fuzzed".to_owned(),
        origin: ClientOrigin::Administrator,
        enabled: true,
        metadata: ClientMetadata { profile, ..ClientMetadata::default() },
        secrets: Vec::new(),
        created_at: NOW,
        updated_at: NOW,
    }
}
