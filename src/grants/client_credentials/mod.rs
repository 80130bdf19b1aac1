//! The client credentials grant: RFC 6749 §4.4.

mod check;

use super::{Answer, Exchange, GrantType};
use crate::endpoints::token;
use crate::endpoints::token::issue::{Mint, TokenResponse};
use crate::failure::Failure;
use crate::spec::authorization_details;
use crate::spec::grant_type::{CLIENT_CREDENTIALS, Registered};

/// `client_credentials`.
#[derive(Debug)]
pub struct ClientCredentialsGrant;

impl GrantType for ClientCredentialsGrant {
    fn registered(&self) -> Registered {
        CLIENT_CREDENTIALS
    }

    fn exchange<'a>(&'a self, exchange: Exchange<'a>) -> Answer<'a> {
        Box::pin(exchange_credentials(exchange))
    }
}

async fn exchange_credentials(exchange: Exchange<'_>) -> Result<TokenResponse, Failure> {
    let Exchange { app, client, params, .. } = exchange;
    let scope = check::scope(params.get("scope"), &client.metadata.scopes)?; // RFC 6749 §3.3
    let resources = token::any_resources(app, client, params).await?; // RFC 8707 §2
    check::some_left(params.get("scope"), &scope, &resources)?; // RFC 8707 §2.2
    let details = authorization_details::requested(params, client)?; // RFC 9396 §6
    token::fitting_details(app, &details).await?;
    let used_up = exchange.use_up_proof().await?; // RFC 9449 §11.1
    let access_token = Mint::of(&exchange, used_up).access_token_of_client(&scope, &resources, &details).await?;
    Ok(TokenResponse::new(access_token, &scope)) // RFC 6749 §4.4.3: no refresh token
}
