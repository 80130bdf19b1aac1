//! The page on which an account is chosen.

use askama::Template;

use crate::accounts::client_card::ClientCard;
use crate::accounts::person::Person;
use crate::web::page::Page;

/// `templates/accounts/select.html`
#[derive(Debug, Template)]
#[template(path = "accounts/select.html")]
pub struct SelectPage<'a> {
    /// The common context.
    pub page: Page<'a>,
    /// Who asks.
    pub client: ClientCard,
    /// Who is signed in.
    pub person: Person,
    /// Where the form goes.
    pub action: String,
}
