//! OIDC Core §8.

use authy::jose::Algorithm;

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::{RelyingParty, claims, query};

const EXCHANGE: &str = "urn:ietf:params:oauth:grant-type:token-exchange";
const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";

async fn pairwise<'a>(app: &'a TestApp, host: &str) -> RelyingParty<'a> {
    app.client(|metadata| {
        metadata.redirect_uris = vec![format!("https://{host}/cb")];
        metadata.protocol.subject_type = Some("pairwise".to_owned());
        metadata.skip_consent = true;
    })
    .await
}

#[tokio::test]
async fn each_sector_knows_a_person_by_a_name_of_its_own_everywhere() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let user = app.user("ada").await;
        app.resource("https://api.example", &[]).await;
        let mut names = Vec::new();
        for host in ["a.example", "a.example", "b.example"] {
            let rp = pairwise(&app, host).await;
            let tokens = rp.login("ada").await;
            let name = tokens.id_claims()["sub"].as_str().unwrap().to_owned();
            assert_ne!(name, user.subject);
            assert_eq!(rp.userinfo(&tokens.access_token()).await.ok().body["sub"], name.as_str());
            let facts = rp.introspect(&tokens.access_token()).await.ok().body;
            assert_eq!((&facts["sub"], facts.get("username")), (&serde_json::json!(name), None));
            assert_eq!(rp.introspect(&tokens.refresh_token()).await.ok().body["sub"], name.as_str());
            assert_eq!(rp.refresh(&tokens.refresh_token()).await.ok().id_claims()["sub"], name.as_str());

            let code = rp.code_in(&mut app.browser(), "ada", &[("resource", "https://api.example")]).await;
            let token = rp.redeem(&code).await.ok().access_token();
            assert_eq!(claims(&token)["sub"], name.as_str());
            assert!(rp.is_active(&token).await);
            names.push(name);
        }
        let rp = pairwise(&app, "a.example").await;
        let own = rp.token(&[("grant_type", "client_credentials"), ("scope", "read"), ("resource", "https://api.example")]).await.ok();
        let told = rp.introspect(&own.access_token()).await.ok().body;
        assert_eq!((&claims(&own.access_token())["sub"], &told["sub"]), (&told["client_id"], &told["client_id"]), "RFC 9068 §2.2");
        assert_eq!(names[0], names[1], "one sector");
        assert_ne!(names[0], names[2]);
        let public = app.relying_party().await;
        assert_eq!(public.login("ada").await.id_claims()["sub"], user.subject.as_str());
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_hint_and_the_claims_parameter_speak_of_people_as_the_client_knows_them() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let user = app.user("ada").await;
        let rp = pairwise(&app, "a.example").await;
        let mut browser = app.browser();
        let code = rp.code_in(&mut browser, "ada", &[]).await;
        let tokens = rp.redeem(&code).await.ok();
        let id_token = tokens.text("id_token");
        let name = tokens.id_claims()["sub"].as_str().unwrap().to_owned();
        let asks = |sub: &str| format!(r#"{{"id_token":{{"sub":{{"value":"{sub}"}}}}}}"#);

        let silent = [("prompt", "none"), ("id_token_hint", id_token.as_str())];
        assert!(query(&browser.walk(&rp.url(&silent), "ada").await).contains_key("code"));
        let by_name = [("prompt", "none"), ("claims", &asks(&name))];
        assert!(query(&browser.walk(&rp.url(&by_name), "ada").await).contains_key("code"));
        let by_local_subject = [("prompt", "none"), ("claims", &asks(&user.subject))];
        assert_eq!(query(&browser.walk(&rp.url(&by_local_subject), "ada").await)["error"], "login_required");
        assert_eq!(app.app.subject_behind(&rp.client, &name).as_deref(), Some(user.subject.as_str()));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_id_token_stays_a_hint_when_its_session_has_been_swept_away() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app
            .client(|metadata| {
                metadata.protocol.subject_type = Some("pairwise".to_owned());
                metadata.grant_types.push("urn:openid:params:grant-type:ciba".to_owned());
            })
            .await;
        let tokens = rp.login("ada").await;
        let (hint, sid) = (tokens.text("id_token"), app.app.sid_behind(&rp.client, tokens.id_claims()["sid"].as_str().unwrap()));
        assert!(app.app.sql.session_by_sid(&sid).await.unwrap().is_some());
        for _ in 0..2 {
            app.advance(std::time::Duration::from_secs(100 * 24 * 60 * 60));
            app.sweep().await;
        }
        assert!(app.app.sql.session_by_sid(&sid).await.unwrap().is_none(), "swept");
        let asked = rp.post("/oauth2/bc-authorize", &[("scope", "openid"), ("id_token_hint", &hint)]).await;
        assert_eq!(asked.status, 200, "{}", asked.body);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn each_sector_knows_a_session_by_a_name_of_its_own_too() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let mut browser = app.browser();
        let (first, second) = (pairwise(&app, "a.example").await, pairwise(&app, "b.example").await);
        let (neighbour, public) = (pairwise(&app, "a.example").await, app.relying_party().await);
        let mut names = Vec::new();
        for rp in [&first, &neighbour, &second, &public] {
            let code = rp.code_in(&mut browser, "ada", &[]).await;
            let sid = rp.redeem(&code).await.ok().id_claims()["sid"].as_str().unwrap().to_owned();
            assert_eq!(sid, app.app.sid_for(&rp.client, &app.app.sid_behind(&rp.client, &sid)));
            names.push(sid);
        }
        assert_eq!(names[0], names[1], "one sector");
        assert!(names[0] != names[2] && names[3] != names[0] && names[3] != names[2], "{names:?}");
        for (rp, name) in [(&first, &names[0]), (&second, &names[2]), (&public, &names[3])] {
            let session = app.app.sql.session_by_sid(&app.app.sid_behind(&rp.client, name)).await.expect("the database");
            assert!(session.is_some_and(|session| session.sid == names[3]), "the session's own name is what public clients read");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_session_is_found_by_the_name_that_a_sector_knows_and_by_its_own_in_tokens_of_before() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let out = "https://a.example/out";
        let rp = app
            .client(|metadata| {
                metadata.redirect_uris = vec!["https://a.example/cb".to_owned()];
                metadata.protocol.subject_type = Some("pairwise".to_owned());
                metadata.protocol.frontchannel_logout_uri = Some(out.to_owned());
                metadata.grant_types.push(EXCHANGE.to_owned());
            })
            .await;
        for before in [false, true] {
            let mut browser = app.browser();
            let code = rp.code_in(&mut browser, "ada", &[]).await;
            let tokens = rp.redeem(&code).await.ok();
            let mut said = tokens.id_claims();
            let shown = said["sid"].as_str().unwrap().to_owned();
            said["sid"] = app.app.sid_behind(&rp.client, &shown).into();
            let hint = match before {
                true => app.app.sign(Algorithm::RS256, None, &said).await.expect("a key").expose().clone(),
                false => tokens.text("id_token"),
            };
            let fields = [("grant_type", EXCHANGE), ("subject_token", hint.as_str()), ("subject_token_type", ID_TOKEN)];
            rp.token(&fields).await.ok();
            // Nobody is asked: the hint is about the session of this browser.
            let page = browser.open(&format!("/oauth2/logout?id_token_hint={hint}")).await.page();
            assert!(page.has("logout-done"), "{}", page.body);
            assert!(page.body.contains(out) && page.body.contains(&format!("sid={shown}")), "{}", page.body);
            let silent = browser.open(&rp.url(&[("prompt", "none")])).await.away();
            assert_eq!(query(&silent)["error"], "login_required");
        }
        app.stop().await;
    })
    .await;
}
