//! Authorization responses as one signed JWT: OAuth 2.0 JARM (JWT Secured Authorization Response Mode) §2.1.

use std::time::Duration;

use serde_json::{Map, Value};

use crate::clock::Timestamp;
use crate::model::client::Client;
use crate::spec::signing_algorithm::{self, Algorithm};

/// JARM §2.1: "A maximum JWT lifetime of 10 minutes is RECOMMENDED".
const LIFETIME: Duration = Duration::from_secs(600);

/// The name of the parameter that carries it.
pub const PARAMETER: &str = "response";

/// The claims: the response's own parameters, and for whom and until when they are.
pub fn claims(fields: &[(String, String)], issuer: &str, client: &Client, now: Timestamp) -> Map<String, Value> {
    let mut claims: Map<String, Value> = fields.iter().map(|(name, value)| (name.clone(), Value::from(value.as_str()))).collect();
    claims.insert("iss".to_owned(), Value::from(issuer));
    claims.insert("aud".to_owned(), Value::from(client.client_id.as_str()));
    claims.insert("exp".to_owned(), Value::from((now + LIFETIME).as_seconds()));
    claims
}

/// JARM §3: `authorization_signed_response_alg`, as far as the profile leaves it.
pub fn signed_with(client: &Client) -> Algorithm {
    signing_algorithm::given(client.metadata.profile, client.metadata.protocol.authorization_signed_response_alg.as_deref())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::client::Profile;
    use crate::spec::testing::client;
    use serde_json::json;

    #[test]
    fn the_example_of_the_specification_comes_out() {
        let fields = [("code", "PyyFaux2o7Q0YfXBU32jhw.5FXSQpvr8akv9CeRDSd0QA"), ("state", "S8NJ7uqk5fY4EjNvP_G_FtyJu6pUsvH9jsYni9dMAJw")];
        let fields = fields.map(|(name, value)| (name.to_owned(), value.to_owned()));
        let made = claims(&fields, "https://accounts.example.com", &client(), Timestamp::from_seconds(1_311_280_970));
        assert_eq!(
            Value::Object(made),
            json!({
                "iss": "https://accounts.example.com", "aud": client().client_id, "exp": 1_311_281_570,
                "code": "PyyFaux2o7Q0YfXBU32jhw.5FXSQpvr8akv9CeRDSd0QA", "state": "S8NJ7uqk5fY4EjNvP_G_FtyJu6pUsvH9jsYni9dMAJw"
            })
        );
    }

    #[test]
    fn the_algorithm_is_the_registered_one_or_the_profiles_default() {
        let mut client = client();
        assert_eq!(signed_with(&client), Algorithm::RS256);
        client.metadata.profile = Profile::Fapi2;
        assert_eq!(signed_with(&client), Algorithm::PS256);
        client.metadata.protocol.authorization_signed_response_alg = Some("ES256".to_owned());
        assert_eq!(signed_with(&client), Algorithm::ES256);
    }
}
