//! Which keys the maker of a request holds: DPoP proofs (RFC 9449 §4.3) and the certificate of the connection (RFC 8705 §3).

pub mod binding;
pub mod nonce;

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use sha2::{Digest as _, Sha256};

use crate::app::App;
use crate::client_auth::Credentials;
use crate::failure::Failure;
use crate::jose::{Algorithm, embedded};
use crate::model::client::Client;
use crate::model::confirmation::Confirmation;
use crate::spec::dpop::{self, Expected};
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::signing_algorithm::OF_CLIENTS;
use crate::store::kv::replay;

use nonce::{Age, Nonce};

/// What a request has proved.
#[derive(Clone, Debug, Default)]
pub struct Possession {
    /// The keys.
    pub confirmation: Confirmation,
    /// What signed the DPoP proof.
    pub algorithm: Option<Algorithm>,
    /// A nonce for the next proof, when the one that was used is getting old: RFC 9449 §8.2.
    pub next_nonce: Option<String>,
    /// The proof, which is not used up yet.
    pub proof: Option<Proof>,
}

/// What a proof is remembered by once it has been used.
#[derive(Clone, Debug)]
pub struct Proof {
    room: Room,
    seen_as: String,
    believed_for: Duration,
}

/// Where used proofs are remembered: a flood in one room shuts nobody out of another.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Room {
    /// For requests of tokens, by clients that somebody here vouches for.
    Earned,
    /// For requests of tokens by other clients.
    Strangers,
    /// For the use of tokens here: everybody who has one can make as many as they like.
    Resource,
    /// For the use of tokens here that were given to other clients.
    StrangersResource,
    /// For requests that anybody can make.
    Anybody,
}

impl Room {
    const fn kind(self) -> &'static str {
        match self {
            Self::Earned => "dpop",
            Self::Strangers => "dpop-strangers",
            Self::Resource => "dpop-resource",
            Self::StrangersResource => "dpop-strangers-resource",
            Self::Anybody => "dpop-anybody",
        }
    }
}

/// The proof of a request has been used up, or there was none: only [`use_up`] makes it, and no token is minted without it.
#[derive(Clone, Copy, Debug)]
pub struct UsedUp(());

/// The tokens that this request gets are bound to what it proves; a client whose tokens must be bound proves enough, or is refused before
/// anything else is looked at.
///
/// # Errors
/// `invalid_dpop_proof`, `use_dpop_nonce`, and `invalid_request` for a client that must bring a certificate and does not.
pub async fn of_client(app: &App, client: &Client, credentials: &Credentials) -> Result<Possession, Failure> {
    let wanted = binding::of(client);
    let room = if client.is_vouched_for() { Room::Earned } else { Room::Strangers };
    let mut proven = dpop(app, client, ("POST", credentials), None, room).await?;
    binding::algorithm_is_allowed(client, proven.algorithm)?;
    if wanted.takes_certificate() {
        proven.confirmation.certificate = credentials.certificate.as_ref().map(|certificate| certificate.thumbprint());
    }
    binding::check(wanted, &proven.confirmation)?;
    Ok(proven)
}

/// The keys that the user of an access token shows, at a resource of ours; the token was given to this client.
///
/// # Errors
/// `invalid_dpop_proof`, `use_dpop_nonce`.
pub async fn of_token(app: &App, client: &Client, sent: (&str, &Credentials), access_token: &str) -> Result<Possession, Failure> {
    let (_, credentials) = sent;
    let room = if client.is_vouched_for() { Room::Resource } else { Room::StrangersResource };
    let mut proven = dpop(app, client, sent, Some(access_token), room).await?;
    proven.confirmation.certificate = credentials.certificate.as_ref().map(|certificate| certificate.thumbprint());
    Ok(proven)
}

