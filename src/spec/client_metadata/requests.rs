//! Rules about how a client asks and is answered: RFC 9101 §10.5, OIDC Registration §2, JARM §3, RFC 9396 §10. What FAPI profiles add is in `profiles`.

use super::{ClientDraft, Problem, SIGNING_ALGORITHMS};
use crate::spec::resource::is_resource_uri;
use crate::spec::signing_algorithm::OF_CLIENTS;

const MAX_LIST: usize = 100;

/// Request objects, signed responses and authorization details.
pub(super) fn check_requests(draft: &ClientDraft, problems: &mut Vec<Problem>) {
    let protocol = &draft.protocol;
    let signed = [
        ("request_object_signing_alg", protocol.request_object_signing_alg.as_deref().filter(|alg| *alg != "none"), OF_CLIENTS),
        ("authorization_signed_response_alg", protocol.authorization_signed_response_alg.as_deref(), SIGNING_ALGORITHMS),
    ];
    for (field, alg, known) in signed.into_iter().filter_map(|(field, alg, known)| Some((field, alg?, known))) {
        if !known.contains(&alg) {
            problems.push(Problem::new(field, format!("{alg:?} is not supported"), format!("use one of: {}", known.join(", "))));
        }
    }
    if protocol.require_signed_request_object && protocol.request_object_signing_alg.as_deref() == Some("none") {
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
