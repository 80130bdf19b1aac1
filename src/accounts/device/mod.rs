//! The pages on which a person connects a device: RFC 8628 §3.3.

pub mod http;
pub mod page;
mod tries;

use std::net::IpAddr;
use std::time::Duration;

use serde::{Deserialize, Serialize};
use serde_json::json;
use uuid::Uuid;

use crate::accounts::approval::Asked;
use crate::accounts::client_card::ClientCard;
use crate::accounts::consent::shown::Shown;
use crate::accounts::consent::wishes::{Wanted, Wishes};
use crate::accounts::consent::{self, Decision};
use crate::accounts::login::throttle;
use crate::app::App;
use crate::endpoints::authorize::{SignedIn, interaction};
use crate::endpoints::{client_document, register};
use crate::failure::Failure;
use crate::model::approval::Outcome;
use crate::model::client::Client;
use crate::model::device_code::DeviceCode;
use crate::sealing::Purpose;
use crate::secret::TokenHash;
use crate::spec::device::UserCode;
use crate::store::kv::device_codes::{self, Standing};
use crate::store::kv::throttle as counted;
use crate::telemetry::audit;

/// Where the pages are.
pub const PATH: &str = "/device";

const TICKET_PREFIX: &str = "dt_";

/// What became of a typed code.
#[derive(Debug)]
pub enum Looked {
    /// A device waits under it.
    Found(Box<Question>),
    /// None does, or not any more.
    Unknown,
    /// Too many were tried.
    Wait(Duration),
}

/// What the person is asked.
#[derive(Debug)]
pub struct Question {
    /// Names the device in the form of this session.
    pub ticket: String,
    /// The code as people read it, to be compared with the device's screen.
    pub code: String,
    /// Who asks.
    pub client: ClientCard,
    /// Where the device's request came from.
    pub address: String,
    /// What it asks for, in words.
    pub wishes: Wishes,
}

/// What became of an answer.
#[derive(Debug)]
pub enum Answered {
    /// It is the one that counts; the name of the client.
    Done(String),
    /// The device gets something else than the person was shown: they are asked again.
    Changed(Box<Question>),
    /// There is an answer already, or the code has expired.
    Gone,
}

/// What a form carries between the question and the answer: sealed, and worth nothing in another session.
#[derive(Serialize, Deserialize)]
struct Ticket {
    code: TokenHash,
    session: Uuid,
    /// The code as people read it, for when the question has to be asked again.
    user_code: String,
    /// The mark of what the page said: see [`Shown`].
    mark: String,
}

/// A user code as the store knows it: a hash of so few letters would not hide them.
pub fn concealed(app: &App, user_code: &str) -> String {
    app.sealer.concealed(Purpose::DeviceCode, user_code)
}

/// Count the try, find the code, and put the request into words.
///
/// # Errors
/// When a store is away: tries that cannot be counted are not taken.
pub async fn look_up(app: &App, typed: &str, signed_in: &SignedIn, address: Option<IpAddr>) -> Result<Looked, Failure> {
    if let Some(wait) = admit(app, &signed_in.user.subject, address).await? {
        return Ok(Looked::Wait(wait));
    }
    let Some(user_code) = UserCode::parse(typed) else { return Ok(Looked::Unknown) };
    let Some((hash, code)) = device_codes::by_user_code(&app.kv, &concealed(app, user_code.as_str())).await? else {
        return Ok(Looked::Unknown);
    };
    let Some(client) =
        client_document::authenticating(app, &code.client_id).await?.filter(|client| client.enabled && code.expires_at > app.now())
    else {
        return Ok(Looked::Unknown);
    };
    take_back(app, &signed_in.user.subject, address).await?;
    let question = ask(app, (hash, &code), (&client, user_code.for_people()), signed_in).await?;
    Ok(Looked::Found(Box::new(question)))
}

async fn ask(
    app: &App,
    (hash, code): (TokenHash, &DeviceCode),
    (client, user_code): (&Client, String),
    signed_in: &SignedIn,
) -> Result<Question, Failure> {
    let subject = &signed_in.user.subject;
    let before = app.sql.consent_of(subject, &code.client_id).await?.filter(|consent| app.now() < consent.expires_at);
    let wanted = Wanted::of_device(client, code);
    let mark = Shown::new(subject, client, &wanted).mark(&app.sealer);
    let ticket = Ticket { code: hash, session: signed_in.session.id, user_code: user_code.clone(), mark };
    let ticket = serde_json::to_vec(&ticket).map_err(anyhow::Error::from)?;
    Ok(Question {
        ticket: app.sealer.seal_text(Purpose::DeviceCode, TICKET_PREFIX, &ticket, app.entropy.as_ref()),
        code: user_code,
        client: ClientCard::of(client),
        wishes: consent::wishes(app, wanted, before.as_ref()).await?,
        address: code.address.clone(),
    })
}

