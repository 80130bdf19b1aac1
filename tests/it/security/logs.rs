//! With every detail switched on, no secret is in the log, in the metrics, or readable in the database.

use std::process::Stdio;

use tempfile::tempdir;

use crate::cli::{authy, command};
use crate::support::browser::{Browser, Landing};
use crate::support::process::Server;
use crate::support::relying_party::{VERIFIER, challenge, post, query};

const PASSWORD: &str = "canary-password-7c1e";

#[tokio::test]
async fn at_trace_level_no_secret_is_logged_counted_or_stored_in_the_clear() {
    let place = tempdir().unwrap();
    let env = [("AUTHY_HASHING__COST", "4"), ("AUTHY_LOG", "trace"), ("PATH", "/usr/bin:/bin")];
    let run = |arguments: &[&str], stdin: &str| {
        let mut child = command(place.path(), &env, arguments).stdin(Stdio::piped()).stdout(Stdio::piped()).spawn().expect("authy runs");
        std::io::Write::write_all(&mut child.stdin.take().expect("standard input"), stdin.as_bytes()).expect("written");
        let output = child.wait_with_output().expect("an end");
        assert!(output.status.success(), "{output:?}");
        String::from_utf8(output.stdout).expect("UTF-8")
    };
    run(&["user", "create", "ada", "--email", "canary-7c1e@example.org", "--password-stdin"], &format!("{PASSWORD}\n"));
    let client = authy(
        place.path(),
        &env,
        &[
            "client",
            "create",
            "App",
            "--redirect-uri",
            "https://rp.example/cb",
            "--grant",
            "authorization_code",
            "--grant",
            "refresh_token",
            "--grant",
            "client_credentials",
            "--json",
        ],
    )
    .exits(0)
    .json();
    let (id, secret) = (client["client_id"].as_str().unwrap(), client["client_secret"].as_str().unwrap());
    let server = Server::start(place.path(), &env, "127.0.0.1:0");

    let mut browser = Browser::new(&server.base);
    let parameters = [
        ("client_id", id),
        ("redirect_uri", "https://rp.example/cb"),
        ("response_type", "code"),
        ("scope", "openid email offline_access"),
        ("state", "canary-state-7c1e"),
        ("nonce", "canary-nonce-7c1e"),
        ("code_challenge", &challenge(VERIFIER)),
        ("code_challenge_method", "S256"),
    ];
    let asked = url::form_urlencoded::Serializer::new(String::new()).extend_pairs(parameters).finish();
    let login = browser.open(&format!("{}/oauth2/authorize?{asked}", server.base)).await.page();
    let sealed = query(&login.url)["t"].clone();
    let wrong =
        browser.submit(&login, "login-form", &[("username", "canary-7c1e@example.org"), ("password", "canary-wrong-7c1e")]).await.page();
    let consent = browser.submit(&wrong, "login-form", &[("username", "ada"), ("password", PASSWORD)]).await.page();
    let Landing::Away(back) = browser.press(&consent, "consent-form", "consent-approve").await else { panic!("no way back") };
    let code = query(&back)["code"].clone();
    let with_secret = |fields: &[(&'static str, String)]| -> Vec<(&'static str, String)> {
        let mut all = fields.to_vec();
        all.extend([("client_id", id.to_owned()), ("client_secret", secret.to_owned())]);
        all
    };
    let ask = async |path: &str, fields: &[(&'static str, String)]| {
        let all = with_secret(fields);
        let all: Vec<(&str, &str)> = all.iter().map(|(name, value)| (*name, value.as_str())).collect();
        post(&server.base, path, &all, Default::default()).await
    };
    let text = str::to_owned;
    let redeem = [
        ("grant_type", text("authorization_code")),
        ("code", code.clone()),
        ("redirect_uri", text("https://rp.example/cb")),
        ("code_verifier", text(VERIFIER)),
    ];
    let tokens = ask("/oauth2/token", &redeem).await.ok();
    let refreshed = ask("/oauth2/token", &[("grant_type", text("refresh_token")), ("refresh_token", tokens.refresh_token())]).await.ok();
    let own = ask("/oauth2/token", &[("grant_type", text("client_credentials"))]).await;
    ask("/oauth2/introspect", &[("token", refreshed.access_token())]).await.ok();
    crate::support::http::client()
        .get(format!("{}/oauth2/userinfo", server.base))
        .bearer_auth(refreshed.access_token())
        .send()
        .await
        .unwrap();
    ask("/oauth2/token", &redeem).await.is(400, "invalid_grant");
    post(
        &server.base,
        "/oauth2/token",
        &[("grant_type", "client_credentials"), ("client_id", id), ("client_secret", "canary-guess-7c1e")],
        Default::default(),
    )
    .await;
    browser.get("/login?canary-query-7c1e=1").await;
    let metrics = crate::support::http::get(format!("{}/metrics", server.management)).await.text().await.unwrap();

    let mut canaries = vec![
        text("7c1e"),
        text(VERIFIER),
        code,
        secret.to_owned(),
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
