//! The page that lists what applications ask of a person who is elsewhere.

use askama::Template;

use super::Waiting;
use crate::accounts::client_card::ClientCard;
use crate::accounts::consent::wishes::Wishes;
use crate::web::page::Page;

/// `templates/accounts/approvals.html`
#[derive(Debug, Template)]
#[template(path = "accounts/approvals.html")]
pub struct ApprovalsPage<'a> {
    page: Page<'a>,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    id: String,
    client: ClientCard,
    message: String,
    wishes: Wishes,
    until: String,
    mark: String,
}

impl<'a> ApprovalsPage<'a> {
    /// Questions, each with its two answers.
    pub fn new(page: Page<'a>, waiting: Vec<Waiting>) -> Self {
        let row = |waiting: Waiting| Row {
            id: waiting.id.to_string(),
            client: waiting.client,
            message: waiting.binding_message.unwrap_or_default(),
            wishes: waiting.wishes,
            until: waiting.expires_at.for_people(),
            mark: waiting.mark,
        };
        Self { page, rows: waiting.into_iter().map(row).collect() }
    }
}
