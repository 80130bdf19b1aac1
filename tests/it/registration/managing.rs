//! RFC 7592.

use std::time::Duration;

use reqwest::Method;
use serde_json::{Value, json};

use super::support::*;
use crate::support::app::TestApp;
use crate::support::backends;

#[tokio::test]
async fn a_client_reads_changes_and_deletes_its_own_registration_and_no_other() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, open).await;
        app.user("ada").await;
        let (a, b) = (register(&app, &public(), None).await, register(&app, &public(), None).await);
        let (a_id, a_token) = (a.text("client_id"), a.text("registration_access_token"));
        let b_token = b.text("registration_access_token");
        let read = manage(&app, Method::GET, &a_id, (None, &a_token)).await.ok();
        assert_eq!(read.body["client_name"], "Stranger");
        assert_eq!(read.headers["cache-control"], "no-store");

        let mut change = public();
        change["client_id"] = Value::from(a_id.as_str());
        change["client_name"] = json!("Renamed");
        for method in [Method::GET, Method::PUT, Method::DELETE] {
            let body = (method == Method::PUT).then_some(&change);
            for (id, token) in [(a_id.as_str(), b_token.as_str()), (&a_id, "rat_wrong"), ("nobody", &a_token)] {
                manage(&app, method.clone(), id, (body, token)).await.is(401, "invalid_token");
            }
            let path = format!("/oauth2/register/{a_id}");
            let nobody = send(&app, method.clone(), &path, (body.map(Value::to_string), None)).await;
            nobody.is(401, "invalid_token");
        }
        let rp = relying_party(&app, &a).await;
        let tokens = rp.login("ada").await;
        let changed = manage(&app, Method::PUT, &a_id, (Some(&change), &a_token)).await.ok();
        assert_eq!((changed.text("client_name"), changed.text("registration_access_token")), ("Renamed".to_owned(), a_token.clone()));
        change["client_id"] = json!(b.text("client_id"));
        manage(&app, Method::PUT, &a_id, (Some(&change), &a_token)).await.is(400, "invalid_client_metadata");

        let deleted = manage(&app, Method::DELETE, &a_id, (None, &a_token)).await;
        assert_eq!((deleted.status, deleted.body, deleted.headers.get("content-type")), (204, Value::Null, None));
        assert_eq!(rp.refresh(&tokens.refresh_token()).await.status, 401, "the client is gone");
        assert_eq!(rp.userinfo(&tokens.access_token()).await.status, 401, "and what it was granted");
        manage(&app, Method::GET, &a_id, (None, &a_token)).await.is(401, "invalid_token");
        manage(&app, Method::GET, &b.text("client_id"), (None, &b_token)).await.ok();
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn nothing_that_only_administrators_may_set_comes_in_by_registration() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, open).await;
        let plain = register(&app, &public(), None).await;
        let plain = app.app.sql.client_by_id(&plain.text("client_id")).await.expect("the database").expect("the client");
        let mut greedy = public();
        for (name, value) in [
            ("skip_consent", json!(true)),
            ("origin", json!("administrator")),
            ("enabled", json!(true)),
            ("client_id", json!("chosen")),
            ("client_secret", json!("0123456789abcdef0123456789abcdef")),
            ("require_pkce", json!(false)),
            ("refresh_rotation", json!(false)),
            ("id_token_claims", json!("full")),
            ("access_token_format", json!("jwt")),
            ("default_resource", json!("https://api.example")),
            ("resources", json!(["https://api.example"])),
            ("allowed_origins", json!(["https://evil.example"])),
            ("access_token_lifetime", json!(86_400)),
            ("id_token_lifetime", json!(86_400)),
            ("refresh_token_lifetime", json!(86_400)),
            ("exchange_impersonation", json!(true)),
            ("assertion_issuers", json!([{"issuer": "https://evil.example"}])),
            ("groups", json!(["admins"])),
            ("trusted", json!(true)),
            ("weakenings", json!([{"setting": "require_pkce", "allowed_by": "me"}])),
            ("scope", json!("openid authy:admin")),
            ("grant_types", json!(["authorization_code", "client_credentials", "urn:ietf:params:oauth:grant-type:token-exchange"])),
        ] {
            greedy[name] = value;
        }
        let made = register(&app, &greedy, None).await;
        assert_eq!(made.status, 201, "{}", made.body);
        let id = made.text("client_id");
        greedy["client_id"] = json!(id);
        greedy.as_object_mut().expect("an object").remove("client_secret");
        manage(&app, Method::PUT, &id, (Some(&greedy), &made.text("registration_access_token"))).await.ok();
        let stored = app.app.sql.client_by_id(&id).await.expect("the database").expect("the client");
        let mut expected = plain.metadata.clone();
        expected.scopes = vec!["openid".to_owned()];
        expected.grant_types = vec!["authorization_code".to_owned()];
        assert_eq!((stored.metadata, stored.origin), (expected, plain.origin));
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn who_asks_for_nothing_but_scopes_beyond_the_policy_does_not_get_the_usual_ones() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, |settings| {
            open(settings);
            settings.registration.scopes = vec!["openid".to_owned(), "profile".to_owned()];
        })
        .await;
        let mut greedy = public();
        greedy["scope"] = json!("email offline_access");
        register(&app, &greedy, None).await.is(400, "invalid_client_metadata");
        let made = register(&app, &public(), None).await;
        assert_eq!((made.status, &made.body["scope"]), (201, &json!("openid profile")), "{}", made.body);
        let id = made.text("client_id");
        greedy["client_id"] = json!(id);
        let token = made.text("registration_access_token");
        manage(&app, Method::PUT, &id, (Some(&greedy), &token)).await.is(400, "invalid_client_metadata");
        assert_eq!(app.app.sql.client_by_id(&id).await.expect("the database").expect("the client").metadata.scopes, ["openid", "profile"]);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn secrets_and_registration_tokens_are_replaced_when_the_policy_says_so() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, |settings| {
            open(settings);
            settings.registration.secret_lifetime = Some(Duration::from_secs(3600 * 10));
            settings.registration.rotate_token = true;
        })
        .await;
        app.user("ada").await;
        let mut body = json!({"redirect_uris": ["https://stranger.example/cb"]});
        let made = register(&app, &body, None).await;
        let (id, token) = (made.text("client_id"), made.text("registration_access_token"));
        assert_eq!(made.body["client_secret_expires_at"], app.now().as_seconds() + 36_000);
        let rp = relying_party(&app, &made).await;
        let refresh_token = rp.login("ada").await.refresh_token();
        body["client_id"] = json!(id);
        let early = manage(&app, Method::PUT, &id, (Some(&body), &token)).await.ok();
        assert_eq!(early.body.get("client_secret"), None, "it is young");
        manage(&app, Method::GET, &id, (None, &token)).await.is(401, "invalid_token");
        let token = early.text("registration_access_token");
        app.advance(Duration::from_secs(3600 * 6));
        body["client_secret"] = json!("wrong");
        manage(&app, Method::PUT, &id, (Some(&body), &token)).await.is(400, "invalid_client_metadata");
        body["client_secret"] = json!(made.text("client_secret"));
        let late = manage(&app, Method::PUT, &id, (Some(&body), &token)).await.ok();
        assert_ne!(late.text("client_secret"), made.text("client_secret"));
        let after = relying_party(&app, &late).await;
        let refreshed = rp.refresh(&refresh_token).await.ok();
        app.advance(Duration::from_secs(3600 * 5));
        rp.refresh(&refreshed.refresh_token()).await.is(401, "invalid_client");
        after.refresh(&refreshed.refresh_token()).await.ok();
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn of_several_changes_at_once_with_one_token_that_is_replaced_one_comes_through() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, |settings| {
            open(settings);
            settings.registration.rotate_token = true;
        })
        .await;
        let mut body = public();
        let made = register(&app, &body, None).await;
        let (id, token) = (made.text("client_id"), made.text("registration_access_token"));
        body["client_id"] = json!(id);
        let change = || manage(&app, Method::PUT, &id, (Some(&body), &token));
        let answers = futures_util::future::join_all((0..8).map(|_| change())).await;
        let (through, refused): (Vec<_>, Vec<_>) = answers.into_iter().partition(|answer| answer.status == 200);
        assert_eq!((through.len(), refused.len()), (1, 7));
        refused.iter().for_each(|answer| answer.is(401, "invalid_token"));
        let next = through[0].text("registration_access_token");
        manage(&app, Method::GET, &id, (None, &next)).await.ok();
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn an_update_whose_secret_cannot_be_saved_changes_nothing_and_the_token_still_opens() {
    backends::each(async |backend| {
        let options = backend.options.clone();
        let (close, reopen) = match backend.name {
            "sqlite" => {
                ("create trigger closed before insert on client_secrets begin select raise(abort, 'closed'); end", "drop trigger closed")
            }
            _ => (
                "alter table client_secrets add constraint closed check (created_at is null) not valid",
                "alter table client_secrets drop constraint closed",
            ),
        };
        let app = TestApp::start_with(backend, |settings| {
            open(settings);
            settings.registration.secret_lifetime = Some(Duration::from_secs(3600 * 10));
            settings.registration.rotate_token = true;
        })
        .await;
        let mut body = json!({"client_name": "Stranger", "redirect_uris": ["https://stranger.example/cb"]});
        let made = register(&app, &body, None).await;
        let (id, token) = (made.text("client_id"), made.text("registration_access_token"));
        (body["client_id"], body["client_name"]) = (json!(id), json!("Renamed"));
        app.advance(Duration::from_secs(3600 * 6));
        backends::execute(&options, close).await;
        let failed = manage(&app, Method::PUT, &id, (Some(&body), &token)).await;
        assert!(failed.status >= 500, "{}", failed.body);
        backends::execute(&options, reopen).await;
        assert_eq!(manage(&app, Method::GET, &id, (None, &token)).await.ok().text("client_name"), "Stranger");
        let changed = manage(&app, Method::PUT, &id, (Some(&body), &token)).await.ok();
        assert_eq!(changed.text("client_name"), "Renamed");
        assert_ne!(changed.text("client_secret"), made.text("client_secret"));
        manage(&app, Method::GET, &id, (None, &token)).await.is(401, "invalid_token");
        manage(&app, Method::GET, &id, (None, &changed.text("registration_access_token"))).await.ok();
        app.stop().await;
    })
    .await;
}
