//! What a registration says about addresses elsewhere, checked when it is made, whoever makes it: RFC 7591 §5, OIDC Registration §5.

use std::collections::HashSet;

use crate::model::client::ClientMetadata;
use crate::outbound::{Kind, Outbound, Registrant, Request};
use crate::spec::client_metadata::{ClientDraft, called};

/// An address of a draft that is of no use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// authy would never connect to the address in this member.
    Address(&'static str, String),
    /// The document at `sector_identifier_uri` does not bear the draft out.
    Sector(String),
}

/// Looks at every address that the draft names anew: one that authy would never call is refused before anybody relies on it, and the
/// document of a sector must name every redirect URI (OIDC Registration §5). What was registered `before` has been looked at.
pub async fn check(outbound: &dyn Outbound, draft: &ClientDraft, before: Option<&ClientMetadata>) -> Vec<Unfit> {
    let registrant = if draft.by_administrator() { Registrant::Administrator } else { Registrant::Anybody };
    let known: HashSet<_> = before.map(|before| called::addresses(&before.protocol).collect()).unwrap_or_default();
    let asked = called::addresses(&draft.protocol).filter(|address| !known.contains(address));
    let unfit = outbound.out_of_reach(asked, registrant).map(|(field, error)| Unfit::Address(field, error.to_string()));
    let mut unfit: Vec<Unfit> = unfit.collect();
    if unfit.is_empty() && !sector_is_known(draft, before) {
        unfit.extend(check_sector(outbound, draft, registrant).await.err().map(Unfit::Sector));
    }
    unfit
}

fn sector_is_known(draft: &ClientDraft, before: Option<&ClientMetadata>) -> bool {
    before.is_some_and(|before| {
        before.protocol.sector_identifier_uri == draft.protocol.sector_identifier_uri
            && draft.redirect_uris.iter().all(|uri| before.redirect_uris.contains(uri))
    })
}

/// OIDC Registration §5: the values of `redirect_uris` "MUST be included in the elements of the array".
async fn check_sector(outbound: &dyn Outbound, draft: &ClientDraft, registrant: Registrant) -> Result<(), String> {
    let Some(uri) = &draft.protocol.sector_identifier_uri else { return Ok(()) };
    let answer = outbound.send(Request::get(Kind::SectorIdentifier, uri, registrant)).await.map_err(|error| error.to_string())?;
    let listed: Vec<String> = serde_json::from_slice(&answer.body).map_err(|_| "it is no JSON array of texts".to_owned())?;
    match draft.redirect_uris.iter().all(|uri| listed.contains(uri)) {
        true => Ok(()),
        false => Err("it lacks a redirect URI of the client".to_owned()),
    }
}
