//! The authorization endpoint: RFC 6749 §4.1.1, OIDC Core §3.1.2.

pub mod client;
pub mod http;
pub mod interaction;
pub mod issue;
pub mod open;
pub mod request;
pub mod respond;
mod visitor;

use std::sync::Arc;

use crate::accounts::browser::Browser;
use crate::accounts::consent::{self, destination};
use crate::accounts::{session, transaction};
use crate::app::App;
use crate::clock::Timestamp;
use crate::endpoints::{id_token_hint, register, token};
use crate::failure::Failure;
use crate::model::client::Client;
use crate::model::consent::Consent;
use crate::model::session::Session;
use crate::model::transaction::{Binding, Transaction};
use crate::model::user::User;
use crate::secret::Secret;
use crate::spec::error::{OAuthError, Refusal, error_uri};
use crate::spec::params::Params;
use crate::spec::prompt;
use crate::spec::return_path::{self, Delivery, ReturnPath};
use uuid::Uuid;

use interaction::{Interaction, Standing};
use open::{Closed, Opened};
use request::AuthorizationRequest;
use visitor::Visitor;

/// What the browser gets.
#[derive(Debug)]
pub enum Answer {
    /// A page of ours: nobody may be redirected (RFC 6749 §4.1.2.1). The client, when there is one of that id.
    Page(Failure, Option<String>),
    /// Back to the client, with a code or with a refusal.
    Return(Delivery, Option<Refused>),
    /// A person has to do something first.
    Interact(Box<Waiting>),
}

/// What is told about a refusal that went back to the client.
#[derive(Debug)]
pub struct Refused {
    /// Why.
    pub failure: Failure,
    /// The id that the client was given.
    pub error_id: String,
    /// The client.
    pub client_id: String,
}

/// A request that waits for a person, and why.
#[derive(Debug)]
pub struct Waiting {
    /// Why.
    pub interaction: Interaction,
    /// What to go on with.
    pub transaction: Transaction,
    /// The session of the person, if somebody is signed in.
    pub session: Option<Uuid>,
}

impl Waiting {
    /// Whether the request goes with the person in the URL of the page, as before a sign-in, and is not kept for their session.
    fn travels(&self) -> bool {
        self.session.is_none() || matches!(self.interaction, Interaction::Login(_))
    }
}

/// What a client can do about a long request. RFC 9126 §1: pushed, it is as short as its reference.
const TOO_LONG: OAuthError = OAuthError::invalid_request("The request is too long for a URL; push it (RFC 9126) and send its request_uri.");

/// A person in a browser who is signed in.
#[derive(Debug)]
pub struct SignedIn {
    /// The session.
    pub session: Arc<Session>,
    /// Its user.
    pub user: Arc<User>,
    /// What the browser's cookie says about it to clients' pages, if it has that cookie: OIDC Session Management §4.2.
    pub state: Option<Secret<String>>,
}

/// A new request: `raw` is the query or the form body.
pub async fn authorize(app: &App, raw: &str, browser: &Browser) -> Answer {
    let signed_in = match session::remembered(app, browser).await {
        Ok(signed_in) => signed_in,
        Err(failure) => return Answer::Page(failure, None),
    };
    advance(app, begin(app, raw), signed_in.as_ref()).await
}

/// A new request that came by POST and is too long to be asked again by GET, which would bring the cookies.
pub async fn too_long(app: &App, raw: &str) -> Answer {
    refuse_too_long(app, &begin(app, raw)).await
}

fn begin(app: &App, raw: &str) -> Transaction {
    Transaction {
        request: raw.to_owned(),
        started_at: app.now(),
        bound_to: Binding::Browser(String::new()),
        chosen_session: None,
        agreed: None,
    }
}

/// The same request again, after sign-in, account selection or consent. Everything is checked anew: a client may have changed meanwhile.
pub async fn resume(app: &App, transaction: Transaction, signed_in: &SignedIn) -> Answer {
    advance(app, transaction, Some(signed_in)).await
}

