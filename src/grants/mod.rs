//! Grant types: RFC 6749 §4. One folder per grant type and one line in [`GRANTS`]; name and rules of registration are a row of
//! [`spec::grant_type`](crate::spec::grant_type).

pub mod approval;
pub mod authorization_code;
pub mod ciba;
pub mod client_credentials;
pub mod device_code;
pub mod jwt_bearer;
pub mod open;
pub mod refresh_token;
pub mod replay;
pub mod token_exchange;

use std::future::Future;
use std::pin::Pin;

use crate::app::App;
use crate::client_auth::AuthenticatedClient;
use crate::clock::Timestamp;
use crate::endpoints::possession::{self, Proof, UsedUp};
use crate::endpoints::token::issue::TokenResponse;
use crate::failure::Failure;
use crate::model::confirmation::Confirmation;
use crate::spec::grant_type::Registered;
use crate::spec::params::Params;

/// A token request whose client is known.
#[derive(Debug)]
pub struct Exchange<'a> {
    /// The running provider.
    pub app: &'a App,
    /// Who asks.
    pub client: &'a AuthenticatedClient,
    /// What they ask.
    pub params: &'a Params,
    /// The keys that the client has proved to hold: the tokens are bound to them.
    pub confirmation: &'a Confirmation,
    /// The DPoP proof among them, which is good for one answer.
    pub proof: Option<&'a Proof>,
    /// The moment of the request.
    pub now: Timestamp,
}

impl Exchange<'_> {
    /// RFC 9449 §11.1: uses up the proof of the request, when nothing is left to be checked and before anything else is used up. Without it
    /// there is no [`Mint`](crate::endpoints::token::issue::Mint).
    ///
    /// # Errors
    /// `invalid_dpop_proof` when another request was first.
    pub async fn use_up_proof(&self) -> Result<UsedUp, Failure> {
        possession::use_up(self.app, self.proof).await
    }
}

/// The answer of a grant type, in the making.
pub type Answer<'a> = Pin<Box<dyn Future<Output = Result<TokenResponse, Failure>> + 'a>>;

/// One grant type.
pub trait GrantType: Sync {
    /// Its row in the table of grant types.
    fn registered(&self) -> Registered;

    /// Exchanges what the client brings for tokens.
    fn exchange<'a>(&'a self, exchange: Exchange<'a>) -> Answer<'a>;

    /// The registered `grant_type`.
    fn name(&self) -> &'static str {
        self.registered().name
    }

    /// Whether a public client may use it.
    fn open_to_public_clients(&self) -> bool {
        self.registered().open_to_public_clients
    }
}

/// The registry: the token endpoint, discovery and the tests read it.
pub static GRANTS: &[&dyn GrantType] = &[
    &authorization_code::AuthorizationCodeGrant,
    &refresh_token::RefreshTokenGrant,
    &client_credentials::ClientCredentialsGrant,
    &device_code::DeviceCodeGrant,
    &token_exchange::TokenExchangeGrant,
    &jwt_bearer::JwtBearerGrant,
    &ciba::CibaGrant,
];

/// The grant type of that name.
pub fn find(name: &str) -> Option<&'static dyn GrantType> {
    GRANTS.iter().copied().find(|grant| grant.name() == name)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::grant_type::{ALL, IMPLICIT};

    #[test]
    fn every_registered_grant_type_has_one_exchange_except_the_implicit_one() {
        for known in ALL {
            let exchanges = GRANTS.iter().filter(|grant| grant.registered() == *known).count();
            assert_eq!(exchanges, usize::from(*known != IMPLICIT), "{}", known.name);
        }
        assert_eq!(GRANTS.len() + 1, ALL.len(), "a grant type is not in the table of src/spec/grant_type.rs");
    }
}
