//! Pairwise subjects: OIDC Core §8.1. "The Subject Identifier value MUST NOT be reversible by any party other than the OpenID Provider";
//! for authy it is, so that a hint that a client brings back names somebody without a table of names.
//!
//! A name is `tag (12) | masked subject`, in base64url: the tag is a keyed hash of sector and subject, and the mask a keyed hash of the tag
//! (the synthetic IV construction of RFC 5297, with HMAC-SHA-256 for both). The same person and sector always give the same name; names of
//! two sectors have nothing in common.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::hmac;
use subtle::ConstantTimeEq as _;

use crate::entropy::Entropy;
use crate::secret::Secret;

const TAG_LEN: usize = 12;

/// The key of an installation's pairwise names. It outlives master keys: names of people never change.
pub struct PairwiseKey {
    bytes: Secret<[u8; 32]>,
    key: hmac::Key,
}

impl PairwiseKey {
    /// A new random key.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self::from_bytes(entropy.bytes())
    }

    /// The key that was kept.
    pub fn from_bytes(bytes: [u8; 32]) -> Self {
        Self { key: hmac::Key::new(hmac::HMAC_SHA256, &bytes), bytes: Secret::new(bytes) }
    }

    /// What is kept, sealed.
    pub fn bytes(&self) -> &[u8; 32] {
        self.bytes.expose()
    }

    /// The name of a subject in a sector.
    pub fn name(&self, sector: &str, subject: &str) -> String {
        let tag = self.tag(sector, subject.as_bytes());
        let mut name = tag.to_vec();
        name.extend(self.masked(&tag, subject.as_bytes()));
        URL_SAFE_NO_PAD.encode(name)
    }

    /// The subject behind a name of this sector; `None` for anything else.
    pub fn subject(&self, sector: &str, name: &str) -> Option<String> {
        let name = URL_SAFE_NO_PAD.decode(name).ok()?;
        let (tag, masked) = name.split_first_chunk::<TAG_LEN>()?;
        let subject = self.masked(tag, masked);
        let genuine = bool::from(self.tag(sector, &subject).ct_eq(tag));
        String::from_utf8(subject).ok().filter(|_| genuine)
    }

    /// The name of a session in a sector: the same construction, for texts that are no subjects.
    pub fn session_name(&self, sector: &str, sid: &str) -> String {
        self.name(&of_sessions(sector), sid)
    }

    /// The session behind a name of this sector; `None` for anything else.
    pub fn session(&self, sector: &str, name: &str) -> Option<String> {
        self.subject(&of_sessions(sector), name)
    }

    fn tag(&self, sector: &str, subject: &[u8]) -> [u8; TAG_LEN] {
        let mut context = hmac::Context::with_key(&self.key);
        context.update(b"tag\0");
        context.update(sector.as_bytes());
        context.update(b"\0");
        context.update(subject);
        let mut tag = [0; TAG_LEN];
        tag.iter_mut().zip(context.sign().as_ref()).for_each(|(to, from)| *to = *from);
        tag
    }

    fn masked(&self, tag: &[u8; TAG_LEN], text: &[u8]) -> Vec<u8> {
        let mut out = Vec::with_capacity(text.len());
        for (number, block) in (0_u32..).zip(text.chunks(32)) {
            let mask = hmac::sign(&self.key, &[b"mask\0".as_slice(), tag, &number.to_be_bytes()].concat());
            out.extend(block.iter().zip(mask.as_ref()).map(|(byte, mask)| byte ^ mask));
        }
        out
    }
}

/// No sector has a blank in it.
fn of_sessions(sector: &str) -> String {
    format!("session {sector}")
}

impl fmt::Debug for PairwiseKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("PairwiseKey(…)")
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;

    #[test]
    fn a_name_is_stable_differs_by_sector_and_leads_back() {
        let key = PairwiseKey::generate(&SeededEntropy::new(1));
        let same = PairwiseKey::from_bytes(*key.bytes());
        for subject in ["abcdefghij234567abcd", "", "a subject that somebody imported, longer than one block of the mask"] {
            let name = key.name("rp.example", subject);
            assert_eq!(name, same.name("rp.example", subject));
            assert_ne!(name, key.name("other.example", subject));
            assert_ne!(name, PairwiseKey::generate(&SeededEntropy::new(2)).name("rp.example", subject));
            assert_eq!(key.subject("rp.example", &name).as_deref(), Some(subject));
            assert_eq!(key.subject("other.example", &name), None);
            assert!(name.len() <= 255);
        }
    }

    #[test]
    fn a_session_has_a_name_in_each_sector_that_is_nobodys_subject() {
        let key = PairwiseKey::generate(&SeededEntropy::new(1));
        let name = key.session_name("rp.example", "abcdefghij234567abcd");
        assert_eq!(key.session("rp.example", &name).as_deref(), Some("abcdefghij234567abcd"));
        assert_ne!(name, key.session_name("other.example", "abcdefghij234567abcd"));
        assert_eq!(key.session("other.example", &name), None);
        assert_eq!((key.subject("rp.example", &name), key.session("rp.example", &key.name("rp.example", "x"))), (None, None));
    }

    #[test]
    fn anything_else_names_nobody() {
        let key = PairwiseKey::generate(&SeededEntropy::new(1));
        let name = key.name("rp.example", "abcdefghij234567abcd");
        for wrong in ["", "AAAA", "!", &name[1..], &name[..name.len() - 4], &format!("{name}AAAA"), "abcdefghij234567abcd"] {
            assert_eq!(key.subject("rp.example", wrong), None, "{wrong}");
        }
    }
}
