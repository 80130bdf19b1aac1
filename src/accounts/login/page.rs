//! The sign-in page.

use askama::Template;

use crate::accounts::client_card::ClientCard;
use crate::web::page::Page;

/// `templates/accounts/login.html`
#[derive(Debug, Template)]
#[template(path = "accounts/login.html")]
pub struct LoginPage<'a> {
    /// The common context.
    pub page: Page<'a>,
    /// The application that sent the person here.
    pub client: Option<ClientCard>,
    /// What was typed before, or hinted.
    pub username: String,
    /// Where the form goes.
    pub action: String,
}
