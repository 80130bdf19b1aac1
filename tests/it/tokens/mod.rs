//! What tokens are bound to, how they are encrypted, and under which names they speak of people.

mod certificate;
mod dpop;
mod dpop_nonces;
mod encryption;
mod located_details;
mod malleated;
mod pairwise;
mod proofs;
mod resource_scopes;
