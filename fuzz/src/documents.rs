//! JSON documents.

use authy::admin::clients::document;
use authy::jose::client_keys::ClientKeys;
use authy::model::client::ClientOrigin;
use authy::spec::claims_request::ClaimsRequest;
use authy::spec::client_metadata::{self, ClientDraft};
use serde_json::Value;

use super::text;

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
    let _ = ClientKeys::fetched(&set);
}
