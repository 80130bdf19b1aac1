//! An access token that a party gets in the place of another: RFC 8693 §2.2.

use serde_json::Value;

use crate::clock::Timestamp;
use crate::spec::access_token::OpaqueClaims;
use crate::spec::resource::Targets;

/// How it differs from a token of the approval's own client.
#[derive(Debug)]
pub struct Delegated<'a> {
    /// What it is good for.
    pub scope: &'a [String],
    /// Where it is good.
    pub resources: &'a Targets,
    /// What it is good for in detail: RFC 9396.
    pub authorization_details: &'a [Value],
    /// Who acts: RFC 8693 §4.1.
    pub act: Option<Value>,
    /// It does not outlive the token that was given for it.
    pub not_after: Timestamp,
    /// Whether it is a JWT in any case.
    pub jwt: bool,
}

impl Delegated<'_> {
    /// It hangs from the same grant as the one given for it, and dies with it.
    pub(super) fn limit(self, claims: OpaqueClaims) -> OpaqueClaims {
        OpaqueClaims { expires_at: claims.expires_at.min(self.not_after), act: self.act, ..claims }
    }
}
