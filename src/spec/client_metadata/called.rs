//! Addresses in a registration that authy itself will call one day, written by somebody else: RFC 7591 §5, RFC 9700 §4.13.

use std::borrow::Cow;

use crate::model::client::protocol::ProtocolMetadata;
use crate::spec::jwt_bearer::TrustedIssuer;

/// Each with the member that names it. A fragment is never sent: in `request_uris` it names a version (OIDC Core §6.2).
pub fn addresses(protocol: &ProtocolMetadata) -> impl Iterator<Item = (&'static str, Cow<'_, str>)> {
    let single = [
        ("jwks_uri", &protocol.jwks_uri),
        ("sector_identifier_uri", &protocol.sector_identifier_uri),
        ("backchannel_logout_uri", &protocol.backchannel_logout_uri),
        ("backchannel_client_notification_endpoint", &protocol.backchannel_client_notification_endpoint),
    ];
    let single = single.into_iter().filter_map(|(field, uri)| Some((field, Cow::from(uri.as_deref()?))));
    let requests = protocol.request_uris.iter().map(|uri| ("request_uris", Cow::from(uri.split('#').next().unwrap_or_default())));
    let issuers = protocol.assertion_issuers.iter().filter_map(|entry| TrustedIssuer::parse(entry).ok()?.jwks_uri);
    single.chain(requests).chain(issuers.map(|uri| ("assertion_issuers", Cow::from(uri))))
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn every_address_is_there_once_and_without_its_fragment() {
        let protocol: ProtocolMetadata = serde_json::from_value(json!({
            "jwks_uri": "https://rp.example/jwks",
            "sector_identifier_uri": "https://rp.example/sector",
            "backchannel_logout_uri": "https://rp.example/logout",
            "backchannel_client_notification_endpoint": "https://rp.example/ciba",
            "request_uris": ["https://rp.example/a#1", "https://rp.example/b"],
            "assertion_issuers": [{"issuer": "https://idp.example", "jwks_uri": "https://idp.example/jwks", "subject": "sub"}],
        }))
        .unwrap();
        let found: Vec<String> = addresses(&protocol).map(|(field, uri)| format!("{field} {uri}")).collect();
        assert_eq!(
            found,
            [
                "jwks_uri https://rp.example/jwks",
                "sector_identifier_uri https://rp.example/sector",
                "backchannel_logout_uri https://rp.example/logout",
                "backchannel_client_notification_endpoint https://rp.example/ciba",
                "request_uris https://rp.example/a",
                "request_uris https://rp.example/b",
                "assertion_issuers https://idp.example/jwks",
            ]
        );
        assert_eq!(addresses(&ProtocolMetadata::default()).count(), 0);
    }
}
