//! The page on which a person agrees.

use askama::Template;

use super::Question;
use super::destination;
use super::wishes::Wishes;
use crate::accounts::client_card::ClientCard;
use crate::accounts::person::Person;
use crate::web::page::Page;

/// `templates/accounts/consent.html`
#[derive(Debug, Template)]
#[template(path = "accounts/consent.html")]
pub struct ConsentPage<'a> {
    page: Page<'a>,
    client: ClientCard,
    person: Person,
    destination: String,
    wishes: Wishes,
    until: Option<String>,
    action: String,
    mark: String,
}

impl<'a> ConsentPage<'a> {
    /// Puts a question before a person.
    pub fn new(page: Page<'a>, question: Question, person: Person, action: String) -> Self {
        Self {
            page,
            client: question.client,
            person,
            destination: destination::of(&question.redirect_uri),
            wishes: question.wishes,
            until: question.until.map(|until| until.for_people().chars().take(10).collect()),
            action,
            mark: question.mark,
        }
    }
}
