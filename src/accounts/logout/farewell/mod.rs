//! What a browser has to do after its session has ended: open a page at every client that asked for it (OIDC Front-Channel Logout §3), and
//! go where the logout request wanted it to go (OIDC RP-Initiated Logout §3).

use std::time::Duration;

use serde::{Deserialize, Serialize};

use super::DONE;
use crate::app::App;
use crate::clock::Timestamp;
use crate::failure::Failure;
use crate::sealing::Purpose;
use crate::spec::frontchannel_logout;

const PREFIX: &str = "lf_";
/// For so long the page with the frames can be loaded.
const LASTS: Duration = Duration::from_secs(600);

/// A session that has ended, on its way through the browser: sealed, so that nobody else can make one.
#[derive(Debug, Serialize, Deserialize)]
struct Ended {
    sid: String,
    return_to: Option<String>,
    at: Timestamp,
}

/// What the last page shows.
#[derive(Debug, Default)]
pub struct Farewell {
    /// Pages of clients that are opened in frames: the name of the client, the address.
    pub frames: Vec<(String, String)>,
    /// Where the browser goes then, if not nowhere.
    pub return_to: Option<String>,
}

/// Where a browser whose session has ended goes next: straight to the proven address when no client has a page to open, else by way of
/// our own page.
///
/// # Errors
/// When the database is away.
pub async fn next_stop(app: &App, ended: Option<String>, return_to: Option<String>) -> Result<String, Failure> {
    let done = app.issuer.url(DONE);
    match ended {
        Some(sid) if !frames(app, &sid).await?.is_empty() => {
            let ended = serde_json::to_vec(&Ended { sid, return_to, at: app.now() }).map_err(anyhow::Error::from)?;
            let sealed = app.sealer.seal_text(Purpose::Logout, PREFIX, &ended, app.entropy.as_ref());
            Ok(format!("{done}?ended={sealed}"))
        }
        _ => Ok(return_to.unwrap_or(done)),
    }
}

/// What the page shows for the sealed end of a session; nothing special without one, or with an old or foreign one.
///
/// # Errors
/// When the database is away.
pub async fn open(app: &App, sealed: Option<&str>) -> Result<Farewell, Failure> {
    let opened = sealed.and_then(|sealed| app.sealer.open_text(Purpose::Logout, PREFIX, sealed));
    let ended = opened.and_then(|bytes| serde_json::from_slice::<Ended>(&bytes).ok());
    match ended.filter(|ended| app.now().since(ended.at) < LASTS) {
        Some(ended) => Ok(Farewell { frames: frames(app, &ended.sid).await?, return_to: ended.return_to }),
        None => Ok(Farewell::default()),
    }
}

async fn frames(app: &App, sid: &str) -> Result<Vec<(String, String)>, Failure> {
    let mut frames = Vec::new();
    for client_id in app.sql.clients_of_session(sid).await? {
        let Some(client) = app.client(&client_id).await? else { continue };
        if let Some(registered) = &client.metadata.protocol.frontchannel_logout_uri {
            frames.push((client.name.clone(), frontchannel_logout::address(registered, app.issuer.as_str(), &app.sid_for(&client, sid))));
        }
    }
    Ok(frames)
}
