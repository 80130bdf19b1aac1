//! Encryption at rest and in the browser's hands: AES-256-GCM and HMAC-SHA-256 under keys that HKDF-SHA-256 derives from the master key.
//!
//! A sealed value is `version (1) | key id (8) | nonce (12) | ciphertext | tag (16)`. Every purpose has keys of its own, and its name is
//! authenticated beside the value: what was sealed for one purpose opens for no other.

use std::fmt;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use ring::aead::{AES_256_GCM, Aad, LessSafeKey, NONCE_LEN, Nonce, UnboundKey};
use ring::{hkdf, hmac};
use zeroize::Zeroize as _;

use crate::entropy::Entropy;
use crate::secret::Secret;

pub mod pairwise;

const VERSION: u8 = 1;
const KEY_ID_LEN: usize = 8;
const HEADER_LEN: usize = 1 + KEY_ID_LEN + NONCE_LEN;

/// The 32 bytes everything else is derived from. Several nodes share it.
pub struct MasterKey(Secret<[u8; 32]>);

impl MasterKey {
    /// Reads a key written as base64url, with or without the padding and white space around it.
    ///
    /// # Errors
    /// A sentence for the operator, naming the mend. It never repeats the value.
    pub fn parse(text: &str) -> Result<Self, String> {
        const MEND: &str = "the master key must be 32 random bytes in base64url (43 characters)";
        let text = text.trim().trim_end_matches('=');
        if text.contains(['+', '/']) {
            return Err(format!("{MEND}; this one is in plain base64: write - for + and _ for /"));
        }
        let mut bytes = URL_SAFE_NO_PAD.decode(text).map_err(|_| format!("{MEND}; this one is not base64url"))?;
        let key = <[u8; 32]>::try_from(bytes.as_slice()).map_err(|_| format!("{MEND}; this one has {} bytes", bytes.len()));
        bytes.zeroize();
        key.map(|key| Self(Secret::new(key)))
    }

    /// A new random key.
    pub fn generate(entropy: &dyn Entropy) -> Self {
        Self(Secret::new(entropy.bytes()))
    }

    /// The form that [`MasterKey::parse`] reads.
    pub fn to_base64url(&self) -> Secret<String> {
        Secret::new(URL_SAFE_NO_PAD.encode(self.0.expose()))
    }

    /// Names the key without telling anything about it: 16 hexadecimal digits of a one-way function.
    pub fn id(&self) -> String {
        hex(self.raw_id())
    }

    fn raw_id(&self) -> [u8; KEY_ID_LEN] {
        let mut id = [0; KEY_ID_LEN];
        let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, self.0.expose()), b"authy key id v1");
        id.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
        id
    }
}

impl fmt::Debug for MasterKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "MasterKey({})", self.id())
    }
}

fn hex(id: [u8; KEY_ID_LEN]) -> String {
    format!("{:016x}", u64::from_be_bytes(id))
}

/// The two keys of one purpose.
struct PurposeKeys {
    aead: LessSafeKey,
    mac: hmac::Key,
}

