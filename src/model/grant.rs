//! One approval by one person for one client: every token hangs from its id and dies with it.

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::clock::Timestamp;

/// A stored approval (not a *grant type*). Made when a code is redeemed.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Grant {
    /// Named by every code and token that comes from it.
    pub id: Uuid,
    /// Who approved.
    pub subject: String,
    /// For whom.
    pub client_id: String,
    /// The browser session it was made in.
    pub session_id: Uuid,
    /// With `offline_access` it outlives the session; others die with it.
    pub offline: bool,
    /// Approved scopes, in the order of the request.
    pub scopes: Vec<String>,
    /// Approved resources (RFC 8707).
    pub resources: Vec<String>,
    /// What the ID Tokens of this grant repeat.
    pub authentication: Authentication,
    /// The approved part of the `claims` parameter (OIDC Core §5.5), as JSON; `null` without one.
    pub claims_request: serde_json::Value,
    /// Approved authorization details (RFC 9396).
    #[serde(default)]
    pub authorization_details: Vec<serde_json::Value>,
    /// When it was approved.
    pub created_at: Timestamp,
    /// When it was revoked; `None` while it lives.
    pub revoked_at: Option<Timestamp>,
}

/// How and when the person proved who they are: OIDC Core §2.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Authentication {
    /// `sid`.
    pub sid: String,
    /// When it began. What clients read as `auth_time` is [`Authentication::signed_in_at`].
    pub auth_time: Timestamp,
    /// `amr`.
    pub amr: Vec<String>,
    /// `acr`.
    pub acr: String,
}

impl Authentication {
    /// When the person signed in; `None` where nobody did, since somebody else spoke for them: an assertion (RFC 7523 §2.1), or an operator
    /// who answered in their name. Every sign-in has an `acr`.
    pub fn signed_in_at(&self) -> Option<Timestamp> {
        (!self.acr.is_empty()).then_some(self.auth_time)
    }
}

impl Grant {
    /// Whether it was approved.
    pub fn has_scope(&self, name: &str) -> bool {
        self.scopes.iter().any(|scope| scope == name)
    }

    /// The same approval with fewer scopes, for one answer: narrowing on refresh never narrows what is stored (RFC 6749 §6).
    #[must_use]
    pub fn narrowed_to(&self, scopes: &[String]) -> Self {
        Self { scopes: scopes.to_vec(), ..self.clone() }
    }

    /// The same approval with fewer authorization details, for one answer (RFC 9396 §6, §7.1).
    #[must_use]
    pub fn detailed_as(self, authorization_details: Vec<serde_json::Value>) -> Self {
        Self { authorization_details, ..self }
    }
}
