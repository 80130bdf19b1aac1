//! An access token that a party gets in the place of another: RFC 8693 §2.2.

use std::sync::Arc;

use serde_json::Value;

use super::Mint;
use crate::clock::Timestamp;
use crate::model::grant::Grant;
use crate::model::resource::Resource;
use crate::model::user::User;
use crate::spec::access_token::{Holder, OpaqueClaims};

/// How it differs from a token of the approval's own client.
#[derive(Debug)]
pub struct Delegated<'a> {
    /// What it is good for.
    pub scope: &'a [String],
    /// Where it is good.
    pub resources: &'a [Arc<Resource>],
    /// What it is good for in detail: RFC 9396.
    pub authorization_details: &'a [Value],
    /// Who acts: RFC 8693 §4.1.
    pub act: Option<Value>,
    /// It does not outlive the token that was given for it.
    pub not_after: Timestamp,
    /// Whether it is a JWT in any case.
    pub jwt: bool,
}

impl Mint<'_> {
    /// It hangs from the same grant as the one given for it, and dies with it.
    pub(super) fn claims_delegated(&self, user: &User, grant: &Grant, delegated: Delegated<'_>) -> OpaqueClaims {
        let Delegated { scope, resources, authorization_details, act, not_after, jwt } = delegated;
        let holder = Holder::User { subject: user.subject.clone(), grant_id: grant.id };
        let mut claims = self.claims(holder, scope, resources);
        claims.expires_at = claims.expires_at.min(not_after);
        claims.act = act;
        claims.authorization_details = authorization_details.to_vec();
        if jwt && claims.audience.is_empty() {
            claims.audience = vec![self.own_audience()];
        }
        claims
    }
}
