//! The management listener.

use crate::support::app::TestApp;
use crate::support::backends;

#[tokio::test]
async fn health_and_metrics_answer_away_from_the_public_address() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.relying_party().await.client_credentials("read").await.ok();
        for path in ["/livez", "/healthz", "/readyz", "/metrics"] {
            let answer = crate::support::http::get(format!("{}{path}", app.management)).await;
            assert_eq!(answer.status(), 200, "{path}");
            if path == "/metrics" {
                let text = answer.text().await.expect("text");
                assert!(text.contains("authy_tokens_issued_total{grant_type=\"client_credentials\"} 1"), "{text}");
            }
        }
        for path in ["/livez", "/healthz", "/readyz"] {
            let answer = crate::support::http::client().head(format!("{}{path}", app.management)).send().await.expect("an answer");
            assert_eq!(answer.status(), 200, "some probes ask by HEAD: {path}");
        }
        assert_eq!(crate::support::http::get(format!("{}/metrics", app.base)).await.status(), 404);
        assert_eq!(crate::support::http::get(format!("{}/healthz", app.base)).await.status(), 200);
        app.stop().await;
    })
    .await;
}
