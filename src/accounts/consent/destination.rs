//! Where an answer goes, as a person reads it who agrees: RFC 8252 §7, RFC 7591 §5. Pure.

use url::Url;

use crate::model::client::Client;

/// In words: the host, or what on this device takes it (RFC 8252 §7).
pub fn of(redirect_uri: &str) -> String {
    let Ok(url) = Url::parse(redirect_uri) else { return "an unknown place".to_owned() };
    match (url.scheme(), url.host_str()) {
        ("http" | "https", Some("127.0.0.1" | "[::1]" | "localhost")) => "a program on this device".to_owned(),
        ("http" | "https", Some(host)) => host.to_owned(),
        (scheme, _) => format!("an app on this device ({scheme})"),
    }
}

/// Whether an approval counts for an answer to this place. A client that registered itself may have several, and other ones at any time; for
/// what an administrator registered, the administrator answers.
pub fn is_known(seen: &[String], client: &Client, redirect_uri: &str) -> bool {
    client.is_vouched_for() || seen.contains(&of(redirect_uri))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::client::ClientOrigin;
    use crate::spec::testing::client;

    #[test]
    fn a_destination_is_named_so_that_people_know_it() {
        assert_eq!(of("https://rp.example:8443/cb?x=y"), "rp.example");
        assert_eq!(of("https://rp.example@evil.example/"), "evil.example");
        assert_eq!(of("http://127.0.0.1:51004/cb"), "a program on this device");
        assert_eq!(of("app.immich:///oauth-callback"), "an app on this device (app.immich)");
    }

    #[test]
    fn an_approval_counts_for_the_place_that_was_seen() {
        let mut client = client();
        client.origin = ClientOrigin::Dynamic;
        let seen = [of("https://rp.example/cb")];
        assert!(is_known(&seen, &client, "https://rp.example/other"));
        assert!(!is_known(&seen, &client, "https://evil.example/cb"));
        client.origin = ClientOrigin::Administrator;
        assert!(is_known(&[], &client, "https://evil.example/cb"));
    }
}
