//! What a person has open: browser sessions, and applications they approved.

use uuid::Uuid;

use crate::admin::office::{Office, Problem};
use crate::app::App;
use crate::telemetry::audit;

impl Office<'_> {
    /// Ends every session of a person, or all but one; returns how many.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn end_all_sessions(&self, subject: &str, except: Option<Uuid>) -> Result<u64, Problem> {
        let event = self.event(audit::SESSION_ENDED).subject(subject).build();
        let ended = self.sql.end_sessions_of(subject, except, self.now, &event).await?;
        self.forget_user(subject);
        Ok(ended)
    }

    /// Ends one session of a person.
    ///
    /// # Errors
    /// Not found, also when the session is somebody else's.
    pub async fn end_session(&self, subject: &str, id: Uuid) -> Result<(), Problem> {
        let session = self.sql.session_by_id(id).await?.filter(|session| session.subject == subject);
        let Some(session) = session else {
            return Err(Problem::not_found("session", &id.to_string(), "It may have ended already: reload the page."));
        };
        let event = self.event(audit::SESSION_ENDED).subject(subject).build();
        self.sql.end_session(session.id, self.now, &event).await?;
        self.forget_user(subject);
        Ok(())
    }

    /// Forgets what a person approved for an application, and revokes what it was given.
    ///
    /// # Errors
    /// When the store is away.
    pub async fn disconnect_app(&self, subject: &str, client_id: &str) -> Result<(), Problem> {
        // Twice, as when the person does it: see `accounts::profile::apps::revoke`.
        for _ in 0..2 {
            let now = self.running.map_or(self.now, App::now);
            let event = self.event(audit::CONSENT_WITHDRAWN).subject(subject).client(client_id).build();
            self.sql.forget_consent(subject, client_id, now, &event).await?;
        }
        self.forget_user(subject);
        Ok(())
    }
}
