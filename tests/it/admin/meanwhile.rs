//! Two administrators at one form: neither undoes unawares what the other did, and nothing typed is lost.

use super::clients::administrator;
use crate::support::app::TestApp;
use crate::support::backends;

#[tokio::test]
async fn a_form_that_was_opened_before_somebody_elses_change_says_so_and_keeps_what_was_typed() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let mut browser = administrator(&app).await;
        let ada = app.user("ada").await;
        let rp = app.relying_party().await;
        for (path, form, field) in [
            (format!("/admin/users/{}/edit", ada.subject), "user-form", "name"),
            (format!("/admin/clients/{}/edit", rp.id()), "client-form", "client_name"),
        ] {
            let [first, second] = [browser.open(&path).await.page(), browser.open(&path).await.page()];
            let saved = browser.submit(&first, form, &[(field, "Of the first")]).await.page();
            assert!(saved.status < 300 && saved.body.contains("Of the first"), "{} {}", saved.status, saved.body);
            let warned = browser.submit(&second, form, &[(field, "Of the second")]).await.page();
            assert_eq!(warned.status, 422);
            assert!(warned.body.contains("Somebody else has changed") && warned.body.contains("Of the second"), "{}", warned.body);
            assert!(browser.open(&path).await.page().body.contains("Of the first"), "nothing was saved");
            let saved = browser.submit(&warned, form, &[]).await.page();
            assert!(saved.status < 300 && saved.body.contains("Of the second"), "{} {}", saved.status, saved.body);
        }
        app.stop().await;
    })
    .await;
}

#[tokio::test]
async fn a_form_that_was_opened_before_somebody_else_changed_the_groups_says_so() {
    backends::each(async |backend| {
        let app = TestApp::start(backend).await;
        let mut browser = administrator(&app).await;
        let ada = app.user("ada").await;
        let path = format!("/admin/users/{}/edit", ada.subject);
        let page = browser.open(&path).await.page();
        let _ = app.app.sql.create_group("staff", app.now(), &app.event("group.created")).await.expect("a group");
        assert!(app.app.sql.add_group_member("staff", &ada.subject, &app.event("group.member_added")).await.expect("a member"));
        assert_eq!(browser.submit(&page, "user-form", &[("name", "Ada")]).await.page().status, 422);
        assert_eq!(app.app.sql.user_by_subject(&ada.subject).await.expect("read").expect("ada").groups, ["staff"]);
        app.stop().await;
    })
    .await;
}