/// The person said no: RFC 6749 §4.1.2.1, `access_denied`.
pub async fn deny(app: &App, transaction: &Transaction) -> Answer {
    let opened = match open::open(app, transaction).await {
        Ok(opened) => opened,
        Err(closed) => return refuse_closed(app, &transaction.request, closed, Visitor::KNOWN).await,
    };
    let failure = match respond::answer_once(app, &opened).await {
        Ok(()) => OAuthError::access_denied("The person did not agree.").into(),
        Err(failure) => failure,
    };
    refuse(app, (&opened.client, &opened.path), failure, Visitor::KNOWN).await
}

async fn advance(app: &App, mut transaction: Transaction, signed_in: Option<&SignedIn>) -> Answer {
    // Until the return path is proven, the person sees the error. RFC 6749 §4.1.2.1: "MUST NOT automatically redirect".
    let visitor = if signed_in.is_some() { Visitor::KNOWN } else { Visitor::UNKNOWN };
    let opened = match open::open(app, &transaction).await {
        Ok(opened) => opened,
        Err(closed) => return refuse_closed(app, &transaction.request, closed, visitor).await,
    };
    if let Some(fetched) = &opened.fetched {
        transaction.request.clone_from(fetched);
    }
    match decide(app, &opened, &transaction, signed_in).await {
        Ok(Next::Issue(delivery)) => Answer::Return(delivery, None),
        Ok(Next::Interact(interaction)) => {
            let session = signed_in.map(|signed_in| signed_in.session.id);
            interact(app, Waiting { interaction, transaction, session }).await
        }
        // From here on every refusal goes back to the client.
        Err(failure) => refuse(app, (&opened.client, &opened.path), failure, visitor.asking(&opened.params)).await,
    }
}

/// To the page where the person does it. The client learns of a request that cannot get there: the person could do nothing about it.
pub async fn interact(app: &App, waiting: Waiting) -> Answer {
    match waiting.travels().then(|| transaction::fits_into_a_url(app, &waiting.transaction)).transpose() {
        Ok(None | Some(true)) => Answer::Interact(Box::new(waiting)),
        Ok(Some(false)) => Box::pin(refuse_too_long(app, &waiting.transaction)).await,
        Err(failure) => Answer::Page(failure, None),
    }
}

/// Where client and return path are proven, to the client; otherwise the person reads why they are not.
async fn refuse_too_long(app: &App, transaction: &Transaction) -> Answer {
    match open::open(app, transaction).await {
        Ok(opened) => refuse(app, (&opened.client, &opened.path), TOO_LONG.into(), Visitor::UNKNOWN.asking(&opened.params)).await,
        Err(closed) => refuse_closed(app, &transaction.request, closed, Visitor::UNKNOWN).await,
    }
}

/// Names the client on a page of ours too, so that its owner can ask why.
async fn refuse_closed(app: &App, raw: &str, closed: Closed, visitor: Visitor) -> Answer {
    let failure = match closed {
        Closed::Return(proven, failure) => {
            return refuse(app, (&proven.client, &proven.path), failure, visitor.asking(&proven.params)).await;
        }
        Closed::Page(failure) => failure,
    };
    let client_id = Params::parse(raw).ok().and_then(|params| params.get("client_id").map(str::to_owned));
    let known = match &client_id {
        Some(client_id) => matches!(app.client(client_id).await, Ok(Some(_))),
        None => false,
    };
    Answer::Page(failure, client_id.filter(|_| known))
}

/// Back to the client: RFC 6749 §4.1.2.1.
async fn refuse(app: &App, (client, path): (&Client, &ReturnPath), failure: Failure, visitor: Visitor) -> Answer {
    if !visitor.may_be_sent_on(client.is_vouched_for()) {
        return Answer::Page(failure, Some(client.client_id.clone()));
    }
    let error_id = app.entropy.identifier();
    let public = failure.public();
    let error_uri = error_uri(&app.issuer, public.error, &error_id);
    let client_id = client.client_id.clone();
    match respond::deliver(app, client, path, &return_path::refusal(&public, &error_uri)).await {
        Ok(delivery) => Answer::Return(delivery, Some(Refused { failure, error_id, client_id })),
        Err(broken) => Answer::Page(broken, Some(client_id)),
    }
}

enum Next {
    Issue(Delivery),
    Interact(Interaction),
}

