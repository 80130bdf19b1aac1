//! `authy perform code`: RFC 6749 §4.1 with PKCE, OpenID Connect Core §3.1.

use openidconnect::core::{CoreResponseType, CoreTokenResponse};
use openidconnect::{
    AuthenticationFlow, AuthorizationCode, CsrfToken, Nonce, OAuth2TokenResponse as _, PkceCodeChallenge, PkceCodeVerifier, RedirectUrl,
    RefreshToken, Scope,
};
use serde_json::{Value, json};
use std::borrow::Cow;
use std::path::PathBuf;
use url::Url;

use super::answer::{self, Expected};
use super::arguments::PerformCode;
use super::browser::{self, Person};
use super::callback::Callback;
use super::party::Party;
use super::redirect::RedirectUri;
use super::steps::Steps;
use super::transport::origin_and_path;
use super::{dpop, failures, id_token, tokens, userinfo};
use crate::cli::output::{CliError, Output};
use crate::cli::stdin;
use crate::secret::Secret;
use crate::spec::params::Params;

/// What is asked when no scope is given: who it is.
const SCOPES: &[&str] = &["openid", "profile", "email"];

/// One authorization request, and what its answer is compared with.
struct Request {
    url: Url,
    scopes: Vec<String>,
    redirect_uri: RedirectUri,
    state: String,
    nonce: String,
    verifier: Secret<String>,
}

/// Runs the flow.
///
/// # Errors
/// When a step fails.
pub async fn run(arguments: &PerformCode, out: Output) -> Result<(), CliError> {
    let redirect_uri = RedirectUri::parse(&arguments.redirect_uri)?;
    let person = person(arguments.username.as_ref(), arguments.password_file.as_ref())?;
    let secret = arguments.relying_party.secret()?;
    let (callback, redirect_uri) = Callback::open(redirect_uri, person.is_some()).await?;
    let mut steps = Steps::new(out);
    let party = Party::discover(&arguments.relying_party, secret, &mut steps).await?;
    let request = Request::new(&party, arguments, redirect_uri)?;
    steps.say("request", &format!("{} with PKCE, state and nonce, for {}", origin_and_path(&request.url), request.scopes.join(" ")));
    let answer = obtain(&party, &request, (person, callback), &mut steps).await?;
    let issuer = party.metadata.issuer();
    let iss_promised = party.metadata.additional_metadata().authorization_response_iss_parameter_supported;
    let code = answer::check(&answer, &Expected { state: &request.state, issuer, iss_promised })?;
    steps.say("answer", if answer.get("iss").is_some() { "a code; state and iss are right" } else { "a code; state is right" });
    let response = redeem(&party, &request, &code).await?;
    tokens::say(&response, &mut steps);
    let expected = id_token::Expected { nonce: Some(&request.nonce), max_age: arguments.max_age, subject: None };
    let claims = id_token::verify(&party, &response, expected, &mut steps)?;
    if claims.is_none() && request.scopes.iter().any(|scope| scope == "openid") {
        return Err(failures::wrong("No ID token came, though the scope holds openid.", "OpenID Connect Core §3.1.3.3"));
    }
    let subject = claims.as_ref().and_then(|claims| claims.get("sub")).and_then(Value::as_str).map(str::to_owned);
    let userinfo = match &subject {
        Some(subject) => userinfo::ask(&party, &response, subject, &mut steps).await?,
        None => None,
    };
    let mut result = json!({ "tokens": tokens::shown(&response, &request.scopes), "id_token_claims": claims, "userinfo": userinfo });
    if arguments.refresh
        && let Some(refreshed) = refresh(&party, &response, subject.as_deref(), &mut steps).await?
        && let Some(members) = result.as_object_mut()
    {
        members.insert("refreshed".to_owned(), tokens::shown(&refreshed, &request.scopes));
    }
    steps.finish(result);
    Ok(())
}

/// Who signs in by the forms.
///
/// # Errors
/// When the password cannot be read.
pub fn person(username: Option<&String>, password_file: Option<&PathBuf>) -> Result<Option<Person>, CliError> {
    let (Some(username), Some(file)) = (username, password_file) else { return Ok(None) };
    Ok(Some(Person { username: username.clone(), password: stdin::file(file, "password")? }))
}

