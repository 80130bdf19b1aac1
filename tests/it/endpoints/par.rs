//! Pushed authorization requests: RFC 9126.

use std::time::Duration;

use serde_json::json;

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::{RelyingParty, VERIFIER, answer, challenge, post, query};

/// The request that [`RelyingParty::url`] makes, as a form.
fn fields(rp: &RelyingParty<'_>, changes: &[(&str, &str)]) -> Vec<(String, String)> {
    url::Url::parse(&rp.url(changes)).expect("a URL").query_pairs().into_owned().collect()
}

async fn push(rp: &RelyingParty<'_>, changes: &[(&str, &str)]) -> crate::support::relying_party::Answer {
    let fields = fields(rp, changes);
    // A public client names itself by its authentication.
    let fields: Vec<(&str, &str)> = fields
        .iter()
        .filter(|(name, _)| rp.secret.is_some() || name != "client_id")
        .map(|(name, value)| (name.as_str(), value.as_str()))
        .collect();
    rp.post("/oauth2/par", &fields).await
}

async fn reference(rp: &RelyingParty<'_>) -> String {
    let pushed = push(rp, &[]).await;
    assert_eq!(pushed.status, 201, "{}", pushed.body);
    pushed.text("request_uri")
}

/// Client and reference alone: RFC 9126 §4.
fn url(rp: &RelyingParty<'_>, reference: &str) -> String {
    let query =
        url::form_urlencoded::Serializer::new(String::new()).extend_pairs([("client_id", rp.id()), ("request_uri", reference)]).finish();
    format!("{}/oauth2/authorize?{query}", rp.app.base)
}

