//! Where a draft keeps the members that every client has, by their registered names: RFC 7591 §2, OIDC Registration §2. Pure.

use serde_json::Value;

use crate::spec::client_metadata::ClientDraft;

/// Where a draft keeps a member, and so what the member must be.
#[derive(Debug)]
pub enum Place<'a> {
    /// Text.
    Text(&'a mut Option<String>),
    /// An array of texts.
    List(&'a mut Vec<String>),
    /// One text, with spaces between: RFC 7591 §2, `scope`.
    Words(&'a mut Vec<String>),
    /// True, false or left open.
    Truth(&'a mut Option<bool>),
    /// True or false.
    Switch(&'a mut bool),
    /// A whole number of seconds.
    Number(&'a mut Option<u64>),
}

/// Writes the places and the list of their names from one table.
macro_rules! places {
    ($($name:literal => $kind:ident($member:ident),)*) => {
        /// The names of the members that have a place.
        pub const NAMES: &[&str] = &[$($name),*];

        /// The place of a member that can be taken away again.
        pub fn of<'a>(draft: &'a mut ClientDraft, name: &str) -> Option<Place<'a>> {
            match name {
                $($name => Some(Place::$kind(&mut draft.$member)),)*
                _ => None,
            }
        }
    };
}

places! {
    "token_endpoint_auth_method" => Text(auth_method),
    "scope" => Words(scopes),
    "redirect_uris" => List(redirect_uris),
    "post_logout_redirect_uris" => List(post_logout_redirect_uris),
    "grant_types" => List(grant_types),
    "response_types" => List(response_types),
    "allowed_origins" => List(allowed_origins),
    "contacts" => List(contacts),
    "profile" => Text(profile),
    "id_token_claims" => Text(id_token_claims),
    "id_token_signed_response_alg" => Text(id_token_signed_response_alg),
    "userinfo_signed_response_alg" => Text(userinfo_signed_response_alg),
    "access_token_format" => Text(access_token_format),
    "default_resource" => Text(default_resource),
    "client_uri" => Text(client_uri),
    "logo_uri" => Text(logo_uri),
    "policy_uri" => Text(policy_uri),
    "tos_uri" => Text(tos_uri),
    "require_pkce" => Truth(require_pkce),
    "refresh_rotation" => Truth(refresh_rotation),
    "skip_consent" => Switch(skip_consent),
    "default_max_age" => Number(default_max_age),
    "access_token_lifetime" => Number(access_token_lifetime),
    "id_token_lifetime" => Number(id_token_lifetime),
    "refresh_token_lifetime" => Number(refresh_token_lifetime),
}

impl Place<'_> {
    /// Puts a value there.
    ///
    /// # Errors
    /// What it must be instead.
    pub fn fill(self, value: Value) -> Result<(), &'static str> {
        match self {
            Self::Text(place) => *place = Some(text(value)?),
            Self::List(place) => *place = serde_json::from_value(value).map_err(|_| "an array of texts")?,
            Self::Words(place) => *place = text(value)?.split(' ').filter(|word| !word.is_empty()).map(str::to_owned).collect(),
            Self::Truth(place) => *place = Some(truth(&value)?),
            Self::Switch(place) => *place = truth(&value)?,
            Self::Number(place) => *place = Some(value.as_u64().ok_or("a whole number of seconds")?),
        }
        Ok(())
    }

    /// As if nobody had ever said it.
    pub fn clear(self) {
        match self {
            Self::Text(place) => *place = None,
            Self::List(place) | Self::Words(place) => place.clear(),
            Self::Truth(place) => *place = None,
            Self::Switch(place) => *place = false,
            Self::Number(place) => *place = None,
        }
    }
}

/// The text that a value is.
///
/// # Errors
/// What it must be instead.
pub fn text(value: Value) -> Result<String, &'static str> {
    if let Value::String(text) = value { Ok(text) } else { Err("text") }
}

fn truth(value: &Value) -> Result<bool, &'static str> {
    value.as_bool().ok_or("true or false")
}
