//! Telling clients of answers: OpenID CIBA Core §10.2 (ping), §10.3 (push), §12 (errors by push). What could not be told is tried again.

use std::time::Duration;

use serde_json::{Value, json};
use uuid::Uuid;

use super::{LEASE, Notice, open, seal};
use crate::app::App;
use crate::clock::Timestamp;
use crate::endpoints::token;
use crate::endpoints::token::issue::{self, Beside, Mint};
use crate::failure::Failure;
use crate::grants::open;
use crate::model::approval::Approval;
use crate::model::authentication_request::{AuthenticationRequest, Delivery, State};
use crate::model::client::Client;
use crate::model::grant::Grant;
use crate::model::refresh_token::RefreshToken;
use crate::outbound::{OutboundError, Registrant, Request};
use crate::secret::Secret;
use crate::spec::error::{ErrorCode, OAuthError};
use crate::spec::grant_type::CIBA;
use crate::store::StoreError;
use crate::store::sql::Redemption;

/// After this many attempts a client is not told any more; by poll and ping it can still ask.
const MOST_ATTEMPTS: i32 = 6;
/// Before the second attempt; it doubles each time.
const FIRST_PAUSE: Duration = Duration::from_secs(31);

/// Notices that are due, for this node alone, and none to who is `busy`.
///
/// # Errors
/// When the database is away.
pub async fn claim(app: &App, limit: usize, busy: &[String]) -> Result<Vec<AuthenticationRequest>, StoreError> {
    let now = app.now();
    app.sql.due_notices((now, now + LEASE), i64::try_from(limit).unwrap_or(i64::MAX), busy).await
}

/// Sends one notice, and notes what came of it.
///
/// # Errors
/// When the database is away, or no key signs; the notice is then due again when its lease is over.
pub async fn tell(app: &App, request: &AuthenticationRequest) -> Result<(), Failure> {
    let client = app.client(&request.client_id).await?.filter(|client| client.enabled && client.may_use_grant_type(CIBA.name));
    let told =
        client.as_ref().and_then(|client| Some((client, client.metadata.protocol.backchannel_client_notification_endpoint.clone()?)));
    let Some((client, endpoint)) = told.filter(|_| !request.sealed.is_empty()) else {
        app.sql.settle_notice(request.id, None).await?;
        return Ok(());
    };
    let notice = open(app, &request.sealed)?;
    let token = notice.token.clone().unwrap_or_default();
    let document = match request.delivery {
        Delivery::Push => pushed(app, client, request, notice).await?,
        Delivery::Poll | Delivery::Ping => json!({ "auth_req_id": notice.auth_req_id.expose() }),
    };
    let sending = Request::post_json(endpoint, Registrant::of(client), &document).with_bearer(token);
    let next = match app.outbound.send(sending).await {
        Ok(_) => None,
        // Nobody was asked, so it was no attempt: the notice is due again when its lease is over.
        Err(OutboundError::Busy) => return Ok(()),
        Err(error) => {
            tracing::info!(%error, client.id = request.client_id, "a notice was not taken");
            if is_final(&error) { None } else { again(app, request.attempts) }
        }
    };
    app.sql.settle_notice(request.id, next).await?;
    Ok(())
}

/// CIBA Core §10.2 leaves refusals to the provider: who says no, or sends elsewhere, would do so again. Only who is away is told later.
fn is_final(error: &OutboundError) -> bool {
    // RFC 9110 §15.5.9, RFC 6585 §4: too slow, too many.
    matches!(error, OutboundError::Status(status @ 300..=499) if !matches!(status, 408 | 429))
}

fn again(app: &App, attempts: i32) -> Option<Timestamp> {
    let doubled = u32::try_from(attempts).ok().filter(|_| attempts + 1 < MOST_ATTEMPTS)?;
    Some(app.now() + FIRST_PAUSE.saturating_mul(1 << doubled))
}

