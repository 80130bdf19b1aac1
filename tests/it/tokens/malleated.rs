//! Signatures that verify and that their key never made: RFC 7518 §3.4, RFC 9449 §11.1.

use serde_json::json;

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::possession::DpopKey;
use crate::support::relying_party::{Answer, RelyingParty};
use crate::support::signer::malleated;

async fn credentials(rp: &RelyingParty<'_>, proof: &str) -> Answer {
    rp.post_with("/oauth2/token", &[("grant_type", "client_credentials"), ("scope", "read")], &[("dpop", proof)]).await
}

/// RFC 7518 §3.4 asks for no low `s`, and half of all honest signatures have a high one; what must hold is that a `jti` is taken once.
#[tokio::test]
async fn the_other_signature_of_a_pair_is_good_but_no_second_proof() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let rp = app.relying_party().await;
        let key = DpopKey::new();
        for malleated_first in [false, true] {
            let proof = key.proof(("POST", &format!("{}/oauth2/token", app.base)), app.now(), json!({}));
            let other = malleated(&proof);
            let (first, second) = if malleated_first { (&other, &proof) } else { (&proof, &other) };
            credentials(&rp, first).await.ok();
            credentials(&rp, second).await.is(400, "invalid_dpop_proof");
        }
        app.stop().await;
    })
    .await;
}
