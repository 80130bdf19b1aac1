//! Nonces for DPoP proofs: RFC 9449 §8. A nonce is a moment and a code over it, so that every node knows it without a store.

use std::time::Duration;

use base64::Engine as _;
use base64::engine::general_purpose::URL_SAFE_NO_PAD;
use subtle::ConstantTimeEq as _;

use crate::clock::Timestamp;
use crate::model::client::Client;
use crate::sealing::{Purpose, Sealer};

/// How long a nonce is good for.
const LIFE: Duration = Duration::from_secs(300);
/// From this age on, the answer brings the next one.
const OLD: Duration = Duration::from_secs(150);
const CODE_BYTES: usize = 16;

/// What there is to say about a nonce.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Age {
    /// The proof has none.
    Absent,
    /// Ours, and good.
    Fresh,
    /// Ours, and soon no longer good.
    Old,
    /// Not ours, or too old.
    Unknown,
}

/// Whether a proof may do without one.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Nonce {
    /// It may; one that it has must be good.
    Optional,
    /// It may not.
    Required,
}

impl Nonce {
    /// RFC 9449 §8: the server asks everybody for one, or this client alone: `dpop_nonce_required`.
    pub fn wanted(client: &Client, of_everybody: bool) -> Self {
        if of_everybody || client.metadata.protocol.dpop_nonce_required { Self::Required } else { Self::Optional }
    }

    /// Whether a proof with such a nonce will do.
    pub fn is_met_by(self, age: Age) -> bool {
        match age {
            Age::Fresh | Age::Old => true,
            Age::Absent => self == Self::Optional,
            Age::Unknown => false,
        }
    }
}

/// A nonce of this moment.
pub fn make(sealer: &Sealer, now: Timestamp) -> String {
    let moment = now.as_seconds().to_be_bytes();
    URL_SAFE_NO_PAD.encode([moment.as_slice(), code(sealer, &moment).as_slice()].concat())
}

/// How a presented nonce stands.
pub fn check(sealer: &Sealer, presented: Option<&str>, now: Timestamp) -> Age {
    let Some(presented) = presented else { return Age::Absent };
    let age = open(sealer, presented).filter(|made| *made <= now).map(|made| now.since(made));
    match age {
        Some(age) if age <= OLD => Age::Fresh,
        Some(age) if age <= LIFE => Age::Old,
        _ => Age::Unknown,
    }
}

fn open(sealer: &Sealer, presented: &str) -> Option<Timestamp> {
    let bytes = URL_SAFE_NO_PAD.decode(presented).ok()?;
    let (moment, presented_code) = bytes.split_first_chunk::<8>()?;
    let genuine = bool::from(code(sealer, moment).as_slice().ct_eq(presented_code));
    genuine.then(|| Timestamp::from_seconds(i64::from_be_bytes(*moment)))
}

fn code(sealer: &Sealer, moment: &[u8; 8]) -> Vec<u8> {
    let mut code = sealer.hmac(Purpose::DpopNonce, moment).to_vec();
    code.truncate(CODE_BYTES);
    code
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::entropy::SeededEntropy;
    use crate::sealing::MasterKey;
    use crate::spec::testing::client;

    #[test]
    fn the_server_or_the_client_alone_makes_a_nonce_necessary() {
        let mut client = client();
        assert_eq!([false, true].map(|all| Nonce::wanted(&client, all)), [Nonce::Optional, Nonce::Required]);
        client.metadata.protocol.dpop_nonce_required = true;
        assert_eq!([false, true].map(|all| Nonce::wanted(&client, all)), [Nonce::Required; 2]);
        let met = |nonce: Nonce| [Age::Absent, Age::Fresh, Age::Old, Age::Unknown].map(|age| nonce.is_met_by(age));
        assert_eq!((met(Nonce::Optional), met(Nonce::Required)), ([true, true, true, false], [false, true, true, false]));
    }

    #[test]
    fn a_nonce_is_good_on_every_node_for_five_minutes() {
        let key = MasterKey::generate(&SeededEntropy::new(1));
        let (one, other) = (Sealer::new(&key), Sealer::new(&key));
        let stranger = Sealer::new(&MasterKey::generate(&SeededEntropy::new(2)));
        let now = Timestamp::from_seconds(1_800_000_000);
        let nonce = make(&one, now);
        let after = |seconds| check(&other, Some(&nonce), now + Duration::from_secs(seconds));
        assert_eq!([after(0), after(150), after(151), after(300), after(301)], [Age::Fresh, Age::Fresh, Age::Old, Age::Old, Age::Unknown]);
        assert_eq!(check(&stranger, Some(&nonce), now), Age::Unknown);
        assert_eq!(check(&one, Some(&nonce), now - Duration::from_secs(1)), Age::Unknown);
        assert_eq!(check(&one, None, now), Age::Absent);
        for wrong in ["", "AAAA", "!", &nonce[1..], &format!("{nonce}AAAA")] {
            assert_eq!(check(&one, Some(wrong), now), Age::Unknown, "{wrong}");
        }
    }
}
