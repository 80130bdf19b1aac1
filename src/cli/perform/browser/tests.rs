use super::*;
use crate::cli::output::Output;

const ISSUER: &str = "https://id.example/auth";

fn url(text: &str) -> Url {
    Url::parse(text).unwrap()
}

fn answered(html: &str, so_far: &mut Answered) -> Result<Next, CliError> {
    let (issuer, redirect_uri) = (url(ISSUER), RedirectUri::parse("https://app.example/cb").unwrap());
    let target = Target { issuer: &issuer, redirect_uri: Some(&redirect_uri), user_code: None };
    let person = Person { username: "ada".to_owned(), password: "pass".into() };
    let page = forms::read(html, &url("https://id.example/auth/login"));
    answer(page, &person, &target, (so_far, &mut Steps::new(Output { json: true })))
}

#[test]
fn nothing_is_sent_to_another_origin_than_the_issuers() {
    let (issuer, redirect_uri) = (url(ISSUER), RedirectUri::parse("https://app.example/cb").unwrap());
    let target = Target { issuer: &issuer, redirect_uri: Some(&redirect_uri), user_code: None };
    assert!(stay(&target, &url("https://id.example/anything")).is_ok());
    for other in
        ["http://id.example/auth", "https://id.example:8443/auth", "https://evil.example/", "https://app.example/cb", "data:text/html,x"]
    {
        assert_eq!(stay(&target, &url(other)).unwrap_err().error, "other_origin", "{other}");
    }
}

#[test]
fn a_login_form_that_comes_back_is_a_refusal() {
    let html = r#"<form id="login-form" method="post" action="/auth/login"><input name="username"><input name="password"></form><p role="alert">No such pair.</p>"#;
    let mut so_far = Answered::default();
    let Next::Post(to, body) = answered(html, &mut so_far).unwrap() else { panic!("not posted") };
    assert_eq!((to.as_str(), body.as_str()), ("https://id.example/auth/login", "username=ada&password=pass"));
    let error = answered(html, &mut so_far).unwrap_err();
    assert_eq!((error.error.as_str(), error.message.as_str()), ("login_failed", "The sign-in was refused: No such pair."));
}

#[test]
fn a_password_never_goes_into_an_address() {
    let error = answered(r#"<form id="login-form"><input name="password"></form>"#, &mut Answered::default()).unwrap_err();
    assert!(error.message.contains("address"), "{error:?}");
}

#[test]
fn a_form_post_page_is_the_answer_if_it_goes_to_the_redirect_uri() {
    let html = |action: &str| {
        format!(
            r#"<form id="form-post-form" method="post" action="{action}"><input type="hidden" name="code" value="c"><input type="hidden" name="state" value="s"></form>"#
        )
    };
    let Next::Arrived(params) = answered(&html("https://app.example/cb"), &mut Answered::default()).unwrap() else { panic!("no answer") };
    assert_eq!((params.get("code"), params.get("state")), (Some("c"), Some("s")));
    assert_eq!(answered(&html("https://evil.example/cb"), &mut Answered::default()).unwrap_err().error, "wrong_answer");
}

#[test]
fn an_error_page_is_told_with_its_code() {
    let html = r#"<div id="error-page"><p id="error-description">Not registered.</p><code id="error-code">invalid_request</code><code id="error-id">e1</code></div>"#;
    let error = answered(html, &mut Answered::default()).unwrap_err();
    assert_eq!(error.error, "invalid_request");
    assert!(error.message.contains("Not registered.") && error.mend.contains("e1"), "{error:?}");
}

#[test]
fn a_redirect_must_say_where() {
    let at = url("https://id.example/auth/login");
    let response = |location: Option<&str>| {
        let builder = Response::builder().status(303);
        location.iter().fold(builder, |builder, location| builder.header(header::LOCATION, *location)).body(Vec::new()).unwrap()
    };
    assert_eq!(redirected(&response(Some("../consent?t=1")), &at).unwrap().unwrap().as_str(), "https://id.example/consent?t=1");
    assert!(redirected(&response(None), &at).is_err());
    assert!(redirected(&Response::new(Vec::new()), &at).unwrap().is_none());
}
