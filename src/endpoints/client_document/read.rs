//! From a document to the client that it describes: draft-ietf-oauth-client-id-metadata-document §4. Pure.

use serde_json::{Map, Value};
use url::Url;

use crate::clock::Timestamp;
use crate::config::Registration;
use crate::endpoints::register::draft;
use crate::model::client::{Client, ClientOrigin};
use crate::spec::client_id_document::{check_document, unusable};
use crate::spec::error::Refusal;
use crate::spec::json;

/// The client behind a document, under the policy for clients that nobody here registered.
///
/// # Errors
/// One sentence for the person, the reason for the log.
pub fn client(url: &Url, document: &[u8], (policy, now): (&Registration, Timestamp)) -> Result<Client, Refusal> {
    let mut members = json::object(document).ok_or_else(|| unusable("the document is no JSON object without repeated members"))?;
    check_document(url.as_str(), &members)?;
    complete(url, &mut members);
    let reason = |refusal: Refusal| unusable(refusal.detail);
    let mut draft = draft::draft(members, policy).map_err(reason)?;
    draft.origin = ClientOrigin::Document;
    let metadata = draft::checked(&draft).map_err(reason)?;
    Ok(draft::vouched(Client {
        client_id: url.as_str().to_owned(),
        name: draft.name.trim().to_owned(),
        origin: ClientOrigin::Document,
        enabled: true,
        metadata,
        secrets: Vec::new(),
        created_at: now,
        updated_at: now,
    }))
}

/// What a document may leave out: there is no secret, so a client without keys is public; one without a name is called by its host.
fn complete(url: &Url, members: &mut Map<String, Value>) {
    // Whose sector a client belongs to is proven when it registers; a document proves nothing about others.
    members.remove("sector_identifier_uri");
    members.remove("software_statement");
    members.entry("token_endpoint_auth_method").or_insert_with(|| "none".into());
    let unnamed = members.get("client_name").is_none_or(|name| name.as_str().is_some_and(|name| name.trim().is_empty()));
    if unnamed {
        members.insert("client_name".to_owned(), url.host_str().unwrap_or_default().into());
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::config::Settings;
    use crate::model::client::AuthMethod;

    #[test]
    fn a_document_becomes_a_public_client_without_any_privilege() {
        let url = Url::parse("https://app.example.com/client.json").unwrap();
        let document = br#"{"client_id": "https://app.example.com/client.json", "redirect_uris": ["http://127.0.0.1/cb"],
            "skip_consent": true, "scope": "openid authy:admin", "require_pkce": false}"#;
        let policy = Settings::for_tests().registration;
        let client = client(&url, document, (&policy, Timestamp::from_seconds(1))).unwrap();
        assert_eq!((client.name.as_str(), client.metadata.auth_method), ("app.example.com", Some(AuthMethod::None)));
        assert_eq!(client.metadata.scopes, ["openid"]);
        assert!(client.is_public() && client.metadata.require_pkce && !client.metadata.skip_consent && !client.is_vouched_for());
    }
}
