//! `--dpop`: tokens bound to a key that this program holds. RFC 9449.

use std::fs::OpenOptions;
use std::future::Future;
use std::io::Write as _;
use std::os::unix::fs::OpenOptionsExt as _;
use std::path::Path;
use std::pin::Pin;
use std::sync::{Mutex, PoisonError};

use http::{HeaderValue, StatusCode, header};
use openidconnect::core::CoreTokenResponse;
use openidconnect::{AsyncHttpClient, HttpRequest, HttpResponse, OAuth2TokenResponse as _};
use serde_json::{Value, json};
use url::Url;

use super::failures::wrong;
use super::transport::{Transport, TransportError};
use crate::cli::output::CliError;
use crate::cli::stdin;
use crate::clock::{Clock as _, SystemClock};
use crate::entropy::{Entropy, OsEntropy};
use crate::jose::possession::Holder;
use crate::spec::dpop::hash;

const DPOP: &str = "dpop";
const DPOP_NONCE: &str = "dpop-nonce";

/// Whoever holds the key.
#[derive(Debug)]
pub struct Prover {
    holder: Holder,
    /// The last nonce of the server: RFC 9449 §8.2.
    nonce: Mutex<Option<String>>,
}

impl Prover {
    /// With the key of a file, which is made when it is not there; without a file, with one for this run.
    ///
    /// # Errors
    /// When the file cannot be read or written, or holds something else.
    pub fn new(file: Option<&Path>) -> Result<Self, CliError> {
        let made = || Holder::new_key(&OsEntropy).map_err(|error| CliError::failed(format!("No key can be made: {error}.")));
        let key = match file {
            Some(path) if path.exists() => stdin::file(path, "private key (JWK)")?,
            Some(path) => {
                let key = made()?;
                let opened = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
                opened.and_then(|mut file| file.write_all(key.expose().as_bytes())).map_err(|error| {
                    let reason = crate::config::sources::reason(&error);
                    CliError::new("refused", format!("The file {:?} cannot be made: {reason}.", path.display()), "Name another file.")
                })?;
                key
            }
            None => made()?,
        };
        let holder = Holder::read(&key).map_err(|error| {
            CliError::new("refused", format!("The key for DPoP is of no use: {error}."), "Name a file that is not there: it is made.")
        })?;
        Ok(Self { holder, nonce: Mutex::new(None) })
    }

    /// RFC 9449 §10: what binds a code to the key.
    pub fn thumbprint(&self) -> &str {
        &self.holder.thumbprint
    }

    /// RFC 9449 §4.2, for one request; `access_token` goes along to a resource.
    fn proof(&self, request: &HttpRequest, access_token: Option<&str>) -> Result<HeaderValue, TransportError> {
        let entropy: &dyn Entropy = &OsEntropy;
        let url = Url::parse(&request.uri().to_string()).ok().map(|mut url| {
            url.set_query(None);
            url.set_fragment(None);
            url.to_string()
        });
        let mut claims =
            json!({"jti": entropy.token(""), "htm": request.method().as_str(), "htu": url, "iat": SystemClock.now().as_seconds()});
        if let Some(members) = claims.as_object_mut() {
            members.extend(access_token.map(|token| ("ath".to_owned(), Value::from(hash(token)))));
            members.extend(self.nonce().map(|nonce| ("nonce".to_owned(), Value::from(nonce))));
        }
        let proof = self.holder.sign("dpop+jwt", &claims).map_err(|error| TransportError::Proof(error.to_string()))?;
        HeaderValue::from_str(&proof).map_err(|error| TransportError::Proof(error.to_string()))
    }

    fn nonce(&self) -> Option<String> {
        self.nonce.lock().unwrap_or_else(PoisonError::into_inner).clone()
    }

    /// RFC 9449 §8.2: the server may give a new one with any answer.
    fn keep_nonce(&self, answer: &HttpResponse) -> bool {
        let Some(nonce) = answer.headers().get(DPOP_NONCE).and_then(|value| value.to_str().ok()) else { return false };
        *self.nonce.lock().unwrap_or_else(PoisonError::into_inner) = Some(nonce.to_owned());
        true
    }
}

/// HTTP on which every request proves the possession of the key, when there is one.
#[derive(Clone, Copy, Debug)]
pub struct Channel<'a> {
    /// HTTP.
    pub transport: &'a Transport,
    /// The holder of the key.
    pub prover: Option<&'a Prover>,
}

impl Channel<'_> {
    /// Sends a request, with the access token that is for its resource. RFC 9449 §8: a server that wants a nonce says so, and is asked again.
    ///
    /// # Errors
    /// When no answer comes.
    pub async fn send(self, mut request: HttpRequest, access_token: Option<&str>) -> Result<HttpResponse, TransportError> {
        let scheme = if self.prover.is_some() { "DPoP" } else { "Bearer" };
        if let Some(token) = access_token {
            let value = HeaderValue::from_str(&format!("{scheme} {token}")).map_err(|error| TransportError::Proof(error.to_string()))?;
            request.headers_mut().insert(header::AUTHORIZATION, value);
        }
        let Some(prover) = self.prover else { return self.transport.send(request).await };
        let again = request.clone();
        let first = self.attempt(prover, request, access_token).await?;
        let nonce_came = prover.keep_nonce(&first);
        if !nonce_came || !matches!(first.status(), StatusCode::BAD_REQUEST | StatusCode::UNAUTHORIZED) || !wants_nonce(&first) {
            return Ok(first);
        }
        let second = self.attempt(prover, again, access_token).await?;
        prover.keep_nonce(&second);
        Ok(second)
    }

    async fn attempt(self, prover: &Prover, mut request: HttpRequest, access_token: Option<&str>) -> Result<HttpResponse, TransportError> {
        let proof = prover.proof(&request, access_token)?;
        request.headers_mut().insert(DPOP, proof);
        self.transport.send(request).await
    }
}

