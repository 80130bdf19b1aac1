//! Why a request must stop and wait for a person: a table of named reasons. OIDC Core §3.1.2.3, §3.1.2.4. Pure.

use super::SignedIn;
use super::request::AuthorizationRequest;
use crate::clock::Timestamp;
use crate::model::client::Client;
use crate::model::consent::Consent;
use crate::model::transaction::Transaction;
use crate::spec::error::{OAuthError, Refusal};

/// What a person has to do.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Interaction {
    /// Sign in.
    Login(LoginReason),
    /// Choose the account to go on with.
    SelectAccount,
    /// Agree to what is new.
    Consent,
}

/// Why somebody has to sign in.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LoginReason {
    /// Nobody is signed in.
    NoSession,
    /// `prompt=login`.
    Prompted,
    /// The sign-in is older than `max_age`.
    TooOld,
    /// Somebody else is signed in than the request asks for.
    OtherUser,
    /// The sign-in was of another kind than the request demands.
    OtherKind,
}

/// What is known when the question is asked.
#[derive(Debug)]
pub struct Standing<'a> {
    /// Who asks.
    pub client: &'a Client,
    /// Who is signed in, if anybody.
    pub signed_in: Option<&'a SignedIn>,
    /// Under which `sub` the client knows that person.
    pub subject: Option<&'a str>,
    /// Whether that person has just agreed to it, as it is now, on a page that showed it.
    pub has_agreed: bool,
    /// Whether that person approved all of it before: see [`covers`].
    pub is_approved: bool,
    /// The `acr` values that a sign-in can reach.
    pub reachable_acr: &'a [&'a str],
    /// Where the answer goes.
    pub redirect_uri: &'a str,
    /// The request under way.
    pub transaction: &'a Transaction,
    /// The moment.
    pub now: Timestamp,
}

/// The first thing a person has to do, or nothing.
///
/// # Errors
/// With `prompt=none` each reason is the error of OIDC Core §3.1.2.6 instead.
pub fn needed(request: &AuthorizationRequest, standing: &Standing<'_>) -> Result<Option<Interaction>, Refusal> {
    acr_can_be_met(request, standing)?;
    let found = login(request, standing)
        .map(Interaction::Login)
        .or_else(|| select_account(request, standing).then_some(Interaction::SelectAccount))
        .or_else(|| consent(request, standing).then_some(Interaction::Consent));
    match found {
        Some(interaction) if request.hints.prompt.none => Err(silent_refusal(&interaction)),
        found => Ok(found),
    }
}

/// The `acr` values of which the sign-in must have one: those that are essential (OIDC Core §5.5.1.1), else `acr_values`. RFC 9470 §5: the
/// server "SHOULD consider the requested acr value as necessary for successful completion", or a client whose resource refuses its token
/// would come back for ever.
fn demanded_acr(request: &AuthorizationRequest) -> Vec<&str> {
    let essential = request.claims.essential_acr();
    if essential.is_empty() { request.hints.acr_values.iter().map(String::as_str).collect() } else { essential }
}

/// What no sign-in here reaches is refused before anybody signs in for nothing: `unmet_authentication_requirements`.
fn acr_can_be_met(request: &AuthorizationRequest, standing: &Standing<'_>) -> Result<(), Refusal> {
    let demanded = demanded_acr(request);
    if demanded.is_empty() || demanded.iter().any(|acr| standing.reachable_acr.contains(acr)) {
        return Ok(());
    }
    Err(OAuthError::unmet_authentication_requirements("The acr that the request asks for cannot be reached here.").into())
}

/// OIDC Core §3.1.2.6.
fn silent_refusal(interaction: &Interaction) -> Refusal {
    match interaction {
        Interaction::Login(reason) => {
            OAuthError::login_required("A person has to sign in first.").because(format!("prompt=none, but sign-in is needed: {reason:?}"))
        }
        Interaction::SelectAccount => OAuthError::account_selection_required("A person has to choose an account first.").into(),
        Interaction::Consent => OAuthError::consent_required("A person has to agree first.").into(),
    }
}

fn login(request: &AuthorizationRequest, standing: &Standing<'_>) -> Option<LoginReason> {
    let Some(signed_in) = standing.signed_in else { return Some(LoginReason::NoSession) };
    let auth_time = signed_in.session.auth_time;
    // A sign-in made for this very request answers prompt=login and max_age, however long the pages took.
    let fresh = auth_time >= standing.transaction.started_at;
    if request.hints.prompt.login && !fresh {
        return Some(LoginReason::Prompted);
    }
    if !fresh && request.hints.max_age.is_some_and(|max_age| too_old(auth_time, max_age, standing.now)) {
        return Some(LoginReason::TooOld);
    }
    let demanded = demanded_acr(request);
    if !fresh && !demanded.is_empty() && !demanded.contains(&signed_in.session.acr.as_str()) {
        return Some(LoginReason::OtherKind);
    }
    let subject = standing.subject.unwrap_or_default();
    let is_meant = request.hinted_subject.as_ref().is_none_or(|hinted| hinted == subject) && request.claims.allows_subject(subject);
    (!is_meant).then_some(LoginReason::OtherUser)
}

/// OIDC Core §3.1.2.1: `max_age` counts whole seconds since `auth_time`.
const fn too_old(auth_time: Timestamp, max_age: u64, now: Timestamp) -> bool {
    let age = now.as_seconds().saturating_sub(auth_time.as_seconds());
    age < 0 || age.unsigned_abs() > max_age || max_age == 0
}

fn select_account(request: &AuthorizationRequest, standing: &Standing<'_>) -> bool {
    let Some(signed_in) = standing.signed_in else { return false };
    let fresh = signed_in.session.auth_time >= standing.transaction.started_at;
    request.hints.prompt.select_account && !fresh && standing.transaction.chosen_session != Some(signed_in.session.id)
}

fn consent(request: &AuthorizationRequest, standing: &Standing<'_>) -> bool {
    if standing.has_agreed {
        return false;
    }
    if depends_on_approval(request, standing.client, standing.redirect_uri) {
        return !standing.is_approved;
    }
    request.hints.prompt.consent || !standing.client.metadata.skip_consent
}

/// Whether it matters what was approved before. Otherwise the question is to be asked again, is spared by an administrator, or is asked
/// every time.
pub fn depends_on_approval(request: &AuthorizationRequest, client: &Client, redirect_uri: &str) -> bool {
    !request.hints.prompt.consent && !client.metadata.skip_consent && is_remembered(client, redirect_uri)
}

/// RFC 8252 §8.6: any program can claim a loopback port or a private-use scheme, so an approval given to a client that nobody vouches
/// for is remembered only where the answer goes to an https address.
pub fn is_remembered(client: &Client, redirect_uri: &str) -> bool {
    client.is_vouched_for() || !client.is_public() || redirect_uri.starts_with("https://")
}

/// A subset of what was approved passes; anything new asks.
pub fn covers(consent: &Consent, request: &AuthorizationRequest, now: Timestamp) -> bool {
    now < consent.expires_at
        && request.scope.iter().all(|scope| consent.scopes.iter().any(|known| known == scope))
        && request.claims.names().iter().all(|claim| consent.claims.iter().any(|known| known == claim))
        && request.resources.iter().all(|resource| consent.resources.contains(resource))
        && request.authorization_details.iter().all(|detail| consent.authorization_details.contains(detail))
}
