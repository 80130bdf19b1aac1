//! People who agree away from the client: device authorization (RFC 8628) and CIBA.

use super::app::TestApp;
use super::browser::{Browser, Page};
use super::relying_party::{Answer, RelyingParty};

pub const DEVICE_CODE: &str = "urn:ietf:params:oauth:grant-type:device_code";
pub const CIBA: &str = "urn:openid:params:grant-type:ciba";

/// A device asks for its two codes.
pub async fn start(rp: &RelyingParty<'_>, fields: &[(&str, &str)]) -> Answer {
    rp.post("/oauth2/device_authorization", fields).await
}

/// A device asks for its tokens.
pub async fn poll_device(rp: &RelyingParty<'_>, device_code: &str, more: &[(&str, &str)]) -> Answer {
    rp.token(&[&[("grant_type", DEVICE_CODE), ("device_code", device_code)], more].concat()).await
}

/// Opens the address with the code in it, signed in as `username`, up to the question.
pub async fn question(browser: &mut Browser, started: &Answer, username: &str) -> Page {
    signed_in(browser, &started.text("verification_uri_complete"), username).await
}

/// Connects the device in a browser of its own.
pub async fn allow_device(app: &TestApp, started: &Answer, username: &str) -> Page {
    let mut browser = app.browser();
    let page = question(&mut browser, started, username).await;
    browser.press(&page, "device-form", "device-allow").await.page()
}

/// A client asks for its tokens.
pub async fn poll_request(rp: &RelyingParty<'_>, auth_req_id: &str, more: &[(&str, &str)]) -> Answer {
    rp.token(&[&[("grant_type", CIBA), ("auth_req_id", auth_req_id)], more].concat()).await
}

/// What waits for the answer of `username`.
pub async fn approvals(browser: &mut Browser, username: &str) -> Page {
    signed_in(browser, "/account/approvals", username).await
}

/// Answers the newest request that waits for `username`: "allow" or "deny".
pub async fn answer_request(app: &TestApp, username: &str, answer: &str) -> Page {
    let mut browser = app.browser();
    let page = approvals(&mut browser, username).await;
    let user = app.app.sql.user_by_login(username).await.expect("the database").expect("a user").0;
    let waiting = app.app.sql.pending_authentication_requests(Some(&user.subject), app.now()).await.expect("the database");
    let id = waiting.first().unwrap_or_else(|| panic!("nothing waits:\n{}", page.body)).id;
    browser.press(&page, &format!("approval-form-{id}"), &format!("approval-{answer}-{id}")).await.page()
}

async fn signed_in(browser: &mut Browser, address: &str, username: &str) -> Page {
    let page = browser.open(address).await.page();
    if page.has("login-form") { browser.sign_in(&page, username).await.page() } else { page }
}
