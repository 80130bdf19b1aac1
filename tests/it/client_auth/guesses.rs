//! Guessing client secrets: only so many tries from one place, and nobody else is locked out.

use std::time::Duration;

use authy::hashing::password;
use authy::model::client::{ClientSecret, SecretHash};
use futures_util::future::join_all;

use crate::support::app::{TestApp, behind_a_proxy};
use crate::support::backends;
use crate::support::relying_party::RelyingParty;

const BROUGHT: &str = "correct horse battery staple";
const HOME: &str = "198.51.100.7";
const ELSEWHERE: &str = "203.0.113.9";

/// A client with a secret that authy made and one that was brought.
async fn with_both_secrets(app: &TestApp) -> RelyingParty<'_> {
    let rp = app.relying_party().await;
    let hash = password::hash(BROUGHT, 4, app.app.entropy.as_ref()).expect("a hash");
    let secret = ClientSecret { id: app.app.entropy.uuid(), hash: SecretHash::Bcrypt(hash), created_at: app.now(), expires_at: None };
    app.app.sql.add_client_secret(rp.id(), &secret, Some(&app.event("client.secret_added"))).await.expect("a secret");
    rp
}

/// The statuses of `times` requests at once with this secret from this address.
async fn tries(rp: &RelyingParty<'_>, (secret, address): (&str, &str), times: usize) -> Vec<u16> {
    let client = RelyingParty::new(rp.app, rp.client.clone(), Some(secret.into()));
    let from = [("x-forwarded-for", address)];
    let requests = (0..times).map(|_| client.post_with("/oauth2/introspect", &[("token", "at_unknown")], &from));
    join_all(requests).await.into_iter().map(|answer| answer.status).collect()
}

fn refused(statuses: &[u16], status: u16) -> usize {
    statuses.iter().filter(|&&one| one == status).count()
}

#[tokio::test]
async fn a_hundred_wrong_secrets_at_once_count_as_a_hundred_and_who_has_the_right_one_elsewhere_is_served() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, behind_a_proxy).await;
        let rp = with_both_secrets(&app).await;
        assert_eq!(tries(&rp, (BROUGHT, ELSEWHERE), 30).await, [200; 30], "what is right is no guess");

        let wrong = tries(&rp, ("cs_wrong", HOME), 100).await;
        assert_eq!((refused(&wrong, 401), refused(&wrong, 429)), (20, 80), "{wrong:?}");
        let another = app.relying_party().await;
        assert_eq!(tries(&another, ("cs_wrong", HOME), 1).await, [401], "clients are counted apart");

        let made = rp.secret.as_ref().expect("a secret").expose();
        assert_eq!(tries(&rp, (made, HOME), 3).await, [200; 3], "nobody guesses 256 bits, so nobody who has them waits");
        assert_eq!(tries(&rp, (BROUGHT, ELSEWHERE), 3).await, [200; 3], "another place is not locked out");

        app.advance(Duration::from_secs(60));
        assert_eq!(tries(&rp, ("cs_wrong", HOME), 1).await, [401], "a minute later it may be tried again");
        assert_eq!(tries(&rp, (BROUGHT, HOME), 1).await, [200]);
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_secret_that_may_be_weak_is_not_looked_at_beyond_the_limit() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, behind_a_proxy).await;
        let rp = with_both_secrets(&app).await;
        tries(&rp, ("cs_wrong", HOME), 20).await;
        assert_eq!(tries(&rp, (BROUGHT, HOME), 1).await, [429]);
        let answer = rp.post_with("/oauth2/introspect", &[("token", "at_unknown")], &[("x-forwarded-for", HOME)]).await;
        assert_eq!(answer.status, 200, "the one that authy made is known at once");
        app.stop().await;
    })
    .await;
}