/// Check the request, see whether a person is needed, and issue.
async fn decide(app: &App, opened: &Opened, transaction: &Transaction, signed_in: Option<&SignedIn>) -> Result<Next, Failure> {
    let now = app.now(); // before anything is read: what is taken back meanwhile is void
    let request = AuthorizationRequest::check(&opened.params, &opened.client)?;
    let resources = token::any_resources(app, &opened.client, &opened.params).await?; // RFC 8707 §2.1
    token::fitting_details(app, &request.authorization_details).await?; // RFC 9396 §5
    let request = request.for_resources(resources.uris()).with_hinted_subject(hinted_subject(app, &opened.params)?);
    let signed_in = match signed_in {
        Some(signed_in) if request.gives_what_is_not_redeemed_or_outlives_the_session() => {
            session::still_lives(app, &signed_in.session).await?.then_some(signed_in)
        }
        signed_in => signed_in,
    };
    let place = opened.path.redirect_uri().as_str();
    let agreed_at = signed_in.and_then(|signed_in| agreed_at(app, (&opened.client, place), (&request, transaction), signed_in));
    let approved_at = match signed_in {
        Some(SignedIn { user, .. }) if agreed_at.is_none() && interaction::depends_on_approval(&request, &opened.client, place) => {
            approved_at(app, (&opened.client, place), &request, user).await?
        }
        _ => None,
    };
    let subject = signed_in.map(|signed_in| app.subject_for(&opened.client, &signed_in.user.subject)); // OIDC Core §8
    let standing = Standing {
        client: &opened.client,
        signed_in,
        subject: subject.as_deref(),
        reachable_acr: prompt::ACR_VALUES,
        has_agreed: agreed_at.is_some(),
        is_approved: approved_at.is_some(),
        redirect_uri: place,
        transaction,
        now,
    };
    if let Some(interaction) = interaction::needed(&request, &standing)? {
        return Ok(Next::Interact(interaction)); // OIDC Core §3.1.2.3, §3.1.2.4
    }
    let Some(signed_in) = signed_in else {
        return Err(OAuthError::login_required("Nobody is signed in.").into());
    };
    register::usage::approved(app, &opened.client, &signed_in.user.subject).await?;
    let at = agreed_at.or(approved_at).unwrap_or(now);
    respond::issue(app, opened, (&request, &resources), (signed_in, at)).await.map(Next::Issue)
}

/// When the person agreed on the page of this very request, if what the page said is what would be given now.
fn agreed_at(
    app: &App,
    (client, place): (&Client, &str),
    (request, transaction): (&AuthorizationRequest, &Transaction),
    signed_in: &SignedIn,
) -> Option<Timestamp> {
    let agreed = transaction.agreed.as_ref()?;
    (consent::mark(app, (client, place), request, &signed_in.user.subject) == agreed.mark).then_some(agreed.at)
}

/// As of when it was approved before, if it was. What a code gives is compared with what was taken back once more when it is redeemed; of
/// the rest, and of what lasts for months, SQL is asked at once.
async fn approved_at(
    app: &App,
    (client, place): (&Client, &str),
    request: &AuthorizationRequest,
    user: &User,
) -> Result<Option<Timestamp>, Failure> {
    let (pair, now) = ((user.subject.as_str(), client.client_id.as_str()), app.now());
    let covers =
        |consent: &Consent| interaction::covers(consent, request, now) && destination::is_known(&consent.destinations, client, place);
    Ok(match request.gives_what_is_not_redeemed_or_outlives_the_session() {
        true => app.approved_now(pair, covers).await?,
        false => app.approved_as_of(pair, covers).await?,
    })
}

/// Whom the `id_token_hint` names: OIDC Core §3.1.2.1. To whom it was given does not matter: "The Authorization Server need not be listed
/// as an audience", and a pairwise `sub` of another sector hints at nobody.
///
/// # Errors
/// `invalid_request`.
pub fn hinted_subject(app: &App, params: &Params) -> Result<Option<String>, Refusal> {
    let Some(hint) = params.get("id_token_hint") else { return Ok(None) };
    let claims = id_token_hint::claims(app, hint)?;
    Ok(claims.get("sub").and_then(|sub| sub.as_str()).map(str::to_owned))
}
