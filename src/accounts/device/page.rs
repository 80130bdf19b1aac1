//! The pages on which a person connects a device.

use askama::Template;

use super::Question;
use crate::accounts::client_card::ClientCard;
use crate::accounts::consent::wishes::Wishes;
use crate::accounts::person::Person;
use crate::web::page::Page;

/// `templates/accounts/device.html`
#[derive(Debug, Template)]
#[template(path = "accounts/device.html")]
pub struct EntryPage<'a> {
    /// What every page knows.
    pub page: Page<'a>,
    /// A code that was brought along, or typed before.
    pub code: String,
}

/// `templates/accounts/device_confirm.html`
#[derive(Debug, Template)]
#[template(path = "accounts/device_confirm.html")]
pub struct ConfirmPage<'a> {
    page: Page<'a>,
    ticket: String,
    code: String,
    client: ClientCard,
    person: Person,
    address: String,
    wishes: Wishes,
}

impl<'a> ConfirmPage<'a> {
    /// Puts a question before a person.
    pub fn new(page: Page<'a>, question: Question, person: Person) -> Self {
        let Question { ticket, code, client, address, wishes } = question;
        Self { page, ticket, code, client, person, address, wishes }
    }
}

/// `templates/accounts/device_done.html`
#[derive(Debug, Template)]
#[template(path = "accounts/device_done.html")]
pub struct DonePage<'a> {
    page: Page<'a>,
    client: String,
    allowed: bool,
}

impl<'a> DonePage<'a> {
    /// Tells what was done.
    pub const fn new(page: Page<'a>, client: String, allowed: bool) -> Self {
        Self { page, client, allowed }
    }
}
