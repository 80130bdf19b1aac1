//! RFC 6749 §4.1.3, RFC 7636 §4.6.

use std::time::{Duration, Instant};

use authy::secret::TokenHash;
use authy::store::kv::codes::{self, Loaded};

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::relying_party::VERIFIER;

#[tokio::test]
async fn a_person_signs_in_agrees_and_the_application_reads_who_they_are() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let user = app.user("ada").await;
        let rp = app.relying_party().await;

        let tokens = rp.login("ada").await;
        assert_eq!(tokens.body["token_type"], "Bearer");
        assert_eq!(tokens.headers["cache-control"], "no-store");
        let id = tokens.id_claims();
        assert_eq!(id["iss"], app.base);
        assert_eq!(id["sub"], user.subject);
        assert_eq!(id["aud"], rp.id());
        assert_eq!(id["nonce"], "n-1");
        assert_eq!(id["email"], "ada@example.org", "an administrator's client reads the claims in the ID Token too");
        assert!(id.get("nbf").is_none());

        let info = rp.userinfo(&tokens.access_token()).await.ok();
        assert_eq!(info.body["sub"], user.subject);
        assert_eq!(info.body["preferred_username"], "ada");
        assert_eq!(info.body["email_verified"], true);
        assert!(info.body.get("address").is_none(), "a scope that was not asked for: {}", info.body);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_replayed_code_revokes_the_tokens_it_gave() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let code = rp.code("ada").await;
        let tokens = rp.redeem(&code).await.ok();
        assert!(rp.is_active(&tokens.access_token()).await);

        rp.redeem(&code).await.is(400, "invalid_grant");
        assert!(!rp.is_active(&tokens.access_token()).await);
        rp.refresh(&tokens.refresh_token()).await.is(400, "invalid_grant");
        rp.userinfo(&tokens.access_token()).await.is(401, "invalid_token");
        app.stop().await;
    })
    .await;
}

/// As when Redis fails over before the mark of the first use has reached the other one.
#[tokio::test]
async fn a_code_whose_use_the_short_lived_store_forgot_is_a_replay_all_the_same() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let code = rp.code("ada").await;
        let hash = TokenHash::of(&code);
        let Loaded::Live(before) = codes::load(&app.app.kv, &hash).await.expect("the store") else { panic!("the code lives") };
        let tokens = rp.redeem(&code).await.ok();
        codes::save(&app.app.kv, &hash, &before, Duration::from_secs(60)).await.expect("the store");
        rp.redeem(&code).await.is(400, "invalid_grant");
        assert!(!rp.is_active(&tokens.access_token()).await);
        rp.refresh(&tokens.refresh_token()).await.is(400, "invalid_grant");
        codes::save(&app.app.kv, &hash, &before, Duration::from_secs(60)).await.expect("the store");
        rp.redeem(&code).await.is(400, "invalid_grant");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_used_code_of_which_nothing_was_saved_is_waited_for_once() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let code = rp.code("ada").await;
        // Whoever claimed it went away before the approval was saved.
        let _ = codes::claim(&app.app.kv, &TokenHash::of(&code), rp.id()).await.expect("the store");
        let begun = Instant::now();
        app.relying_party().await.redeem(&code).await.is(400, "invalid_grant");
        assert!(begun.elapsed() < Duration::from_secs(2), "whose code it is not has no part in it: {:?}", begun.elapsed());
        rp.redeem(&code).await.is(400, "invalid_grant");
        let begun = Instant::now();
        for _ in 0..3 {
            rp.redeem(&code).await.is(400, "invalid_grant");
        }
        assert!(begun.elapsed() < Duration::from_secs(2), "{:?}", begun.elapsed());
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_code_is_redeemed_by_exactly_one_of_many() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let code = rp.code("ada").await;
        let answers = futures_util::future::join_all((0..20).map(|_| rp.redeem(&code))).await;
        let won = answers.iter().filter(|answer| answer.status == 200).count();
        let lost = answers.iter().filter(|answer| answer.status == 400).count();
        assert!(won <= 1 && won + lost == 20, "{won} won, {lost} lost");
        app.stop().await;
    })
    .await;
}

