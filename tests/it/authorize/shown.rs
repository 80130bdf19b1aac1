//! OIDC Core §3.1.2.4, RFC 8628 §3.3, CIBA Core §7: what is given is what the page showed, whatever a client has become since.

use std::sync::Arc;

use authy::endpoints::authorize::interaction::Interaction;
use authy::endpoints::authorize::{self, Answer, SignedIn};
use authy::model::transaction::{Agreed, Binding, Transaction};
use authy::model::user::User;

use crate::support::app::TestApp;
use crate::support::elsewhere::{self, CIBA, DEVICE_CODE};
use crate::support::relying_party::{RelyingParty, query};
use crate::support::scene::with_ada;

const WIDE: &[&str] = &["openid", "email", "groups"];

/// An application that asks for much, on the way that these grant types name.
async fn client<'a>(app: &'a TestApp, grant_types: &[&str]) -> RelyingParty<'a> {
    let client = app.client(|metadata| metadata.grant_types = grant_types.iter().map(|&name| name.to_owned()).collect()).await;
    client.with_scope("openid email groups")
}

/// The application may have these scopes from now on.
async fn allow(rp: &RelyingParty<'_>, scopes: &[&str]) {
    let mut client = rp.client.clone();
    client.metadata.scopes = scopes.iter().map(|&scope| scope.to_owned()).collect();
    rp.app.change_client(&client).await;
}

async fn remembered(rp: &RelyingParty<'_>, ada: &User) -> Vec<String> {
    rp.app.app.sql.consent_of(&ada.subject, rp.id()).await.expect("the database").map(|consent| consent.scopes).unwrap_or_default()
}

#[tokio::test]
async fn a_client_that_grows_between_page_and_click_is_asked_about_again() {
    with_ada(async |app, ada| {
        let rp = client(app, &["authorization_code"]).await;
        let mut browser = app.browser();
        let login = browser.open(&rp.url(&[])).await.page();
        let parked = browser.sign_in(&login, "ada").await.page();
        allow(&rp, &["openid"]).await;
        let small = browser.open(&parked.url).await.page();
        assert!(!small.body.contains("e-mail"), "{}", small.body);
        allow(&rp, WIDE).await;
        let asked = browser.press(&small, "consent-form", "consent-approve").await.page();
        assert_eq!((asked.status, asked.has("consent-form")), (409, true), "{}", asked.body);
        assert!(asked.body.contains("e-mail") && asked.body.contains("has changed its request"), "{}", asked.body);
        assert!(remembered(&rp, ada).await.is_empty());

        let back = browser.press(&asked, "consent-form", "consent-approve").await.away();
        assert_eq!(rp.redeem(&query(&back)["code"]).await.ok().body["scope"], "openid email groups");
        assert_eq!(remembered(&rp, ada).await, ["email", "groups", "openid"]);
    })
    .await;
}

#[tokio::test]
async fn a_form_that_does_not_say_what_its_page_showed_is_asked_again_and_a_no_is_a_no() {
    with_ada(async |app, _| {
        let rp = client(app, &["authorization_code"]).await;
        let mut browser = app.browser();
        let login = browser.open(&rp.url(&[])).await.page();
        let page = browser.sign_in(&login, "ada").await.page();
        let (action, mut fields) = page.form("consent-form");
        fields.retain(|(name, _)| name != "shown");
        fields.push(("decision".to_owned(), "approve".to_owned()));
        assert_eq!(browser.post(&action, &fields).await.status, 409);
        allow(&rp, &["openid"]).await;
        let back = browser.press(&page, "consent-form", "consent-deny").await.away();
        assert_eq!(query(&back)["error"], "access_denied");
    })
    .await;
}

/// The client is read once more between the click and the code.
#[tokio::test]
async fn what_was_agreed_to_is_all_that_a_code_gives() {
    with_ada(async |app, ada| {
        let rp = client(app, &["authorization_code"]).await;
        let mut browser = app.browser();
        let login = browser.open("/login").await.page();
        browser.sign_in(&login, "ada").await;
        let session = app.app.sql.sessions_of(&ada.subject, app.now()).await.expect("the database").remove(0);
        let signed_in = SignedIn { session: Arc::new(session), user: Arc::new(ada.clone()), state: None };
        let request = url::Url::parse(&rp.url(&[])).expect("a URL").query().expect("a query").to_owned();
        let agreed = Some(Agreed { mark: "of another page".to_owned(), at: app.now() });
        let transaction =
            Transaction { request, started_at: app.now(), bound_to: Binding::Browser(String::new()), chosen_session: None, agreed };
        match authorize::resume(&app.app, transaction, &signed_in).await {
            Answer::Interact(waiting) => assert_eq!(waiting.interaction, Interaction::Consent),
            other => panic!("{other:?}"),
        }
    })
    .await;
}

#[tokio::test]
async fn a_device_whose_client_grows_between_page_and_click_is_asked_about_again() {
    with_ada(async |app, ada| {
        let tv = client(app, &[DEVICE_CODE]).await;
        let started = elsewhere::start(&tv, &[("scope", "openid email groups")]).await.ok();
        allow(&tv, &["openid"]).await;
        let mut browser = app.browser();
        let small = elsewhere::question(&mut browser, &started, "ada").await;
        assert!(!small.body.contains("e-mail"), "{}", small.body);
        allow(&tv, WIDE).await;
        let asked = browser.press(&small, "device-form", "device-allow").await.page();
        assert_eq!((asked.status, asked.has("device-allow")), (409, true), "{}", asked.body);
        assert!(asked.body.contains("e-mail") && asked.body.contains(&started.text("user_code")), "{}", asked.body);
        elsewhere::poll_device(&tv, &started.text("device_code"), &[]).await.is(400, "authorization_pending");
        assert!(remembered(&tv, ada).await.is_empty());

        assert!(browser.press(&asked, "device-form", "device-allow").await.page().has("device-done"));
        app.advance(std::time::Duration::from_secs(10));
        let tokens = elsewhere::poll_device(&tv, &started.text("device_code"), &[]).await.ok();
        assert_eq!(tokens.body["scope"], "openid email groups");
    })
    .await;
}

#[tokio::test]
async fn a_request_from_elsewhere_whose_client_grows_between_page_and_click_is_asked_about_again() {
    with_ada(async |app, ada| {
        let rp = client(app, &[CIBA]).await;
        let asked = rp.post("/oauth2/bc-authorize", &[("scope", "openid email groups"), ("login_hint", "ada")]).await.ok();
        let id = asked.text("auth_req_id");
        allow(&rp, &["openid"]).await;
        let mut browser = app.browser();
        let small = elsewhere::approvals(&mut browser, "ada").await;
        assert!(!small.body.contains("e-mail"), "{}", small.body);
        allow(&rp, WIDE).await;
        let waiting = app.app.sql.pending_authentication_requests(Some(&ada.subject), app.now()).await.expect("the database").remove(0).id;
        let (form, button) = (format!("approval-form-{waiting}"), format!("approval-allow-{waiting}"));
        let asked = browser.press(&small, &form, &button).await.page();
        assert_eq!((asked.status, asked.has(&button)), (409, true), "{}", asked.body);
        assert!(asked.body.contains("e-mail"), "{}", asked.body);
        elsewhere::poll_request(&rp, &id, &[]).await.is(400, "authorization_pending");
        assert!(remembered(&rp, ada).await.is_empty());

        browser.press(&asked, &form, &button).await.page();
        app.advance(std::time::Duration::from_secs(10));
        assert_eq!(elsewhere::poll_request(&rp, &id, &[]).await.ok().body["scope"], "openid email groups");
    })
    .await;
}
