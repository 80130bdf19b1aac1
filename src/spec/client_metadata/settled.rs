//! What an administrator decides about a client that describes itself: RFC 7591 §2, RFC 7592 §2.2 ("The authorization server MAY […] replace
//! any of the client's requested metadata values"). Pure.

use serde_json::{Map, Value};

use crate::model::client::protocol::ProtocolMetadata;
use crate::model::client::{Client, ClientMetadata};

const NAME: &str = "client_name";
const PROTOCOL: &str = "protocol";
const SETTLED: &str = "settled";

/// Writes down what an administrator has just changed.
pub fn note(before: &Client, after: &mut Client) {
    let (old, new) = (members(before), members(after));
    let changed = old.keys().chain(new.keys()).filter(|name| old.get(*name) != new.get(*name));
    after.metadata.settled = before.metadata.settled.iter().chain(changed).cloned().collect();
}

/// What the client says about itself now, except where an administrator has decided otherwise before. An approval that an administrator
/// gave for everybody counts only where the answers went then.
pub fn keep(before: &Client, now: Client) -> Client {
    let settled = &before.metadata.settled;
    if settled.is_empty() {
        return now;
    }
    let old = members(before);
    let mut new = members(&now);
    for name in settled {
        match old.get(name) {
            Some(value) => new.insert(name.clone(), value.clone()),
            None => new.remove(name),
        };
    }
    let name = new.remove(NAME).and_then(|name| name.as_str().map(str::to_owned)).unwrap_or_default();
    let mut metadata = from_members(new).unwrap_or_else(|| before.metadata.clone());
    metadata.settled.clone_from(settled);
    metadata.skip_consent &= metadata.redirect_uris.iter().all(|uri| before.metadata.redirect_uris.contains(uri));
    Client { name, metadata, ..now }
}

/// Everything that can be settled, on one level.
fn members(client: &Client) -> Map<String, Value> {
    let Ok(Value::Object(mut members)) = serde_json::to_value(&client.metadata) else { return Map::new() };
    if let Some(Value::Object(protocol)) = members.remove(PROTOCOL) {
        members.extend(protocol);
    }
    members.remove(SETTLED);
    members.insert(NAME.to_owned(), Value::from(client.name.as_str()));
    members
}

fn from_members(members: Map<String, Value>) -> Option<ClientMetadata> {
    let (protocol, mut rest): (Map<_, _>, Map<_, _>) =
        members.into_iter().partition(|(name, _)| ProtocolMetadata::MEMBERS.contains(&name.as_str()));
    rest.insert(PROTOCOL.to_owned(), Value::Object(protocol));
    serde_json::from_value(Value::Object(rest)).ok()
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;
    use crate::spec::testing::client;

    fn changed(before: &Client, change: impl Fn(&mut Client)) -> Client {
        let mut after = before.clone();
        change(&mut after);
        note(before, &mut after);
        after
    }

    #[test]
    fn what_an_administrator_changed_stays_and_the_rest_is_the_clients_own() {
        let described = client();
        let settled = changed(&described, |client| {
            client.name = "Shop".to_owned();
            client.metadata.access_token_lifetime = Some(60);
            client.metadata.scopes = vec!["openid".to_owned()];
            client.metadata.protocol.dpop_bound_access_tokens = true;
        });
        let names: Vec<&str> = settled.metadata.settled.iter().map(String::as_str).collect();
        assert_eq!(names, ["access_token_lifetime", "client_name", "dpop_bound_access_tokens", "scopes"]);

        let mut again = described.clone();
        again.metadata.policy_uri = Some("https://rp.example/policy".to_owned());
        let mut wanted = settled.clone();
        wanted.metadata.policy_uri.clone_from(&again.metadata.policy_uri);
        let kept = keep(&settled, again.clone());
        assert_eq!(kept, wanted);
        assert_eq!(keep(&kept, again.clone()), wanted, "for good");
        assert_eq!(keep(&described, again.clone()), again, "nothing was settled");

        let freed = changed(&settled, |client| client.metadata.protocol.unset("dpop_bound_access_tokens"));
        again.metadata.protocol.set("dpop_bound_access_tokens", json!(true)).unwrap();
        assert!(!keep(&freed, again).metadata.protocol.dpop_bound_access_tokens, "taken away counts as well");
    }

    #[test]
    fn an_approval_for_everybody_does_not_follow_the_client_to_other_addresses() {
        let described = client();
        let settled = changed(&described, |client| client.metadata.skip_consent = true);
        assert!(keep(&settled, described.clone()).metadata.skip_consent);
        let mut elsewhere = described;
        elsewhere.metadata.redirect_uris.push("https://elsewhere.example/cb".to_owned());
        assert!(!keep(&settled, elsewhere).metadata.skip_consent);
    }
}
