//! What is fuzzed: each function takes any bytes for one kind of input that strangers send, and panics when a promise is broken. The
//! fuzzer calls them through `fuzz_targets`, and `cargo test` (tests/it/fuzz.rs) with the corpus and changes to it.

mod certificates;
mod documents;
mod encryption;
mod headers;
mod tokens;

/// A kind of input: its name, and what takes it.
pub type Target = (&'static str, fn(&[u8]));

/// Every kind of input.
pub const TARGETS: &[Target] = &[
    ("params", headers::params),
    ("scope", headers::scope),
    ("redirect_uri", headers::redirect_uri),
    ("authorization_header", headers::authorization_header),
    ("cookies", headers::cookies),
    ("forwarded", headers::forwarded),
    ("claims_request", documents::claims_request),
    ("client_metadata", documents::client_metadata),
    ("client_keys", documents::client_keys),
    ("request_object", documents::request_object),
    ("authorization_details", documents::authorization_details),
    ("client_id_document", documents::client_id_document),
    ("ciba_request", documents::ciba_request),
    ("certificate", certificates::certificate),
    ("jwe", encryption::jwe),
    ("dpop_proof", tokens::dpop_proof),
    ("own_token", tokens::own_token),
    ("client_token", tokens::client_token),
    ("assertion_claims", tokens::assertion_claims),
    ("sealed", tokens::sealed),
];

/// Runs one target by its name.
pub fn run(name: &str, data: &[u8]) {
    if let Some((_, target)) = TARGETS.iter().find(|(known, _)| *known == name) {
        target(data);
    }
}

/// The bytes as text; what is no UTF-8 is repaired, since HTTP gives us text everywhere.
fn text(data: &[u8]) -> String {
    String::from_utf8_lossy(data).into_owned()
}

/// The bytes as text in two parts, at the first line feed.
fn two(data: &[u8]) -> (String, String) {
    let all = text(data);
    let (one, other) = all.split_once('\n').unwrap_or((&all, ""));
    (one.to_owned(), other.to_owned())
}
