//! What a browser's cookie says about its session to the pages of clients: OIDC Session Management §4.2. It looks random, names nothing,
//! and changes when the session does: at sign-in, at sign-out, when somebody else signs in.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;

use crate::app::App;
use crate::sealing::Purpose;
use crate::secret::Secret;

/// The value for a session; `None` while session management is switched off. A keyed function of the `sid`, so that it need not be kept.
pub fn of(app: &App, sid: &str) -> Option<Secret<String>> {
    let code = || app.sealer.hmac(Purpose::Cookie, format!("browser state {sid}").as_bytes());
    app.settings.session_management.then(|| Secret::new(URL_SAFE_NO_PAD.encode(code())))
}
