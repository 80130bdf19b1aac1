//! Where authorization details are good: RFC 9396 §2.2, §9. What a resource server learns of a token: RFC 9701 §5.

use serde_json::json;

use crate::support::app::TestApp;
use crate::support::details::{gives, payer, payment, payment_at, with_payments};
use crate::support::relying_party::{VERIFIER, claims, query};

const HERE: &str = "https://here.example/";
const THERE: &str = "https://there.example/";

/// A resource that knows one scope, and who may introspect its tokens.
async fn resource(app: &TestApp, uri: &str, scope: &str, introspection_clients: &[&str]) {
    app.resource(uri, introspection_clients).await;
    let mut listed = app.app.sql.resource(uri).await.expect("the database").expect("the resource");
    listed.scopes = vec![scope.to_owned()];
    assert!(app.app.sql.update_resource(&listed, &app.event("resource.updated")).await.expect("the database"));
}

#[tokio::test]
async fn a_token_holds_the_details_of_its_resources_and_the_approval_keeps_all_of_them() {
    with_payments(async |app, _| {
        let rp = payer(app, |_| {}).await;
        app.resource(HERE, &[]).await;
        app.resource(THERE, &[]).await;
        let (anywhere, here, there) = (payment("1.00"), payment_at("2.00", HERE), payment_at("3.00", THERE));
        let details = json!([anywhere, here, there]);
        let asked = rp.url(&[("resource", HERE), ("authorization_details", &details.to_string())]);
        let code = query(&app.browser().walk(&format!("{asked}&resource={THERE}"), "ada").await)["code"].clone();
        let redemption = [
            ("grant_type", "authorization_code"),
            ("code", code.as_str()),
            ("redirect_uri", rp.redirect_uri()),
            ("code_verifier", VERIFIER),
            ("resource", HERE),
        ];
        let first = rp.token(&redemption).await.ok();
        gives(&rp, &first, &json!([anywhere, here])).await;

        let refresh = async |token: &str, uris: &[&str]| {
            let mut fields = vec![("grant_type", "refresh_token"), ("refresh_token", token)];
            fields.extend(uris.iter().map(|&uri| ("resource", uri)));
            rp.token(&fields).await.ok()
        };
        let second = refresh(&first.refresh_token(), &[THERE]).await;
        gives(&rp, &second, &json!([anywhere, there])).await;
        let third = refresh(&second.refresh_token(), &[]).await;
        gives(&rp, &third, &details).await;

        let own = [("grant_type", "client_credentials"), ("resource", THERE), ("authorization_details", &details.to_string())];
        gives(&rp, &rp.token(&own).await.ok(), &json!([anywhere, there])).await;
        let below = json!([payment_at("4.00", &format!("{THERE}payments")), here]);
        let own = [("grant_type", "client_credentials"), ("resource", THERE), ("authorization_details", &below.to_string())];
        gives(&rp, &rp.token(&own).await.ok(), &json!([below[0]])).await;
        let for_nothing = [("grant_type", "client_credentials"), ("authorization_details", &details.to_string())];
        gives(&rp, &rp.token(&for_nothing).await.ok(), &details).await;
    })
    .await;
}

#[tokio::test]
async fn a_resource_server_learns_what_a_token_is_good_for_with_itself_and_no_more() {
    with_payments(async |app, _| {
        let (rp, server) = (payer(app, |_| {}).await.with_scope("openid read write"), app.relying_party().await);
        resource(app, HERE, "read", &[]).await;
        resource(app, THERE, "write", &[server.id()]).await;
        let (anywhere, here, there) = (payment("1.00"), payment_at("2.00", HERE), payment_at("3.00", THERE));
        let details = json!([anywhere, here, there]);
        let asked = rp.url(&[("resource", HERE), ("authorization_details", &details.to_string())]);
        let code = query(&app.browser().walk(&format!("{asked}&resource={THERE}"), "ada").await)["code"].clone();
        let token = rp.redeem(&code).await.ok().access_token();

        let told = server.introspect(&token).await.ok().body;
        assert_eq!((&told["scope"], &told["authorization_details"]), (&json!("openid write"), &json!([anywhere, there])));
        let accept = [("accept", "application/token-introspection+jwt")];
        let signed = server.post_with("/oauth2/introspect", &[("token", &token)], &accept).await.ok();
        assert_eq!(claims(signed.body.as_str().expect("a JWT"))["token_introspection"], told);

        let own = rp.introspect(&token).await.ok().body;
        assert_eq!((&own["scope"], &own["authorization_details"]), (&json!("openid read write"), &details));
        assert_eq!(own["aud"], json!([HERE, THERE]));
    })
    .await;
}
