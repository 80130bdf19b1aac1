//! What applications ask of a person who is elsewhere (OpenID CIBA): they are listed, and answered, on the person's own pages.

pub mod http;
pub mod page;

use uuid::Uuid;

use crate::accounts::approval::Asked;
use crate::accounts::client_card::ClientCard;
use crate::accounts::consent::shown::Shown;
use crate::accounts::consent::wishes::{Wanted, Wishes};
use crate::accounts::consent::{self, Decision};
use crate::app::App;
use crate::clock::Timestamp;
use crate::endpoints::authorize::SignedIn;
use crate::endpoints::register;
use crate::failure::Failure;
use crate::model::approval::Outcome;
use crate::model::authentication_request::AuthenticationRequest;
use crate::model::client::Client;
use crate::telemetry::audit;

/// One question.
#[derive(Debug)]
pub struct Waiting {
    /// Names it in the form.
    pub id: Uuid,
    /// Who asks.
    pub client: ClientCard,
    /// What the other end shows too.
    pub binding_message: Option<String>,
    /// What it asks for, in words.
    pub wishes: Wishes,
    /// Until when it can be answered.
    pub expires_at: Timestamp,
    /// The mark of all this: see [`Shown`].
    pub mark: String,
}

/// What became of an answer.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Answered {
    /// It is the one that counts.
    Done,
    /// The application gets something else than the person was shown: they are asked again.
    Changed,
    /// It is not there for this person, or not any more.
    Gone,
}

/// What waits for this person, the newest first.
///
/// # Errors
/// When the database is away.
pub async fn list(app: &App, subject: &str) -> Result<Vec<Waiting>, Failure> {
    let mut waiting = Vec::new();
    for request in app.sql.pending_authentication_requests(Some(subject), app.now()).await? {
        // It may have been disabled since.
        let Some(client) = app.client(&request.client_id).await?.filter(|client| client.enabled) else { continue };
        waiting.push(Waiting {
            id: request.id,
            client: ClientCard::of(&client),
            mark: mark(app, &client, &request),
            wishes: consent::wishes(app, Wanted::of_request(&client, &request), None).await?,
            binding_message: request.binding_message,
            expires_at: request.expires_at,
        });
    }
    Ok(waiting)
}

fn mark(app: &App, client: &Client, request: &AuthenticationRequest) -> String {
    Shown::new(&request.subject, client, &Wanted::of_request(client, request)).mark(&app.sealer)
}

/// Answers one, once, and remembers the approval as usual; a yes only to what the page showed.
///
/// # Errors
/// When the database is away.
pub async fn answer(app: &App, id: Uuid, (decision, shown): (Decision, &str), signed_in: &SignedIn) -> Result<Answered, Failure> {
    let (now, subject) = (app.now(), &signed_in.user.subject);
    let Some(request) = app.sql.authentication_request_by_id(id).await?.filter(|request| request.subject == *subject) else {
        return Ok(Answered::Gone);
    };
    let Some(client) = app.client(&request.client_id).await?.filter(|client| client.enabled) else { return Ok(Answered::Gone) };
    if decision == Decision::Approve {
        if mark(app, &client, &request) != shown {
            return Ok(Answered::Changed);
        }
        register::usage::approved(app, &client, subject).await?;
    }
    let asked = Asked::by_request(&client, &request);
    let (outcome, kind) = match decision {
        Decision::Approve => {
            (Outcome::Approved(Box::new(asked.approved_by(signed_in, app.entropy.as_ref(), now))), audit::REQUEST_APPROVED)
        }
        Decision::Deny => (Outcome::Denied, audit::REQUEST_DENIED),
    };
    let event = audit::by_person(app.entropy.as_ref(), now, kind, subject).client(&client.client_id).build();
    if !app.sql.answer_authentication_request(id, &outcome, now, &event).await? {
        return Ok(Answered::Gone);
    }
    if decision == Decision::Approve {
        consent::save(app, asked.remembered_of(subject)).await?;
    }
    Ok(Answered::Done)
}
