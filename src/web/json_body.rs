//! JSON bodies of the protocol, read within limits and not yet parsed.

use actix_web::dev::Payload;
use actix_web::error::InternalError;
use actix_web::{Error, FromRequest, HttpRequest};
use futures_util::FutureExt as _;
use futures_util::future::LocalBoxFuture;

use crate::web::extract;
use crate::web::limits;

/// A body that is announced as JSON. One that is too large, of another kind, or no text never reaches the handler: 413, 415, 400.
#[derive(Clone, PartialEq, Eq)]
pub struct JsonBody(String);

impl JsonBody {
    /// As it was sent.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// A body may hold secrets.
impl std::fmt::Debug for JsonBody {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str("JsonBody")
    }
}

impl FromRequest for JsonBody {
    type Error = Error;
    type Future = LocalBoxFuture<'static, Result<Self, Error>>;

    fn from_request(request: &HttpRequest, payload: &mut Payload) -> Self::Future {
        let (request, mut payload) = (request.clone(), payload.take());
        async move {
            let refuse = |excess| {
                let response = extract::refuse(&request, excess);
                Error::from(InternalError::from_response("the request was refused before it was read", response))
            };
            limits::check_json_type(request.headers()).map_err(refuse)?;
            limits::read_text(request.headers(), &mut payload).await.map(Self).map_err(refuse)
        }
        .boxed_local()
    }
}
