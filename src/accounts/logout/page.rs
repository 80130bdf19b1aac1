//! The pages before and after signing out.

use askama::Template;

use crate::accounts::client_card::ClientCard;
use crate::accounts::person::Person;
use crate::web::page::Page;

/// `templates/accounts/logout.html`
#[derive(Debug, Template)]
#[template(path = "accounts/logout.html")]
pub struct LogoutPage<'a> {
    /// The common context.
    pub page: Page<'a>,
    /// Who is signed in in this browser.
    pub person: Option<Person>,
    /// Which application asks.
    pub client: Option<ClientCard>,
    /// The request of that application, or nothing.
    pub sealed: String,
    /// Where the form goes.
    pub action: String,
}

/// `templates/accounts/signed_out.html`
#[derive(Debug, Template)]
#[template(path = "accounts/signed_out.html")]
pub struct SignedOutPage<'a> {
    /// The common context.
    pub page: Page<'a>,
    /// Pages of clients that are opened in frames: the name of the client, the address.
    pub frames: Vec<(String, String)>,
    /// Where the browser goes then.
    pub return_to: Option<String>,
}
