//! Where used assertions are remembered: RFC 7523 §3. A flood by whoever registered itself is nobody else's trouble.

use authy::jose::Algorithm;
use authy::model::client::AuthMethod;
use authy::secret::TokenHash;
use authy::store::kv::replay;
use reqwest::header::HeaderMap;
use serde_json::json;

use super::assertions::TYPE;
use crate::registration::support::{open, register};
use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::{claims as claims_of, post};
use crate::support::signer::{KEYS, claims, key, set, sign};

#[tokio::test]
async fn a_stranger_leaves_its_used_assertions_where_no_other_client_looks() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, open).await;
        let keys = json!({ "jwks": set(&*KEYS), "token_endpoint_auth_method": "private_key_jwt", "redirect_uris": ["https://stranger.example/cb"] });
        let stranger = register(&app, &keys, None).await.text("client_id");
        let ours = app
            .client(|metadata| {
                metadata.auth_method = Some(AuthMethod::PrivateKeyJwt);
                metadata.protocol.jwks = Some(set(&*KEYS));
            })
            .await;
        for (id, seen_in) in [(stranger.as_str(), [false, true]), (ours.id(), [true, false])] {
            let assertion = sign(key(Algorithm::ES256), &claims(id, &app.base, app.now().as_seconds()));
            // Whatever it asks for: it is used once the client is known.
            let fields = [("token", "x"), ("client_assertion_type", TYPE), ("client_assertion", assertion.as_str())];
            post(&app.base, "/oauth2/revoke", &fields, HeaderMap::new()).await.ok();
            post(&app.base, "/oauth2/revoke", &fields, HeaderMap::new()).await.is(401, "invalid_client");
            let jti = claims_of(&assertion)["jti"].as_str().expect("a jti").to_owned();
            let mark = TokenHash::of(&format!("{id}\n{jti}")).hex();
            for (room, seen) in ["client_assertion", "client_assertion-strangers"].into_iter().zip(seen_in) {
                assert_eq!(replay::was_seen(&app.app.kv, room, &mark).await.expect("the store"), seen, "{room}");
            }
        }
        app.stop().await;
    })
    .await;
}
