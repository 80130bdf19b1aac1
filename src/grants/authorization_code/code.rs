//! What an authorization code looks like: a prefix, the id of its grant, and 256 random bits. RFC 6749 §4.1.2, §10.10.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use uuid::Uuid;

use crate::entropy::Entropy;
use crate::secret::Secret;

const PREFIX: &str = "ac_";

/// A new code that carries the id of its grant, so that a replay can revoke the grant after the payload is gone.
pub fn generate(entropy: &dyn Entropy, grant_id: Uuid) -> Secret<String> {
    let mut bytes = [0; 48];
    let (id, random) = bytes.split_at_mut(16);
    id.copy_from_slice(grant_id.as_bytes());
    entropy.fill(random);
    Secret::new(format!("{PREFIX}{}", URL_SAFE_NO_PAD.encode(bytes)))
}

/// The grant that a code names. The name proves nothing: only a code whose hash is known is believed.
pub fn grant_id(code: &str) -> Option<Uuid> {
    let bytes = URL_SAFE_NO_PAD.decode(code.strip_prefix(PREFIX)?).ok()?;
    Uuid::from_slice(bytes.get(..16)?).ok().filter(|_| bytes.len() == 48)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::OsEntropy;

    #[test]
    fn a_code_names_its_grant_and_nothing_else_does() {
        let id = Uuid::from_u128(7);
        let code = generate(&OsEntropy, id);
        assert_eq!(grant_id(code.expose()), Some(id));
        assert_eq!(grant_id("rt_AAAA"), None);
        assert_eq!(grant_id("ac_AAAA"), None);
    }
}
