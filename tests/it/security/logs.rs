//! With every detail switched on, no secret is in the log, in the metrics, or readable in the database.

use tempfile::tempdir;

use crate::support::browser::{Browser, Landing};
use crate::support::deployment::{Party, create_client, create_user};
use crate::support::process::Server;
use crate::support::relying_party::{VERIFIER, query};

const PASSWORD: &str = "canary-password-7c1e";

#[tokio::test]
async fn at_trace_level_no_secret_is_logged_counted_or_stored_in_the_clear() {
    let place = tempdir().unwrap();
    let env = [("AUTHY_HASHING__COST", "4"), ("AUTHY_LOG", "trace"), ("PATH", "/usr/bin:/bin")];
    create_user(place.path(), &env, ("ada", "canary-7c1e@example.org", PASSWORD));
    let party = create_client(place.path(), &env, &["authorization_code", "refresh_token", "client_credentials"]);
    let server = Server::start(place.path(), &env, "127.0.0.1:0");

    let mut browser = Browser::new(&server.base);
    let more = [("scope", "openid email offline_access"), ("state", "canary-state-7c1e"), ("nonce", "canary-nonce-7c1e")];
    let login = browser.open(&party.url(&server.base, &more)).await.page();
    let sealed = query(&login.url)["t"].clone();
    let wrong =
        browser.submit(&login, "login-form", &[("username", "canary-7c1e@example.org"), ("password", "canary-wrong-7c1e")]).await.page();
    let consent = browser.submit(&wrong, "login-form", &[("username", "ada"), ("password", PASSWORD)]).await.page();
    let Landing::Away(back) = browser.press(&consent, "consent-form", "consent-approve").await else { panic!("no way back") };
    let code = query(&back)["code"].clone();
    let base = server.base.as_str();
    let tokens = party.redeem(base, &code).await.ok();
    let refresh_token = tokens.refresh_token();
    let refreshed = party.token(base, &[("grant_type", "refresh_token"), ("refresh_token", &refresh_token)]).await.ok();
    let own = party.token(base, &[("grant_type", "client_credentials")]).await;
    party.post(base, "/oauth2/introspect", &[("token", &refreshed.access_token())]).await.ok();
    crate::support::http::client()
        .get(format!("{}/oauth2/userinfo", server.base))
        .bearer_auth(refreshed.access_token())
        .send()
        .await
        .unwrap();
    party.redeem(base, &code).await.is(400, "invalid_grant");
    let guess = Party { secret: "canary-guess-7c1e".to_owned(), ..party.clone() };
    guess.token(base, &[("grant_type", "client_credentials")]).await;
    browser.get("/login?canary-query-7c1e=1").await;
    let metrics = crate::support::http::get(format!("{}/metrics", server.management)).await.text().await.unwrap();

    let text = str::to_owned;
    let mut canaries = vec![
        text("7c1e"),
        text(VERIFIER),
        code,
        party.secret.clone(),
        sealed,
        tokens.access_token(),
        tokens.refresh_token(),
        tokens.text("id_token"),
        refreshed.access_token(),
        refreshed.refresh_token(),
        text("Basic "),
        text("PRIVATE KEY"),
    ];
    canaries.extend(own.body["access_token"].as_str().map(text));
    canaries.extend(browser.cookies.values().cloned());
    let master = std::fs::read_to_string(place.path().join("authy-data/master.key")).unwrap();
    canaries.push(master.trim().to_owned());
    let log = server.stop();
    assert!(log.contains("refused"), "the log says something:\n{log}");
    let mut database = std::fs::read(place.path().join("authy-data/authy.db")).unwrap();
    database.extend(std::fs::read(place.path().join("authy-data/authy.db-wal")).unwrap_or_default());
    let stored = String::from_utf8_lossy(&database).into_owned();
    for canary in canaries {
        assert!(!log.contains(&canary), "{canary} is in the log:\n{log}");
        assert!(!metrics.contains(&canary), "{canary} is in the metrics");
        // An e-mail address is what the database is for.
        if canary != "7c1e" && canary != "Basic " {
            assert!(!stored.contains(&canary), "{canary} is in the database");
        }
    }
    for canary in [PASSWORD, "canary-wrong", "canary-guess", "canary-state", "canary-nonce"] {
        assert!(!stored.contains(canary), "{canary} is in the database");
    }
}
