//! OIDC Front-Channel Logout.

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::query;

fn frames(body: &str) -> Vec<String> {
    let document = scraper::Html::parse_document(body);
    let selector = scraper::Selector::parse("iframe").expect("a selector");
    document.select(&selector).filter_map(|frame| frame.attr("src").map(str::to_owned)).collect()
}

#[tokio::test]
async fn the_browser_opens_a_page_at_each_client_and_then_goes_on() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let framed = "https://rp.example/out?a=b";
        let rp = app.client(|metadata| metadata.protocol.frontchannel_logout_uri = Some(framed.to_owned())).await;
        let other = app.client(|metadata| metadata.protocol.frontchannel_logout_uri = Some("https://other.example/out".to_owned())).await;
        let mut browser = app.browser();
        let tokens = rp.redeem(&rp.code_in(&mut browser, "ada", &[]).await).await.ok();
        let (hint, sid) = (tokens.text("id_token"), tokens.id_claims()["sid"].as_str().unwrap().to_owned());
        let url = format!("/oauth2/logout?id_token_hint={hint}&post_logout_redirect_uri=https%3A%2F%2Frp.example%2Fbye&state=s1");
        let page = browser.open(&url).await.page();
        assert!(page.has("logout-done"), "{}", page.body);
        let frames = frames(&page.body);
        let [frame] = frames.as_slice() else { panic!("{frames:?}: {} was never signed in to", other.id()) };
        let said = query(frame);
        assert!(frame.starts_with("https://rp.example/out?"), "{frame}");
        assert_eq!((said.len(), said["a"].as_str(), said["iss"].as_str(), &said["sid"]), (3, "b", app.base.as_str(), &sid));
        // Without JavaScript: the page goes on by itself, and there is a link.
        assert!(page.body.contains("http-equiv=\"refresh\" content=\"3; url=https://rp.example/bye?state=s1\""), "{}", page.body);
        assert!(page.has("logout-continue"));
        let policy = page.headers["content-security-policy"].to_str().unwrap();
        assert!(policy.ends_with("; frame-src https://rp.example"), "{policy}");
        assert_eq!(query(&browser.open(&rp.url(&[("prompt", "none")])).await.away())["error"], "login_required");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn nobody_else_can_make_the_page_open_anything() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let mut browser = app.browser();
        for sealed in ["", "lf_AAAA", "lo_AAAA", "x"] {
            let page = browser.open(&format!("/logout/done?ended={sealed}")).await.page();
            assert!(page.has("logout-done") && frames(&page.body).is_empty() && !page.body.contains("http-equiv"), "{sealed}");
            assert!(!page.headers["content-security-policy"].to_str().unwrap().contains("frame-src"));
        }
        app.stop().await;
    })
    .await;
}