/// Each fault alone and in every combination: no check may hide another.
#[tokio::test]
async fn every_fault_and_every_combination_of_faults_is_refused_and_burns_nothing() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let second = "https://rp.example/other";
        let rp = app.client(|metadata| metadata.redirect_uris.push(second.to_owned())).await;
        let stranger = app.client(|metadata| metadata.redirect_uris.push(second.to_owned())).await;
        let code = rp.code("ada").await;
        for faults in 1..16_u8 {
            let (foreign, uri, verifier, missing) = (faults & 1 != 0, faults & 2 != 0, faults & 4 != 0, faults & 8 != 0);
            let asking = if foreign { &stranger } else { &rp };
            let mut fields = vec![("grant_type", "authorization_code"), ("code", code.as_str())];
            if !missing {
                fields.push(("redirect_uri", if uri { second } else { rp.redirect_uri() }));
            } else if uri {
                continue;
            }
            fields.push(("code_verifier", if verifier { "wrongwrongwrongwrongwrongwrongwrongwrongwrong" } else { VERIFIER }));
            let refused = asking.token(&fields).await;
            refused.is(400, "invalid_grant");
            // Nobody learns from the words whether the code exists.
            assert_eq!(refused.body["error_description"], "The authorization code is not valid for this request.");
        }
        rp.redeem(&code).await.ok();
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_code_dies_after_sixty_seconds() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let code = rp.code("ada").await;
        app.advance(Duration::from_secs(61));
        rp.redeem(&code).await.is(400, "invalid_grant");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_changed_code_is_no_code() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let code = rp.code("ada").await;
        let flipped =
            code.chars().rev().enumerate().map(|(at, c)| if at == 3 { if c == 'A' { 'B' } else { 'A' } } else { c }).collect::<Vec<_>>();
        let flipped: String = flipped.into_iter().rev().collect();
        for wrong in [&flipped, &code[..code.len() - 1], &format!("{code}A"), &format!("{code}="), &code.to_uppercase(), "x", "rt_x"] {
            rp.redeem(wrong).await.is(400, "invalid_grant");
        }
        rp.token(&[("grant_type", "authorization_code"), ("redirect_uri", rp.redirect_uri())]).await.is(400, "invalid_request");
        rp.redeem(&code).await.ok();
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn pkce_is_enforced_once_a_challenge_was_sent_and_a_verifier_without_one_is_refused() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let mut browser = app.browser();
        let fields = |code: &str| {
            vec![("grant_type", "authorization_code".to_owned()), ("code", code.to_owned()), ("redirect_uri", rp.redirect_uri().to_owned())]
        };
        let send = async |fields: Vec<(&str, String)>| {
            let fields: Vec<(&str, &str)> = fields.iter().map(|(name, value)| (*name, value.as_str())).collect();
            rp.token(&fields).await
        };
        let code = rp.code_in(&mut browser, "ada", &[]).await;
        send(fields(&code)).await.is(400, "invalid_grant");
        let code = rp.code_in(&mut browser, "ada", &[("code_challenge", "-"), ("code_challenge_method", "-")]).await;
        rp.redeem(&code).await.is(400, "invalid_grant"); // RFC 9700 §2.1.1: downgrade
        assert_eq!(send(fields(&code)).await.status, 200);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_code_of_a_session_that_has_ended_gives_nothing() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let user = app.user("ada").await;
        let rp = app.relying_party().await.with_scope("openid profile");
        let code = rp.code("ada").await;
        app.app.sql.end_sessions_of(&user.subject, None, app.now(), &app.event("session.ended")).await.expect("ended");
        rp.redeem(&code).await.is(400, "invalid_grant");
        app.stop().await;
    })
    .await;
}
