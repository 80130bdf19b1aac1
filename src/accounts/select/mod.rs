//! Choosing the account to go on with: `prompt=select_account`, OIDC Core §3.1.2.1.

pub mod http;
pub mod page;

use crate::accounts::client_card::ClientCard;
use crate::accounts::transaction::{self, Found};
use crate::app::App;
use crate::endpoints::authorize::interaction::{Interaction, LoginReason};
use crate::endpoints::authorize::{self, Answer, SignedIn, Waiting, open};
use crate::failure::Failure;

/// What a person chooses.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Choice {
    /// The account that is signed in.
    Continue,
    /// Another one, which has to sign in.
    Other,
}

/// What the page shows.
#[derive(Debug)]
pub struct Offer {
    /// Who asks.
    pub client: ClientCard,
    /// Where the form may end.
    pub redirect_uri: String,
}

/// Load the request and see who asks.
///
/// # Errors
/// When a store is away, or the client has changed meanwhile.
pub async fn offer(app: &App, handle: &str, signed_in: &SignedIn) -> Result<Found<Offer>, Failure> {
    let transaction = match transaction::load(app, handle, signed_in.session.id).await?.here() {
        Ok(transaction) => transaction,
        Err(lost) => return Ok(lost),
    };
    let opened = open::again(app, &transaction).await?;
    Ok(Found::Here(Offer { client: ClientCard::of(&opened.client), redirect_uri: opened.path.redirect_uri().to_string() }))
}

/// Take the request, once, and go on with it.
///
/// # Errors
/// When the store is away.
pub async fn choose(app: &App, handle: &str, choice: Choice, signed_in: &SignedIn) -> Result<Found<Answer>, Failure> {
    let mut transaction = match transaction::take(app, handle, signed_in.session.id).await?.here() {
        Ok(transaction) => transaction,
        Err(lost) => return Ok(lost),
    };
    Ok(Found::Here(match choice {
        Choice::Continue => {
            transaction.chosen_session = Some(signed_in.session.id);
            authorize::resume(app, transaction, signed_in).await
        }
        // A sign-in after the request began answers `select_account`: whoever signs in now is the one they chose.
        Choice::Other => {
            authorize::interact(app, Waiting { interaction: Interaction::Login(LoginReason::Prompted), transaction, session: None }).await
        }
    }))
}
