//! One id per request: in the log, in the answer, on the error page. It is always made here; what a request brings is ignored.

use actix_web::http::header::HeaderName;
use actix_web::{HttpMessage, HttpRequest};

use crate::entropy::Entropy;

/// The response header with the id.
pub const HEADER: HeaderName = HeaderName::from_static("authy-request-id");

/// The id of one request: 20 characters of `a-z2-7`.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RequestId(String);

impl RequestId {
    /// A new one.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self(entropy.identifier())
    }

    /// As text.
    pub fn as_str(&self) -> &str {
        &self.0
    }
}

/// The id that was given to this request when it came in, or a new one for a request that the middleware has not seen.
pub fn of(request: &HttpRequest, entropy: &dyn Entropy) -> RequestId {
    let known = request.extensions().get::<RequestId>().cloned();
    known.unwrap_or_else(|| {
        let id = RequestId::generate(entropy);
        request.extensions_mut().insert(id.clone());
        id
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;
    use actix_web::test::TestRequest;

    #[test]
    fn a_request_keeps_its_id_and_never_brings_one() {
        let entropy = SeededEntropy::new(1);
        let request = TestRequest::default().insert_header((HEADER, "chosen")).insert_header(("x-request-id", "chosen")).to_http_request();
        let id = of(&request, &entropy);
        assert_eq!(id.as_str().len(), 20);
        assert_ne!(id.as_str(), "chosen");
        assert_eq!(of(&request, &entropy), id);
    }
}
