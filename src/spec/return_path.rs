//! The proven place to send an authorization response: RFC 6749 §4.1.2, RFC 9207 §2, OIDC Core §3.1.2.5.

use std::fmt;

use url::form_urlencoded::Serializer;

use crate::model::client::Client;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::issuer::Issuer;
use crate::spec::params::Params;
use crate::spec::redirect_uri::{self, RedirectUri};
use crate::spec::request_object;
use crate::spec::response_mode::{Carrier, ResponseMode};
use crate::spec::response_type::ResponseType;

/// Where answers to one authorization request go. Only [`ReturnPath::verify`] makes one, so an error cannot be redirected to an unproven place.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ReturnPath {
    redirect_uri: RedirectUri,
    state: Option<String>,
    response_mode: ResponseMode,
    issuer: String,
}

/// An answer on its way to the client.
#[derive(Clone, PartialEq, Eq)]
pub enum Delivery {
    /// Redirect the browser to this URL.
    Redirect(String),
    /// Let the browser POST these fields: OAuth 2.0 Form Post Response Mode.
    FormPost {
        /// The redirect URI.
        action: String,
        /// Names and values, not yet escaped.
        fields: Vec<(String, String)>,
    },
}

/// The answer holds a code, so it is never printed.
impl fmt::Debug for Delivery {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(match self {
            Self::Redirect(_) => "Redirect",
            Self::FormPost { .. } => "FormPost",
        })
    }
}

impl ReturnPath {
    /// RFC 6749 §3.1.2.3 and §3.1.2.4: proves that the request's redirect URI is the client's.
    ///
    /// A response mode that authy does not speak is no reason to refuse here: the refusal itself must travel, by the default mode;
    /// `ResponseMode::check` says no afterwards.
    ///
    /// # Errors
    /// `invalid_request`, which must be shown as a page: §3.1.2.4 "MUST NOT automatically redirect".
    pub fn verify(params: &Params, client: &Client, issuer: &Issuer) -> Result<Self, Refusal> {
        let registered = &client.metadata.redirect_uris;
        // RFC 6749 §3.1.2.3 lets a client with one redirect URI leave it out; OIDC Core §3.1.2.1 does not, and neither do we: what is always
        // compared cannot be forgotten.
        let presented = params.get("redirect_uri");
        let presented = presented.ok_or(OAuthError::invalid_request("The redirect URI is missing.").about("redirect_uri"))?;
        let Some(redirect_uri) = redirect_uri::matches(registered, presented, client.is_public()) else {
            let detail = redirect_uri::near_miss(presented, registered)
                .unwrap_or_else(|| format!("the redirect URI is none of the {} that the client registered", registered.len()));
            return Err(OAuthError::invalid_request("The redirect URI is not registered for this client.")
                .about("redirect_uri")
                .because(detail));
        };
        let response_type = params.get("response_type").and_then(ResponseType::parse).unwrap_or(ResponseType::Code);
        let travel = request_object::for_refusal(params);
        Ok(Self {
            redirect_uri,
            state: travel.get("state").map(str::to_owned),
            response_mode: ResponseMode::check(&travel, response_type).unwrap_or_else(|_| response_type.default_mode()),
            issuer: issuer.as_str().to_owned(),
        })
    }

    /// The proven redirect URI.
    pub const fn redirect_uri(&self) -> &RedirectUri {
        &self.redirect_uri
    }

    /// How answers travel.
    pub const fn response_mode(&self) -> ResponseMode {
        self.response_mode
    }

    /// RFC 6749 §4.1.2: these parameters, with `state` when the request had one, and `iss` (RFC 9207 §2).
    pub fn parameters(&self, parameters: &[(&str, String)]) -> Vec<(String, String)> {
        let mut fields: Vec<(String, String)> = parameters.iter().map(|(name, value)| ((*name).to_owned(), value.clone())).collect();
        fields.extend(self.state.iter().map(|state| ("state".to_owned(), state.clone())));
        fields.push(("iss".to_owned(), self.issuer.clone()));
        fields
    }

    /// `state`, as the request had it.
    pub fn state(&self) -> Option<&str> {
        self.state.as_deref()
    }

    /// Sends fields to the client: those of [`ReturnPath::parameters`], or the one that holds them signed (JARM §2.3).
    pub fn deliver(&self, fields: Vec<(String, String)>) -> Delivery {
        let uri = self.redirect_uri.as_str();
        match self.response_mode.carrier {
            Carrier::Query => Delivery::Redirect(with_query(uri, &fields)),
            Carrier::Fragment => Delivery::Redirect(format!("{uri}#{}", encode(&fields))),
            Carrier::FormPost => Delivery::FormPost { action: uri.to_owned(), fields },
        }
    }
}

