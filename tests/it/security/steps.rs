//! No order of forms signs anybody in but the right password.

use crate::support::app::{PASSWORD, TestApp};
use crate::support::backends;
use crate::support::browser::Browser;

async fn is_signed_in(browser: &mut Browser) -> bool {
    !browser.open("/account").await.page().has("login-form")
}

#[tokio::test]
async fn from_no_page_does_any_form_of_another_page_sign_somebody_in() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        // A victim with every kind of page open: their handles are known to the stranger, their cookies are not.
        let mut victim = app.browser();
        let login = victim.open(&rp.url(&[])).await.page();
        let consent = victim.sign_in(&login, "ada").await.page();
        app.advance(std::time::Duration::from_secs(2));
        let select = victim.open(&rp.url(&[("prompt", "select_account")])).await.page();
        let link = authy::accounts::setup::new_link(&app.app).await.expect("made").expect("a link");
        let targets = [
            login.form("login-form").0,
            consent.form("consent-form").0,
            select.form("select-account-form").0,
            link,
            "/login".to_owned(),
            "/consent".to_owned(),
            "/login/select".to_owned(),
            "/logout".to_owned(),
            "/account/security".to_owned(),
        ];
        let mut stranger = app.browser();
        let own = stranger.open(&rp.url(&[])).await.page();
        let token = own.form("login-form").1.into_iter().find(|(name, _)| name == "csrf_token").expect("a token");
        let bodies: [&[(&str, &str)]; 7] = [
            &[],
            &[("username", "ada")],
            &[("username", "ada"), ("password", "")],
            &[("username", "ada"), ("password", "wrong password")],
            &[("decision", "approve")],
            &[("choice", "continue")],
            &[("email", "ada@example.org"), ("username", "ada"), ("password", "")],
        ];
        for target in &targets {
            for body in bodies {
                let mut fields: Vec<(String, String)> =
                    body.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned())).collect();
                fields.push(token.clone());
                let answer = stranger.post(target, &fields).await;
                assert!(answer.status < 500, "{target}: {}", answer.status);
                assert!(
                    !answer.headers.get_all("location").iter().any(|to| to.to_str().is_ok_and(|to| to.contains("code="))),
                    "{target} {body:?}"
                );
            }
            assert!(!is_signed_in(&mut stranger).await, "{target}");
        }
        assert_eq!(app.app.sql.count_users("").await.expect("counted"), 1, "nobody was made");
        // The right password at the page of a request that belongs to another browser signs nobody in there either.
        let (action, _) = login.form("login-form");
        let fields = [("username".to_owned(), "ada".to_owned()), ("password".to_owned(), PASSWORD.to_owned()), token];
        assert!(matches!(stranger.post(&action, &fields).await.status, 400 | 403));
        assert!(!is_signed_in(&mut stranger).await);
        app.stop().await;
    })
    .await;
}
