//! The page that lists where a person is signed in.

use askama::Template;
use uuid::Uuid;

use super::device;
use crate::model::session::Session;
use crate::web::page::Page;

/// `templates/accounts/sessions.html`
#[derive(Debug, Template)]
#[template(path = "accounts/sessions.html")]
pub struct SessionsPage<'a> {
    page: Page<'a>,
    rows: Vec<Row>,
}

#[derive(Debug)]
struct Row {
    id: Uuid,
    device: String,
    address: String,
    since: String,
    seen: String,
    here: bool,
}

impl<'a> SessionsPage<'a> {
    /// The sessions of a person, one of which is this browser's.
    pub fn new(page: Page<'a>, sessions: &[Session], here: Uuid) -> Self {
        let row = |session: &Session| Row {
            id: session.id,
            device: device::in_words(&session.user_agent),
            address: session.address.clone(),
            since: session.created_at.for_people(),
            seen: session.last_seen_at.for_people(),
            here: session.id == here,
        };
        Self { page, rows: sessions.iter().map(row).collect() }
    }
}
