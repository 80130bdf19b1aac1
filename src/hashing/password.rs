//! Passwords as bcrypt hashes. Pure, and slow on purpose: a pipeline runs it on the threads of [`crate::hashing`].
//!
//! Up to 71 bytes a password is hashed by plain bcrypt (`$2b$`). bcrypt reads no further than 72 bytes and stops at a NUL, so anything else
//! takes passlib's form, `$bcrypt-sha256$v=2,t=2b,r=COST$SALT$DIGEST`: bcrypt of base64(HMAC-SHA-256(key = salt, password)). Nothing is
//! cut, and other programs can read the hashes.

use std::fmt::Write as _;

use base64::Engine as _;
use base64::alphabet::BCRYPT;
use base64::engine::general_purpose::{GeneralPurpose, NO_PAD, STANDARD};
use bcrypt::HashParts;
use ring::hmac;
use subtle::ConstantTimeEq as _;

use crate::entropy::Entropy;
use crate::secret::Secret;

/// The longest password, in bytes.
pub const MAX_BYTES: usize = 1024;

/// The shortest new password, in characters.
pub const MIN_CHARACTERS: usize = 8;

/// The longest password that plain bcrypt reads whole: 72 bytes less the NUL it ends with.
const PLAIN_BYTES: usize = 71;

/// The costs a hash may have. An imported one above would hold a thread for many seconds at each sign-in.
const COSTS: std::ops::RangeInclusive<u32> = 4..=16;

const SHA256_PREFIX: &str = "$bcrypt-sha256$v=2,t=2b,r=";

/// The alphabet of bcrypt's own base64.
const BASE_64: GeneralPurpose = GeneralPurpose::new(&BCRYPT, NO_PAD);

/// Why a password was not hashed.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
pub enum PasswordError {
    /// Above [`MAX_BYTES`].
    #[error("a password has at most 1024 bytes")]
    TooLong,
    /// The setting asks for a cost outside 4 to 16.
    #[error("the bcrypt cost must lie between 4 and 16")]
    Cost,
}

/// Whether this may become someone's password.
///
/// # Errors
/// A sentence for the person who chose it.
pub fn check(password: &str) -> Result<(), &'static str> {
    if password.len() > MAX_BYTES {
        return Err("This password is too long: at most 1024 bytes.");
    }
    if password.chars().count() < MIN_CHARACTERS {
        return Err("This password is too short: at least 8 characters.");
    }
    if password.chars().any(char::is_control) {
        return Err("This password holds a control character, which no form takes.");
    }
    Ok(())
}

/// Hashes a password with a new salt. Takes as long as `cost` says: about 250 ms at 12.
///
/// # Errors
/// When the password is longer than [`MAX_BYTES`] or the cost is out of range.
pub fn hash(password: &str, cost: u32, entropy: &dyn Entropy) -> Result<Secret<String>, PasswordError> {
    if password.len() > MAX_BYTES {
        return Err(PasswordError::TooLong);
    }
    if !COSTS.contains(&cost) {
        return Err(PasswordError::Cost);
    }
    let salt = entropy.bytes::<16>();
    let text = if fits_plain_bcrypt(password) {
        bcrypt::non_truncating_hash_with_salt(password, cost, salt).map(|parts| parts.to_string())
    } else {
        let key = sha256_form(password, &BASE_64.encode(salt));
        bcrypt::non_truncating_hash_with_salt(key.expose(), cost, salt).map(|parts| {
            let (salt, digest) = split_digest(&parts);
            format!("{SHA256_PREFIX}{cost}${salt}${digest}")
        })
    };
    text.map(Secret::new).map_err(|_| PasswordError::Cost)
}

/// Whether `hash` is the hash of this password: our own two forms, and imported `$2a$`, `$2b$` and `$2y$`. `$2x$`, whose makers lost bits
/// of the password, and everything else is no hash. Takes as long as the cost of the hash says, and no time where it is no hash.
pub fn verify(password: &str, hash: &str) -> bool {
    if password.len() > MAX_BYTES {
        return false;
    }
    match Form::parse(hash) {
        Some(Form::Sha256 { salt, parts }) => digest_matches(sha256_form(password, salt).expose().as_bytes(), &parts),
        // bcrypt would stop at the NUL: "a" would open what "a\0b" locked, and the reverse. No such hash is ours.
        Some(Form::Plain { parts, .. }) => digest_matches(password.as_bytes(), &parts) & !password.contains('\0'),
        None => false,
    }
}

