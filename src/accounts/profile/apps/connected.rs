//! What a person has connected, from what they have approved and what applications hold. Pure.

use std::collections::BTreeMap;

use crate::clock::Timestamp;
use crate::model::consent::Consent;
use crate::model::grant::Grant;

/// One application.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Connected {
    /// `client_id`.
    pub client_id: String,
    /// Every scope it may use or has been given, sorted.
    pub scopes: Vec<String>,
    /// Since when.
    pub since: Timestamp,
    /// Until when the approval is remembered; `None`: it asks each time, or nobody has to be asked.
    pub until: Option<Timestamp>,
}

/// Approvals that still hold and grants that live, one line for each application.
pub fn connected<'a>(
    consents: impl Iterator<Item = &'a Consent>,
    grants: impl Iterator<Item = &'a Grant>,
    now: Timestamp,
) -> Vec<Connected> {
    let mut found: BTreeMap<&str, Connected> = BTreeMap::new();
    for consent in consents.filter(|consent| now < consent.expires_at) {
        let line = line(&mut found, &consent.client_id, consent.granted_at);
        line.until = Some(consent.expires_at);
        add(line, &consent.scopes);
    }
    for grant in grants.filter(|grant| grant.revoked_at.is_none()) {
        let line = line(&mut found, &grant.client_id, grant.created_at);
        line.since = line.since.min(grant.created_at);
        add(line, &grant.scopes);
    }
    found.into_values().collect()
}

fn line<'m, 'a>(found: &'m mut BTreeMap<&'a str, Connected>, client_id: &'a str, since: Timestamp) -> &'m mut Connected {
    found.entry(client_id).or_insert_with(|| Connected { client_id: client_id.to_owned(), scopes: Vec::new(), since, until: None })
}

fn add(line: &mut Connected, scopes: &[String]) {
    line.scopes.extend_from_slice(scopes);
    line.scopes.sort();
    line.scopes.dedup();
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::grant::Authentication;

    fn consent(client_id: &str, expires_at: i64) -> Consent {
        Consent {
            subject: "ada".to_owned(),
            client_id: client_id.to_owned(),
            scopes: vec!["openid".to_owned()],
            claims: Vec::new(),
            resources: Vec::new(),
            authorization_details: Vec::new(),
            destinations: Vec::new(),
            granted_at: Timestamp::from_seconds(50),
            expires_at: Timestamp::from_seconds(expires_at),
        }
    }

    fn grant(client_id: &str, created_at: i64) -> Grant {
        Grant {
            id: uuid::Uuid::nil(),
            subject: "ada".to_owned(),
            client_id: client_id.to_owned(),
            session_id: uuid::Uuid::nil(),
            offline: true,
            scopes: vec!["openid".to_owned(), "email".to_owned()],
            resources: Vec::new(),
            authentication: Authentication { sid: String::new(), auth_time: Timestamp::default(), amr: Vec::new(), acr: String::new() },
            claims_request: serde_json::Value::Null,
            authorization_details: Vec::new(),
            created_at: Timestamp::from_seconds(created_at),
            revoked_at: None,
        }
    }

    #[test]
    fn an_application_is_listed_once_with_all_it_may_do() {
        let lines = connected([consent("rp", 200)].iter(), [grant("rp", 40), grant("rp", 60)].iter(), Timestamp::from_seconds(100));
        assert_eq!(lines.len(), 1);
        assert_eq!(lines[0].scopes, ["email", "openid"]);
        assert_eq!((lines[0].since, lines[0].until), (Timestamp::from_seconds(40), Some(Timestamp::from_seconds(200))));
    }

    #[test]
    fn expired_approvals_are_not_listed_but_what_an_application_holds_is() {
        let lines = connected([consent("old", 99)].iter(), [grant("native", 60)].iter(), Timestamp::from_seconds(100));
        assert_eq!(lines.iter().map(|line| line.client_id.as_str()).collect::<Vec<_>>(), ["native"]);
        assert_eq!(lines[0].until, None);
    }
}