/// What is pushed is made once and kept until it is taken, so that a client which is told twice is told the same.
async fn pushed(app: &App, client: &Client, request: &AuthenticationRequest, mut notice: Notice) -> Result<Value, Failure> {
    if let Some(payload) = notice.payload.take() {
        return Ok(payload);
    }
    let error = match (request.state, &request.approval) {
        (State::Approved, Some(approval)) => match redeemed(app, client, (request.id, approval), &mut notice).await {
            // Only this is so for good. After every other failure, and where a key of the client's is missing to encrypt to, the notice comes
            // back with its lease, and finds the yes as it was.
            Err(Failure::Refused(refused)) if refused.error.error != ErrorCode::InvalidRequest => {
                tracing::warn!(detail = %refused.detail, client.id = client.client_id, "an answer could not become tokens");
                refusal(ErrorCode::AccessDenied, "The approval is no longer valid.")
            }
            done => return done,
        },
        (State::Denied, _) => refusal(ErrorCode::AccessDenied, "The person did not agree."),
        (State::Pending, _) => refusal(ErrorCode::ExpiredToken, "Nobody answered in time."),
        _ => refusal(ErrorCode::TransactionFailed, "The tokens were lost on the way."),
    };
    let payload = notice.carry(error);
    app.sql.reseal_notice(request.id, &seal(app, &notice)?).await?;
    Ok(payload)
}

impl Notice {
    /// CIBA Core §10.3.1, §12: what is pushed names its request.
    fn carry(&mut self, mut payload: Value) -> Value {
        if let Some(members) = payload.as_object_mut() {
            members.insert("auth_req_id".to_owned(), Value::from(self.auth_req_id.expose().as_str()));
        }
        self.payload = Some(payload.clone());
        payload
    }
}

/// CIBA Core §10.3: whatever may be away for a moment is asked first. Then the yes is taken together with the notice that carries its tokens:
/// who fails in between has lost neither.
async fn redeemed(app: &App, client: &Client, (id, approval): (Uuid, &Approval), notice: &mut Notice) -> Result<Value, Failure> {
    let now = app.now();
    let tokens = tokens(app, client, approval, (&notice.auth_req_id, now)).await?;
    let payload = notice.carry(tokens.response);
    let sealed = seal(app, notice)?;
    match app.sql.redeem_authentication_request(id, &tokens.grant, tokens.refresh.as_ref(), now, Some(&sealed)).await? {
        Some(Redemption::Saved) => Ok(payload),
        Some(_) => Err(OAuthError::invalid_grant("The approval is no longer valid.")
            .because("the session of the approval has ended, or it was taken back")
            .into()),
        None => Err(Failure::Busy("another node has taken the approval, and sends its tokens".into())),
    }
}

/// CIBA Core §12.
fn refusal(error: ErrorCode, description: &str) -> Value {
    json!({ "error": error.as_str(), "error_description": description })
}

/// The tokens of an approval, worth nothing before its grant is saved.
struct Tokens {
    grant: Grant,
    refresh: Option<RefreshToken>,
    response: Value,
}

/// CIBA Core §10.3.1: the ID Token names the request and the tokens beside it.
async fn tokens(
    app: &App,
    client: &Client,
    approval: &Approval,
    (auth_req_id, now): (&Secret<String>, Timestamp),
) -> Result<Tokens, Failure> {
    let open = open::approval(&approval.grant, approval.refreshable, client); // RFC 6749 §3.3
    let details = token::open_details(app, client, &open.grant.authorization_details).await?;
    let grant = open.grant.detailed_as(details);
    let user = token::active_user(app, &grant.subject).await?;
    let resources = token::targets(app, client, &grant.resources).await?;
    let mint = Mint::unbound(app, client, now);
    let (refresh_token, refresh) = open.refreshable.then(|| mint.first_refresh_token(grant.id)).unzip();
    let access_token = mint.access_token_of_user(&user, &grant, &grant.scopes, &resources).await?;
    let beside = Beside { refresh_token: refresh_token.as_ref(), auth_req_id: Some(auth_req_id), ..Beside::access_token(&access_token) };
    let id_token = mint.id_token(&user, &grant, beside, None).await?;
    let response = issue::TokenResponse::new(access_token, &grant.scopes).with_refresh_token(refresh_token).with_id_token(id_token);
    let response = serde_json::to_value(&response).map_err(anyhow::Error::from)?;
    Ok(Tokens { grant, refresh, response })
}
