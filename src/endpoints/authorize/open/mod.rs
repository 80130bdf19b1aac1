//! From raw parameters to a request whose client and return path are proven: RFC 6749 §3.1.2, RFC 9101 §6, RFC 9126 §4.

mod object;

use std::sync::Arc;

use super::client;
use crate::app::App;
use crate::clock::Timestamp;
use crate::endpoints::client_document;
use crate::failure::Failure;
use crate::model::client::Client;
use crate::model::pushed_request::PushedRequest;
use crate::model::transaction::Transaction;
use crate::secret::TokenHash;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::params::Params;
use crate::spec::pushed::{self, Carried};
use crate::spec::request_object;
use crate::spec::return_path::ReturnPath;
use crate::store::StoreError;
use crate::store::kv::pushed_requests::{self, Loaded};

/// A request whose client and return path are proven.
#[derive(Debug)]
pub struct Opened {
    /// The parameters that count.
    pub params: Params,
    /// The client.
    pub client: Arc<Client>,
    /// The proven place to send answers.
    pub path: ReturnPath,
    /// How the request came.
    pub carried: Carried,
    /// The pushed request behind it, which is answered once (RFC 9126 §7.3).
    pub pushed: Option<TokenHash>,
    /// What to go on with instead of the raw request, when a request object was fetched for it: it is fetched once.
    pub fetched: Option<String>,
}

/// What a request asks, wherever it stood.
#[derive(Debug, Default)]
struct Asked {
    params: Params,
    carried: Carried,
    pushed: Option<TokenHash>,
    fetched: Option<String>,
}

/// Why a request was not opened.
#[derive(Debug)]
pub enum Closed {
    /// There is no proven place to send a refusal: the person reads it (RFC 6749 §4.1.2.1).
    Page(Failure),
    /// The client reads it.
    Return(Box<Proven>, Failure),
}

/// Where a refusal may go.
#[derive(Debug)]
pub struct Proven {
    /// The client.
    pub client: Arc<Client>,
    /// The proven place to send it.
    pub path: ReturnPath,
    /// What the request asks, as far as it is known.
    pub params: Params,
}

impl From<Failure> for Closed {
    fn from(failure: Failure) -> Self {
        Self::Page(failure)
    }
}

impl From<Refusal> for Closed {
    fn from(refusal: Refusal) -> Self {
        Self::Page(refusal.into())
    }
}

impl From<StoreError> for Closed {
    fn from(error: StoreError) -> Self {
        Self::Page(error.into())
    }
}

impl Closed {
    /// The refusal alone.
    pub fn into_failure(self) -> Failure {
        match self {
            Self::Page(failure) | Self::Return(_, failure) => failure,
        }
    }
}

/// Parse, find the client, fetch what was pushed, prove the return path. The request is judged as of the moment it first came.
///
/// # Errors
/// [`Closed`].
pub async fn open(app: &App, transaction: &Transaction) -> Result<Opened, Closed> {
    let params = Params::parse(&transaction.request)?; // RFC 6749 §3.1
    let client_id = params.require("client_id")?; // RFC 6749 §4.1.1
    let first = open_for(app, &params, transaction, client_document::requesting(app, client_id).await?).await;
    match first {
        // Refused by what was read a moment ago: what an administrator has just allowed works at once.
        Err(_) if app.client_has_changed(client_id).await? => {
            open_for(app, &params, transaction, client_document::requesting(app, client_id).await?).await
        }
        opened => opened,
    }
}

/// The same request again, for a page that a person sees: a refusal is shown there.
///
/// # Errors
/// When the client has changed meanwhile, or the store is away.
pub async fn again(app: &App, transaction: &Transaction) -> Result<Opened, Failure> {
    open(app, transaction).await.map_err(Closed::into_failure)
}

