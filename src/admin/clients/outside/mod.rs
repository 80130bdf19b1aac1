//! What a registration says about addresses elsewhere, checked when it is made, whoever makes it: RFC 7591 §5, OIDC Registration §5.

use std::collections::HashSet;

use crate::model::client::ClientMetadata;
use crate::outbound::{Kind, Outbound, Registrant, Request};
use crate::spec::client_metadata::{self, ClientDraft, called};
use crate::spec::subject;

/// An address of a draft that is of no use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Unfit {
    /// authy would never connect to the address in this member.
    Address(&'static str, String),
    /// The document at `sector_identifier_uri` does not bear the draft out.
    Sector(String),
}

/// Looks at every address that the draft names anew: one that authy would never call is refused before anybody relies on it, and the
/// document of a sector must name the client's own addresses (OIDC Registration §5). What was registered `before` has been looked at.
pub async fn check(outbound: &dyn Outbound, draft: &ClientDraft, before: Option<&ClientMetadata>) -> Vec<Unfit> {
    let registrant = if draft.by_administrator() { Registrant::Administrator } else { Registrant::Anybody };
    let known: HashSet<_> = before.map(|before| called::addresses(&before.protocol).collect()).unwrap_or_default();
    let asked = called::addresses(&draft.protocol).filter(|address| !known.contains(address));
    let unfit = outbound.out_of_reach(asked, registrant).map(|(field, error)| Unfit::Address(field, error.to_string()));
    let mut unfit: Vec<Unfit> = unfit.collect();
    // What the rules refuse is refused by them.
    let metadata = client_metadata::check(draft).ok().filter(|metadata| unfit.is_empty() && !sector_is_known(metadata, before, registrant));
    if let Some(metadata) = metadata {
        unfit.extend(check_sector(outbound, &metadata, registrant).await.err().map(Unfit::Sector));
    }
    unfit
}

fn sector_is_known(metadata: &ClientMetadata, before: Option<&ClientMetadata>, registrant: Registrant) -> bool {
    let members = |metadata| subject::members_of_sector(metadata, registrant == Registrant::Administrator);
    before.is_some_and(|before| {
        let named = members(before);
        before.protocol.sector_identifier_uri == metadata.protocol.sector_identifier_uri
            && before.auth_method == metadata.auth_method
            && members(metadata).iter().all(|address| named.contains(address))
    })
}

/// OIDC Registration §5, and CIBA Core §4 for clients without redirect URIs.
async fn check_sector(outbound: &dyn Outbound, metadata: &ClientMetadata, registrant: Registrant) -> Result<(), String> {
    let Some(uri) = &metadata.protocol.sector_identifier_uri else { return Ok(()) };
    let by_administrator = registrant == Registrant::Administrator;
    if !subject::can_be_named(metadata, by_administrator) {
        return Err(
            "a client with grants that need no redirect URI shows whose it is by its keys: private_key_jwt and a jwks_uri".to_owned()
        );
    }
    let answer = outbound.send(Request::get(Kind::SectorIdentifier, uri, registrant)).await.map_err(|error| error.to_string())?;
    match subject::names_all(&answer.body, &subject::members_of_sector(metadata, by_administrator)) {
        true => Ok(()),
        false => Err("it is no JSON array of texts, or lacks a redirect URI, jwks_uri or notification endpoint of the client".to_owned()),
    }
}
