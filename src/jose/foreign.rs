//! A compact JWS that somebody else signed, and its verification with a public key of theirs: client assertions, request objects, proofs of
//! possession. The caller says where the key comes from; of the header only the `alg` counts, and only when the key is for it.

use josekit::jwk::Jwk;
use josekit::jws::{self, JwsVerifier};
use serde_json::{Map, Value};

use super::verify::{decode, split};
use super::{Algorithm, JoseError, json, jwks};

/// A token taken apart, and not yet believed.
#[derive(Debug)]
pub struct ForeignToken<'a> {
    signed: &'a str,
    signature: Vec<u8>,
    /// The protected header.
    pub header: Map<String, Value>,
    /// The claims, worth nothing until [`ForeignToken::verify`] has said yes.
    pub claims: Map<String, Value>,
    /// The `alg` of the header: an asymmetric one.
    pub algorithm: Algorithm,
}

impl<'a> ForeignToken<'a> {
    /// Three parts, strict JSON, no critical extension, an asymmetric algorithm (RFC 7515 §5.2, RFC 8725 §3.1).
    ///
    /// # Errors
    /// Why it is no such token; never anything of its content.
    pub fn parse(token: &'a str) -> Result<Self, JoseError> {
        let (signed, header, payload, signature) = split(token)?;
        let object = |part| json::object(&decode(part)?).ok_or(JoseError::Malformed("a part is not one JSON object without duplicates"));
        let header = object(header)?;
        if header.contains_key("crit") {
            return Err(JoseError::Malformed("the header has critical extensions"));
        }
        let algorithm = header.get("alg").and_then(Value::as_str).and_then(Algorithm::parse).ok_or(JoseError::Algorithm)?;
        Ok(Self { signed, signature: decode(signature)?, claims: object(payload)?, header, algorithm })
    }

    /// Whether this public key signed it. The key must be of the type that the algorithm needs, may name no other algorithm or use, and is
    /// strong: RSA of 2048 bits at least, points on their curve, no small-order point.
    ///
    /// # Errors
    /// [`JoseError::Algorithm`] when the key is not for the algorithm, [`JoseError::Signature`] when the signature is not its.
    pub fn verify(&self, key: &Value) -> Result<(), JoseError> {
        let verifier = verifier(self.algorithm, key).ok_or(JoseError::Algorithm)?;
        // RFC 7518 §3.4: R and S are between 1 and the order; zero is never a signature.
        let halves = self.signature.split_at_checked(32).ok_or(JoseError::Signature)?;
        if self.algorithm == Algorithm::ES256 && [halves.0, halves.1].into_iter().any(|half| half.iter().all(|byte| *byte == 0)) {
            return Err(JoseError::Signature);
        }
        verifier.verify(self.signed.as_bytes(), &self.signature).map_err(|_| JoseError::Signature)
    }
}

/// Whether a JWK may verify signatures of this algorithm.
pub fn is_for(algorithm: Algorithm, key: &Value) -> bool {
    let text = |name: &str| key.get(name).and_then(Value::as_str);
    let operations = key.get("key_ops").and_then(Value::as_array);
    text("kty") == Some(jwks::key_type(algorithm))
        && text("alg").is_none_or(|alg| alg == algorithm.as_str())
        && text("use").is_none_or(|purpose| purpose == "sig")
        && operations.is_none_or(|listed| listed.iter().any(|operation| operation == "verify" || operation == "sign"))
        && (algorithm != Algorithm::EdDSA || text("crv") == Some("Ed25519") && text("x").is_some_and(|x| !is_small_order(x)))
        && (algorithm != Algorithm::ES256 || text("crv") == Some("P-256"))
}

/// The members of a private or a symmetric key: RFC 7518 §6.2.2, §6.3.2, §6.4.1.
pub fn has_private_part(key: &Value) -> bool {
    ["d", "p", "q", "dp", "dq", "qi", "oth", "k"].iter().any(|name| key.get(name).is_some())
}

fn verifier(algorithm: Algorithm, key: &Value) -> Option<Box<dyn JwsVerifier>> {
    if !is_for(algorithm, key) {
        return None;
    }
    // Only the members that make up the public key, so that no other decides anything.
    let key = Jwk::from_map(jwks::public_jwk(algorithm, "", key)?.as_object()?.clone()).ok()?;
    Some(match algorithm {
        Algorithm::RS256 => Box::new(jws::RS256.verifier_from_jwk(&key).ok()?),
        Algorithm::PS256 => Box::new(jws::PS256.verifier_from_jwk(&key).ok()?),
        Algorithm::ES256 => Box::new(jws::ES256.verifier_from_jwk(&key).ok()?),
        Algorithm::EdDSA => Box::new(jws::EdDSA.verifier_from_jwk(&key).ok()?),
    })
}

