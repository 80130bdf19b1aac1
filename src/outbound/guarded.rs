//! The guarded client: checked target, checked address, no redirect, no proxy, bounded time, bounded size.

use std::error::Error as _;
use std::sync::Arc;
use std::time::Duration;

use http::header::{ACCEPT, AUTHORIZATION, CACHE_CONTROL, CONTENT_ENCODING, CONTENT_TYPE, HeaderMap, HeaderValue};
use reqwest::{Client, redirect};
use rustls::RootCertStore;
use tokio::sync::OnceCell;

use super::request::Body;
use super::resolver::{Checked, NotPermitted, Resolver, SystemResolver};
use super::target::{Reach, Rules, Target};
use super::turns::Turns;
use super::{Answer, Kind, Outbound, OutboundError, Registrant, Request, Sending, trust};
use crate::app::cache::Cache;
use crate::config;
use crate::spec::issuer::Issuer;

/// From the first look-up to the last byte, once it is one's turn.
const PATIENCE: Duration = Duration::from_secs(5);
/// How long a document that could not be fetched is not asked for again.
const FAILURES_LAST: Duration = Duration::from_secs(30);
/// How many failures are remembered.
const FAILURES: usize = 1_000;

/// What sends authy's own requests.
#[derive(Debug)]
pub struct Guarded {
    rules: Rules,
    resolver: Arc<dyn Resolver>,
    authorities: Option<RootCertStore>,
    /// Made at the first use: the system's authorities take a moment to read.
    clients: OnceCell<Clients>,
    turns: Turns,
    failures: Cache<Asked, OutboundError>,
}

/// What failed, for whom: a host may answer one kind of question and not another, and what a stranger asks says nothing about an
/// administrator's application.
type Asked = (Registrant, Kind, String);

/// One client for each reach, so that what one may connect to never serves another.
#[derive(Debug)]
struct Clients {
    public: Client,
    listed: Client,
    loopback: Client,
}

impl Guarded {
    /// By the operator's settings.
    ///
    /// # Errors
    /// When the file of authorities cannot be used.
    pub fn new(settings: &config::Outbound, issuer: &Issuer) -> anyhow::Result<Self> {
        let rules = Rules {
            allow_hosts_for_administrators: settings.allow_hosts_for_administrators.clone(),
            allow_hosts: settings.allow_hosts.clone(),
            issuer_is_loopback: issuer.is_loopback(),
        };
        Ok(Self {
            rules,
            resolver: Arc::new(SystemResolver),
            authorities: settings.ca_file.as_deref().map(|path| trust::from_file(path, "AUTHY_OUTBOUND__CA_FILE")).transpose()?,
            clients: OnceCell::new(),
            turns: Turns::default(),
            failures: Cache::lasting(FAILURES, FAILURES_LAST),
        })
    }

    /// With another source of addresses than the system's.
    #[must_use]
    pub fn with_resolver(mut self, resolver: Arc<dyn Resolver>) -> Self {
        self.resolver = resolver;
        self
    }

    async fn client(&self, reach: Reach) -> Result<&Client, OutboundError> {
        let trouble = |error: &dyn std::fmt::Display| OutboundError::Unreachable(error.to_string());
        let make = async || {
            let (resolver, authorities) = (self.resolver.clone(), self.authorities.clone());
            let made = tokio::task::spawn_blocking(move || Clients::new(&resolver, authorities)).await;
            made.map_err(|error| trouble(&error))?.map_err(|error| trouble(&error))
        };
        let clients = self.clients.get_or_try_init(make).await?;
        Ok(match reach {
            Reach::Public => &clients.public,
            Reach::Listed => &clients.listed,
            Reach::Loopback => &clients.loopback,
        })
    }

    async fn exchange(&self, request: Request, target: Target) -> Result<Answer, OutboundError> {
        let client = self.client(target.reach).await?;
        let kind = request.kind;
        let answer = client.execute(prepared(request, target)?).await.map_err(|error| explain(&error))?;
        read(kind, answer).await
    }

    async fn attempt(&self, request: Request) -> Result<Answer, OutboundError> {
        let target = Target::check(&request.url, request.registrant, &self.rules)?;
        let remembered = (request.kind != Kind::Notice).then(|| (request.registrant, request.kind, request.url.clone()));
        if let Some(failure) = remembered.as_ref().and_then(|key| self.failures.get(key)) {
            return Err(OutboundError::Lately(Box::new(failure)));
        }
        let authority = target.authority();
        let kind = request.kind.as_str();
        let outcome = match self.turns.take(&authority, request.registrant).await {
            Ok(_turn) => tokio::time::timeout(PATIENCE, self.exchange(request, target)).await.unwrap_or(Err(OutboundError::TimedOut)),
            Err(busy) => Err(busy),
        };
        if let Err(failure) = &outcome {
            tracing::info!(host = authority, kind, detail = %failure, "a request to another server failed");
            if let Some(key) = remembered.filter(|_| *failure != OutboundError::Busy) {
                self.failures.put(key, failure.clone());
            }
        }
        outcome
    }
}

