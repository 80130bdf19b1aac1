//! The authorization response: what is issued, and how it travels. OIDC Core §3.1.2.5, §3.2.2.5, §3.3.2.5, JARM §2.

use std::time::Duration;

use super::SignedIn;
use super::issue::{self, Approval};
use super::open::Opened;
use super::request::AuthorizationRequest;
use crate::app::App;
use crate::clock::Timestamp;
use crate::endpoints::encrypted::{self, Kind};
use crate::endpoints::token::issue::{AccessToken, Beside, Mint};
use crate::failure::Failure;
use crate::model::client::{Client, ClientOrigin, Profile};
use crate::model::grant::Grant;
use crate::secret::Secret;
use crate::spec::error::OAuthError;
use crate::spec::jarm;
use crate::spec::resource::Targets;
use crate::spec::return_path::{Delivery, ReturnPath};
use crate::spec::session_state;
use crate::spec::signing_algorithm::{self, Algorithm};
use crate::store::kv::codes;
use crate::store::kv::pushed_requests::{self, Claimed};
use crate::store::sql::{Occasion, Redemption};

/// Everything that the response type names, for a request that a person has approved.
///
/// # Errors
/// When the pushed request was answered before, the session ended meanwhile, or a store is away.
pub async fn issue(
    app: &App,
    opened: &Opened,
    (request, resources): (&AuthorizationRequest, &Targets),
    (signed_in, approved_at): (&SignedIn, Timestamp),
) -> Result<Delivery, Failure> {
    answer_once(app, opened).await?; // RFC 9126 §7.3
    let lifetime = code_lifetime(app, &opened.client);
    let (client, path, now) = (&*opened.client, &opened.path, app.now());
    let approval = Approval { request, client, path, resources, signed_in, approved_at, now, lifetime };
    let grant = issue::grant(app.entropy.as_ref(), &approval);
    let access_token = access_token(app, &approval, &grant).await?; // OIDC Core §3.2.2.5
    let code = code(app, &approval, &grant).await?; // RFC 6749 §4.1.2
    let id_token = id_token(app, &approval, &grant, (code.as_ref(), access_token.as_ref())).await?; // OIDC Core §3.2.2.10, §3.3.2.11
    if id_token.is_some() && access_token.is_none() {
        // With an access token the grant has noted it: the client knows the session by its sid, and is told of its end.
        app.sql.note_session_client(&grant.authentication.sid, &grant.client_id, &grant.subject, approval.now).await?;
    }
    let mut parameters = Vec::new();
    parameters.extend(code.map(|code| ("code", code.expose().clone())));
    parameters.extend(id_token.map(|token| ("id_token", token.expose().clone())));
    if let Some(token) = access_token {
        parameters.push(("access_token", token.text().expose().clone()));
        parameters.push(("token_type", "Bearer".to_owned()));
        parameters.push(("expires_in", token.lifetime().as_secs().to_string()));
        parameters.push(("scope", token.scope().to_owned()));
    }
    parameters.extend(session_state(app, &approval).map(|state| ("session_state", state)));
    deliver(app, &opened.client, &opened.path, &parameters).await
}

/// OIDC Session Management §2: in every successful OpenID response. A browser without the cookie gets none: the client would take the first
/// look for a change.
fn session_state(app: &App, approval: &Approval<'_>) -> Option<String> {
    let state = approval.signed_in.state.as_ref().filter(|_| approval.request.scope.contains("openid"))?;
    let (client_id, redirect_uri) = (&approval.client.client_id, approval.path.redirect_uri().as_str());
    session_state::session_state(client_id, redirect_uri, state.expose(), &app.entropy.identifier())
}

/// RFC 9126 §7.3: a pushed request is answered once, by what it asked for or by the person's no. Pages before that may be loaded again.
///
/// # Errors
/// `invalid_request_uri` when it was answered before.
pub async fn answer_once(app: &App, opened: &Opened) -> Result<(), Failure> {
    let Some(pushed) = &opened.pushed else { return Ok(()) };
    match pushed_requests::claim(&app.kv, pushed).await? {
        Claimed::First => Ok(()),
        Claimed::Late => Err(OAuthError::invalid_request_uri("The request_uri was used before.").about("request_uri").into()),
    }
}

