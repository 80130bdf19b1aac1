//! Everything an application asks for, as the pages on which people agree list it: OIDC Core §3.1.2.4, RFC 8628 §3.3, RFC 9396 §11.1. Pure.

use serde::Serialize;
use serde_json::Value;

use super::scopes::{self, Asked};
use crate::endpoints::authorize::request::AuthorizationRequest;
use crate::grants::open;
use crate::model::authentication_request::AuthenticationRequest;
use crate::model::authorization_type::AuthorizationType;
use crate::model::client::Client;
use crate::model::consent::Consent;
use crate::model::device_code::DeviceCode;

/// As the request names it.
#[derive(Clone, Debug, Serialize)]
pub struct Wanted<'a> {
    /// Scopes.
    pub scopes: Vec<&'a str>,
    /// Claims one by one (OIDC Core §5.5).
    pub claims: Vec<&'a str>,
    /// Resources (RFC 8707).
    pub resources: &'a [String],
    /// Authorization details (RFC 9396).
    pub authorization_details: &'a [Value],
}

impl<'a> Wanted<'a> {
    /// At the authorization endpoint.
    pub fn of(request: &'a AuthorizationRequest) -> Self {
        Self {
            scopes: request.scope.iter().collect(),
            claims: request.claims.names().into_iter().collect(),
            resources: &request.resources,
            authorization_details: &request.authorization_details,
        }
    }

    /// By a device.
    pub fn of_device(client: &Client, code: &'a DeviceCode) -> Self {
        Self::plain(client, &code.scopes, (&code.resources, &code.authorization_details))
    }

    /// By a client that asks for somebody elsewhere.
    pub fn of_request(client: &Client, request: &'a AuthenticationRequest) -> Self {
        Self::plain(client, &request.scopes, (&request.resources, &request.authorization_details))
    }

    /// A scope that the client may not have any more is not asked about.
    fn plain(client: &Client, scopes: &'a [String], (resources, authorization_details): (&'a [String], &'a [Value])) -> Self {
        let scopes = open::scopes(scopes, client).map(String::as_str).collect();
        Self { scopes, claims: Vec::new(), resources, authorization_details }
    }

    /// Scopes, claims and details in words, in this order.
    pub fn in_words(self, types: &[AuthorizationType], before: Option<&Consent>) -> Vec<Asked> {
        let mut asked = scopes::asked(self.scopes.into_iter(), before);
        asked.extend(scopes::asked_claims(self.claims.into_iter(), before));
        asked.extend(scopes::asked_details(self.authorization_details, types, before));
        asked
    }
}

/// As a person reads it.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Wishes {
    /// What it may do.
    pub asked: Vec<Asked>,
    /// The names of the resources it may use.
    pub resources: Vec<String>,
}

impl Wishes {
    /// Whether something new stands among what was allowed before, so that a page must tell them apart.
    pub fn is_mixed(&self) -> bool {
        self.asked.iter().any(|asked| asked.new) && self.asked.iter().any(|asked| !asked.new)
    }
}