async fn open_for(app: &App, outer: &Params, transaction: &Transaction, client: Option<Arc<Client>>) -> Result<Opened, Closed> {
    let client = client::known(client)?;
    match outer.get("request_uri") {
        Some(reference) if pushed::is_reference(reference) => {
            let asked = pushed_request(app, &client, reference, transaction).await?; // RFC 9126 §4
            prove(app, client, asked)
        }
        _ => match asked(app, &client, outer, transaction.started_at).await {
            Ok(asked) => prove(app, client, asked),
            // The object is not to be believed, but client and redirect URI may be proven by what stands beside it.
            Err(failure) => match ReturnPath::verify(outer, &client, &app.issuer) {
                Ok(path) => {
                    let params = request_object::for_refusal(outer).into_owned();
                    Err(Closed::Return(Box::new(Proven { client, path, params }), failure))
                }
                Err(_) => Err(Closed::Page(failure)),
            },
        },
    }
}

/// A request on its way into the store, from a client that has authenticated: RFC 9126 §2.1, §3.
///
/// # Errors
/// As at the authorization endpoint; there is nobody to redirect.
pub async fn pushing(app: &App, client: Arc<Client>, params: Params) -> Result<Opened, Failure> {
    let asked = asked(app, &client, &params, app.now()).await?;
    let carried = Carried { pushed: true, ..asked.carried };
    prove(app, client, Asked { carried, ..asked }).map_err(Closed::into_failure)
}

/// The parameters that count: those of the request object if there is one, fetched or not (RFC 9101 §5), else the plain ones.
async fn asked(app: &App, client: &Client, outer: &Params, came_at: Timestamp) -> Result<Asked, Failure> {
    let (object, fetched) = match (outer.get("request"), outer.get("request_uri")) {
        (Some(_), Some(_)) => {
            return Err(OAuthError::invalid_request("A request has either request or request_uri.").about("request").into()); // RFC 9101 §5
        }
        (Some(object), None) => (object.to_owned(), None),
        (None, Some(uri)) => {
            let object = object::fetch(app, client, uri).await?;
            let beside = outer.iter().filter(|(name, _)| *name != "request_uri");
            let going_on = Params::from_pairs(beside.chain([("request", object.as_str())])).encode();
            (object, Some(going_on))
        }
        (None, None) => return Ok(Asked { params: outer.clone(), ..Asked::default() }),
    };
    let read = object::read(app, client, &object, came_at).await?;
    Ok(Asked { params: read.params, carried: Carried { pushed: false, signed: read.signed }, pushed: None, fetched })
}

async fn pushed_request(app: &App, client: &Client, reference: &str, transaction: &Transaction) -> Result<Asked, Failure> {
    let hash = TokenHash::of(reference);
    let request = load_pushed(app, &hash, client, transaction).await?;
    let carried = Carried { pushed: true, signed: request.signed };
    Ok(Asked { params: Params::parse(&request.request)?, carried, pushed: Some(hash), fetched: None })
}

/// RFC 6749 §3.1.2, RFC 9700 §2.1: proves where answers go; from here on refusals go there.
fn prove(app: &App, client: Arc<Client>, asked: Asked) -> Result<Opened, Closed> {
    let Asked { params, carried, pushed, fetched } = asked;
    let path = ReturnPath::verify(&params, &client, &app.issuer)?;
    match pushed::may_come_so(&client, carried, &params, app.settings.require_pushed_authorization_requests) {
        Ok(()) => Ok(Opened { params, client, path, carried, pushed, fetched }),
        Err(refusal) => Err(Closed::Return(Box::new(Proven { client, path, params }), refusal.into())),
    }
}

/// RFC 9126 §4, §7: fresh when the browser came with it, of this client, and not yet answered. Everything beside it is ignored.
async fn load_pushed(app: &App, hash: &TokenHash, client: &Client, transaction: &Transaction) -> Result<PushedRequest, Failure> {
    const UNUSABLE: OAuthError =
        OAuthError::invalid_request_uri("The request_uri is unknown, expired or was used before.").about("request_uri");
    let refuse = |detail: &'static str| UNUSABLE.because(detail);
    match pushed_requests::load(&app.kv, hash).await? {
        Loaded::Live(request) if request.client_id != client.client_id => Err(refuse("another client pushed this request").into()),
        Loaded::Live(request) if transaction.started_at >= request.expires_at => Err(refuse("the pushed request has expired").into()),
        Loaded::Live(request) => Ok(request),
        Loaded::Used => Err(refuse("the pushed request was answered before").into()),
        Loaded::Unknown => Err(refuse("unknown or long expired request_uri").into()),
    }
}
