//! The applications that a person has connected.

pub mod connected;
pub mod http;
pub mod launch;
pub mod page;

use crate::app::App;
use crate::failure::Failure;
use crate::telemetry::audit;

use connected::Connected;

/// An application as its user sees it.
#[derive(Debug)]
pub struct Entry {
    /// `client_name`.
    pub name: String,
    /// The link that opens it.
    pub link: Option<String>,
    /// What it may do, and since when.
    pub connected: Connected,
}

/// Every connected application, by name.
///
/// # Errors
/// When the database is away.
pub async fn list(app: &App, subject: &str) -> Result<Vec<Entry>, Failure> {
    let consents = app.sql.consents_of(subject).await?;
    let grants = app.sql.grants_of(subject).await?;
    let lines = connected::connected(consents.iter().map(|(consent, _)| consent), grants.iter(), app.now());
    let mut entries = Vec::with_capacity(lines.len());
    for connected in lines {
        let client = app.client(&connected.client_id).await?;
        let link = client.as_ref().filter(|client| client.enabled).and_then(|client| launch::link(client, &app.issuer));
        let name = client.map_or_else(|| connected.client_id.clone(), |client| client.name.clone());
        entries.push(Entry { name, link, connected });
    }
    entries.sort_by_key(|entry| entry.name.to_lowercase());
    Ok(entries)
}

/// Takes back what an application was given: the remembered approval and every grant.
///
/// # Errors
/// When the database is away.
pub async fn revoke(app: &App, client_id: &str, subject: &str) -> Result<(), Failure> {
    // The second time for what was approved by whoever read the approval just before it was gone: it is of a moment before this one.
    for _ in 0..2 {
        let now = app.now();
        let event = audit::by_person(app.entropy.as_ref(), now, audit::CONSENT_WITHDRAWN, subject).client(client_id).build();
        app.sql.forget_consent(subject, client_id, now, &event).await?;
    }
    app.forget_approvals();
    Ok(())
}
