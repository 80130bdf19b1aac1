//! The page that lists the applications a person has connected.

use askama::Template;

use super::Entry;
use crate::accounts::consent::scopes;
use crate::clock::Timestamp;
use crate::web::page::Page;

/// `templates/accounts/apps.html`
#[derive(Debug, Template)]
#[template(path = "accounts/apps.html")]
pub struct AppsPage<'a> {
    page: Page<'a>,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    client_id: String,
    name: String,
    link: Option<String>,
    scopes: Vec<String>,
    since: String,
    until: String,
}

impl<'a> AppsPage<'a> {
    /// Applications with their names.
    pub fn new(page: Page<'a>, apps: Vec<Entry>) -> Self {
        let day = |time: Timestamp| time.for_people().chars().take(10).collect::<String>();
        let row = |Entry { name, link, connected: app }: Entry| Row {
            scopes: app.scopes.iter().map(|scope| scopes::in_words(scope)).collect(),
            since: day(app.since),
            until: app.until.map(day).unwrap_or_default(),
            client_id: app.client_id,
            name,
            link,
        };
        Self { page, rows: apps.into_iter().map(row).collect() }
    }
}
