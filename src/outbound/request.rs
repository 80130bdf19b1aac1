//! What is asked, of whom, and how much of an answer is taken.

use std::fmt;

use url::form_urlencoded;

use crate::model::client::Client;
use crate::secret::Secret;

const KIB: usize = 1024;

/// What a request is for. It decides how large the answer may be and what it must be.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Kind {
    /// `jwks_uri`: RFC 7517 §5.
    KeySet,
    /// `request_uri`: RFC 9101 §5.2.
    RequestObject,
    /// `sector_identifier_uri`: OIDC Core §8.1.
    SectorIdentifier,
    /// A client id that is a URL: Client ID Metadata Document §4.
    ClientMetadata,
    /// A message to a client, whose answer is not read: Back-Channel Logout §2.5, CIBA §10.2.
    Notice,
}

impl Kind {
    /// The most bytes of an answer that are read.
    pub const fn limit(self) -> usize {
        match self {
            Self::KeySet | Self::RequestObject | Self::SectorIdentifier => 64 * KIB,
            Self::ClientMetadata => 5 * KIB,
            Self::Notice => 0,
        }
    }

    /// The content types that are taken, without parameters; for a notice any.
    pub const fn content_types(self) -> &'static [&'static str] {
        match self {
            Self::KeySet => &["application/json", "application/jwk-set+json"],
            Self::RequestObject => &["application/oauth-authz-req+jwt", "application/jwt", "application/jose"],
            Self::SectorIdentifier => &["application/json"],
            Self::ClientMetadata => &["application/json", "application/client-id-metadata-document+json"],
            Self::Notice => &[],
        }
    }

    /// For the log.
    pub const fn as_str(self) -> &'static str {
        match self {
            Self::KeySet => "key_set",
            Self::RequestObject => "request_object",
            Self::SectorIdentifier => "sector_identifier",
            Self::ClientMetadata => "client_metadata",
            Self::Notice => "notice",
        }
    }

    /// Whether an answer of this type is taken.
    pub fn takes(self, content_type: Option<&str>) -> bool {
        let essence = content_type.and_then(|text| text.split(';').next()).unwrap_or_default().trim().to_ascii_lowercase();
        self.content_types().is_empty() || self.content_types().contains(&essence.as_str())
    }
}

/// Who wrote the URL into a registration.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Registrant {
    /// An administrator, who may name this machine while the issuer is on it.
    Administrator,
    /// Anybody else.
    Anybody,
}

impl Registrant {
    /// Who registered the client.
    pub fn of(client: &Client) -> Self {
        if client.is_vouched_for() { Self::Administrator } else { Self::Anybody }
    }
}

/// What a POST carries.
#[derive(Clone)]
pub(super) enum Body {
    None,
    Form(Secret<String>),
    Json(Secret<String>),
}

/// A request that is to be sent.
#[derive(Clone)]
pub struct Request {
    pub(super) kind: Kind,
    pub(super) url: String,
    pub(super) registrant: Registrant,
    pub(super) body: Body,
    pub(super) bearer: Option<Secret<String>>,
}

impl Request {
    /// Fetches a document.
    pub fn get(kind: Kind, url: impl Into<String>, registrant: Registrant) -> Self {
        Self { kind, url: url.into(), registrant, body: Body::None, bearer: None }
    }

    /// Sends a notice as a form.
    pub fn post_form(url: impl Into<String>, registrant: Registrant, pairs: &[(&str, &str)]) -> Self {
        let body = form_urlencoded::Serializer::new(String::new()).extend_pairs(pairs).finish();
        Self { kind: Kind::Notice, url: url.into(), registrant, body: Body::Form(Secret::new(body)), bearer: None }
    }

    /// Sends a notice as JSON.
    pub fn post_json(url: impl Into<String>, registrant: Registrant, document: &serde_json::Value) -> Self {
        Self { kind: Kind::Notice, url: url.into(), registrant, body: Body::Json(Secret::new(document.to_string())), bearer: None }
    }

    /// Adds a bearer token: RFC 6750 §2.1.
    #[must_use]
    pub fn with_bearer(mut self, token: Secret<String>) -> Self {
        self.bearer = Some(token);
        self
    }

    /// What it is for.
    pub const fn kind(&self) -> Kind {
        self.kind
    }

    /// Where it goes.
    pub fn url(&self) -> &str {
        &self.url
    }

    /// What it carries, for what a test puts in the place of the client.
    pub fn body(&self) -> &str {
        match &self.body {
            Body::None => "",
            Body::Form(text) | Body::Json(text) => text.expose(),
        }
    }
}

/// URLs and bodies may hold secrets.
impl fmt::Debug for Request {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Request").field("kind", &self.kind).field("registrant", &self.registrant).finish_non_exhaustive()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_content_type_is_compared_without_its_parameters() {
        assert!(Kind::KeySet.takes(Some("Application/JSON; charset=utf-8")) && Kind::KeySet.takes(Some("application/jwk-set+json")));
        for other in [None, Some(""), Some("text/html"), Some("application/jsonp"), Some("text/html; application/json")] {
            assert!(!Kind::KeySet.takes(other), "{other:?}");
            assert!(Kind::Notice.takes(other), "{other:?}");
        }
    }

    #[test]
    fn nothing_of_a_request_is_printed() {
        let request = Request::post_form("https://rp.example/?key=hunter2", Registrant::Anybody, &[("logout_token", "hunter2")])
            .with_bearer(Secret::new("hunter2".to_owned()));
        assert!(!format!("{request:?}").contains("hunter2"));
        assert_eq!(request.body(), "logout_token=hunter2");
    }
}
