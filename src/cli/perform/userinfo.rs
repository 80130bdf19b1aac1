//! Userinfo, plain or signed: OpenID Connect Core §5.3.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use http::{Request, header};
use openidconnect::core::{CoreJsonWebKeySet, CoreJwsSigningAlgorithm, CoreTokenResponse};
use openidconnect::{HttpResponse, JsonWebKey as _, JsonWebKeyUse as _, OAuth2TokenResponse as _};
use serde_json::{Map, Value};

use super::failures::{self, wrong};
use super::id_token::ALGORITHMS;
use super::party::Party;
use super::steps::Steps;
use crate::cli::output::CliError;
use crate::spec::audience;

const CLAUSE: &str = "OpenID Connect Core §5.3";

/// Asks who it is. Its `sub` must be that of the ID token (§5.3.2). `None`: there is nobody to ask, or the token is for somebody else.
///
/// # Errors
/// When the endpoint refuses, or its answer is about somebody else or not to be believed.
pub async fn ask(party: &Party, response: &CoreTokenResponse, subject: &str, steps: &mut Steps) -> Result<Option<Value>, CliError> {
    if !party.resources.is_empty() {
        steps.say("userinfo", "not asked, since the access token is for another resource");
        return Ok(None);
    }
    let Some(endpoint) = party.metadata.userinfo_endpoint() else {
        steps.say("userinfo", "the provider has no such endpoint");
        return Ok(None);
    };
    let request = Request::get(endpoint.as_str())
        .header(header::ACCEPT, "application/json, application/jwt")
        .body(Vec::new())
        .map_err(|_| wrong("The userinfo endpoint is no address.", "OpenID Connect Discovery §3"))?;
    let token = response.access_token().secret();
    let answer = party.channel().send(request, Some(token)).await.map_err(|error| failures::unreachable(&error))?;
    let (claims, signed) = read(&answer, party.metadata.jwks()).map_err(|why| wrong(format!("The userinfo answer {why}."), CLAUSE))?;
    check(&claims, (party.metadata.issuer(), party.client.client_id()), subject)?;
    let names: Vec<&str> = claims.keys().map(String::as_str).collect();
    let signed = if signed { "signature and " } else { "" };
    steps.say("userinfo", &format!("{signed}sub are right; {}", names.join(" ")));
    Ok(Some(Value::Object(claims)))
}

/// The claims of an answer, and whether they were signed; or what is wrong with it.
fn read(answer: &HttpResponse, keys: &CoreJsonWebKeySet) -> Result<(Map<String, Value>, bool), String> {
    let text = |name| answer.headers().get(name).and_then(|value| value.to_str().ok());
    if !answer.status().is_success() {
        let challenge = text(header::WWW_AUTHENTICATE).map(|challenge| format!(" ({challenge})")).unwrap_or_default();
        return Err(format!("is {}{challenge}", answer.status()));
    }
    let content_type = text(header::CONTENT_TYPE).unwrap_or_default();
    match content_type.split(';').next().unwrap_or_default().trim().to_ascii_lowercase().as_str() {
        "application/json" => {
            serde_json::from_slice(answer.body()).map(|claims| (claims, false)).map_err(|error| format!("is no JSON object: {error}"))
        }
        "application/jwt" => verified(&String::from_utf8_lossy(answer.body()), keys).map(|claims| (claims, true)),
        _ => Err(format!("has the content type {content_type:?}")),
    }
}

/// RFC 7515 §5.2: the payload of a JWS that one of the provider's keys has signed.
fn verified(token: &str, keys: &CoreJsonWebKeySet) -> Result<Map<String, Value>, String> {
    let unreadable = || "is no signed JWT".to_owned();
    let (message, signature) = token.rsplit_once('.').ok_or_else(unreadable)?;
    let (head, payload) = message.split_once('.').ok_or_else(unreadable)?;
    let decode = |part: &str| URL_SAFE_NO_PAD.decode(part).map_err(|_| unreadable());
    let head: Value = serde_json::from_slice(&decode(head)?).map_err(|_| unreadable())?;
    let name = head.get("alg").and_then(Value::as_str).unwrap_or_default();
    let algorithm = serde_json::from_value::<CoreJwsSigningAlgorithm>(name.into()).ok().filter(|algorithm| ALGORITHMS.contains(algorithm));
    let algorithm = algorithm.ok_or_else(|| format!("is signed by the algorithm {name:?}"))?;
    let kid = head.get("kid").and_then(Value::as_str);
    let signature = decode(signature)?;
    let fits = keys.keys().iter().any(|key| {
        kid.is_none_or(|kid| key.key_id().is_some_and(|id| id.as_str() == kid))
            && key.key_use().is_none_or(|usage| usage.allows_signature())
            && key.verify_signature(&algorithm, message.as_bytes(), &signature).is_ok()
    });
    if !fits {
        return Err("has a signature by none of the provider's keys".to_owned());
    }
    serde_json::from_slice(&decode(payload)?).map_err(|_| unreadable())
}