/// The points of Ed25519 under which one signature fits many messages, with either sign of their other coordinate.
fn is_small_order(x: &str) -> bool {
    const SMALL: [&str; 7] = [
        "0000000000000000000000000000000000000000000000000000000000000000",
        "0100000000000000000000000000000000000000000000000000000000000000",
        "26e8958fc2b227b045c3f489f2ef98f0d5dfac05d3c63339b13802886d53fc05",
        "c7176a703d4dd84fba3c0b760d10670f2a2053fa2c39ccc64ec7fd7792ac037a",
        "ecffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "edffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
        "eeffffffffffffffffffffffffffffffffffffffffffffffffffffffffffff7f",
    ];
    let Ok(mut point) = decode(x) else { return true };
    if let Some(last) = point.last_mut() {
        *last &= 0x7f;
    }
    let hexadecimal: String = point.iter().map(|byte| format!("{byte:02x}")).collect();
    SMALL.contains(&hexadecimal.as_str())
}

#[cfg(test)]
mod tests {
    use base64::Engine as _;
    use base64::engine::general_purpose::URL_SAFE_NO_PAD;
    use serde_json::json;

    use super::*;
    use crate::entropy::OsEntropy;
    use crate::jose::keys::generate;

    fn signed(algorithm: Algorithm) -> (String, Value) {
        let (sealer, now) = (crate::sealing::Sealer::new(&crate::sealing::MasterKey::generate(&OsEntropy)), crate::clock::Timestamp::from_seconds(1));
        let pair = generate(algorithm, &OsEntropy).unwrap().seal(&sealer, &OsEntropy);
        let set = crate::jose::KeySet::load(&crate::jose::keys::first_keys(vec![pair], now), &sealer).unwrap();
        let token = set.signer(algorithm, now).unwrap().sign(Some("test"), &json!({"sub": "ada"})).unwrap();
        (token, set.jwks(now)["keys"][0].clone())
    }

    #[test]
    fn a_token_of_each_algorithm_is_verified_by_its_own_key_only() {
        let tokens: Vec<_> = [Algorithm::ES256, Algorithm::EdDSA, Algorithm::RS256].into_iter().map(signed).collect();
        for (place, (token, _)) in tokens.iter().enumerate() {
            let parsed = ForeignToken::parse(token).unwrap();
            assert_eq!(parsed.claims["sub"], "ada");
            for (other, (_, key)) in tokens.iter().enumerate() {
                assert_eq!(parsed.verify(key).is_ok(), place == other);
            }
        }
        let (token, mut key) = signed(Algorithm::ES256);
        key["alg"] = json!("PS256");
        assert_eq!(ForeignToken::parse(&token).unwrap().verify(&key), Err(JoseError::Algorithm));
    }

    #[test]
    fn zero_signatures_weak_keys_and_symmetric_algorithms_are_refused() {
        let (token, key) = signed(Algorithm::ES256);
        let (signed_part, signature) = token.rsplit_once('.').unwrap();
        let signature = URL_SAFE_NO_PAD.decode(signature).unwrap();
        let zero_r = [vec![0; 32], signature[32..].to_vec()].concat();
        let zero_s = [signature[..32].to_vec(), vec![0; 32]].concat();
        for wrong in [vec![0; 64], zero_r, zero_s, vec![1; 63], vec![255; 64], Vec::new()] {
            let forged = format!("{signed_part}.{}", URL_SAFE_NO_PAD.encode(wrong));
            assert!(ForeignToken::parse(&forged).unwrap().verify(&key).is_err());
        }
        for alg in ["none", "HS256", "ES256K", "es256"] {
            let header = URL_SAFE_NO_PAD.encode(json!({"alg": alg}).to_string());
            assert_eq!(ForeignToken::parse(&format!("{header}.e30.AAAA")).unwrap_err(), JoseError::Algorithm, "{alg}");
        }
        let small = json!({"kty": "OKP", "crv": "Ed25519", "x": URL_SAFE_NO_PAD.encode([[1].as_slice(), &[0; 31]].concat())});
        assert!(!is_for(Algorithm::EdDSA, &small));
        assert!(!is_for(Algorithm::EdDSA, &json!({"kty": "OKP", "crv": "Ed448", "x": "AA"})));
        assert!(!is_for(Algorithm::ES256, &json!({"kty": "EC", "crv": "P-384", "x": "AA", "y": "AA"})));
        assert!(has_private_part(&json!({"kty": "EC", "d": "AA"})) && !has_private_part(&key));
    }
}
