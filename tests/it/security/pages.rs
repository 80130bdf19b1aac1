//! Every address that shows a page, from the route table: a new one fails until it is classified here.

use authy::routes::TABLE;

use crate::support::app::TestApp;
use crate::support::backends;
use crate::support::browser::{Browser, Page};

/// What a GET of a path gives to an administrator who is signed in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
enum Kind {
    /// A page that people look at.
    Page,
    /// Goes elsewhere, or says that there is nothing.
    Way,
    /// A document or an answer for machines.
    Machine,
    /// A file that may be cached.
    Asset,
}

fn kind(path: &str) -> Kind {
    match path {
        "/" | "/.well-known/change-password" => Kind::Way,
        "/.well-known/openid-configuration" | "/.well-known/oauth-authorization-server" | "/.well-known/jwks.json" | "/healthz" => {
            Kind::Machine
        }
        _ if path.starts_with("/static/") => Kind::Asset,
        // Asked without parameters these show the error page, and the pages of a request under way say that it is gone.
        "/oauth2/authorize" | "/oauth2/logout" | "/login/select" | "/consent" | "/login" | "/setup" | "/logout" | "/logout/done" => {
            Kind::Page
        }
        "/errors/{error}" | "/explain/{error_id}" => Kind::Page,
        "/device" | "/login/mfa" | "/register" | "/recover" | "/verify-email" => Kind::Page,
        _ if path.starts_with("/account") || path.starts_with("/admin") => Kind::Page,
        _ if path.starts_with("/oauth2/") || path.starts_with("/.well-known/") || path.starts_with("/api/") => Kind::Machine,
        other => panic!("{other} is new: say in tests/it/security/pages.rs what a GET of it shows"),
    }
}

fn header(page: &Page, name: &str) -> String {
    page.headers.get(name).and_then(|value| value.to_str().ok()).unwrap_or_default().to_owned()
}

#[track_caller]
fn is_locked_down(page: &Page) {
    let policy = header(page, "content-security-policy");
    for part in ["default-src 'none'", "frame-ancestors 'none'", "base-uri 'none'", "form-action 'self'"] {
        assert!(policy.contains(part), "{}: {policy}", page.url);
    }
    assert!(!policy.contains("unsafe-"), "{}: {policy}", page.url);
    assert_eq!(header(page, "x-frame-options"), "DENY", "{}", page.url);
    assert!(matches!(header(page, "referrer-policy").as_str(), "same-origin" | "no-referrer"), "{}", page.url);
    assert_eq!(header(page, "x-content-type-options"), "nosniff", "{}", page.url);
    assert!(header(page, "cache-control").contains("no-store"), "{}", page.url);
    let scripts = ["<script>", " style=\"", " onload=", " onclick=", " onerror=", "javascript:"];
    assert!(scripts.iter().all(|inline| !page.body.contains(inline)), "{}:\n{}", page.url, page.body);
}

async fn administrator(app: &TestApp) -> Browser {
    app.admin("root").await;
    let mut browser = app.browser();
    let page = browser.open("/login").await.page();
    browser.sign_in(&page, "root").await.page();
    browser
}

