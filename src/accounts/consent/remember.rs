//! What an approval adds to what was approved before. Pure.

use std::collections::BTreeSet;
use std::time::Duration;

use serde_json::Value;

use crate::clock::Timestamp;
use crate::model::consent::Consent;

/// How many authorization details are remembered for one client.
const MAX_DETAILS: usize = 50;
/// How many places.
const MAX_DESTINATIONS: usize = 20;

/// What a person has just approved.
#[derive(Debug)]
pub struct Approved<'a> {
    /// Who.
    pub subject: &'a str,
    /// For whom.
    pub client_id: &'a str,
    /// Scopes.
    pub scopes: Vec<String>,
    /// Claims by name.
    pub claims: Vec<String>,
    /// Resources (RFC 8707).
    pub resources: Vec<String>,
    /// Authorization details (RFC 9396).
    pub authorization_details: Vec<Value>,
    /// Where the answer goes, if it goes anywhere: see [`super::destination`].
    pub destination: Option<String>,
}

/// The consent to keep: what is still approved from before, and what is new. It lasts anew from now.
pub fn merged(before: Option<Consent>, approved: Approved<'_>, now: Timestamp, lifetime: Duration) -> Consent {
    let before = before.filter(|consent| now < consent.expires_at);
    let details = before.as_ref().map(|consent| consent.authorization_details.clone()).unwrap_or_default();
    let destinations = before.as_ref().map(|consent| consent.destinations.clone()).unwrap_or_default();
    let (scopes, claims, resources) = before.map(|consent| (consent.scopes, consent.claims, consent.resources)).unwrap_or_default();
    Consent {
        subject: approved.subject.to_owned(),
        client_id: approved.client_id.to_owned(),
        scopes: union(scopes, approved.scopes),
        claims: union(claims, approved.claims),
        resources: union(resources, approved.resources),
        authorization_details: latest(details, approved.authorization_details, MAX_DETAILS),
        destinations: latest(destinations, approved.destination.into_iter().collect(), MAX_DESTINATIONS),
        granted_at: now,
        expires_at: now + lifetime,
    }
}

/// Sorted, each once.
fn union(before: Vec<String>, new: Vec<String>) -> Vec<String> {
    before.into_iter().chain(new).collect::<BTreeSet<_>>().into_iter().collect()
}

/// Each once, the latest last. The oldest of very many are forgotten, and asked for again.
fn latest<T: PartialEq>(before: Vec<T>, new: Vec<T>, most: usize) -> Vec<T> {
    let mut all: Vec<T> = before.into_iter().filter(|known| !new.contains(known)).collect();
    all.extend(new);
    let surplus = all.len().saturating_sub(most);
    all.split_off(surplus)
}

#[cfg(test)]
mod tests {
    use super::*;

    const YEAR: Duration = Duration::from_secs(365 * 24 * 3600);

    fn approved(scopes: &[&str]) -> Approved<'static> {
        let scopes = scopes.iter().map(|scope| (*scope).to_owned()).collect();
        Approved {
            subject: "ada",
            client_id: "rp",
            scopes,
            claims: Vec::new(),
            resources: Vec::new(),
            authorization_details: Vec::new(),
            destination: None,
        }
    }

    #[test]
    fn a_new_approval_widens_the_old_one() {
        let start = Timestamp::from_seconds(1_000);
        let first = merged(None, approved(&["profile", "openid"]), start, YEAR);
        assert_eq!(first.scopes, ["openid", "profile"]);
        let later = start + Duration::from_secs(60);
        let second = merged(Some(first), approved(&["openid", "email"]), later, YEAR);
        assert_eq!(second.scopes, ["email", "openid", "profile"]);
        assert_eq!(second.expires_at, later + YEAR);
    }

    #[test]
    fn what_has_expired_does_not_come_back() {
        let start = Timestamp::from_seconds(1_000);
        let first = merged(None, approved(&["openid", "phone"]), start, YEAR);
        let second = merged(Some(first), approved(&["openid"]), start + YEAR, YEAR);
        assert_eq!(second.scopes, ["openid"]);
    }
}
