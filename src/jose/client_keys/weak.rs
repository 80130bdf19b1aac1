//! Keys that prove nothing: too short, or of an order so small that anybody's signature fits.

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use serde_json::{Map, Value};

use super::KeyError;

/// RFC 7518 §3.3: "A key of size 2048 bits or larger MUST be used". Above 8192 a verification costs more than it is worth.
const RSA_BITS: std::ops::RangeInclusive<usize> = 2048..=8192;

/// The encodings of the points of small order on edwards25519, without the sign bit, and the ways to write them unreduced (RFC 8032 §5.1.7,
/// §8.4).
const SMALL_ORDER: [[u8; 32]; 7] = [
    filled(0x00, 0x00, 0x00),
    filled(0x01, 0x00, 0x00),
    filled(0xec, 0xff, 0x7f),
    filled(0xed, 0xff, 0x7f),
    filled(0xee, 0xff, 0x7f),
    [
        0x26, 0xe8, 0x95, 0x8f, 0xc2, 0xb2, 0x27, 0xb0, 0x45, 0xc3, 0xf4, 0x89, 0xf2, 0xef, 0x98, 0xf0, 0xd5, 0xdf, 0xac, 0x05, 0xd3, 0xc6,
        0x33, 0x39, 0xb1, 0x38, 0x02, 0x88, 0x6d, 0x53, 0xfc, 0x05,
    ],
    [
        0xc7, 0x17, 0x6a, 0x70, 0x3d, 0x4d, 0xd8, 0x4f, 0xba, 0x3c, 0x0b, 0x76, 0x0d, 0x10, 0x67, 0x0f, 0x2a, 0x20, 0x53, 0xfa, 0x2c, 0x39,
        0xcc, 0xc6, 0x4e, 0xc7, 0xfd, 0x77, 0x92, 0xac, 0x03, 0x7a,
    ],
];

const fn filled(first: u8, middle: u8, last: u8) -> [u8; 32] {
    let mut bytes = [middle; 32];
    bytes[0] = first;
    bytes[31] = last;
    bytes
}

/// Looks at the numbers of a key.
///
/// # Errors
/// What is wrong with them.
pub(super) fn check(jwk: &Map<String, Value>) -> Result<(), KeyError> {
    let bytes = |member: &str| {
        let text = jwk.get(member).and_then(Value::as_str).ok_or(KeyError("a key lacks a member"))?;
        URL_SAFE_NO_PAD.decode(text).map_err(|_| KeyError("a member of a key is not base64url"))
    };
    match jwk.get("kty").and_then(Value::as_str) {
        Some("RSA") => check_rsa(&bytes("n")?, &bytes("e")?),
        Some("OKP") => check_okp(&bytes("x")?),
        _ => {
            bytes("x")?;
            bytes("y").map(drop)
        }
    }
}

fn check_rsa(modulus: &[u8], exponent: &[u8]) -> Result<(), KeyError> {
    let leading = modulus.first().copied().unwrap_or_default();
    let bits = (modulus.len() * 8).saturating_sub(usize::try_from(leading.leading_zeros()).unwrap_or(8));
    if leading == 0 || !RSA_BITS.contains(&bits) {
        return Err(KeyError("an RSA key has fewer than 2048 bits or more than 8192"));
    }
    // The product of two odd primes.
    if modulus.last().is_some_and(|last| last % 2 == 0) {
        return Err(KeyError("the modulus of an RSA key is even, so it is none"));
    }
    let odd = exponent.last().is_some_and(|last| last % 2 == 1);
    if !odd || exponent == [1] || exponent.len() > 4 {
        return Err(KeyError("an RSA key has an unusual exponent; 65537 is the usual one"));
    }
    Ok(())
}

fn check_okp(point: &[u8]) -> Result<(), KeyError> {
    let mut point = <[u8; 32]>::try_from(point).map_err(|_| KeyError("a key has the wrong length"))?;
    if let Some(last) = point.last_mut() {
        *last &= 0x7f;
    }
    if SMALL_ORDER.contains(&point) {
        return Err(KeyError("a key is a point of small order, for which anybody can sign"));
    }
    Ok(())
}
