//! Requests that the URL of the sign-in page cannot carry, or no URL at all.

use std::time::Duration;

use reqwest::header;

use crate::support::app::TestApp;
use crate::support::browser::{Landing, Page};
use crate::support::relying_party::{RelyingParty, query};
use crate::support::scene::with_ada;

/// A request with a parameter that means nothing and is this long.
fn long(rp: &RelyingParty<'_>, length: usize) -> String {
    rp.url(&[("filler", &"a".repeat(length))])
}

/// The same as the fields of a form.
fn fields(url: &str) -> Vec<(String, String)> {
    url::Url::parse(url).expect("a URL").query_pairs().into_owned().collect()
}

async fn posted(app: &TestApp, path: &str, fields: &[(String, String)]) -> Page {
    app.browser().post(path, fields).await
}

fn location(page: &Page) -> &str {
    page.headers[header::LOCATION].to_str().expect("text")
}

/// The client reads what to do instead.
fn says_to_push(back: &str) {
    let back = query(back);
    assert_eq!((back["error"].as_str(), back["state"].as_str()), ("invalid_request", "st-1"));
    assert!(back["error_description"].contains("RFC 9126"), "{back:?}");
}

#[tokio::test]
async fn a_request_too_long_for_the_sign_in_page_goes_back_to_the_client_and_works_when_it_is_pushed() {
    with_ada(async |app, _| {
        let rp = app.relying_party().await;
        let url = long(&rp, 12_800);
        says_to_push(&app.browser().open(&url).await.away());

        let mut browser = app.browser();
        browser.walk(&rp.url(&[]), "ada").await;
        assert!(query(&browser.open(&url).await.away()).contains_key("code"), "nobody has to sign in");
        app.advance(Duration::from_secs(1)); // so that the sign-in is older than what follows
        says_to_push(&browser.open(&format!("{url}&prompt=login")).await.away());
        let select = browser.open(&format!("{url}&prompt=select_account")).await.page();
        says_to_push(&browser.press(&select, "select-account-form", "account-other").await.away());

        let asked = fields(&url);
        let asked: Vec<(&str, &str)> = asked.iter().map(|(name, value)| (name.as_str(), value.as_str())).collect();
        let pushed = rp.post("/oauth2/par", &asked).await;
        assert_eq!(pushed.status, 201, "{}", pushed.body);
        let short = format!("{}/oauth2/authorize?client_id={}&request_uri={}", app.base, rp.id(), pushed.text("request_uri"));
        assert!(query(&app.browser().walk(&short, "ada").await).contains_key("code"));
    })
    .await;
}

#[tokio::test]
async fn whoever_is_sent_to_sign_in_gets_there() {
    with_ada(async |app, _| {
        let rp = app.relying_party().await;
        let (mut shown, mut refused) = (0, 0);
        for length in (11_000..12_200).step_by(47) {
            match app.browser().open(&long(&rp, length)).await {
                Landing::Page(page) => {
                    assert!(page.status == 200 && page.has("login-form"), "{length}: {}", page.status);
                    assert_eq!(refused, 0, "{length}: a shorter one was too long");
                    shown += 1;
                }
                Landing::Away(back) => {
                    says_to_push(&back);
                    refused += 1;
                }
            }
        }
        assert!(shown > 0 && refused > 0, "{shown} {refused}");
    })
    .await;
}

#[tokio::test]
async fn what_is_posted_and_too_long_for_a_url_is_refused_at_once() {
    with_ada(async |app, _| {
        let rp = app.relying_party().await;
        for length in [17_000, 60_000] {
            let back = posted(app, "/oauth2/authorize", &fields(&long(&rp, length))).await;
            assert_eq!(back.status, 303);
            says_to_push(location(&back));

            let mut elsewhere = fields(&long(&rp, length));
            elsewhere.retain(|(name, _)| name != "redirect_uri");
            let page = posted(app, "/oauth2/authorize", &elsewhere).await;
            assert!(page.status == 400 && page.body.contains("The redirect URI is missing."), "{}: {}", page.status, page.body);

            let page = posted(app, "/oauth2/logout", &[("state".to_owned(), "a".repeat(length))]).await;
            assert!(page.status == 413 && page.body.contains("The form is too long"), "{}: {}", page.status, page.body);
        }
    })
    .await;
}
