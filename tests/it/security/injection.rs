//! What is typed is data: in searches, in paging, in names.

use crate::support::app::TestApp;
use crate::support::backends;

const CORPUS: &[&str] = &[
    "' or '1'='1",
    "'; drop table users; --",
    "\" union select hash from passwords --",
    "%",
    "_",
    "\\",
    "%' escape '!",
    "a' and sleep(5) --",
    "$1",
    "{\"$gt\":\"\"}",
    "\0",
    "é' collate nocase",
];

#[tokio::test]
async fn no_search_page_or_name_is_read_as_sql() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.admin("root").await;
        app.user("ada").await;
        let rp = app.relying_party().await;
        let mut root = app.browser();
        let login = root.open("/login").await.page();
        root.sign_in(&login, "root").await.page();
        for hostile in CORPUS {
            let encoded: String = url::form_urlencoded::byte_serialize(hostile.as_bytes()).collect();
            for path in ["/admin/users", "/admin/clients"] {
                for query in [
                    format!("search={encoded}"),
                    format!("after={encoded}"),
                    format!("after={encoded}&search={encoded}&sort={encoded}&order={encoded}"),
                ] {
                    let page = root.get(&format!("{path}?{query}")).await;
                    assert!(page.status < 500, "{path}?{query}: {}", page.status);
                    assert!(!page.body.contains("$2b$"), "{path}?{query}");
                    // What cannot be in any name is no search at all.
                    if query.starts_with("search") && *hostile != "\0" {
                        assert!(!page.body.contains("ada@example.org"), "{path}?{query} finds what it does not name");
                    }
                }
            }
            for path in ["/admin/users/", "/admin/clients/", "/explain/"] {
                let encoded = encoded.replace('+', "%20");
                let page = root.get(&format!("{path}{encoded}")).await;
                assert!(matches!(page.status, 400 | 404), "{path}{encoded}: {}", page.status);
            }
            let page = app.browser().open("/login").await.page();
            let mut browser = app.browser();
            let own = browser.open("/login").await.page();
            let refused = browser.submit(&own, "login-form", &[("username", hostile), ("password", hostile)]).await.page();
            assert!(matches!(refused.status, 400 | 401 | 429), "{hostile}: {}", refused.status);
            drop(page);
            for parameter in ["client_id", "redirect_uri", "scope", "state", "login_hint"] {
                let page = app.browser().get(&rp.url(&[(parameter, hostile)])).await;
                assert!(page.status < 500, "{parameter} {hostile}: {}", page.status);
            }
            assert!(rp.redeem(hostile).await.status == 400 && rp.refresh(hostile).await.status == 400);
        }
        assert_eq!(app.app.sql.count_users("").await.expect("counted"), 2);
        app.stop().await;
    })
    .await;
}
