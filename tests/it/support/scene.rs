//! What most tests begin with.

use authy::model::user::User;

use super::app::TestApp;
use super::backends;

/// Runs a test on each storage against a provider with one person who can sign in.
pub async fn with_ada(test: impl AsyncFn(&TestApp, &User)) {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let ada = app.user("ada").await;
        test(&app, &ada).await;
        app.stop().await;
    })
    .await;
}
