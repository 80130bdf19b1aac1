//! Request objects by example: RFC 9101 §4, §6.

use super::rules::{Allowed, algorithm, parameters, typ};
use crate::clock::Timestamp;
use crate::model::client::Profile;
use crate::spec::params::Params;
use crate::spec::testing::{client, issuer};
use serde_json::{Value, json};

const NOW: Timestamp = Timestamp::from_seconds(1_300_819_000);

fn read(profile: Profile, claims: &Value) -> Result<Params, String> {
    let mut client = client();
    client.metadata.profile = profile;
    parameters(claims.as_object().unwrap(), &client, &issuer(), NOW).map_err(|refusal| refusal.detail.into_owned())
}

#[test]
fn the_example_of_rfc_9101_is_read() {
    let id = client().client_id;
    let params = read(
        Profile::Oauth21,
        &json!({
            "iss": id, "aud": issuer().as_str(), "response_type": "code id_token", "client_id": id, "redirect_uri": "https://client.example.org/cb",
            "scope": "openid", "state": "af0ifjsldkj", "nonce": "n-0S6_WzA2Mj", "max_age": 86_400,
            "claims": {"userinfo": {"given_name": {"essential": true}}}, "resource": ["https://a.example", "https://b.example"], "jti": "x", "exp": 1_300_819_380
        }),
    )
    .unwrap();
    assert_eq!(
        (params.get("max_age"), params.get("state"), params.get("client_id")),
        (Some("86400"), Some("af0ifjsldkj"), Some(id.as_str()))
    );
    assert_eq!(params.get("claims"), Some(r#"{"userinfo":{"given_name":{"essential":true}}}"#));
    assert_eq!(params.all("resource").count(), 2);
    assert!(["iss", "aud", "exp", "jti"].iter().all(|name| params.get(name).is_none()));
}

#[test]
fn what_is_not_ours_or_not_now_is_refused() {
    let (id, us, now) = (client().client_id, issuer().as_str().to_owned(), NOW.as_seconds());
    for wrong in [
        json!({"iss": "another"}),
        json!({"client_id": "another"}),
        json!({"client_id": 1}),
        json!({"aud": "https://other.example"}),
        json!({"aud": [us, 1]}),
        json!({"aud": {}}),
        json!({"exp": now}),
        json!({"exp": now.to_string()}),
        json!({"exp": 1_300_819_380.5}),
        json!({"nbf": now + 61}),
        json!({"iat": now + 61}),
        json!({"request": "x"}),
        json!({"request_uri": "urn:x"}),
        json!({"state": "a\nb"}),
    ] {
        assert!(read(Profile::Oauth21, &wrong).is_err(), "{wrong}");
    }
    for right in [json!({}), json!({"iss": id, "aud": [us, "https://other.example"], "nbf": now + 8, "iat": now + 8, "exp": now + 86_400})]
    {
        assert!(read(Profile::Legacy, &right).is_ok(), "{right}");
    }
}

#[test]
fn the_fapi_profiles_bound_an_objects_life() {
    let (us, now) = (issuer().as_str().to_owned(), NOW.as_seconds());
    for profile in [Profile::Fapi1, Profile::Fapi2] {
        assert!(read(profile, &json!({"aud": [us, "https://x.example"], "nbf": now + 8, "exp": now + 300})).is_ok());
        for wrong in [
            json!({"aud": us, "exp": now + 300}),
            json!({"aud": us, "nbf": now}),
            json!({"nbf": now, "exp": now + 300}),
            json!({"aud": us, "nbf": now, "exp": now + 3_601}),
            json!({"aud": us, "nbf": now - 3_700, "exp": now - 100}),
            json!({"aud": us, "nbf": now - 3_601, "exp": now + 1}),
        ] {
            assert!(read(profile, &wrong).is_err(), "{wrong}");
        }
    }
}

#[test]
fn the_algorithm_is_the_registered_one_and_unsigned_only_where_it_does_no_harm() {
    let mut client = client();
    assert_eq!(algorithm("none", &client), Ok(Allowed::Unsigned));
    assert_eq!(algorithm("RS256", &client), Ok(Allowed::Signed));
    for unknown in ["HS256", "None", "NONE", "RS512", "", "nOnE"] {
        assert!(algorithm(unknown, &client).is_err(), "{unknown}");
    }
    client.metadata.protocol.request_object_signing_alg = Some("ES256".to_owned());
    assert!(algorithm("none", &client).is_err() && algorithm("RS256", &client).is_err() && algorithm("ES256", &client).is_ok());
    client.metadata.protocol.request_object_signing_alg = None;
    client.metadata.protocol.require_signed_request_object = true;
    assert!(algorithm("none", &client).is_err());
    for profile in [Profile::Fapi1, Profile::Fapi2] {
        client.metadata.profile = profile;
        assert!(algorithm("none", &client).is_err() && algorithm("RS256", &client).is_err() && algorithm("PS256", &client).is_ok());
        for name in ["EdDSA", "Ed25519"] {
            assert_eq!(algorithm(name, &client).is_ok(), profile == Profile::Fapi2, "{name} {profile:?}");
        }
    }
}

#[test]
fn a_token_of_another_kind_is_no_request() {
    let header = |typ: &Value| typ_of(&json!({ "typ": typ }));
    for right in [json!("oauth-authz-req+jwt"), json!("JWT"), json!("OAuth-Authz-Req+JWT"), json!("application/oauth-authz-req+jwt")] {
        assert!(header(&right), "{right}");
    }
    for wrong in [json!("at+jwt"), json!("dpop+jwt"), json!(1), json!("client-authentication+jwt")] {
        assert!(!header(&wrong), "{wrong}");
    }
    assert!(typ_of(&json!({})));
}

fn typ_of(header: &Value) -> bool {
    typ(header.as_object().unwrap()).is_ok()
}
