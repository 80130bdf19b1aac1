//! Rules about how a client asks and is answered: RFC 9101 §10.5, OIDC Registration §2, JARM §3, RFC 9396 §10. What FAPI profiles add is in `profiles`, algorithms are in `algorithms`.

use super::Problem;
use crate::model::client::ClientMetadata;
use crate::spec::resource::is_resource_uri;

const MAX_LIST: usize = 100;

/// Request objects and authorization details.
pub(super) fn check_requests(metadata: &ClientMetadata, problems: &mut Vec<Problem>) {
    let protocol = &metadata.protocol;
    // The FAPI profiles know no `none` in any case.
    if protocol.require_signed_request_object
        && !metadata.profile.is_fapi()
        && protocol.request_object_signing_alg.as_deref() == Some("none")
    {
        let mend = "register PS256, ES256 or EdDSA, or drop require_signed_request_object";
        problems.push(Problem::new("request_object_signing_alg", "a request must be signed, and none is no signature", mend));
    }
    if protocol.request_uris.len() > MAX_LIST || protocol.request_uris.iter().any(|uri| !is_fetchable(uri)) {
        problems.push(Problem::new(
            "request_uris",
            "one is not an https URL, or there are more than a hundred",
            "write them like https://app.example.com/request.jwt",
        ));
    }
    if protocol.authorization_details_types.len() > MAX_LIST {
        problems.push(Problem::new("authorization_details_types", "there are more than a hundred", "register fewer"));
    }
}

/// https, or http on a loopback host: whether it may be fetched is asked when it is. A fragment names a version: OIDC Core §6.2.
fn is_fetchable(uri: &str) -> bool {
    is_resource_uri(uri.split('#').next().unwrap_or(uri)) && (uri.starts_with("https://") || uri.starts_with("http://"))
}
