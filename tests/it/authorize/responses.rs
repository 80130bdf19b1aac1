//! OIDC Core §5.4, §5.5, Form Post Response Mode, and what an ID Token says.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::{jose_header, query};

#[tokio::test]
async fn form_post_is_a_form_and_post_requests_become_get() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let mut browser = app.browser();
        let url = rp.url(&[("response_mode", "form_post")]);
        let login = browser.open(&url).await.page();
        let consent = browser.sign_in(&login, "ada").await.page();
        let page = browser.press(&consent, "consent-form", "consent-approve").await.page();
        assert!(page.has("form-post-submit"));
        let (action, fields) = page.form("form-post-form");
        assert_eq!(action, rp.redirect_uri());
        let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.clone()).expect("a field");
        assert_eq!((field("state").as_str(), field("iss")), ("st-1", app.base.clone()));
        rp.redeem(&field("code")).await.ok();

        let (endpoint, query_text) = rp.url(&[]).split_once('?').map(|(left, right)| (left.to_owned(), right.to_owned())).expect("a query");
        let fields: Vec<(String, String)> = url::form_urlencoded::parse(query_text.as_bytes()).into_owned().collect();
        browser.headers.insert("sec-fetch-site", "cross-site".parse().expect("a value"));
        let posted = browser.post(&endpoint, &fields).await;
        assert_eq!(posted.status, 303);
        let back = browser.follow(posted).await.away();
        assert!(query(&back).contains_key("code"));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_refusal_of_a_request_object_arrives_as_the_object_asks() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = app.relying_party().await;
        let payload = URL_SAFE_NO_PAD.encode(r#"{"state":"inside","response_mode":"form_post","redirect_uri":"https://evil.example/cb"}"#);
        // {"alg":"HS256"}: authy does not verify it.
        let object = format!("eyJhbGciOiJIUzI1NiJ9.{payload}.AAAA");
        let page = app.browser().open(&rp.url(&[("state", "-"), ("request", &object)])).await.page();
        let (action, fields) = page.form("form-post-form");
        assert_eq!(action, rp.redirect_uri());
        let field = |name: &str| fields.iter().find(|(known, _)| known == name).map(|(_, value)| value.as_str());
        assert_eq!((field("error"), field("state")), (Some("invalid_request_object"), Some("inside")));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_refusal_on_its_way_to_the_client_names_its_id_in_the_header_too_and_no_site_learns_the_address() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = app.relying_party().await;
        for mode in ["query", "fragment", "form_post"] {
            let answer = app.browser().get(&rp.url(&[("prompt", "none"), ("response_mode", mode)])).await;
            let id = answer.headers["authy-error-id"].to_str().expect("text").to_owned();
            let location = answer.headers.get("location").map(|location| location.to_str().expect("text").to_owned());
            assert!(
                location.unwrap_or(answer.body).contains(&format!("id{}{id}", if mode == "form_post" { "=" } else { "%3D" })),
                "{mode}"
            );
            assert_eq!(answer.headers["referrer-policy"], "same-origin", "{mode}");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn every_algorithm_signs_id_tokens_with_a_published_key() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        for algorithm in ["RS256", "PS256", "ES256", "EdDSA"] {
            let rp = app.client(|metadata| metadata.id_token_signed_response_alg = Some(algorithm.to_owned())).await;
            let header = jose_header(&rp.login("ada").await.text("id_token"));
            let jwks = app.get_json("/.well-known/jwks.json").await;
            assert_eq!(header["alg"], algorithm);
            let key = jwks["keys"].as_array().expect("keys").iter().find(|key| key["kid"] == header["kid"]).expect("published");
            assert_eq!(key["alg"], algorithm);
            for private in ["d", "p", "q", "dp", "dq", "qi", "k"] {
                assert!(key.get(private).is_none(), "{private}");
            }
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn minimal_id_tokens_leave_claims_to_userinfo_and_claims_asked_by_name_come_where_asked() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.client(|metadata| metadata.id_token_claims = authy::model::client::IdTokenClaims::Minimal).await;
        let mut browser = app.browser();
        let claims = r#"{"userinfo":{"nickname":{"essential":true}},"id_token":{"email":null}}"#;
        let code = rp.code_in(&mut browser, "ada", &[("scope", "openid"), ("claims", claims)]).await;
        let tokens = rp.redeem(&code).await.ok();
        let id = tokens.id_claims();
        assert_eq!(id["email"], "ada@example.org");
        assert!(id.get("nickname").is_none() && id.get("name").is_none());
        let info = rp.userinfo(&tokens.access_token()).await.ok().body;
        assert_eq!(info["nickname"], "ada");
        assert!(info.get("email").is_none());
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn all_standard_claims_come_with_their_scopes_and_types() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await.with_scope("openid profile email address phone groups");
        let tokens = rp.login("ada").await;
        let info = rp.userinfo(&tokens.access_token()).await.ok().body;
        for name in [
            "name",
            "given_name",
            "family_name",
            "middle_name",
            "nickname",
            "preferred_username",
            "profile",
            "picture",
            "website",
            "gender",
            "birthdate",
            "zoneinfo",
            "locale",
            "email",
            "phone_number",
        ] {
            assert!(info[name].is_string(), "{name}: {info}");
        }
        assert!(info["updated_at"].is_i64() && info["email_verified"].is_boolean() && info["phone_number_verified"].is_boolean());
        assert!(info["address"]["formatted"].is_string() && info["groups"].is_array());
        app.stop().await;
    })
    .await;
}