/// RFC 9449 §4.3: the one proof of the request, if there is one. One that was used before is refused here already; but nothing is remembered
/// of one that is only looked at, or strangers could fill the store with proofs that cost nothing. A nonce that it carries is checked in any
/// case; it must carry one where the server or the client demands that (§8, §9).
///
/// # Errors
/// `invalid_dpop_proof`, `use_dpop_nonce`.
pub async fn dpop(
    app: &App,
    client: &Client,
    (method, credentials): (&str, &Credentials),
    access_token: Option<&str>,
    room: Room,
) -> Result<Possession, Failure> {
    let Some(proof) = only_proof(&credentials.dpop)? else { return Ok(Possession::default()) };
    let wanted = Nonce::wanted(client, app.settings.require_dpop_nonce);
    Box::pin(by_proof(app, (method, &credentials.path), (proof, wanted, room), access_token)).await
}

/// RFC 9449 §11.1: a proof is believed once, on all nodes and of many requests at once; when the store cannot tell, it is not believed. Asked
/// when nothing is left to be checked, and before anything is used up or given.
///
/// # Errors
/// `invalid_dpop_proof` for a proof that was used before.
pub async fn use_up(app: &App, proof: Option<&Proof>) -> Result<UsedUp, Failure> {
    match proof {
        Some(proof) if replay::seen(&app.kv, proof.room.kind(), &proof.seen_as, proof.believed_for).await? => Err(used_before()),
        _ => Ok(UsedUp(())),
    }
}

fn used_before() -> Failure {
    dpop::invalid_proof().because("the proof was used before").into()
}

async fn by_proof(
    app: &App,
    (method, path): (&str, &str),
    (proof, wanted, room): (&str, Nonce, Room),
    access_token: Option<&str>,
) -> Result<Possession, Failure> {
    let now = app.now();
    let proof = embedded::verify(proof).map_err(|error| dpop::invalid_proof().because(error.to_string()))?;
    dpop::check_type(&proof.header)?;
    let urls = urls(app, path);
    let said = dpop::check(&proof.claims, Expected { method, urls: &urls, access_token, now })?;
    let age = nonce::check(&app.sealer, said.nonce.as_deref(), now);
    if !wanted.is_met_by(age) {
        return Err(OAuthError::use_dpop_nonce("The DPoP proof needs a nonce of this server.")
            .because(format!("the nonce is {age:?}"))
            .into());
    }
    let seen_as = URL_SAFE_NO_PAD.encode(Sha256::digest(format!("{} {}", proof.thumbprint, said.jti)));
    if replay::was_seen(&app.kv, room.kind(), &seen_as).await? {
        return Err(used_before());
    }
    let next_nonce = (age == Age::Old).then(|| nonce::make(&app.sealer, now));
    let confirmation = Confirmation { jkt: Some(proof.thumbprint), certificate: None };
    let algorithm = Some(proof.algorithm);
    let proof = Some(Proof { room, seen_as, believed_for: said.believed_for });
    Ok(Possession { confirmation, algorithm, next_nonce, proof })
}

/// The endpoint as discovery names it, and among the `mtls_endpoint_aliases` (RFC 8705 §5).
fn urls(app: &App, path: &str) -> Vec<String> {
    let alias = app.settings.mtls.base.as_ref().map(|base| format!("{base}{path}"));
    std::iter::once(app.issuer.url(path)).chain(alias).collect()
}

/// RFC 9449 §4.3 item 1: "there is not more than one DPoP HTTP request header field".
fn only_proof(headers: &[Option<String>]) -> Result<Option<&str>, Refusal> {
    match headers {
        [] => Ok(None),
        [Some(proof)] => Ok(Some(proof)),
        [None] => Err(dpop::invalid_proof().because("the DPoP header is not text")),
        _ => Err(dpop::invalid_proof().because("there is more than one DPoP header")),
    }
}

/// `dpop_signing_alg_values_supported`: RFC 9449 §5.1.
pub const DPOP_ALGORITHMS: &[&str] = OF_CLIENTS;