/// RFC 8628 §5.1: counts a try before it is looked at, so that a hundred at once count as a hundred.
async fn admit(app: &App, subject: &str, address: Option<IpAddr>) -> Result<Option<Duration>, Failure> {
    for (counter, key) in counters(app, subject, address) {
        let count = counted::bump(&app.kv, counter.kind, &key, tries::WINDOW).await?;
        if let Some(wait) = tries::wait(counter, count) {
            return Ok(Some(wait));
        }
    }
    Ok(None)
}

/// A code that a device waits under was not guessed at: whoever connects ten devices need not wait.
async fn take_back(app: &App, subject: &str, address: Option<IpAddr>) -> Result<(), Failure> {
    for (counter, key) in counters(app, subject, address) {
        counted::take_back(&app.kv, counter.kind, &key, tries::WINDOW).await?;
    }
    Ok(())
}

fn counters(app: &App, subject: &str, address: Option<IpAddr>) -> [(tries::Counter, String); 2] {
    let concealed = |name: &str| app.sealer.concealed(Purpose::Throttle, name);
    [(tries::OF_ACCOUNT, concealed(subject)), (tries::OF_ADDRESS, concealed(&throttle::network(address)))]
}

/// Open the ticket, compare what it says with what the device would get now, decide, once, and remember the approval as usual.
///
/// # Errors
/// When a store is away.
pub async fn answer(app: &App, ticket: &str, decision: Decision, signed_in: &SignedIn) -> Result<Answered, Failure> {
    let opened = app.sealer.open_text(Purpose::DeviceCode, TICKET_PREFIX, ticket);
    let opened = opened.and_then(|bytes| serde_json::from_slice::<Ticket>(&bytes).ok());
    let Some(Ticket { code: hash, user_code, mark, .. }) = opened.filter(|ticket| ticket.session == signed_in.session.id) else {
        return Ok(Answered::Gone);
    };
    let Some(code) = device_codes::load(&app.kv, &hash).await?.filter(|code| code.expires_at > app.now()) else {
        return Ok(Answered::Gone);
    };
    let Some(client) = client_document::authenticating(app, &code.client_id).await?.filter(|client| client.enabled) else {
        return Ok(Answered::Gone);
    };
    let subject = &signed_in.user.subject;
    if decision == Decision::Approve && Shown::new(subject, &client, &Wanted::of_device(&client, &code)).mark(&app.sealer) != mark {
        return Ok(Answered::Changed(Box::new(ask(app, (hash, &code), (&client, user_code), signed_in).await?)));
    }
    let outcome = match decision {
        Decision::Approve => {
            register::usage::approved(app, &client, subject).await?;
            let asked = Asked::by_device(&client, &code);
            Outcome::Approved(Box::new(asked.approved_by(signed_in, app.entropy.as_ref(), app.now())))
        }
        Decision::Deny => Outcome::Denied,
    };
    if device_codes::standing(&app.kv, &hash).await? != Standing::Pending {
        return Ok(Answered::Gone);
    }
    // Before the device can redeem it. Of two answers in one moment, which both are recorded, the first one counts.
    record(app, &code, &client, (decision, signed_in)).await?;
    if !device_codes::decide(&app.kv, &hash, &code, &outcome).await? {
        return Ok(Answered::Gone);
    }
    // A device has no address that an answer goes to, so only a client that somebody vouches for, or that proves itself, is remembered.
    if decision == Decision::Approve && interaction::is_remembered(&client, "") {
        consent::save(app, Asked::by_device(&client, &code).remembered_of(&signed_in.user.subject)).await?;
    }
    Ok(Answered::Done(ClientCard::of(&client).name))
}

async fn record(app: &App, code: &DeviceCode, client: &Client, answer: (Decision, &SignedIn)) -> Result<(), Failure> {
    let (decision, signed_in) = answer;
    let subject = &signed_in.user.subject;
    let kind = if decision == Decision::Approve { audit::DEVICE_APPROVED } else { audit::DEVICE_DENIED };
    let event = audit::by_person(app.entropy.as_ref(), app.now(), kind, subject).client(&client.client_id);
    app.sql.record(&[event.detail(json!({ "address": code.address })).build()]).await?;
    Ok(())
}