#[tokio::test]
async fn every_page_there_is_is_locked_down_and_no_way_keeps_a_password_in_motion() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let mut root = administrator(&app).await;
        let person = app.user("ada").await;
        let rp = app.relying_party().await;
        let mut seen = 0;
        for (path, methods) in TABLE.iter().filter(|(_, methods)| methods.contains(&"GET")) {
            let sample = path
                .replace("{client_id}", rp.id())
                .replace("{subject}", &person.subject)
                .replace("{error}", "invalid_grant")
                .replace("{error_id}", "abcdefghij2345672345")
                .replace("{name}", "nothing.css");
            for browser in [&mut root, &mut app.browser()] {
                let page = browser.get(&sample).await;
                assert!(page.status < 500, "{path}: {}", page.status);
                assert!(!matches!(page.status, 301 | 302 | 307 | 308), "{path}: {}", page.status);
                let shown = header(&page, "content-type").starts_with("text/html");
                match kind(path) {
                    Kind::Page if page.status != 303 => {
                        assert!(shown, "{path}: {} {}", page.status, header(&page, "content-type"));
                        is_locked_down(&page);
                        seen += 1;
                    }
                    Kind::Page | Kind::Way => assert!(page.status == 303 || shown, "{path}: {}", page.status),
                    Kind::Machine => assert!(!shown || page.status == 404, "{path}"),
                    Kind::Asset => assert!(!header(&page, "set-cookie").contains("authy"), "{path}"),
                }
            }
            let _ = methods;
        }
        assert!(seen > 25, "{seen} pages");
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn after_a_password_comes_a_303_and_over_https_everything_is_strict() {
    backends::each(async |backend| {
        let app = TestApp::start_with(backend, |settings| {
            settings.issuer = Some(authy::spec::issuer::Issuer::parse("https://id.example.org/auth").expect("an issuer"));
        })
        .await;
        app.user("ada").await;
        let mut browser = app.browser();
        browser.headers.insert("origin", "https://id.example.org".parse().expect("a value"));
        let page = browser.get("/auth/login").await;
        assert!(header(&page, "strict-transport-security").contains("max-age="));
        let (_, mut fields) = page.form("login-form");
        fields.retain(|(name, _)| !matches!(name.as_str(), "username" | "password"));
        fields.extend(
            [("username", "ada"), ("password", crate::support::app::PASSWORD)].map(|(name, value)| (name.to_owned(), value.to_owned())),
        );
        let answer = browser.post("/auth/login", &fields).await;
        assert_eq!(answer.status, 303, "{}", answer.body);
        for cookie in page.headers.get_all("set-cookie").iter().chain(answer.headers.get_all("set-cookie")) {
            let cookie = cookie.to_str().expect("text");
            assert!(cookie.starts_with("__Host-authy_"), "{cookie}");
            for attribute in ["Secure", "HttpOnly", "Path=/", "SameSite="] {
                assert!(cookie.contains(attribute), "{cookie}");
            }
            assert!(!cookie.contains("Domain="), "{cookie}");
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn hostile_names_that_were_stored_are_shown_as_text_everywhere() {
    const HOSTILE: &str = "\"><img src=x onerror=1>'-alert(1)-'</title><script>x</script>";
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let mut root = administrator(&app).await;
        let mut user = app.user("ada").await;
        user.name = Some(HOSTILE.to_owned());
        user.groups = vec!["<b>x".to_owned()];
        user.claims.insert("nickname".to_owned(), HOSTILE.into());
        assert_eq!(app.app.sql.update_user(&user, &app.event("user.updated")).await.expect("saved"), authy::store::sql::Changed::Done);
        let rp = app.relying_party().await;
        let mut client = rp.client.clone();
        client.name = HOSTILE.to_owned();
        client.metadata.client_uri = Some("https://rp.example/\"><img src=x>".to_owned());
        assert!(app.app.sql.update_client(&client, &app.event("client.updated")).await.expect("saved"));
        let mut person = app.browser();
        person.headers.insert("user-agent", HOSTILE.parse().expect("a value"));
        let login = person.open(&rp.url(&[])).await.page();
        let consent = person.sign_in(&login, "ada").await.page();
        assert!(consent.has("consent-form"));
        person.press(&consent, "consent-form", "consent-approve").await.away();
        let mut pages = vec![login, consent];
        for path in ["/account", "/account/sessions", "/account/apps", "/logout"] {
            pages.push(person.open(path).await.page());
        }
        let (client, user) = (format!("/admin/clients/{}", rp.id()), format!("/admin/users/{}", user.subject));
        for path in [
            "/admin",
            "/admin/clients",
            "/admin/users",
            &client,
            &user,
            &format!("{client}/edit"),
            &format!("{user}/edit"),
            &format!("{client}/delete"),
            &format!("{user}/delete"),
        ] {
            pages.push(root.open(path).await.page());
        }
        for page in pages {
            for raw in ["<img src=x", "<script>x", "<b>x", "</title><script"] {
                assert!(!page.body.contains(raw), "{raw} at {}:\n{}", page.url, page.body);
            }
        }
        app.stop().await;
    })
    .await;
}