impl Outbound for Guarded {
    fn check(&self, url: &str, registrant: Registrant) -> Result<(), OutboundError> {
        Target::check(url, registrant, &self.rules).map(|_| ())
    }

    fn send(&self, request: Request) -> Sending<'_> {
        Box::pin(self.attempt(request))
    }
}

impl Clients {
    fn new(resolver: &Arc<dyn Resolver>, authorities: Option<RootCertStore>) -> anyhow::Result<Self> {
        let tls = trust::client_config(authorities.unwrap_or_else(trust::system))?;
        let client = |reach| {
            let builder = Client::builder().use_preconfigured_tls(tls.clone()).user_agent(concat!("authy/", env!("CARGO_PKG_VERSION")));
            let builder =
                builder.redirect(redirect::Policy::none()).no_proxy().dns_resolver(Arc::new(Checked::new(resolver.clone(), reach)));
            // Each request connects anew, to an address that was checked for it.
            builder.pool_max_idle_per_host(0).timeout(PATIENCE).build()
        };
        Ok(Self { public: client(Reach::Public)?, listed: client(Reach::Listed)?, loopback: client(Reach::Loopback)? })
    }
}

fn prepared(request: Request, target: Target) -> Result<reqwest::Request, OutboundError> {
    let (method, content) = match request.body {
        Body::None => (reqwest::Method::GET, None),
        Body::Form(text) => (reqwest::Method::POST, Some(("application/x-www-form-urlencoded", text))),
        Body::Json(text) => (reqwest::Method::POST, Some(("application/json", text))),
    };
    let mut prepared = reqwest::Request::new(method, target.url);
    let accepted = request.kind.content_types().join(", ");
    if let Some(value) = HeaderValue::from_str(&accepted).ok().filter(|_| !accepted.is_empty()) {
        prepared.headers_mut().insert(ACCEPT, value);
    }
    if let Some((content_type, text)) = content {
        prepared.headers_mut().insert(CONTENT_TYPE, HeaderValue::from_static(content_type));
        *prepared.body_mut() = Some(text.expose().clone().into());
    }
    if let Some(token) = request.bearer {
        let mut value = HeaderValue::from_str(&format!("Bearer {}", token.expose()))
            .map_err(|_| OutboundError::Refused("its bearer token is not text"))?;
        value.set_sensitive(true);
        prepared.headers_mut().insert(AUTHORIZATION, value);
    }
    Ok(prepared)
}

/// Reads an answer, and stops at the first byte too many.
async fn read(kind: Kind, mut answer: reqwest::Response) -> Result<Answer, OutboundError> {
    // A document is what 200 brings, and nothing else (Client ID Metadata Document §5); a notice may be taken with any success.
    let taken = if kind == Kind::Notice { answer.status().is_success() } else { answer.status() == reqwest::StatusCode::OK };
    if !taken {
        return Err(OutboundError::Status(answer.status().as_u16()));
    }
    let max_age = max_age(answer.headers());
    if kind == Kind::Notice {
        return Ok(Answer { body: Vec::new(), max_age });
    }
    let content_type = answer.headers().get(CONTENT_TYPE).and_then(|value| value.to_str().ok());
    if !kind.takes(content_type) || answer.headers().contains_key(CONTENT_ENCODING) {
        return Err(OutboundError::ContentType);
    }
    let mut body = Vec::new();
    while let Some(chunk) = answer.chunk().await.map_err(|error| explain(&error))? {
        if body.len() + chunk.len() > kind.limit() {
            return Err(OutboundError::TooLarge);
        }
        body.extend_from_slice(&chunk);
    }
    Ok(Answer { body, max_age })
}

/// RFC 9111 §5.2.2.1, §5.2.2.4, §5.2.2.5.
fn max_age(headers: &HeaderMap) -> Option<Duration> {
    let lines = headers.get_all(CACHE_CONTROL).iter().filter_map(|value| value.to_str().ok());
    let directives: Vec<String> = lines.flat_map(|line| line.split(',')).map(|directive| directive.trim().to_ascii_lowercase()).collect();
    if directives.iter().any(|directive| directive == "no-store" || directive == "no-cache") {
        return Some(Duration::ZERO);
    }
    let seconds = directives.iter().find_map(|directive| directive.strip_prefix("max-age="))?;
    seconds.trim_matches('"').parse().ok().map(Duration::from_secs)
}

/// The innermost reason. The outer ones may repeat the URL.
fn explain(error: &reqwest::Error) -> OutboundError {
    if error.is_timeout() {
        return OutboundError::TimedOut;
    }
    let mut reason = "the connection broke".to_owned();
    let mut next = error.source();
    while let Some(cause) = next {
        if cause.is::<NotPermitted>() {
            return OutboundError::Address;
        }
        reason = cause.to_string();
        next = cause.source();
    }
    OutboundError::Unreachable(reason)
}