/// RFC 6749 §4.1.2.1: the parameters of a refusal. `error_uri` is the page that explains it; none is sent when it is empty.
pub fn refusal(error: &OAuthError, error_uri: &str) -> Vec<(&'static str, String)> {
    let mut parameters = vec![("error", error.error.as_str().to_owned()), ("error_description", error.description.to_owned())];
    if !error_uri.is_empty() {
        parameters.push(("error_uri", error_uri.to_owned()));
    }
    parameters
}

/// Appends parameters to a URI as text. RFC 6749 §3.1.2: an existing query component "MUST be retained".
pub(crate) fn with_query(uri: &str, fields: &[(String, String)]) -> String {
    let separator = match uri.split_once('?') {
        None => "?",
        Some((_, query)) if query.is_empty() || query.ends_with('&') => "",
        Some(_) => "&",
    };
    format!("{uri}{separator}{}", encode(fields))
}

fn encode(fields: &[(String, String)]) -> String {
    Serializer::new(String::new()).extend_pairs(fields).finish()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::{client, issuer};

    fn path(pairs: &[(&str, &str)], registered: &[&str]) -> Result<ReturnPath, Refusal> {
        let mut client = client();
        client.metadata.redirect_uris = registered.iter().map(|uri| (*uri).to_owned()).collect();
        ReturnPath::verify(&Params::from_pairs(pairs.iter().copied()), &client, &issuer())
    }

    fn redirect(pairs: &[(&str, &str)], uri: &str) -> String {
        let pairs: Vec<_> = pairs.iter().copied().chain([("redirect_uri", uri)]).collect();
        let path = path(&pairs, &[uri]).unwrap();
        match path.deliver(path.parameters(&[("code", "SplxlOBeZQQYbYS6WxSbIA".to_owned())])) {
            Delivery::Redirect(url) => url,
            other => panic!("{other:?}"),
        }
    }

    #[test]
    fn an_answer_carries_state_and_issuer() {
        assert_eq!(
            redirect(&[("state", "a b&c")], "https://client.example/cb"),
            "https://client.example/cb?code=SplxlOBeZQQYbYS6WxSbIA&state=a+b%26c&iss=https%3A%2F%2Fserver.example.com"
        );
        assert!(!redirect(&[], "https://client.example/cb").contains("state"));
    }

    #[test]
    fn the_redirect_uri_is_kept_as_text() {
        let tail = "code=SplxlOBeZQQYbYS6WxSbIA&iss=https%3A%2F%2Fserver.example.com";
        for (uri, separator) in [
            ("https://rp.example", "?"),
            ("https://rp.example/cb?x=1", "&"),
            ("https://rp.example/cb?", ""),
            ("https://rp.example/cb?x=1&", ""),
            ("app.immich:///oauth-callback", "?"),
            ("kitchenowl:/redirect", "?"),
        ] {
            assert_eq!(redirect(&[], uri), format!("{uri}{separator}{tail}"));
            assert_eq!(redirect(&[("response_mode", "fragment")], uri), format!("{uri}#{tail}"));
        }
    }

    #[test]
    fn form_post_hands_over_fields() {
        let uri = "https://rp.example/cb";
        let path = path(&[("redirect_uri", uri), ("state", "s"), ("response_mode", "form_post")], &[uri]).unwrap();
        let refusal = refusal(&OAuthError::access_denied("No."), "https://e/x");
        let Delivery::FormPost { action, fields } = path.deliver(path.parameters(&refusal)) else { panic!() };
        assert_eq!(action, uri);
        let names: Vec<_> = fields.iter().map(|(name, _)| name.as_str()).collect();
        assert_eq!(names, ["error", "error_description", "error_uri", "state", "iss"]);
    }

    #[test]
    fn a_mode_we_do_not_speak_is_refused_by_the_default_mode() {
        let uri = "https://rp.example/cb";
        let mode = |pairs: &[(&str, &str)]| {
            let pairs: Vec<_> = pairs.iter().copied().chain([("redirect_uri", uri)]).collect();
            path(&pairs, &[uri]).unwrap().response_mode()
        };
        assert_eq!(mode(&[("response_mode", "web_message")]), ResponseMode::QUERY);
        assert_eq!(mode(&[("response_type", "token"), ("response_mode", "query")]), ResponseMode::FRAGMENT);
        assert_eq!(mode(&[("response_type", "bogus")]), ResponseMode::QUERY);
    }

    #[test]
    fn a_missing_or_foreign_uri_is_refused_even_where_there_is_no_doubt() {
        let one = &["https://rp.example/cb"][..];
        let two = &["https://rp.example/cb", "https://rp.example/other"][..];
        for (pairs, registered) in [
            (&[("scope", "read openid")][..], one),
            (&[("scope", "read")], one),
            (&[], two),
            (&[], &[]),
            (&[("redirect_uri", "")], two),
            (&[("redirect_uri", "https://evil")], one),
        ] {
            assert_eq!(path(pairs, registered).unwrap_err().error.about, Some("redirect_uri"), "{pairs:?}");
        }
    }
}
