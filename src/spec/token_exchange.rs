//! Token types, chains of actors, and who may act: RFC 8693 §3, §4.1, §4.4.

use serde_json::{Value, json};

use crate::spec::error::{OAuthError, Refusal};

/// RFC 8693 §3: an OAuth 2.0 access token.
pub const ACCESS_TOKEN: &str = "urn:ietf:params:oauth:token-type:access_token";
/// RFC 8693 §3: a JWT; here an access token of that form.
pub const JWT: &str = "urn:ietf:params:oauth:token-type:jwt";
/// RFC 8693 §3: an ID Token.
pub const ID_TOKEN: &str = "urn:ietf:params:oauth:token-type:id_token";

/// How many parties a token may name as acting. Each of them could misuse it, so a chain that grows on and on is refused.
pub const MOST_ACTORS: usize = 5;

/// What kind of token is presented.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Presented {
    /// An access token, sealed or signed.
    AccessToken,
    /// An access token that is a JWT.
    Jwt,
    /// An ID Token.
    IdToken,
}

impl Presented {
    /// `subject_token_type` or `actor_token_type`: RFC 8693 §2.1. Refresh tokens are no tokens to exchange: they belong to their client alone.
    ///
    /// # Errors
    /// `invalid_request`.
    pub fn parse(text: &str, parameter: &'static str) -> Result<Self, Refusal> {
        match text {
            ACCESS_TOKEN => Ok(Self::AccessToken),
            JWT => Ok(Self::Jwt),
            ID_TOKEN => Ok(Self::IdToken),
            _ => Err(OAuthError::invalid_request("That type of token cannot be exchanged.").about(parameter).into()),
        }
    }
}

/// What kind of token is asked for.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Requested {
    /// An access token in the form that the client and its resources have.
    AccessToken,
    /// An access token that is a JWT.
    Jwt,
}

impl Requested {
    /// `requested_token_type`: RFC 8693 §2.1. Without it, an access token.
    ///
    /// # Errors
    /// `invalid_request`: no other token can be got in exchange.
    pub fn parse(text: Option<&str>) -> Result<Self, Refusal> {
        match text {
            None | Some(ACCESS_TOKEN) => Ok(Self::AccessToken),
            Some(JWT) => Ok(Self::Jwt),
            Some(_) => {
                Err(OAuthError::invalid_request("That type of token is not given in exchange.").about("requested_token_type").into())
            }
        }
    }

    /// `issued_token_type`: RFC 8693 §2.2.1.
    pub const fn issued_token_type(self) -> &'static str {
        match self {
            Self::AccessToken => ACCESS_TOKEN,
            Self::Jwt => JWT,
        }
    }
}

/// RFC 8693 §4.1: the new actor, with those before it inside.
///
/// # Errors
/// `invalid_grant` for a chain that is too long.
pub fn act(actor: &str, before: Option<&Value>) -> Result<Value, Refusal> {
    if 1 + actors(before) > MOST_ACTORS {
        return Err(OAuthError::invalid_grant("The subject token has passed through too many hands.")
            .about("subject_token")
            .because(format!("more than {MOST_ACTORS} actors")));
    }
    Ok(match before {
        Some(before) => json!({ "sub": actor, "act": before }),
        None => json!({ "sub": actor }),
    })
}

/// How many actors a chain names.
fn actors(chain: Option<&Value>) -> usize {
    std::iter::successors(chain, |actor| actor.get("act")).take(MOST_ACTORS + 1).count()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_chain_of_the_rfc_is_built_and_does_not_grow_for_ever() {
        // RFC 8693 §4.1, figure 6.
        let first = act("https://service77.example.com", None).unwrap();
        let second = act("https://service16.example.com", Some(&first)).unwrap();
        assert_eq!(second, json!({ "sub": "https://service16.example.com", "act": { "sub": "https://service77.example.com" } }));
        let full = (0..MOST_ACTORS - 2).try_fold(second, |chain, _| act("x", Some(&chain))).unwrap();
        assert!(act("x", Some(&full)).is_err());
    }

    #[test]
    fn refresh_tokens_and_what_nobody_knows_are_refused() {
        for text in ["urn:ietf:params:oauth:token-type:refresh_token", "urn:ietf:params:oauth:token-type:saml2", "access_token", ""] {
            assert!(Presented::parse(text, "subject_token_type").is_err() && Requested::parse(Some(text)).is_err(), "{text}");
        }
        assert!(Requested::parse(Some(ID_TOKEN)).is_err());
        assert_eq!(Requested::parse(None).unwrap().issued_token_type(), ACCESS_TOKEN);
    }
}
