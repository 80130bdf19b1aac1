//! RFC 7517 §5: which keys the set shows. Those that few ask for are made for the first that does.

use serde_json::{Value, json};

use crate::registration::support::{open, register, relying_party};
use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::{jose_header, query};

/// The published keys of one type.
pub async fn of_type(app: &TestApp, kty: &str) -> Vec<Value> {
    let set = app.get_json("/.well-known/jwks.json").await;
    set["keys"].as_array().expect("keys").iter().filter(|key| key["kty"] == kty).cloned().collect()
}

#[tokio::test]
async fn the_first_client_that_registers_eddsa_brings_its_key_into_the_set() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, open).await;
        app.user("ada").await;
        assert_eq!(of_type(&app, "OKP").await, [Value::Null; 0], "whoever never asked for Ed25519 is not shown such a key");
        let document = app.get_json("/.well-known/openid-configuration").await;
        let offered = document["id_token_signing_alg_values_supported"].as_array().expect("a list");
        assert!(offered.contains(&json!("EdDSA")));

        let wanted = json!({"redirect_uris": ["https://rp.example/cb"], "id_token_signed_response_alg": "EdDSA"});
        let made = register(&app, &wanted, None).await;
        assert_eq!((made.status, &made.body["id_token_signed_response_alg"]), (201, &json!("EdDSA")));
        let keys = of_type(&app, "OKP").await;
        assert_eq!(keys.len(), 1, "published before it signs");
        assert_eq!((&keys[0]["alg"], &keys[0]["use"], keys[0].get("d")), (&json!("EdDSA"), &json!("sig"), None));

        let rp = relying_party(&app, &made).await.with_scope("openid");
        let header = jose_header(&rp.login("ada").await.text("id_token"));
        assert_eq!((&header["alg"], &header["kid"]), (&json!("EdDSA"), &keys[0]["kid"]));
        assert_eq!(register(&app, &wanted, None).await.status, 201);
        assert_eq!(of_type(&app, "OKP").await, keys, "one key is for all");
        app.stop().await;
    })
    .await;
}

#[tokio::test(flavor = "multi_thread", worker_threads = 2)]
async fn tokens_that_need_the_key_of_a_kind_that_is_not_there_make_one_between_them() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        // Straight into the database: nobody announced the algorithm to this node.
        let rp = app.client(|metadata| metadata.id_token_signed_response_alg = Some("EdDSA".to_owned())).await;
        let mut codes = Vec::new();
        for _ in 0..6 {
            codes.push(rp.code("ada").await);
        }
        assert_eq!(of_type(&app, "OKP").await, [Value::Null; 0]);
        let answers = futures_util::future::join_all(codes.iter().map(|code| rp.redeem(code))).await;
        let keys = of_type(&app, "OKP").await;
        assert_eq!(keys.len(), 1);
        for answer in answers {
            assert_eq!(jose_header(&answer.ok().text("id_token"))["kid"], keys[0]["kid"]);
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_signed_response_brings_the_key_it_is_signed_with() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.client(|metadata| metadata.protocol.authorization_signed_response_alg = Some("EdDSA".to_owned())).await;
        let response = app.browser().walk(&rp.url(&[("response_mode", "query.jwt")]), "ada").await;
        let header = jose_header(&query(&response)["response"]);
        assert_eq!((&header["alg"], &header["kid"]), (&json!("EdDSA"), &of_type(&app, "OKP").await[0]["kid"]));
        app.stop().await;
    })
    .await;
}
