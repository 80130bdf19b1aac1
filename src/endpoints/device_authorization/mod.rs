//! The device authorization endpoint: RFC 8628 §3.1, §3.2.

pub mod http;

use serde::Serialize;

use crate::accounts::browser::shown_address;
use crate::accounts::device;
use crate::app::App;
use crate::client_auth::{self, Credentials, Presented};
use crate::endpoints::authorize::request::requested_scope;
use crate::endpoints::{strangers, token};
use crate::failure::Failure;
use crate::grants::device_code;
use crate::model::device_code::DeviceCode;
use crate::secret::{Secret, TokenHash};
use crate::spec::authorization_details;
use crate::spec::device::{INTERVAL, UserCode};
use crate::spec::params::Params;
use crate::store::kv::device_codes;

/// A user code that is taken is drawn again; among 25 thousand million that is rare even once.
const DRAWS: usize = 5;

/// RFC 8628 §3.2.
#[derive(Debug, Serialize)]
#[expect(missing_docs, reason = "every field is the registered name of RFC 8628 §3.2 and means what is said there")]
pub struct DeviceAuthorization {
    pub device_code: Secret<String>,
    pub user_code: String,
    pub verification_uri: String,
    pub verification_uri_complete: String,
    pub expires_in: u64,
    pub interval: u64,
}

/// Authenticate, may this client do it, check the scope, and keep the two codes. `client_id` tells who asked, once that is proven; where the
/// request comes from is shown to the person.
///
/// # Errors
/// RFC 6749 §5.2.
pub async fn device_authorization(
    app: &App,
    (body, credentials): (&str, &Credentials),
    client_id: &mut Option<String>,
) -> Result<DeviceAuthorization, Failure> {
    let params = Params::parse(body)?;
    let client = client_auth::authenticate(app, &Presented { credentials, params: &params }).await?; // RFC 8628 §3.1
    *client_id = Some(client.client_id.clone());
    token::client_may_use(&client, &device_code::DeviceCodeGrant)?;
    strangers::admit(app, &client, credentials.address).await?;
    let scope = requested_scope(&params, &client)?; // RFC 6749 §3.3
    let resources = token::any_resources(app, &client, &params).await?; // RFC 8707 §2
    let details = authorization_details::requested(&params, &client)?; // RFC 9396 §3, §4
    token::fitting_details(app, &details).await?; // RFC 9396 §5
    let (now, lifetime) = (app.now(), app.settings.lifetimes.device_code);
    let secret = app.entropy.token(device_code::PREFIX);
    for _ in 0..DRAWS {
        let user_code = UserCode::generate(app.entropy.as_ref());
        let code = DeviceCode {
            client_id: client.client_id.clone(),
            scopes: scope.to_vec(),
            resources: resources.uris(),
            authorization_details: details.clone(),
            address: shown_address(credentials.address),
            user_code: device::concealed(app, user_code.as_str()),
            expires_at: now + lifetime,
        };
        if device_codes::save(&app.kv, &TokenHash::of(&secret), &code, lifetime).await? {
            return Ok(answer(app, Secret::new(secret), &user_code));
        }
    }
    Err(Failure::Busy("every user code that was drawn is taken".into()))
}

fn answer(app: &App, device_code: Secret<String>, user_code: &UserCode) -> DeviceAuthorization {
    let (verification_uri, user_code) = (app.issuer.url(device::PATH), user_code.for_people());
    DeviceAuthorization {
        device_code,
        verification_uri_complete: format!("{verification_uri}?user_code={user_code}"),
        verification_uri,
        user_code,
        expires_in: app.settings.lifetimes.device_code.as_secs(),
        interval: INTERVAL.as_secs(),
    }
}
