//! Whether a session lives, and when its activity is worth writing down. Pure.

use std::time::Duration;

use crate::clock::Timestamp;
use crate::model::session::Session;

/// Activity is written at most this often.
const WRITE_EVERY: Duration = Duration::from_secs(300);

/// Not ended, not past its absolute end, not idle for too long. Activity that was not written yet counts: it is younger than five minutes.
pub fn is_live(session: &Session, now: Timestamp, idle: Duration) -> bool {
    session.ended_at.is_none() && now < session.expires_at && now.since(session.last_seen_at) < idle
}

/// Whether to write that the session was seen.
pub fn worth_writing(session: &Session, now: Timestamp) -> bool {
    now.since(session.last_seen_at) >= WRITE_EVERY
}
