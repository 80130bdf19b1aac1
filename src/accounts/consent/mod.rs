//! Agreeing: what an application may do in a person's name. OIDC Core §3.1.2.4.

pub mod destination;
pub mod http;
pub mod page;
pub mod remember;
pub mod scopes;
pub mod shown;
pub mod wishes;

use crate::accounts::client_card::ClientCard;
use crate::accounts::transaction::{self, Found};
use crate::app::App;
use crate::clock::Timestamp;
use crate::endpoints::authorize::open::{self, Opened};
use crate::endpoints::authorize::request::AuthorizationRequest;
use crate::endpoints::authorize::{self, Answer, SignedIn, interaction};
use crate::endpoints::{register, token};
use crate::failure::Failure;
use crate::model::client::Client;
use crate::model::consent::Consent;
use crate::model::transaction::Agreed;
use crate::telemetry::audit;

use remember::Approved;
use shown::Shown;
use wishes::{Wanted, Wishes};

/// What the page shows.
#[derive(Debug)]
pub struct Question {
    /// Who asks.
    pub client: ClientCard,
    /// Where the answer goes.
    pub redirect_uri: String,
    /// What it asks for, in words.
    pub wishes: Wishes,
    /// Until when the approval is remembered; `None`: it is for this once.
    pub until: Option<Timestamp>,
    /// The mark of all this: see [`shown`].
    pub mark: String,
}

/// What a person answers.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Decision {
    /// Yes.
    Approve,
    /// No.
    Deny,
}

/// What became of an answer.
#[derive(Debug)]
pub enum Answered {
    /// The request goes on.
    Done(Answer),
    /// It is no longer what the person was shown: they are asked again.
    Changed(Box<Question>),
}

/// Load the request, check it again, and put it into words.
///
/// # Errors
/// When a store is away, or the client has changed meanwhile.
pub async fn question(app: &App, handle: &str, signed_in: &SignedIn) -> Result<Found<Question>, Failure> {
    let transaction = match transaction::load(app, handle, signed_in.session.id).await?.here() {
        Ok(transaction) => transaction,
        Err(lost) => return Ok(lost),
    };
    let opened = open::again(app, &transaction).await?;
    let request = checked(app, &opened).await?;
    ask(app, &opened, &request, signed_in).await.map(Found::Here)
}

/// As it is compared with what was approved. A resource that is not registered any more is refused when the request goes on.
async fn checked(app: &App, opened: &Opened) -> Result<AuthorizationRequest, Failure> {
    let request = AuthorizationRequest::check(&opened.params, &opened.client)?;
    let resources = token::as_registered(app, &request.resources).await?;
    Ok(request.for_resources(resources))
}

async fn ask(app: &App, opened: &Opened, request: &AuthorizationRequest, signed_in: &SignedIn) -> Result<Question, Failure> {
    let (now, subject, place) = (app.now(), &signed_in.user.subject, opened.path.redirect_uri().as_str());
    let before = app.sql.consent_of(subject, &opened.client.client_id).await?.filter(|consent| now < consent.expires_at);
    Ok(Question {
        client: ClientCard::of(&opened.client),
        redirect_uri: place.to_owned(),
        wishes: wishes(app, Wanted::of(request), before.as_ref()).await?,
        until: interaction::is_remembered(&opened.client, place).then(|| now + app.settings.lifetimes.consent),
        mark: mark(app, (&opened.client, place), request, subject),
    })
}

/// The mark of a request as a page shows it to a person.
pub fn mark(app: &App, (client, place): (&Client, &str), request: &AuthorizationRequest, subject: &str) -> String {
    Shown::new(subject, client, &Wanted::of(request)).going_to(place, interaction::is_remembered(client, place)).mark(&app.sealer)
}

/// Compare the request with what the page showed; take it, once; remember the approval if it may be remembered; go on.
///
/// # Errors
/// When a store is away.
pub async fn answer(
    app: &App,
    handle: &str,
    (decision, shown): (Decision, &str),
    signed_in: &SignedIn,
) -> Result<Found<Answered>, Failure> {
    let session = signed_in.session.id;
    if decision == Decision::Deny {
        return match transaction::take(app, handle, session).await?.here() {
            Ok(transaction) => Ok(Found::Here(Answered::Done(authorize::deny(app, &transaction).await))), // RFC 6749 §4.1.2.1
            Err(lost) => Ok(lost),
        };
    }
    let transaction = match transaction::load(app, handle, session).await?.here() {
        Ok(transaction) => transaction,
        Err(lost) => return Ok(lost),
    };
    let opened = open::again(app, &transaction).await?;
    let request = checked(app, &opened).await?;
    let place = opened.path.redirect_uri().as_str();
    if mark(app, (&opened.client, place), &request, &signed_in.user.subject) != shown {
        return Ok(Found::Here(Answered::Changed(Box::new(ask(app, &opened, &request, signed_in).await?))));
    }
    let mut transaction = match transaction::take(app, handle, session).await?.here() {
        Ok(transaction) => transaction,
        Err(lost) => return Ok(lost),
    };
    transaction.agreed = Some(Agreed { mark: shown.to_owned(), at: app.now() });
    register::usage::approved(app, &opened.client, &signed_in.user.subject).await?;
    if interaction::is_remembered(&opened.client, place) {
        remember(app, &opened, &request, signed_in).await?;
    }
    // The client is read once more on the way: what is given is compared with the mark then, too.
    Ok(Found::Here(Answered::Done(authorize::resume(app, transaction, signed_in).await)))
}

async fn remember(app: &App, opened: &Opened, request: &AuthorizationRequest, signed_in: &SignedIn) -> Result<(), Failure> {
    let approved = Approved {
        subject: &signed_in.user.subject,
        client_id: &opened.client.client_id,
        scopes: request.scope.iter().map(str::to_owned).collect(),
        claims: request.claims.names().into_iter().map(str::to_owned).collect(),
        resources: request.resources.clone(),
        authorization_details: request.authorization_details.clone(),
        destination: Some(destination::of(opened.path.redirect_uri().as_str())),
    };
    save(app, approved).await
}

/// Adds what was approved to what was approved before, and tells the audit record.
///
/// # Errors
/// When the database is away.
pub async fn save(app: &App, approved: Approved<'_>) -> Result<(), Failure> {
    let (subject, client_id, now) = (approved.subject, approved.client_id, app.now());
    let before = app.sql.consent_of(subject, client_id).await?;
    let event = audit::by_person(app.entropy.as_ref(), now, audit::CONSENT_GIVEN, subject).client(client_id).build();
    app.sql.save_consent(&remember::merged(before, approved, now, app.settings.lifetimes.consent), &event).await?;
    Ok(())
}

/// What is asked for, in words. What was approved `before` is told apart.
///
/// # Errors
/// When the database is away.
pub async fn wishes(app: &App, wanted: Wanted<'_>, before: Option<&Consent>) -> Result<Wishes, Failure> {
    let resources = resource_names(app, wanted.resources).await?;
    Ok(Wishes { asked: wanted.in_words(&app.authorization_types().await?, before), resources })
}

/// A resource that is not registered has no name here; the request goes on and is refused where that is due.
///
/// # Errors
/// When the database is away.
async fn resource_names(app: &App, uris: &[String]) -> Result<Vec<String>, Failure> {
    let mut names = Vec::with_capacity(uris.len());
    for uri in uris {
        names.push(match app.resource(uri).await? {
            Some(resource) if !resource.name.is_empty() => resource.name.clone(),
            _ => uri.clone(),
        });
    }
    Ok(names)
}
