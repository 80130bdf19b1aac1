//! A token response, as it is shown.

use openidconnect::core::CoreTokenResponse;
use openidconnect::{OAuth2TokenResponse as _, TokenResponse as _};
use serde_json::{Value, json};

use super::steps::Steps;

/// `{access_token, token_type, refresh_token, id_token, expires_in, scope}`, null where nothing came. RFC 6749 §5.1: without `scope` the answer means what was asked.
pub fn shown(response: &CoreTokenResponse, asked: &[String]) -> Value {
    let scope = match response.scopes() {
        Some(scopes) => scopes.iter().map(|scope| scope.as_str()).collect::<Vec<_>>().join(" "),
        None => asked.join(" "),
    };
    json!({
        "access_token": response.access_token().secret(),
        "token_type": response.token_type(),
        "refresh_token": response.refresh_token().map(|token| token.secret()),
        "id_token": response.id_token().map(ToString::to_string),
        "expires_in": response.expires_in().map(|span| span.as_secs()),
        "scope": if scope.is_empty() { Value::Null } else { Value::String(scope) },
    })
}

/// Tells what came, not what it is.
pub fn say(response: &CoreTokenResponse, steps: &mut Steps) {
    let came = [("a refresh token", response.refresh_token().is_some()), ("an ID token", response.id_token().is_some())];
    let mut words = vec![
        response.expires_in().map_or_else(|| "an access token".to_owned(), |span| format!("an access token for {} s", span.as_secs())),
    ];
    words.extend(came.iter().filter(|(_, came)| *came).map(|(word, _)| (*word).to_owned()));
    steps.say("token", &words.join(", "));
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_token_response_is_shown_with_the_scope_that_it_means() {
        let read = |text: &str| serde_json::from_str::<CoreTokenResponse>(text).unwrap();
        let asked = ["openid".to_owned(), "email".to_owned()];
        let tokens = shown(&read(r#"{"access_token":"at","token_type":"Bearer","expires_in":600,"refresh_token":"rt"}"#), &asked);
        let expected = json!({"access_token": "at", "token_type": "bearer", "refresh_token": "rt", "id_token": null, "expires_in": 600, "scope": "openid email"});
        assert_eq!(tokens, expected);
        assert_eq!(shown(&read(r#"{"access_token":"at","token_type":"bearer","scope":"openid"}"#), &asked)["scope"], "openid");
        assert_eq!(shown(&read(r#"{"access_token":"at","token_type":"bearer"}"#), &[])["scope"], Value::Null);
    }
}
