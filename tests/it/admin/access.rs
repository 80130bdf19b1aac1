//! Every route of administration against everybody who must not use it: the list comes from the route table.

use authy::routes::TABLE;

use crate::support::app::TestApp;
use crate::support::backends;

#[tokio::test]
async fn no_route_of_administration_lets_anybody_else_in() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        app.user("ada").await;
        app.admin("root").await;
        let rp = app.relying_party().await;
        let mut person = app.browser();
        let page = person.open("/login").await.page();
        person.sign_in(&page, "ada").await;
        let mut root = app.browser();
        let page = root.open("/login").await.page();
        root.sign_in(&page, "root").await;
        let mut without_strict = root.clone();
        without_strict.cookies.retain(|name, _| !name.contains("admin"));
        let token = rp.client_credentials("read").await.ok().access_token();
        let mut bearer = app.browser();
        bearer.headers.insert("authorization", format!("Bearer {token}").parse().expect("a value"));

        let mut seen = 0;
        for (path, methods) in TABLE.iter().filter(|(path, _)| path.starts_with("/admin")) {
            let path = path
                .replace("{client_id}", rp.id())
                .replace("{subject}", "nobody")
                .replace("{secret}", "00000000-0000-0000-0000-000000000000")
                .replace("{session}", "00000000-0000-0000-0000-000000000000");
            for method in *methods {
                seen += 1;
                for (who, browser) in [
                    ("nobody", &mut app.browser()),
                    ("a person", &mut person),
                    ("a token", &mut bearer),
                    ("an administrator from elsewhere", &mut without_strict),
                ] {
                    let answer = match *method {
                        "GET" => browser.get(&path).await,
                        _ => browser.post(&path, &[]).await,
                    };
                    let let_in = answer.status == 200 && who != "an administrator from elsewhere";
                    assert!(!let_in, "{who} got {} at {method} {path}", answer.status);
                    assert!(
                        !answer.body.contains(rp.id()) || answer.body.contains("admin-continue"),
                        "{who} at {method} {path}: {}",
                        answer.body
                    );
                    if *method == "POST" {
                        assert!(matches!(answer.status, 403 | 404), "{who} got {} at {method} {path}", answer.status);
                    }
                }
                if *method == "POST" {
                    assert_eq!(root.post(&path, &[]).await.status, 403, "without its token a form is refused: {path}");
                }
            }
        }
        assert!(seen > 20, "{seen} routes");
        assert!(app.app.sql.client_by_id(rp.id()).await.expect("read").is_some());
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_part_of_a_path_that_is_no_id_names_nothing_and_tells_nothing() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        for path in ["/admin/clients/x/secrets/nonsense/retire", "/admin/users/x/sessions/nonsense/revoke"] {
            let page = app.browser().post(&format!("{}{path}", app.base), &[]).await;
            assert_eq!(page.status, 404, "{path}");
            assert!(page.has("error-page") && !page.body.contains("UUID"), "{path}: {}", page.body);
            assert_eq!(page.headers["cache-control"], "no-store", "{path}");
        }
        app.stop().await;
    })
    .await;
}
