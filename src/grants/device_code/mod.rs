//! The device authorization grant: RFC 8628 §3.4, §3.5.

mod check;

use super::approval::{self, Claim};
use super::{Answer, Exchange, GrantType};
use crate::endpoints::token::issue::TokenResponse;
use crate::failure::Failure;
use crate::model::approval::Outcome;
use crate::secret::TokenHash;
use crate::spec::error::OAuthError;
use crate::spec::grant_type::{DEVICE_CODE, Registered};
use crate::store::kv::device_codes::{self, Standing};

/// The readable prefix of device codes.
pub const PREFIX: &str = "dc_";

/// `urn:ietf:params:oauth:grant-type:device_code`.
#[derive(Debug)]
pub struct DeviceCodeGrant;

impl GrantType for DeviceCodeGrant {
    fn registered(&self) -> Registered {
        DEVICE_CODE
    }

    fn exchange<'a>(&'a self, exchange: Exchange<'a>) -> Answer<'a> {
        Box::pin(redeem(exchange))
    }
}

/// The one sentence for every refusal, so that nobody learns whether a code exists.
pub(super) const fn invalid_code() -> OAuthError {
    OAuthError::invalid_grant("The device code is not valid for this request.")
}

/// Load, check owner and time, look for the answer, and only then claim it.
async fn redeem(exchange: Exchange<'_>) -> Result<TokenResponse, Failure> {
    let Exchange { app, client, params, now, .. } = &exchange;
    let hash = TokenHash::of(params.require("device_code")?); // RFC 8628 §3.4
    let code = device_codes::load(&app.kv, &hash).await?;
    let code = code.ok_or_else(|| invalid_code().because("unknown or long expired device code"))?;
    check::presented_by(&code, client, *now)?; // RFC 8628 §3.5
    let approved = match device_codes::standing(&app.kv, &hash).await? {
        Standing::Pending => return Err(pending(&exchange, &hash).await),
        Standing::Used => return Err(invalid_code().because("the device code was redeemed before").into()),
        Standing::Answered(Outcome::Denied) => {
            return Err(OAuthError::access_denied("The person did not agree.").into());
        }
        Standing::Answered(Outcome::Approved(approved)) => approved,
    };
    let checked = approval::check(&exchange, &approved.grant).await?;
    let used_up = exchange.use_up_proof().await?; // RFC 9449 §11.1
    let claimed = device_codes::claim(&app.kv, &hash).await?;
    let claimed = claimed.ok_or_else(|| invalid_code().because("another request redeemed the device code first"))?;
    approval::redeem(&exchange, &claimed, (checked, used_up), (Claim::Made, invalid_code())).await
}

/// RFC 8628 §3.5: `authorization_pending`, or `slow_down` for who asks too often.
async fn pending(exchange: &Exchange<'_>, hash: &TokenHash) -> Failure {
    let asked = async {
        let (polling, too_early) = device_codes::polling(&exchange.app.kv, hash).await?.asked(exchange.now);
        device_codes::save_polling(&exchange.app.kv, hash, polling).await?;
        Ok::<_, crate::store::StoreError>((polling, too_early))
    };
    match asked.await {
        Ok((polling, too_early)) => approval::pending(polling, too_early).into(),
        Err(error) => error.into(),
    }
}