#[tokio::test]
async fn a_pushed_request_is_answered_once_and_its_pages_may_be_loaded_again() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        for rp in [app.relying_party().await, app.public_client().await] {
            let pushed = push(&rp, &[]).await;
            assert_eq!((pushed.status, pushed.body["expires_in"].as_u64()), (201, Some(60)));
            assert_eq!(pushed.headers["cache-control"], "no-store");
            let reference = pushed.text("request_uri");
            assert!(reference.starts_with("urn:ietf:params:oauth:request_uri:") && reference.len() > 70, "{reference}");
            let mut browser = app.browser();
            let mut login = browser.open(&url(&rp, &reference)).await.page();
            for _ in 0..2 {
                login = browser.open(&url(&rp, &reference)).await.page();
                assert!(login.has("login-form"));
            }
            // The person takes longer to sign in than a browser may take to come.
            app.advance(Duration::from_secs(300));
            let consent = browser.sign_in(&login, "ada").await.page();
            let back = browser.press(&consent, "consent-form", "consent-approve").await.away();
            let answer = query(&back);
            assert_eq!((answer["state"].as_str(), answer["iss"].as_str()), ("st-1", app.base.as_str()));
            rp.redeem(&answer["code"]).await.ok();
            let again = browser.open(&url(&rp, &reference)).await.page();
            assert!(again.status == 400 && again.body.contains("invalid_request_uri"), "{}", again.body);
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn two_tabs_with_one_pushed_request_get_one_code_and_a_refusal_uses_it_up() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let target = url(&rp, &reference(&rp).await);
        let (mut one, mut other) = (app.browser(), app.browser());
        let (first, second) = (one.open(&target).await.page(), other.open(&target).await.page());
        let consent = one.sign_in(&first, "ada").await.page();
        let late = other.sign_in(&second, "ada").await.page();
        assert!(one.press(&consent, "consent-form", "consent-approve").await.away().contains("code="));
        let late = other.press(&late, "consent-form", "consent-approve").await.page();
        assert!(late.status == 400 && late.body.contains("invalid_request_uri"), "{}", late.body);

        let target = url(&rp, &reference(&rp).await) + "&prompt=consent";
        let mut browser = app.browser();
        let login = browser.open(&target).await.page();
        // `prompt` beside the reference counts for nothing: the approval is remembered.
        assert!(browser.sign_in(&login, "ada").await.away().contains("code="));
        let pushed = push(&rp, &[("prompt", "consent")]).await.text("request_uri");
        let consent = browser.open(&url(&rp, &pushed)).await.page();
        assert!(browser.press(&consent, "consent-form", "consent-deny").await.away().contains("error=access_denied"));
        assert_eq!(browser.open(&url(&rp, &pushed)).await.page().status, 400);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_reference_is_bound_to_its_client_and_dies_after_a_minute() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let (one, other) = (app.relying_party().await, app.relying_party().await);
        let reference = reference(&one).await;
        let cut = reference.get(..reference.len() - 1).expect("ASCII").to_owned();
        let code = "urn:ietf:params:oauth:request_uri:ac_AAAA";
        for stolen in [url(&other, &reference), url(&one, &cut), url(&one, code)] {
            let page = app.browser().get(&stolen).await;
            assert!(page.status == 400 && page.headers.get("location").is_none(), "{stolen}");
            assert!(page.body.contains("invalid_request_uri"), "{}", page.body);
        }
        app.advance(Duration::from_secs(59));
        assert_eq!(app.browser().get(&url(&one, &reference)).await.status, 303);
        app.advance(Duration::from_secs(1));
        assert_eq!(app.browser().get(&url(&one, &reference)).await.status, 400);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn what_could_not_be_asked_cannot_be_pushed() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = app.relying_party().await;
        for (changes, error) in [
            (&[("request_uri", "urn:ietf:params:oauth:request_uri:x")][..], "invalid_request"),
            (&[("request_uri", "https://rp.example/request.jwt")], "invalid_request"),
            (&[("client_id", "another")], "invalid_request"),
            (&[("redirect_uri", "https://evil.example/cb")], "invalid_request"),
            (&[("redirect_uri", "-")], "invalid_request"),
            (&[("response_type", "nonsense")], "unsupported_response_type"),
            (&[("response_type", "-")], "invalid_request"),
            (&[("response_mode", "nonsense")], "invalid_request"),
            (&[("scope", "admin")], "invalid_scope"),
            (&[("code_challenge_method", "plain")], "invalid_request"),
            (&[("prompt", "none login")], "invalid_request"),
            (&[("resource", "https://unknown.example")], "invalid_target"),
            (&[("id_token_hint", "x")], "invalid_request"),
            (&[("claims", "[]")], "invalid_request"),
        ] {
            let refused = push(&rp, changes).await;
            assert_eq!((refused.status, refused.body["error"].as_str()), (400, Some(error)), "{changes:?}: {}", refused.body);
            assert!(refused.headers.get("location").is_none());
        }
        let public = app.public_client().await;
        push(&public, &[("code_challenge", "-"), ("code_challenge_method", "-")]).await.is(400, "invalid_request");
        let nobody = [("response_type", "code"), ("client_id", rp.id()), ("redirect_uri", rp.redirect_uri())];
        post(&app.base, "/oauth2/par", &nobody, Default::default()).await.is(401, "invalid_client");
        let by_get = answer(crate::support::http::client().get(format!("{}/oauth2/par", app.base))).await;
        assert_eq!(by_get.status, 405);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_client_or_a_server_that_demands_it_takes_no_other_request() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, |_| {}).await;
        let rp = app.client(|metadata| metadata.protocol.require_pushed_authorization_requests = true).await;
        let refused = query(&app.browser().open(&rp.url(&[])).await.away());
        assert_eq!((refused["error"].as_str(), refused["state"].as_str()), ("invalid_request", "st-1"));
        // Nor by a redirect URI that is not its own.
        assert_eq!(app.browser().get(&rp.url(&[("redirect_uri", "https://evil.example/cb")])).await.status, 400);
        assert_eq!(app.browser().get(&url(&rp, &reference(&rp).await)).await.status, 303);
        app.stop().await;
    })
    .await;
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, |settings| settings.require_pushed_authorization_requests = true).await;
        let rp = app.relying_party().await;
        assert!(app.browser().open(&rp.url(&[])).await.away().contains("error=invalid_request"));
        assert_eq!(app.browser().get(&url(&rp, &reference(&rp).await)).await.status, 303);
        let document = app.get_json("/.well-known/oauth-authorization-server").await;
        assert_eq!(document["require_pushed_authorization_requests"], true);
        assert_eq!(document["pushed_authorization_request_endpoint"], json!(format!("{}/oauth2/par", app.base)));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn the_pushed_challenge_counts_and_the_one_beside_it_does_not() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let target = format!(
            "{}&code_challenge={}&code_challenge_method=S256&scope=admin&state=evil",
            url(&rp, &reference(&rp).await),
            challenge(&"x".repeat(43))
        );
        let back = query(&app.browser().walk(&target, "ada").await);
        assert_eq!(back["state"], "st-1");
        let tokens = rp.redeem(&back["code"]).await.ok();
        assert_eq!(tokens.body["scope"], rp.scope.as_str(), "scopes are the pushed ones; {VERIFIER} fits the pushed challenge");
        let twice = fields(&rp, &[]).into_iter().chain([("code_challenge".to_owned(), challenge(&"x".repeat(43)))]).collect::<Vec<_>>();
        let twice: Vec<(&str, &str)> = twice.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        rp.post("/oauth2/par", &twice).await.is(400, "invalid_request");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn scripts_of_the_clients_own_origin_may_push() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = app.public_client().await;
        let fields = fields(&rp, &[]);
        let body = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(fields).finish();
        for (origin, allowed) in [("https://rp.example", Some("https://rp.example")), ("https://evil.example", None)] {
            let request = crate::support::http::client().post(format!("{}/oauth2/par", app.base)).header("origin", origin);
            let pushed = answer(request.header("content-type", "application/x-www-form-urlencoded").body(body.clone())).await;
            assert_eq!(pushed.headers.get("access-control-allow-origin").map(|value| value.to_str().expect("text")), allowed);
        }
        app.stop().await;
    })
    .await;
}
