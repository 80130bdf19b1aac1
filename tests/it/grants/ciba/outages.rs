//! A yes outlives a database that fails when the yes is to become tokens.

use super::{ask, client, poll};
use crate::support::app::TestApp;
use crate::support::backends::{self, execute};
use crate::support::elsewhere::answer_request;

const BREAK: &str = "alter table refresh_tokens rename to refresh_tokens_away";
const MEND: &str = "alter table refresh_tokens_away rename to refresh_tokens";

#[tokio::test]
async fn a_yes_that_could_not_be_redeemed_is_there_for_the_next_try() {
    backends::each(async |backend| {
        let options = backend.options.clone();
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        let rp = client(&app, |_| {}).await;
        let id = ask(&rp, &[]).await.ok().text("auth_req_id");
        answer_request(&app, "ada", "allow").await;
        execute(&options, BREAK).await;
        let failed = poll(&rp, &id).await;
        assert!(failed.status >= 500, "{} {}", failed.status, failed.body);
        execute(&options, MEND).await;
        let tokens = poll(&rp, &id).await.ok();
        rp.refresh(&tokens.refresh_token()).await.ok();
        poll(&rp, &id).await.is(400, "invalid_grant");
        app.stop().await;
    })
    .await;
}