impl Request {
    fn new(party: &Party, arguments: &PerformCode, redirect_uri: RedirectUri) -> Result<Self, CliError> {
        let (state, nonce, verifier) = (Party::random(), Party::random(), Party::random());
        let scopes = arguments.relying_party.scopes_or(SCOPES);
        let (sent_state, sent_nonce) = (CsrfToken::new(state.clone()), Nonce::new(nonce.clone()));
        let flow = AuthenticationFlow::<CoreResponseType>::AuthorizationCode;
        let mut request = party
            .client
            .authorize_url(flow, move || sent_state, move || sent_nonce)
            .add_scopes(scopes.iter().cloned().map(Scope::new))
            .set_pkce_challenge(PkceCodeChallenge::from_code_verifier_sha256(&PkceCodeVerifier::new(verifier.clone())))
            .set_redirect_uri(Cow::Owned(wire(&redirect_uri)?));
        if let Some(max_age) = arguments.max_age {
            request = request.set_max_age(std::time::Duration::from_secs(max_age));
        }
        let extras = [("prompt", &arguments.prompt), ("response_mode", &arguments.response_mode)];
        for (name, value) in extras.into_iter().filter_map(|(name, value)| value.clone().map(|value| (name, value))) {
            request = request.add_extra_param(name, value);
        }
        // RFC 9449 §10: whoever steals the code cannot use it without the key.
        if let Some(prover) = &party.prover {
            request = request.add_extra_param("dpop_jkt", prover.thumbprint().to_owned());
        }
        for (name, value) in party.resource_parameters() {
            request = request.add_extra_param(name, value);
        }
        let (url, ..) = request.url();
        Ok(Self { url, scopes, redirect_uri, state, nonce, verifier: verifier.into() })
    }
}

fn wire(redirect_uri: &RedirectUri) -> Result<RedirectUrl, CliError> {
    RedirectUrl::new(redirect_uri.as_str().to_owned())
        .map_err(|error| CliError::failed(format!("The redirect URI cannot be sent: {error}.")))
}

/// Gets the answer: by the forms, or from the browser of whoever runs the command.
async fn obtain(party: &Party, request: &Request, how: (Option<Person>, Option<Callback>), steps: &mut Steps) -> Result<Params, CliError> {
    match how {
        (Some(person), _port_kept_free) => {
            let target =
                browser::Target { issuer: party.metadata.issuer().url(), redirect_uri: Some(&request.redirect_uri), user_code: None };
            browser::walk(&party.transport, target, request.url.clone(), (&person, steps)).await
        }
        (None, Some(callback)) => {
            steps.show_address(request.url.as_str());
            callback.wait().await
        }
        (None, None) => Err(Callback::cannot_receive(&request.redirect_uri)),
    }
}

/// RFC 6749 §4.1.3, RFC 7636 §4.5.
async fn redeem(party: &Party, request: &Request, code: &Secret<String>) -> Result<CoreTokenResponse, CliError> {
    let exchange = party.client.exchange_code(AuthorizationCode::new(code.expose().clone())).map_err(|_| no_token_endpoint())?;
    let exchange = exchange
        .set_pkce_verifier(PkceCodeVerifier::new(request.verifier.expose().clone()))
        .set_redirect_uri(Cow::Owned(wire(&request.redirect_uri)?));
    let exchange = party.resource_parameters().fold(exchange, |exchange, (name, value)| exchange.add_extra_param(name, value));
    let response = exchange.request_async(&party.channel()).await.map_err(|error| failures::token(&error))?;
    dpop::check(&response, party.prover.as_ref()).map(|()| response)
}

/// Uses the refresh token once, if one came.
async fn refresh(
    party: &Party,
    response: &CoreTokenResponse,
    subject: Option<&str>,
    steps: &mut Steps,
) -> Result<Option<CoreTokenResponse>, CliError> {
    let Some(token) = response.refresh_token() else {
        steps.say("refresh", "no refresh token came");
        return Ok(None);
    };
    let refreshed = exchange_refresh_token(party, token, &[]).await?;
    steps.say("refresh", "the refresh token was taken");
    tokens::say(&refreshed, steps);
    id_token::verify(party, &refreshed, id_token::Expected { subject, ..id_token::Expected::default() }, steps)?;
    Ok(Some(refreshed))
}

/// RFC 6749 §6.
///
/// # Errors
/// When the token endpoint refuses.
pub async fn exchange_refresh_token(party: &Party, token: &RefreshToken, scopes: &[String]) -> Result<CoreTokenResponse, CliError> {
    let exchange = party.client.exchange_refresh_token(token).map_err(|_| no_token_endpoint())?;
    let exchange = exchange.add_scopes(scopes.iter().cloned().map(Scope::new));
    let exchange = party.resource_parameters().fold(exchange, |exchange, (name, value)| exchange.add_extra_param(name, value));
    let response = exchange.request_async(&party.channel()).await.map_err(|error| failures::token(&error))?;
    dpop::check(&response, party.prover.as_ref()).map(|()| response)
}

/// The metadata names no token endpoint.
pub fn no_token_endpoint() -> CliError {
    failures::wrong("The metadata names no token endpoint.", "OpenID Connect Discovery §3")
}
