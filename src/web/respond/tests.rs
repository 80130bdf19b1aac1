//! What a refusal looks like on the wire.

use super::*;
use actix_web::body::to_bytes;

fn issuer() -> Issuer {
    Issuer::parse("https://id.example.com/auth").unwrap()
}

async fn body(response: HttpResponse) -> serde_json::Value {
    serde_json::from_slice(&to_bytes(response.into_body()).await.unwrap()).unwrap()
}

fn header(response: &HttpResponse, name: &str) -> Option<String> {
    response.headers().get(name).map(|value| value.to_str().unwrap().to_owned())
}

#[tokio::test]
async fn an_error_has_three_members_and_its_id_in_a_header() {
    let failure = OAuthError::invalid_grant("The code is not valid.").because("expired 3 s ago").into();
    let response = error_json(&issuer(), &failure, "abc");
    assert_eq!(response.status(), StatusCode::BAD_REQUEST);
    assert_eq!(header(&response, "authy-error-id").as_deref(), Some("abc"));
    assert_eq!(header(&response, "cache-control").as_deref(), Some("no-store"));
    assert_eq!(header(&response, "content-type").as_deref(), Some("application/json"));
    let expected = serde_json::json!({
        "error": "invalid_grant",
        "error_description": "The code is not valid.",
        "error_uri": "https://id.example.com/auth/errors/invalid_grant?id=abc",
    });
    assert_eq!(body(response).await, expected);
}

#[tokio::test]
async fn what_broke_is_not_told() {
    let response = error_json(&issuer(), &Failure::Broken(anyhow::anyhow!("password is hunter2")), "abc");
    assert_eq!(response.status(), StatusCode::INTERNAL_SERVER_ERROR);
    assert!(!body(response).await.to_string().contains("hunter2"));
}

#[test]
fn a_client_that_could_not_prove_itself_is_told_how() {
    let response = error_json(&issuer(), &OAuthError::invalid_client("No.").into(), "abc");
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert!(header(&response, "www-authenticate").unwrap().starts_with("Basic realm="));
}

#[test]
fn busy_says_when_to_come_back() {
    let response = error_json(&issuer(), &Failure::Busy("queue full".into()), "abc");
    assert_eq!(response.status(), StatusCode::SERVICE_UNAVAILABLE);
    assert_eq!(header(&response, "retry-after").as_deref(), Some("2"));
    let refused = OAuthError::temporarily_unavailable("Too many requests.").into();
    let too_many = error_json(&issuer(), &refused, "abc");
    assert_eq!((too_many.status(), header(&too_many, "retry-after").as_deref()), (StatusCode::TOO_MANY_REQUESTS, Some("60")));
    assert_eq!(status_for_page(&refused), StatusCode::TOO_MANY_REQUESTS, "people are told the same");
    assert_eq!(status_for_page(&Failure::Busy("queue full".into())), StatusCode::SERVICE_UNAVAILABLE);
}

#[test]
fn a_bearer_refusal_challenges() {
    let invalid = OAuthError::invalid_token("The token is not valid.").into();
    let response = bearer_json(&issuer(), &invalid, "abc", Some("bearer"));
    assert_eq!(response.status(), StatusCode::UNAUTHORIZED);
    assert!(header(&response, "www-authenticate").unwrap().contains("error=\"invalid_token\""));
    let response = bearer_json(&issuer(), &invalid, "abc", None);
    assert_eq!(header(&response, "www-authenticate").unwrap(), "Bearer realm=\"authy\"");
    let response = bearer_json(&issuer(), &OAuthError::insufficient_scope("No.").into(), "abc", Some("bearer"));
    assert_eq!(response.status(), StatusCode::FORBIDDEN);
}

#[test]
fn a_body_becomes_a_query_that_means_the_same() {
    assert_eq!(as_query("state=a%20b+c&x=\"~!"), "state=a%20b+c&x=\"~!");
    let raw = "state=a#b&nonce=\u{e9} \t\r\nX-Y: z\0\u{7f}";
    assert_eq!(as_query(raw), "state=a%23b&nonce=%C3%A9%20%09%0D%0AX-Y:%20z%00%7F");
    let decoded = |text: &str| url::form_urlencoded::parse(text.as_bytes()).into_owned().collect::<Vec<_>>();
    assert_eq!(decoded(&as_query(raw)), decoded(raw));
}

#[test]
fn a_redirect_is_303_and_writes_no_other_header() {
    let response = redirect("https://rp.example/cb?code=x");
    assert_eq!(response.status(), StatusCode::SEE_OTHER);
    assert!(header(&response, "content-type").is_none());
    assert_eq!(header(&response, "cache-control").as_deref(), Some("no-store"));
    assert_eq!(redirect("https://rp.example/\r\nSet-Cookie: a=b").status(), StatusCode::INTERNAL_SERVER_ERROR);
}