/// [`verify`], and then work until as much is done as a hash of `cost` takes: who has an older and weaker hash, or an imported one that is
/// none, is refused as late as somebody who does not exist.
pub fn verify_evenly(password: &str, hash: &str, cost: u32) -> bool {
    let fits = verify(password, hash);
    for step in left_to_do(hash, cost) {
        let _ = std::hint::black_box(bcrypt::hash_with_salt(b"no password", step, [0; 16]));
    }
    fits
}

/// Each cost takes as long as all below it together and the lowest once more: `2^c + 2^c + 2^(c+1) + … + 2^(cost-1) = 2^cost`.
fn left_to_do(hash: &str, cost: u32) -> std::ops::Range<u32> {
    match Form::parse(hash) {
        Some(Form::Sha256 { parts, .. } | Form::Plain { parts, .. }) => parts.get_cost()..cost,
        None => cost..cost + 1,
    }
}

/// Whether a password that has just been verified should be hashed anew: the hash is weaker than `cost`, or imported in another form.
pub fn needs_rehash(hash: &str, cost: u32) -> bool {
    match Form::parse(hash) {
        Some(Form::Sha256 { parts, .. } | Form::Plain { parts, is_2b: true }) => parts.get_cost() < cost,
        Some(Form::Plain { is_2b: false, .. }) | None => true,
    }
}

/// A hash that no password has: an unknown user is answered after verifying against it, so that the time tells nothing. Making it is quick.
pub fn dummy_hash(cost: u32, entropy: &dyn Entropy) -> Secret<String> {
    let (salt, digest) = (BASE_64.encode(entropy.bytes::<16>()), BASE_64.encode(entropy.bytes::<23>()));
    Secret::new(format!("$2b${:02}${salt}{digest}", cost.clamp(*COSTS.start(), *COSTS.end())))
}

fn fits_plain_bcrypt(password: &str) -> bool {
    password.len() <= PLAIN_BYTES && !password.contains('\0')
}

/// What passlib gives to bcrypt in version 2 of its form. The key of the HMAC is the salt as it is written in the hash.
fn sha256_form(password: &str, salt: &str) -> Secret<String> {
    let tag = hmac::sign(&hmac::Key::new(hmac::HMAC_SHA256, salt.as_bytes()), password.as_bytes());
    Secret::new(STANDARD.encode(tag.as_ref()))
}

/// The salt and the digest as bcrypt writes them.
fn split_digest(parts: &HashParts) -> (String, String) {
    let salt = parts.get_salt();
    let digest = parts.to_string().rsplit('$').next().and_then(|end| end.strip_prefix(salt.as_str())).unwrap_or_default().to_owned();
    (salt, digest)
}

/// Hashes again with the same salt and compares in constant time. Imported hashes were made by programs that cut at 72 bytes, so this does
/// too; our own are never of passwords that long.
fn digest_matches(password: &[u8], parts: &HashParts) -> bool {
    bcrypt::hash_with_salt(password, parts.get_cost(), parts.get_salt_raw())
        .is_ok_and(|again| again.to_string().as_bytes().ct_eq(parts.to_string().as_bytes()).into())
}

/// A stored hash, taken apart.
enum Form<'a> {
    Plain { parts: HashParts, is_2b: bool },
    Sha256 { salt: &'a str, parts: HashParts },
}

impl<'a> Form<'a> {
    fn parse(hash: &'a str) -> Option<Self> {
        let form = match hash.strip_prefix(SHA256_PREFIX) {
            Some(rest) => Self::parse_sha256(rest)?,
            None => {
                let is_2b = hash.starts_with("$2b$");
                let is_known = is_2b || hash.starts_with("$2a$") || hash.starts_with("$2y$");
                Self::Plain { parts: hash.parse().ok().filter(|_| is_known)?, is_2b }
            }
        };
        let (Self::Plain { parts, .. } | Self::Sha256 { parts, .. }) = &form;
        COSTS.contains(&parts.get_cost()).then_some(form)
    }

    /// `COST$SALT$DIGEST`, as in plain bcrypt but for the leading zero of the cost and a `$` more.
    fn parse_sha256(rest: &'a str) -> Option<Self> {
        let (cost, rest) = rest.split_once('$').filter(|(cost, _)| cost.bytes().all(|byte| byte.is_ascii_digit()))?;
        let (salt, digest) = rest.split_once('$').filter(|(salt, digest)| salt.len() == 22 && digest.len() == 31)?;
        let mut plain = String::with_capacity(60);
        write!(plain, "$2b${cost:0>2}${salt}{digest}").ok()?;
        Some(Self::Sha256 { salt, parts: plain.parse().ok()? })
    }
}

#[cfg(test)]
mod tests;