/// §5.3.2: "The sub Claim in the UserInfo Response MUST be verified to exactly match"; `iss` and `aud`, which signed answers hold, must be right.
fn check(claims: &Map<String, Value>, (issuer, client_id): (&str, &str), subject: &str) -> Result<(), CliError> {
    const CLAUSE: &str = "OpenID Connect Core §5.3.2";
    let text = |name| claims.get(name).and_then(Value::as_str);
    if text("sub") != Some(subject) {
        return Err(wrong(
            format!("The userinfo answer is about {:?}, the ID token about {subject:?}.", text("sub").unwrap_or_default()),
            CLAUSE,
        ));
    }
    if claims.contains_key("iss") && text("iss") != Some(issuer) {
        return Err(wrong("The userinfo answer has another iss than the provider.", CLAUSE));
    }
    if claims.contains_key("aud") && !audience::names(claims, |named| named == client_id) {
        return Err(wrong("The userinfo answer is for another client.", CLAUSE));
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use serde_json::json;

    use super::*;

    // RFC 7515 Appendix A.3.
    const JWS: &str = "eyJhbGciOiJFUzI1NiJ9.eyJpc3MiOiJqb2UiLA0KICJleHAiOjEzMDA4MTkzODAsDQogImh0dHA6Ly9leGFtcGxlLmNvbS9pc19yb290Ijp0cnVlfQ.\
                       DtEhU3ljbEg8L38VWAfUAqOyKAM6-Xx-F4GawxaepmXFCgfTjDxw5djxLa8ISlSApmWQxfKTUJqPP3-Kg6NU1Q";

    fn keys(more: &str) -> CoreJsonWebKeySet {
        let key = r#""kty":"EC","crv":"P-256","x":"f83OJ3D2xF1Bg8vub9tLe1gHMzV76e8Tus9uPHvRVEU","y":"x_FEzRu9m36HLN_tue659LNpXW6pCyStikYjKIWI5a0""#;
        serde_json::from_str(&format!(r#"{{"keys":[{{{key}{more}}}]}}"#)).unwrap()
    }

    fn answer(status: u16, content_type: &str, body: &str) -> HttpResponse {
        http::Response::builder().status(status).header(header::CONTENT_TYPE, content_type).body(body.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn the_example_of_appendix_a_3_verifies_and_a_changed_one_does_not() {
        assert_eq!(verified(JWS, &keys("")).unwrap()["iss"], "joe");
        let changed = JWS.replace(".eyJpc3MiOiJqb2Ui", ".eyJpc3MiOiJqb3Ui");
        for (token, keys) in [(changed.as_str(), keys("")), (JWS, CoreJsonWebKeySet::new(Vec::new())), (JWS, keys(r#","use":"enc""#))] {
            assert!(verified(token, &keys).unwrap_err().contains("none of the provider's keys"), "{token}");
        }
        let unsigned = format!("{}.{}.", URL_SAFE_NO_PAD.encode(r#"{"alg":"none"}"#), URL_SAFE_NO_PAD.encode("{}"));
        assert!(verified(&unsigned, &keys("")).unwrap_err().contains("\"none\""));
    }

    #[test]
    fn an_answer_is_json_or_a_jwt_or_refused() {
        let read = |answer: HttpResponse| read(&answer, &keys(""));
        assert_eq!(read(answer(200, "application/json; charset=utf-8", r#"{"sub":"ada"}"#)).unwrap().0["sub"], "ada");
        assert!(read(answer(200, "application/jwt", JWS)).unwrap().1);
        assert!(read(answer(200, "text/html", "<p>")).is_err() && read(answer(200, "application/json", "[]")).is_err());
        assert!(read(answer(401, "application/json", "{}")).unwrap_err().starts_with("is 401"));
    }

    #[test]
    fn claims_about_somebody_else_or_for_another_client_are_refused() {
        let checked = |claims: Value| check(claims.as_object().unwrap(), ("https://id.example", "demo"), "ada").is_ok();
        assert!(checked(json!({"sub": "ada"})) && checked(json!({"sub": "ada", "iss": "https://id.example", "aud": ["other", "demo"]})));
        for claims in [
            json!({}),
            json!({"sub": "bob"}),
            json!({"sub": "ada", "iss": "https://evil.example"}),
            json!({"sub": "ada", "aud": "other"}),
            json!({"sub": "ada", "aud": ["other"]}),
        ] {
            assert!(!checked(claims.clone()), "{claims}");
        }
    }
}
