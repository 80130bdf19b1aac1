//! Which algorithm signs what a client reads. Pure.

use crate::jose::Algorithm;
use crate::model::client::Client;

/// The algorithm that the client registered for this kind of token. Without one RS256 (OIDC Registration §2), which every relying party
/// knows; on the FAPI profiles PS256, since those do not allow RS256 (FAPI 2.0 Security Profile §5.4.1, FAPI 1.0 Advanced §8.6).
pub fn signing(client: &Client, registered: Option<&str>) -> Algorithm {
    let fapi = client.metadata.profile.is_fapi();
    let chosen = registered.and_then(Algorithm::parse).filter(|algorithm| !fapi || *algorithm != Algorithm::RS256);
    chosen.unwrap_or(if fapi { Algorithm::PS256 } else { Algorithm::RS256 })
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::client::Profile;
    use crate::spec::testing::client;

    #[test]
    fn rs256_unless_the_registration_or_the_profile_says_otherwise() {
        let mut client = client();
        assert_eq!(signing(&client, None), Algorithm::RS256);
        assert_eq!(signing(&client, Some("EdDSA")), Algorithm::EdDSA);
        for profile in [Profile::Fapi1, Profile::Fapi2] {
            client.metadata.profile = profile;
            assert_eq!(signing(&client, None), Algorithm::PS256);
            assert_eq!(signing(&client, Some("ES256")), Algorithm::ES256);
            assert_eq!(signing(&client, Some("RS256")), Algorithm::PS256);
        }
    }
}
