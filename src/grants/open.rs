//! What was approved and may still be given: an administrator may have taken a scope or a grant type from the client since. Pure.
//! RFC 6749 §3.3 lets a server give less than was asked for.

use super::refresh_token;
use crate::model::approval::Approval;
use crate::model::client::Client;
use crate::model::grant::Grant;
use crate::spec::scope::OFFLINE_ACCESS;

/// The scopes that the client may still have, in the order of the approval.
pub fn scopes<'a>(approved: &'a [String], client: &Client) -> impl Iterator<Item = &'a String> {
    approved.iter().filter(|scope| client.metadata.scopes.contains(scope))
}

/// An approval that nobody has come for yet, as it may be given now. Without `offline_access` it ends with its session.
pub fn approval(grant: &Grant, refreshable: bool, client: &Client) -> Approval {
    let scopes: Vec<String> = scopes(&grant.scopes, client).cloned().collect();
    let mut open = grant.narrowed_to(&scopes);
    open.offline &= open.has_scope(OFFLINE_ACCESS) || !grant.has_scope(OFFLINE_ACCESS);
    Approval { refreshable: refreshable && refresh_token::is_given(client, &open.scopes), grant: open }
}
