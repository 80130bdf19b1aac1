//! What a person sees of an application that asks them: RFC 7591 §5, RFC 8252 §7. Pure.

use url::Url;

use crate::model::client::Client;
use crate::model::consent::Seen;

/// The name of a client, and where this answer goes.
pub fn of(client: &Client, redirect_uri: &str) -> Seen {
    Seen { name: client.name.clone(), destination: destination(redirect_uri) }
}

/// Whether an approval counts for a client under this name and for an answer to this place. A client that registered itself can change both
/// at any time, and may have several places; for what an administrator registered, the administrator answers.
pub fn is_known(seen: &[Seen], client: &Client, redirect_uri: &str) -> bool {
    client.is_vouched_for() || seen.contains(&of(client, redirect_uri))
}

/// Where the answer goes, in words: the host, or what on this device takes it (RFC 8252 §7).
pub fn destination(redirect_uri: &str) -> String {
    let Ok(url) = Url::parse(redirect_uri) else { return "an unknown place".to_owned() };
    match (url.scheme(), url.host_str()) {
        ("http" | "https", Some("127.0.0.1" | "[::1]" | "localhost")) => "a program on this device".to_owned(),
        ("http" | "https", Some(host)) => host.to_owned(),
        (scheme, _) => format!("an app on this device ({scheme})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::client::ClientOrigin;
    use crate::spec::testing::client;

    #[test]
    fn a_destination_is_named_so_that_people_know_it() {
        assert_eq!(destination("https://rp.example:8443/cb?x=y"), "rp.example");
        assert_eq!(destination("https://rp.example@evil.example/"), "evil.example");
        assert_eq!(destination("http://127.0.0.1:51004/cb"), "a program on this device");
        assert_eq!(destination("app.immich:///oauth-callback"), "an app on this device (app.immich)");
    }

    #[test]
    fn an_approval_counts_for_the_name_and_the_place_that_were_seen() {
        let mut client = client();
        client.origin = ClientOrigin::Dynamic;
        let seen = [of(&client, "https://rp.example/cb")];
        assert!(is_known(&seen, &client, "https://rp.example/other"));
        assert!(!is_known(&seen, &client, "https://evil.example/cb"));
        client.name = "Your bank".to_owned();
        assert!(!is_known(&seen, &client, "https://rp.example/cb"));
        client.origin = ClientOrigin::Administrator;
        assert!(is_known(&[], &client, "https://rp.example/cb"));
    }
}
