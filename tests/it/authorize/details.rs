//! Rich authorization requests: RFC 9396.

use serde_json::json;

use crate::support::details::{gives, payer, payment, with_payments};
use crate::support::relying_party::query;

#[tokio::test]
async fn a_detail_is_shown_in_words_and_stands_in_everything_that_was_granted() {
    with_payments(async |app, _| {
        let rp = payer(app, |_| {}).await;
        let details = json!([payment("123.50"), payment("7.00")]);
        let mut browser = app.browser();
        let login = browser.open(&rp.url(&[("authorization_details", &details.to_string())])).await.page();
        let consent = browser.sign_in(&login, "ada").await.page();
        assert!(consent.body.contains("Pay 123.50 EUR to Merchant "), "{}", consent.body);
        assert!(!consent.body.contains("<b>A</b>"), "escaped");
        let back = query(&browser.press(&consent, "consent-form", "consent-approve").await.away());
        let tokens = rp.redeem(&back["code"]).await.ok();
        gives(&rp, &tokens, &details).await;
        let narrowed = json!([payment("7.00")]).to_string();
        let refreshed = rp
            .token(&[("grant_type", "refresh_token"), ("refresh_token", &tokens.refresh_token()), ("authorization_details", &narrowed)])
            .await
            .ok();
        gives(&rp, &refreshed, &json!([payment("7.00")])).await;
        let dearer = json!([payment("7.01")]).to_string();
        let wider = [("grant_type", "refresh_token"), ("refresh_token", &refreshed.refresh_token()), ("authorization_details", &dearer)];
        rp.token(&wider).await.is(400, "invalid_authorization_details");
        let whole = rp.refresh(&refreshed.refresh_token()).await.ok();
        assert_eq!(whole.body["authorization_details"], details, "narrowing once never narrows what was approved");
    })
    .await;
}

#[tokio::test]
async fn what_was_approved_is_remembered_and_anything_new_asks() {
    with_payments(async |app, _| {
        let rp = payer(app, |_| {}).await;
        let mut browser = app.browser();
        let ask = |amount: &str| rp.url(&[("authorization_details", &json!([payment(amount)]).to_string())]);
        rp.redeem(&query(&browser.walk(&ask("1.00"), "ada").await)["code"]).await.ok();
        assert!(browser.open(&ask("1.00")).await.away().contains("code="), "remembered");
        assert!(browser.open(&rp.url(&[])).await.away().contains("code="), "less is no question");
        let consent = browser.open(&ask("2.00")).await.page();
        assert!(consent.has("consent-form") && consent.body.contains("Pay 2.00 EUR"));
        let silent = ask("2.00") + "&prompt=none";
        assert!(browser.open(&silent).await.away().contains("error=consent_required"));
    })
    .await;
}

#[tokio::test]
async fn a_code_may_be_redeemed_for_a_part_and_a_wider_request_does_not_burn_it() {
    with_payments(async |app, _| {
        let rp = payer(app, |_| {}).await;
        let details = json!([payment("1.00"), payment("2.00")]).to_string();
        let code = rp.code_in(&mut app.browser(), "ada", &[("authorization_details", &details)]).await;
        let redeem = async |details: &str| {
            let fields = [
                ("grant_type", "authorization_code"),
                ("code", code.as_str()),
                ("redirect_uri", rp.redirect_uri()),
                ("code_verifier", crate::support::relying_party::VERIFIER),
                ("authorization_details", details),
            ];
            rp.token(&fields).await
        };
        redeem(&json!([payment("3.00")]).to_string()).await.is(400, "invalid_authorization_details");
        let tokens = redeem(&json!([payment("2.00")]).to_string()).await.ok();
        assert_eq!(tokens.body["authorization_details"], json!([payment("2.00")]));
    })
    .await;
}

#[tokio::test]
async fn what_no_type_allows_is_refused_everywhere() {
    with_payments(async |app, _| {
        let (rp, other) = (payer(app, |_| {}).await, app.relying_party().await);
        let good = json!([payment("1.00")]).to_string();
        let mut extra = payment("1.00");
        extra["debtorName"] = json!("x");
        let mut dollars = payment("1.00");
        dollars["instructedAmount"]["currency"] = json!("USD");
        for (client, details) in [
            (&other, good.clone()),
            (&rp, json!([extra]).to_string()),
            (&rp, json!([dollars]).to_string()),
            (&rp, json!([{"type": "payment_initiation"}]).to_string()),
            (&rp, json!([{"type": "unknown"}]).to_string()),
            (&rp, payment("1.00").to_string()),
            (&rp, "[".repeat(2_000)),
        ] {
            let back = query(&app.browser().open(&client.url(&[("authorization_details", &details)])).await.away());
            assert_eq!((back["error"].as_str(), back["state"].as_str()), ("invalid_authorization_details", "st-1"), "{details}");
            let push = [("response_type", "code"), ("redirect_uri", client.redirect_uri()), ("authorization_details", &details)];
            client.post("/oauth2/par", &push).await.is(400, "invalid_authorization_details");
            client
                .token(&[("grant_type", "client_credentials"), ("authorization_details", &details)])
                .await
                .is(400, "invalid_authorization_details");
        }
        let granted = rp.token(&[("grant_type", "client_credentials"), ("authorization_details", &good)]).await.ok();
        assert_eq!(rp.introspect(&granted.access_token()).await.ok().body["authorization_details"], json!([payment("1.00")]));
        let document = app.get_json("/.well-known/oauth-authorization-server").await;
        assert_eq!(document["authorization_details_types_supported"], json!(["payment_initiation"]));
    })
    .await;
}
