//! The HTTP client of the tests.

use std::sync::OnceLock;

static CLIENT: OnceLock<reqwest::Client> = OnceLock::new();

/// One client for all tests: it follows nothing and keeps no connection, since every test has a runtime of its own.
pub fn client() -> reqwest::Client {
    let client = CLIENT.get_or_init(|| {
        // Another test may have been first.
        let _ = rustls::crypto::ring::default_provider().install_default();
        let builder = reqwest::Client::builder().redirect(reqwest::redirect::Policy::none());
        builder.pool_max_idle_per_host(0).tls_built_in_root_certs(false).build().expect("a client")
    });
    client.clone()
}

/// A GET without anything.
pub async fn get(url: impl reqwest::IntoUrl) -> reqwest::Response {
    client().get(url).send().await.expect("an answer")
}
