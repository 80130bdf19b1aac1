//! A token response, as it is shown; and userinfo.

use openidconnect::core::{CoreGenderClaim, CoreTokenResponse};
use openidconnect::{AdditionalClaims, OAuth2TokenResponse as _, SubjectIdentifier, TokenResponse as _, UserInfoClaims};
use serde::{Deserialize, Serialize};
use serde_json::{Map, Value, json};

use super::failures;
use super::party::Party;
use super::steps::Steps;
use crate::cli::output::CliError;

/// Every claim that OpenID Connect Core does not name.
#[derive(Clone, Debug, Deserialize, Serialize)]
struct OtherClaims(Map<String, Value>);

impl AdditionalClaims for OtherClaims {}

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

/// OpenID Connect Core §5.3: asks who it is. Its `sub` must be that of the ID token (§5.3.2).
///
/// # Errors
/// When the endpoint refuses or speaks of somebody else.
pub async fn userinfo(party: &Party, response: &CoreTokenResponse, subject: &str, steps: &mut Steps) -> Result<Option<Value>, CliError> {
    if !party.resources.is_empty() {
        steps.say("userinfo", "not asked, since the access token is for another resource");
        return Ok(None);
    }
    let subject = SubjectIdentifier::new(subject.to_owned());
    let Ok(request) = party.client.user_info(response.access_token().clone(), Some(subject)) else {
        steps.say("userinfo", "the provider has no such endpoint");
        return Ok(None);
    };
    let claims: UserInfoClaims<OtherClaims, CoreGenderClaim> =
        request.request_async(&party.transport).await.map_err(|error| failures::userinfo(&error))?;
    let mut claims = serde_json::to_value(&claims).map_err(|error| CliError::failed(format!("Claims cannot be written: {error}.")))?;
    if let Some(members) = claims.as_object_mut() {
        members.retain(|_, value| !value.is_null());
    }
    let names: Vec<&str> = claims.as_object().into_iter().flatten().map(|(name, _)| name.as_str()).collect();
    steps.say("userinfo", &format!("the same sub; {}", names.join(" ")));
    Ok(Some(claims))
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