/// FAPI 2.0 Security Profile §5.3.2.1: "authorization codes with a maximum lifetime of 60 seconds".
fn code_lifetime(app: &App, client: &Client) -> Duration {
    match client.metadata.profile {
        Profile::Fapi1 | Profile::Fapi2 => app.settings.lifetimes.code.min(Duration::from_secs(60)),
        Profile::Oauth21 | Profile::Legacy => app.settings.lifetimes.code,
    }
}

/// The code, kept only as a hash, for as long as it lives.
async fn code(app: &App, approval: &Approval<'_>, grant: &Grant) -> Result<Option<Secret<String>>, Failure> {
    if !approval.request.response_type.gives_code() {
        return Ok(None);
    }
    let issued = issue::code(app.entropy.as_ref(), approval, grant);
    codes::save(&app.kv, &issued.hash, &issued.payload, approval.lifetime).await?;
    Ok(Some(issued.code))
}

/// An access token names its grant, so the grant is saved before the token leaves: a replay of the code beside it then ends both.
async fn access_token(app: &App, approval: &Approval<'_>, grant: &Grant) -> Result<Option<AccessToken>, Failure> {
    let Approval { request, client, resources, signed_in, now, .. } = approval;
    if !request.response_type.gives_access_token() {
        return Ok(None);
    }
    match app.sql.redeem_grant_on(Occasion::FrontChannel, grant, None, *now).await? {
        Redemption::Saved => {
            Mint::unbound(app, client, *now).access_token_of_user(&signed_in.user, grant, &grant.scopes, resources).await.map(Some)
        }
        Redemption::Revoked | Redemption::Replayed | Redemption::SessionEnded => {
            Err(OAuthError::login_required("The session has ended.").because("the session ended while the request was answered").into())
        }
    }
}

/// OIDC Core §3.3.2.11: with the hashes of what travels beside it. FAPI 1.0 Advanced §5.2.2: and of the state.
async fn id_token(
    app: &App,
    approval: &Approval<'_>,
    grant: &Grant,
    (code, access_token): (Option<&Secret<String>>, Option<&AccessToken>),
) -> Result<Option<Secret<String>>, Failure> {
    let Approval { request, client, path, signed_in, now, .. } = approval;
    if !request.response_type.gives_id_token() {
        return Ok(None);
    }
    let only = code.is_none() && access_token.is_none();
    let beside = Beside { access_token, code, state: path.state(), only, ..Beside::default() };
    Mint::unbound(app, client, *now).id_token(&signed_in.user, grant, beside, request.nonce.as_deref()).await
}

/// A key that is made on demand is not made for a refusal to a client that is a document which nobody has approved: strangers change no
/// key set.
fn response_algorithm(app: &App, client: &Client) -> Algorithm {
    let registered = jarm::signed_with(client);
    if client.origin != ClientOrigin::Document || app.signs(registered) {
        registered
    } else {
        signing_algorithm::default_of(client.metadata.profile)
    }
}

/// Sends parameters along the return path, signed where the response mode says so, and encrypted where the client registered that (JARM §2.2).
///
/// # Errors
/// When no key signs as the client has registered.
pub async fn deliver(app: &App, client: &Client, path: &ReturnPath, parameters: &[(&str, String)]) -> Result<Delivery, Failure> {
    let fields = path.parameters(parameters);
    if !path.response_mode().signed {
        return Ok(path.deliver(fields));
    }
    let claims = jarm::claims(&fields, app.issuer.as_str(), client, app.now());
    let signed = app.sign(response_algorithm(app, client), None, &claims).await?;
    let response = encrypted::token(app, client, Kind::Authorization, signed).await?;
    Ok(path.deliver(vec![(jarm::PARAMETER.to_owned(), response.expose().clone())]))
}
