//! `session_state`, by which a client's page notices that the session at the provider changed: OIDC Session Management §2 and §3.2.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::spec::redirect_uri;

/// §3.2: "a salted cryptographic hash of Client ID, origin URL, and OP User Agent state", with the salt behind it. `None` for a redirect
/// URI without an origin: no page could ask there.
pub fn session_state(client_id: &str, redirect_uri: &str, browser_state: &str, salt: &str) -> Option<String> {
    let origin = redirect_uri::origin(redirect_uri)?;
    let hash = Sha256::digest(format!("{client_id} {origin} {browser_state} {salt}"));
    Some(format!("{}.{salt}", URL_SAFE_NO_PAD.encode(hash)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_depends_on_client_origin_and_browser_and_not_on_the_path() {
        let of = |client, uri, state| session_state(client, uri, state, "salt").unwrap();
        let one = of("c1", "https://rp.example/cb", "s");
        assert_eq!(one, of("c1", "https://rp.example:443/other?x=1", "s"));
        for other in
            [of("c2", "https://rp.example/cb", "s"), of("c1", "https://rp.example:8443/cb", "s"), of("c1", "https://rp.example/cb", "t")]
        {
            assert_ne!(one, other);
        }
        let hash = URL_SAFE_NO_PAD.encode(Sha256::digest("c1 https://rp.example s salt"));
        assert_eq!(one, format!("{hash}.salt"));
        assert!(!one.contains(' '), "§2: it must not contain a space");
        assert_eq!(session_state("c1", "com.example.app:/cb", "s", "salt"), None);
    }
}
