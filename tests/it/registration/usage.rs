//! What keeps a client that nobody here registered: use.

use std::time::Duration;

use super::support::*;
use crate::support::app::TestApp;
use crate::support::backends;

#[tokio::test]
async fn a_database_that_cannot_note_the_use_of_a_client_does_not_cost_it_its_tokens() {
    backends::each(async |backend| {
        let options = backend.options.clone();
        let app = TestApp::start_with(backend, open).await;
        app.user("ada").await;
        let made = register(&app, &public(), None).await;
        let rp = relying_party(&app, &made).await.with_scope("openid offline_access");
        let tokens = rp.login("ada").await;
        app.advance(Duration::from_secs(24 * 3600));
        backends::execute(&options, "alter table dynamic_clients rename to away").await;
        let refreshed = rp.refresh(&tokens.refresh_token()).await.ok();
        backends::execute(&options, "alter table away rename to dynamic_clients").await;
        rp.refresh(&refreshed.refresh_token()).await.ok();
        let noted = app.app.sql.dynamic_client(rp.id()).await.expect("the database").expect("the client");
        assert_eq!(noted.last_used_at, app.now(), "noted at the next use");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_client_in_use_is_kept_however_soon_unused_ones_go() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, |settings| {
            open(settings);
            settings.registration.expire_unused = Duration::from_secs(3600);
        })
        .await;
        app.user("ada").await;
        let made = register(&app, &public(), None).await;
        let rp = relying_party(&app, &made).await.with_scope("openid offline_access");
        let mut token = rp.login("ada").await.refresh_token();
        for _ in 0..3 {
            app.advance(Duration::from_secs(2400));
            app.sweep().await;
            token = rp.refresh(&token).await.ok().refresh_token();
        }
        app.advance(Duration::from_secs(3600));
        app.sweep().await;
        assert!(app.app.sql.client_by_id(rp.id()).await.expect("the database").is_none(), "unused for an hour");
        app.stop().await;
    })
    .await;
}
