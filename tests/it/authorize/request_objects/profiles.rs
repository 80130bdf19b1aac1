//! Request objects of FAPI clients, and what they may demand of a sign-in: FAPI 1.0 Advanced §5.2.2, OIDC Core §5.5.1.1.

use super::*;

#[tokio::test]
async fn fapi_1_takes_signed_requests_with_a_detached_signature_or_a_signed_answer() {
    with_ada(async |app, _| {
        let rp = client(app, |metadata| {
            metadata.profile = Profile::Fapi1;
            metadata.response_types = vec!["code".to_owned(), "code id_token".to_owned()];
            metadata.id_token_signed_response_alg = Some("PS256".to_owned());
        })
        .await;
        assert_eq!(query(&app.browser().open(&rp.url(&[])).await.away())["error"], "invalid_request", "unsigned");
        assert_eq!(
            query(&app.browser().open(&url(&rp, &sign(Algorithm::PS256, &claims(&rp, json!({}))))).await.away())["error"],
            "invalid_request",
            "code in the open"
        );
        let mut browser = app.browser();
        let object = sign(Algorithm::PS256, &claims(&rp, json!({"response_type": "code id_token"})));
        let back = browser.walk(&url(&rp, &object).replace("response_type=code", "response_type=code+id_token"), "ada").await;
        let fragment: std::collections::HashMap<String, String> =
            url::form_urlencoded::parse(back.split_once('#').expect("a fragment").1.as_bytes()).into_owned().collect();
        let id = crate::support::relying_party::claims(&fragment["id_token"]);
        assert!(id["s_hash"].is_string() && id["c_hash"].is_string());
        assert!(id.get("email").is_none(), "FAPI 1.0 Advanced §5.2.2.1: nothing about the person passes the browser in the open");
        let object = sign(Algorithm::ES256, &claims(&rp, json!({"response_mode": "jwt"})));
        let response = query(&browser.open(&url(&rp, &object)).await.away())["response"].clone();
        assert_eq!(crate::support::relying_party::jose_header(&response)["alg"], "PS256");
        for left_out in ["nonce", "scope"] {
            let object = sign(Algorithm::PS256, &claims(&rp, json!({"response_mode": "jwt", (left_out): null})));
            let response = query(&app.browser().open(&url(&rp, &object)).await.away())["response"].clone();
            assert_eq!(crate::support::relying_party::claims(&response)["error"], "invalid_request", "{left_out}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_kind_of_sign_in_that_is_not_offered_is_refused_and_one_that_is_goes_on() {
    with_ada(async |app, _| {
        let rp = app.relying_party().await;
        let ask = |acr: &str| rp.url(&[("claims", &json!({"id_token": {"acr": {"essential": true, "values": [acr]}}}).to_string())]);
        let refused = query(&app.browser().open(&ask("urn:example:gold")).await.away());
        assert_eq!(refused["error"], "unmet_authentication_requirements");
        let back = query(&app.browser().walk(&ask("urn:authy:acr:password"), "ada").await);
        assert_eq!(rp.redeem(&back["code"]).await.ok().id_claims()["acr"], "urn:authy:acr:password");
        let refused = query(&app.browser().open(&rp.url(&[("acr_values", "urn:example:gold urn:example:silver")])).await.away());
        assert_eq!(refused["error"], "unmet_authentication_requirements", "RFC 9470 §5");
        let either = rp.url(&[("acr_values", "urn:example:gold urn:authy:acr:password")]);
        assert!(app.browser().open(&either).await.page().has("login-form"));
        // Registered before it was asked whether a sign-in here can have it.
        let by_default = app.client(|metadata| metadata.protocol.default_acr_values = vec!["urn:example:gold".to_owned()]).await;
        assert!(app.browser().open(&by_default.url(&[])).await.page().has("login-form"));
    })
    .await;
}
