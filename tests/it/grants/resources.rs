//! The resources that a client may ask tokens for: RFC 8707 §2, at every endpoint and for every grant type.

use serde_json::json;

use super::matrix::{artefact_for, cases, change, client, exchange};
use crate::support::app::TestApp;
use crate::support::relying_party::{RelyingParty, VERIFIER, challenge, claims, query};
use crate::support::scene::with_ada;

const API: &str = "https://api.example/";
const OTHER: &str = "https://other.example/";

/// A client of every grant type with that list of resources.
async fn limited<'a>(app: &'a TestApp, resources: &[&str]) -> RelyingParty<'a> {
    let rp = limit(&client(app).await, Some(resources));
    change(&rp).await;
    rp
}

fn limit<'a>(rp: &RelyingParty<'a>, resources: Option<&[&str]>) -> RelyingParty<'a> {
    let mut limited = rp.clone();
    limited.client.metadata.protocol.resources = resources.map(|uris| uris.iter().map(|&uri| uri.to_owned()).collect());
    limited
}

#[tokio::test]
async fn no_grant_type_gives_a_token_for_a_resource_that_is_not_the_clients() {
    with_ada(async |app, ada| {
        app.resource(API, &[]).await;
        app.resource(OTHER, &[]).await;
        let rp = client(app).await;
        let asked = [("resource", API)];
        for case in cases() {
            let brought = artefact_for(&rp, &case, ada, &asked).await;
            for listed in [&[OTHER][..], &[]] {
                change(&limit(&rp, Some(listed))).await;
                exchange(&rp, &case, &brought, &asked).await.is(400, "invalid_target");
                if !matches!(case.artefact, None | Some("assertion")) {
                    exchange(&rp, &case, &brought, &[]).await.is(400, "invalid_target"); // all that was approved
                }
            }
            // None of these has used it up.
            change(&limit(&rp, Some(&[OTHER, API]))).await;
            let answer = exchange(&rp, &case, &brought, &asked).await;
            assert_eq!(answer.status, 200, "{}: {}", case.name, answer.body);
            assert_eq!(claims(&answer.access_token())["aud"], API, "{}", case.name);
            change(&rp).await;
        }
    })
    .await;
}

#[tokio::test]
async fn wherever_a_client_asks_it_may_ask_for_its_own_resources_alone() {
    with_ada(async |app, _| {
        app.resource(API, &[]).await;
        app.resource(OTHER, &[]).await;
        let (rp, anybody) = (limited(app, &[API]).await, client(app).await);
        let made = challenge(VERIFIER);
        let request = [
            ("response_type", "code"),
            ("redirect_uri", rp.redirect_uri()),
            ("scope", "openid"),
            ("code_challenge", &made),
            ("code_challenge_method", "S256"),
        ];
        let places = [
            ("/oauth2/par", &request[..], 201),
            ("/oauth2/device_authorization", &[("scope", "openid")], 200),
            ("/oauth2/bc-authorize", &[("scope", "openid"), ("login_hint", "ada")], 200),
            ("/oauth2/token", &[("grant_type", "client_credentials")], 200),
        ];
        for (path, fields, done) in places {
            let ask = async |rp: &RelyingParty<'_>, uris: &[&str]| {
                let asked: Vec<_> = uris.iter().map(|&uri| ("resource", uri)).collect();
                rp.post(path, &[fields, &asked].concat()).await
            };
            for uris in [&[OTHER][..], &[API, OTHER]] {
                ask(&rp, uris).await.is(400, "invalid_target");
                assert_eq!(ask(&anybody, uris).await.status, done, "{path}");
            }
            assert_eq!(ask(&rp, &[API]).await.status, done, "{path}");
            let (own, unknown) = (ask(&rp, &[OTHER]).await, ask(&rp, &["https://nobody.example/"]).await);
            assert_eq!(own.text("error_description"), unknown.text("error_description"), "whether there is one is not told");
        }
        let back = app.browser().open(&rp.url(&[("resource", OTHER)])).await.away();
        assert_eq!(query(&back)["error"], "invalid_target");
        assert!(query(&app.browser().walk(&rp.url(&[("resource", API)]), "ada").await).contains_key("code"));
    })
    .await;
}

/// RFC 3986 §6.2.2.1, §6.2.3: as libraries write a URL that they have taken apart.
#[tokio::test]
async fn a_resource_is_found_in_any_spelling_and_called_as_it_is_registered() {
    with_ada(async |app, ada| {
        let pairs = [("https://mcp.example.com", "https://MCP.example.com/"), ("https://tools.example.com/", "HTTPS://tools.example.com")];
        for (registered, spelled) in pairs {
            let server = app.relying_party().await;
            app.resource(registered, &[server.id()]).await;
            let rp = limited(app, &[registered]).await;
            for (asked, then) in [(spelled, registered), (registered, spelled)] {
                let mut browser = app.browser();
                let code = rp.code_in(&mut browser, "ada", &[("resource", asked)]).await;
                let redemption = [
                    ("grant_type", "authorization_code"),
                    ("code", code.as_str()),
                    ("redirect_uri", rp.redirect_uri()),
                    ("code_verifier", VERIFIER),
                    ("resource", then),
                ];
                let tokens = rp.token(&redemption).await.ok();
                assert_eq!(claims(&tokens.access_token())["aud"], registered);
                let again = [("grant_type", "refresh_token"), ("refresh_token", &tokens.refresh_token()), ("resource", asked)];
                let next = rp.token(&again).await.ok().access_token();
                assert_eq!(claims(&next)["aud"], registered);
                assert_eq!(server.introspect(&next).await.ok().body["aud"], registered);
                let silent = browser.open(&rp.url(&[("resource", then), ("prompt", "none")])).await.away();
                assert!(query(&silent).contains_key("code"), "approved in one spelling, asked in another: {silent}");
            }
            let consent = app.app.sql.consent_of(&ada.subject, rp.id()).await.expect("the database").expect("remembered");
            assert_eq!(consent.resources, [registered]);
            let own = [("grant_type", "client_credentials"), ("resource", spelled), ("resource", registered)];
            assert_eq!(claims(&rp.token(&own).await.ok().access_token())["aud"], registered, "it is one");
            let elsewhere = format!("{}/a", registered.trim_end_matches('/'));
            rp.token(&[("grant_type", "client_credentials"), ("resource", &elsewhere)]).await.is(400, "invalid_target");
        }
    })
    .await;
}

#[tokio::test]
async fn a_connection_goes_on_with_what_is_left_of_its_resources() {
    with_ada(async |app, _| {
        app.resource(API, &[]).await;
        app.resource(OTHER, &[]).await;
        let rp = client(app).await;
        let both = format!("{}&resource={}", rp.url(&[("resource", API)]), OTHER);
        let code = query(&app.browser().walk(&both, "ada").await)["code"].clone();
        let tokens = rp.redeem(&code).await.ok();
        assert_eq!(claims(&tokens.access_token())["aud"], json!([API, OTHER]));

        change(&limit(&rp, Some(&[API]))).await;
        let token = tokens.refresh_token();
        rp.refresh(&token).await.is(400, "invalid_target");
        let narrowed = [("grant_type", "refresh_token"), ("refresh_token", &token), ("resource", API)];
        let next = rp.token(&narrowed).await.ok();
        assert_eq!(claims(&next.access_token())["aud"], API);

        change(&rp).await;
        assert_eq!(claims(&rp.refresh(&next.refresh_token()).await.ok().access_token())["aud"], json!([API, OTHER]));
    })
    .await;
}
