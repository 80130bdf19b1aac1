//! RFC 7636, RFC 9700 §2.1.1.

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::{VERIFIER, challenge, query};

#[tokio::test]
async fn a_public_client_needs_a_challenge_and_plain_is_none() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let public = app.public_client().await;
        let confidential = app.relying_party().await;
        let none: &[(&str, &str)] = &[("code_challenge", "-"), ("code_challenge_method", "-")];
        let cases: &[(bool, &[(&str, &str)])] = &[
            (true, none),
            (true, &[("code_challenge_method", "plain")]),
            (false, &[("code_challenge_method", "plain")]),
            (true, &[("code_challenge_method", "-")]),
            (false, &[("code_challenge", "-")]),
            (false, &[("code_challenge", "a")]),
            (false, &[("code_challenge", "!")]),
        ];
        for (is_public, changes) in cases {
            let party = if *is_public { &public } else { &confidential };
            let back = app.browser().open(&party.url(changes)).await.away();
            assert_eq!(query(&back)["error"], "invalid_request", "{changes:?}");
            assert!(!query(&back).contains_key("code"));
        }
        let twice = format!("{}&code_challenge={}", public.url(&[]), challenge("another"));
        assert_eq!(app.browser().get(&twice).await.status, 400);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_verifier_of_a_wrong_length_or_alphabet_redeems_nothing_and_burns_nothing() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.public_client().await;
        let code = rp.code("ada").await;
        let redeem = async |verifier: &str| {
            rp.token(&[
                ("grant_type", "authorization_code"),
                ("code", &code),
                ("redirect_uri", rp.redirect_uri()),
                ("code_verifier", verifier),
            ])
            .await
        };
        for wrong in [
            "",
            &VERIFIER[..42],
            &"a".repeat(129),
            "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjX ",
            "é".repeat(43).as_str(),
            &challenge(VERIFIER),
        ] {
            let refused = redeem(wrong).await;
            assert_eq!(refused.status, 400, "{wrong:?}: {}", refused.body);
            assert!(matches!(refused.body["error"].as_str(), Some("invalid_request" | "invalid_grant")), "{}", refused.body);
        }
        redeem(VERIFIER).await.ok();
        app.stop().await;
    })
    .await;
}
