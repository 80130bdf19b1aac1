//! Builds the code and what it stands for: RFC 6749 §4.1.2. Pure but for the random bytes it is handed.

use std::time::Duration;

use super::SignedIn;
use super::request::AuthorizationRequest;
use crate::clock::Timestamp;
use crate::entropy::Entropy;
use crate::grants::authorization_code::code;
use crate::grants::refresh_token;
use crate::model::authorization_code::AuthorizationCode;
use crate::model::client::Client;
use crate::model::grant::{Authentication, Grant};
use crate::secret::{Secret, TokenHash};
use crate::spec::resource::Targets;
use crate::spec::return_path::ReturnPath;
use crate::spec::scope::OFFLINE_ACCESS;

/// A request that a person has approved.
#[derive(Debug)]
pub struct Approval<'a> {
    /// What was asked.
    pub request: &'a AuthorizationRequest,
    /// By whom.
    pub client: &'a Client,
    /// Where the code goes.
    pub path: &'a ReturnPath,
    /// For which resources.
    pub resources: &'a Targets,
    /// Who approved.
    pub signed_in: &'a SignedIn,
    /// When, or as of when it was known to be approved: what is taken back later than that is not given.
    pub approved_at: Timestamp,
    /// The moment.
    pub now: Timestamp,
    /// How long the code lives.
    pub lifetime: Duration,
}

/// A code, its hash, and what is kept under the hash.
#[derive(Debug)]
pub struct IssuedCode {
    /// For the client.
    pub code: Secret<String>,
    /// For the store.
    pub hash: TokenHash,
    /// For the redemption.
    pub payload: AuthorizationCode,
}

/// The approval, of which nothing is stored yet.
pub fn grant(entropy: &dyn Entropy, approval: &Approval<'_>) -> Grant {
    let Approval { request, client, signed_in, approved_at, .. } = approval;
    let session = &signed_in.session;
    Grant {
        id: entropy.uuid(),
        subject: signed_in.user.subject.clone(),
        client_id: client.client_id.clone(),
        session_id: session.id,
        offline: request.scope.contains(OFFLINE_ACCESS),
        scopes: request.scope.to_vec(),
        resources: approval.resources.uris(),
        authentication: Authentication {
            sid: session.sid.clone(),
            auth_time: session.auth_time,
            amr: session.amr.clone(),
            acr: session.acr.clone(),
        },
        claims_request: request.claims.to_stored(),
        authorization_details: request.authorization_details.clone(),
        created_at: *approved_at,
        revoked_at: None,
    }
}

/// A new code for a grant.
pub fn code(entropy: &dyn Entropy, approval: &Approval<'_>, grant: &Grant) -> IssuedCode {
    let Approval { request, client, path, now, .. } = approval;
    let code = code::generate(entropy, grant.id);
    IssuedCode {
        hash: TokenHash::of(code.expose()),
        payload: AuthorizationCode {
            refreshable: refresh_token::is_given(client, &grant.scopes),
            grant: grant.clone(),
            beside_token: request.response_type.gives_access_token(),
            redirect_uri: path.redirect_uri().as_str().to_owned(),
            nonce: request.nonce.clone(),
            dpop_jkt: request.dpop_jkt.clone(),
            code_challenge: request.code_challenge.as_ref().map(|challenge| challenge.as_str().to_owned()),
            expires_at: *now + approval.lifetime,
        },
        code,
    }
}