/// One registry: the purpose, its name on the wire of the key derivation, and the place of its keys.
macro_rules! purposes {
    ($($(#[$doc:meta])* $purpose:ident, $keys:ident, $name:literal;)*) => {
        /// What a value is sealed for. Each purpose has keys of its own.
        #[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
        pub enum Purpose { $($(#[$doc])* $purpose,)* }

        impl Purpose {
            /// Every purpose.
            pub const ALL: &'static [Self] = &[$(Self::$purpose),*];

            /// The name and version that are authenticated beside the value.
            const fn label(self) -> &'static str {
                match self { $(Self::$purpose => concat!("authy/", $name, "/v1"),)* }
            }
        }

        struct Subkeys { $($keys: PurposeKeys,)* }

        impl Subkeys {
            fn derive(master: &MasterKey) -> Self {
                let root = hkdf::Salt::new(hkdf::HKDF_SHA256, b"authy master key").extract(master.0.expose());
                Self { $($keys: PurposeKeys::derive(&root, Purpose::$purpose),)* }
            }

            const fn of(&self, purpose: Purpose) -> &PurposeKeys {
                match purpose { $(Purpose::$purpose => &self.$keys,)* }
            }
        }
    };
}

purposes! {
    /// Opaque access tokens.
    AccessToken, access_token, "access-token";
    /// A checked authorization request on its way through the sign-in pages.
    Transaction, transaction, "transaction";
    /// Private signing keys in the database.
    PrivateKey, private_key, "private-key";
    /// A logout that waits for a confirmation.
    Logout, logout, "logout";
    /// Other secrets in the database.
    Stored, stored, "stored";
    /// Tokens of forms.
    Csrf, csrf, "csrf";
    /// Cookies that hold a value of their own.
    Cookie, cookie, "cookie";
    /// The successor of a refresh token.
    RefreshSuccessor, refresh_successor, "refresh-successor";
    /// Nonces of DPoP proofs.
    DpopNonce, dpop_nonce, "dpop-nonce";
    /// User codes as the store knows them, and devices that wait for an answer on a page.
    DeviceCode, device_code, "device-code";
    /// What a page said that a person is asked about.
    Shown, shown, "shown";
    /// Names of throttle counters, so that the key-value store holds no names of people.
    Throttle, throttle, "throttle";
}

impl PurposeKeys {
    fn derive(root: &hkdf::Prk, purpose: Purpose) -> Self {
        let (aead_info, mac_info) = ([purpose.label().as_bytes(), b"/aead"], [purpose.label().as_bytes(), b"/mac"]);
        // `expand` refuses only lengths above 255 hashes; these are one hash long. Without its keys authy must not run.
        match (root.expand(&aead_info, &AES_256_GCM), root.expand(&mac_info, hmac::HMAC_SHA256)) {
            (Ok(aead), Ok(mac)) => Self { aead: LessSafeKey::new(UnboundKey::from(aead)), mac: mac.into() },
            _ => std::process::abort(),
        }
    }
}

struct Keys {
    id: [u8; KEY_ID_LEN],
    subkeys: Subkeys,
}

impl Keys {
    fn derive(master: &MasterKey) -> Self {
        Self { id: master.raw_id(), subkeys: Subkeys::derive(master) }
    }
}

/// Seals with the current master key and opens with that or the previous one.
pub struct Sealer {
    current: Keys,
    previous: Option<Keys>,
}

impl Sealer {
    /// A sealer with one key.
    pub fn new(current: &MasterKey) -> Self {
        Self::with_previous(current, None)
    }

    /// A sealer that also opens what `previous` sealed: the time of a change of the master key.
    pub fn with_previous(current: &MasterKey, previous: Option<&MasterKey>) -> Self {
        Self { current: Keys::derive(current), previous: previous.map(Keys::derive) }
    }

    /// The id of the current key, as [`MasterKey::id`] gives it.
    pub fn key_id(&self) -> String {
        hex(self.current.id)
    }

    /// Encrypts and authenticates `plain`.
    pub fn seal(&self, purpose: Purpose, plain: &[u8], entropy: &dyn Entropy) -> Vec<u8> {
        let nonce = entropy.bytes::<NONCE_LEN>();
        let mut sealed = Vec::with_capacity(HEADER_LEN + plain.len() + AES_256_GCM.tag_len());
        sealed.push(VERSION);
        sealed.extend_from_slice(&self.current.id);
        sealed.extend_from_slice(&nonce);
        sealed.extend_from_slice(plain);
        let (aead, aad) = (&self.current.subkeys.of(purpose).aead, Aad::from(purpose.label()));
        let tag = sealed
            .get_mut(HEADER_LEN..)
            .and_then(|body| aead.seal_in_place_separate_tag(Nonce::assume_unique_for_key(nonce), aad, body).ok());
        // Only a value above 64 GiB has no tag; what is left of it then opens for nobody.
        sealed.extend_from_slice(tag.as_ref().map_or(&[], AsRef::as_ref));
        sealed
    }

    /// Decrypts what [`Sealer::seal`] made for the same purpose; `None` when anything about it is wrong.
    pub fn open(&self, purpose: Purpose, sealed: &[u8]) -> Option<Vec<u8>> {
        let (version, rest) = sealed.split_first()?;
        let (id, rest) = rest.split_first_chunk::<KEY_ID_LEN>()?;
        let (nonce, body) = rest.split_first_chunk::<NONCE_LEN>()?;
        if *version != VERSION {
            return None;
        }
        let keys = std::iter::once(&self.current).chain(&self.previous).find(|keys| keys.id == *id)?;
        let mut body = body.to_vec();
        let aead = &keys.subkeys.of(purpose).aead;
        let length = aead.open_in_place(Nonce::assume_unique_for_key(*nonce), Aad::from(purpose.label()), &mut body).ok()?.len();
        body.truncate(length);
        Some(body)
    }

    /// HMAC-SHA-256 with the current key.
    pub fn hmac(&self, purpose: Purpose, message: &[u8]) -> [u8; 32] {
        let mut out = [0; 32];
        let tag = hmac::sign(&self.current.subkeys.of(purpose).mac, message);
        out.iter_mut().zip(tag.as_ref()).for_each(|(to, from)| *to = *from);
        out
    }

    /// A name that only this provider can make again, in hexadecimal: what short-lived stores may know of people and their codes.
    pub fn concealed(&self, purpose: Purpose, name: &str) -> String {
        self.hmac(purpose, name.as_bytes()).iter().map(|byte| format!("{byte:02x}")).collect()
    }

    /// [`Sealer::seal`] as text: `prefix` and unreserved URL characters.
    pub fn seal_text(&self, purpose: Purpose, prefix: &str, plain: &[u8], entropy: &dyn Entropy) -> String {
        let sealed = self.seal(purpose, plain, entropy);
        let mut text = String::with_capacity(prefix.len() + sealed.len().div_ceil(3) * 4);
        text.push_str(prefix);
        URL_SAFE_NO_PAD.encode_string(sealed, &mut text);
        text
    }

    /// How long [`Sealer::seal_text`] makes the text of so many bytes.
    pub fn text_length(prefix: &str, plain: usize) -> usize {
        prefix.len() + ((HEADER_LEN + plain + AES_256_GCM.tag_len()) * 4).div_ceil(3)
    }

    /// Opens what [`Sealer::seal_text`] wrote, to the letter: base64url has one spelling here, without padding and stray bits.
    pub fn open_text(&self, purpose: Purpose, prefix: &str, text: &str) -> Option<Vec<u8>> {
        self.open(purpose, &URL_SAFE_NO_PAD.decode(text.strip_prefix(prefix)?).ok()?)
    }
}

impl fmt::Debug for Sealer {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "Sealer({}, previous: {:?})", self.key_id(), self.previous.as_ref().map(|keys| hex(keys.id)))
    }
}

#[cfg(test)]
mod tests;
