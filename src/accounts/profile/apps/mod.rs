//! The applications that a person has connected.

pub mod connected;
pub mod http;
pub mod page;

use crate::app::App;
use crate::failure::Failure;
use crate::telemetry::audit;

use connected::Connected;

/// Every connected application with its name, by name.
///
/// # Errors
/// When the database is away.
pub async fn list(app: &App, subject: &str) -> Result<Vec<(String, Connected)>, Failure> {
    let consents = app.sql.consents_of(subject).await?;
    let grants = app.sql.grants_of(subject).await?;
    let lines = connected::connected(consents.iter().map(|(consent, _)| consent), grants.iter(), app.now());
    let mut named = Vec::with_capacity(lines.len());
    for line in lines {
        let client = app.client(&line.client_id).await?;
        named.push((client.map_or_else(|| line.client_id.clone(), |client| client.name.clone()), line));
    }
    named.sort_by_key(|(name, _)| name.to_lowercase());
    Ok(named)
}

/// Takes back what an application was given: the remembered approval and every grant.
///
/// # Errors
/// When the database is away.
pub async fn revoke(app: &App, client_id: &str, subject: &str) -> Result<(), Failure> {
    let now = app.now();
    let event = audit::event(app.entropy.as_ref(), now, audit::CONSENT_WITHDRAWN, subject).subject(subject).client(client_id).build();
    app.sql.forget_consent(subject, client_id, now, &event).await?;
    app.forget_grants();
    Ok(())
}