/// RFC 9449 §8 and §9: the error is in the body at the authorization server, and in the challenge at a resource.
fn wants_nonce(answer: &HttpResponse) -> bool {
    let in_challenge = answer.headers().get(header::WWW_AUTHENTICATE).and_then(|value| value.to_str().ok());
    let in_body = serde_json::from_slice::<Value>(answer.body()).unwrap_or_default();
    in_body.get("error").and_then(Value::as_str) == Some("use_dpop_nonce")
        || in_challenge.is_some_and(|challenge| challenge.contains("error=\"use_dpop_nonce\""))
}

impl<'c> AsyncHttpClient<'c> for Channel<'_> {
    type Error = TransportError;
    type Future = Pin<Box<dyn Future<Output = Result<HttpResponse, TransportError>> + Send + 'c>>;

    fn call(&'c self, request: HttpRequest) -> Self::Future {
        Box::pin(self.send(request, None))
    }
}

/// RFC 9449 §5: a client that wants bound tokens must not use others.
///
/// # Errors
/// When the server does not say that it bound the token.
pub fn check(response: &CoreTokenResponse, prover: Option<&Prover>) -> Result<(), CliError> {
    let kind = serde_json::to_value(response.token_type()).unwrap_or_default();
    let bound = kind.as_str().is_some_and(|kind| kind.eq_ignore_ascii_case("DPoP"));
    match (prover.is_some(), bound) {
        (true, false) => Err(wrong("The access token is not bound to the key: its token_type is not DPoP.", "RFC 9449 §5")),
        (false, true) => Err(CliError::new(
            "refused",
            "The access token is bound to a key that this program does not hold.",
            "Run the command with --dpop; what the token was bound to is in the client's registration.",
        )),
        _ => Ok(()),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::jose::embedded;

    fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> HttpResponse {
        let builder = headers.iter().fold(http::Response::builder().status(status), |builder, (name, value)| builder.header(*name, *value));
        builder.body(body.as_bytes().to_vec()).unwrap()
    }

    #[test]
    fn a_proof_is_for_one_request_and_carries_the_last_nonce() {
        let prover = Prover::new(None).unwrap();
        let request = http::Request::post("https://id.example/oauth2/token?a=b").body(Vec::new()).unwrap();
        let read = |proof: HeaderValue| embedded::verify(proof.to_str().unwrap()).unwrap();
        let first = read(prover.proof(&request, None).unwrap());
        assert_eq!((&first.claims["htm"], &first.claims["htu"]), (&json!("POST"), &json!("https://id.example/oauth2/token")));
        assert!(first.claims.get("nonce").is_none() && first.claims.get("ath").is_none() && first.thumbprint == prover.thumbprint());
        assert!(prover.keep_nonce(&answer(400, &[("DPoP-Nonce", "n-1")], "{}")));
        let second = read(prover.proof(&request, Some("token")).unwrap());
        assert_eq!((&second.claims["nonce"], &second.claims["ath"]), (&json!("n-1"), &json!(hash("token"))));
        assert_ne!(first.claims["jti"], second.claims["jti"]);
    }

    #[test]
    fn a_demand_for_a_nonce_is_understood_from_both_kinds_of_server() {
        assert!(wants_nonce(&answer(400, &[], r#"{"error":"use_dpop_nonce"}"#)));
        assert!(wants_nonce(&answer(401, &[("WWW-Authenticate", r#"DPoP error="use_dpop_nonce", algs="ES256""#)], "")));
        assert!(!wants_nonce(&answer(400, &[("DPoP-Nonce", "n")], r#"{"error":"invalid_grant"}"#)));
    }

    #[test]
    fn a_key_file_is_made_once_for_its_owner_alone() {
        use std::os::unix::fs::PermissionsExt as _;
        let directory = tempfile::tempdir().unwrap();
        let path = directory.path().join("key.json");
        let first = Prover::new(Some(&path)).unwrap();
        assert_eq!(std::fs::metadata(&path).unwrap().permissions().mode() & 0o777, 0o600);
        assert_eq!(Prover::new(Some(&path)).unwrap().thumbprint(), first.thumbprint());
        std::fs::write(&path, "no key").unwrap();
        assert!(Prover::new(Some(&path)).is_err());
    }

    #[test]
    fn tokens_are_bound_when_and_only_when_a_key_was_offered() {
        let read = |kind: &str| serde_json::from_value::<CoreTokenResponse>(json!({"access_token": "at", "token_type": kind})).unwrap();
        let prover = Prover::new(None).unwrap();
        assert!(check(&read("DPoP"), Some(&prover)).is_ok() && check(&read("Bearer"), None).is_ok());
        assert_eq!(check(&read("Bearer"), Some(&prover)).unwrap_err().error, "wrong_answer");
        assert_eq!(check(&read("DPoP"), None).unwrap_err().error, "refused");
    }
}
