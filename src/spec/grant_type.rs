//! The grant types that authy knows, one row each: RFC 6749 §1.3, RFC 7591 §2. Whoever needs some of them picks them here.

use crate::model::client::Profile;

/// A grant type, and what there is to know of it before anybody uses it.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Registered {
    /// The value of `grant_type`, and among `grant_types`.
    pub name: &'static str,
    /// Whether a client may use it that cannot prove who it is: RFC 6749 §2.1.
    pub open_to_public_clients: bool,
    /// Whether it begins with a person who approves.
    pub of_people: bool,
    /// Whether its answer goes to a registered address, or names nobody. Any other answer the client fetches, wherever it is.
    pub answered_by_address: bool,
}

/// RFC 6749 §4.1.
pub const AUTHORIZATION_CODE: Registered =
    Registered { name: "authorization_code", open_to_public_clients: true, of_people: true, answered_by_address: true };

/// RFC 6749 §6.
pub const REFRESH_TOKEN: Registered =
    Registered { name: "refresh_token", open_to_public_clients: true, of_people: false, answered_by_address: true };

/// RFC 6749 §4.4: "MUST only be used by confidential clients".
pub const CLIENT_CREDENTIALS: Registered =
    Registered { name: "client_credentials", open_to_public_clients: false, of_people: false, answered_by_address: true };

/// RFC 6749 §4.2. It has no token request, and so no place among `GRANTS`.
pub const IMPLICIT: Registered = Registered { name: "implicit", open_to_public_clients: true, of_people: true, answered_by_address: true };

/// RFC 8628 §3.4. Most devices cannot keep a secret: §5.6.
pub const DEVICE_CODE: Registered = Registered {
    name: "urn:ietf:params:oauth:grant-type:device_code",
    open_to_public_clients: true,
    of_people: true,
    answered_by_address: false,
};

/// RFC 8693 §2.1: without client authentication, whoever has stolen one token has another.
pub const TOKEN_EXCHANGE: Registered = Registered {
    name: "urn:ietf:params:oauth:grant-type:token-exchange",
    open_to_public_clients: false,
    of_people: false,
    answered_by_address: false,
};

/// RFC 7523 §2.1. §3.1 leaves client authentication open; here it is the client whose trust in an issuer is registered, so it must be known.
pub const JWT_BEARER: Registered = Registered {
    name: "urn:ietf:params:oauth:grant-type:jwt-bearer",
    open_to_public_clients: false,
    of_people: false,
    answered_by_address: false,
};

/// OpenID CIBA Core §4. The client must authenticate: §7.1.
pub const CIBA: Registered =
    Registered { name: "urn:openid:params:grant-type:ciba", open_to_public_clients: false, of_people: true, answered_by_address: false };

/// The table. One that is missing here cannot be registered.
pub const ALL: &[Registered] =
    &[AUTHORIZATION_CODE, REFRESH_TOKEN, CLIENT_CREDENTIALS, IMPLICIT, DEVICE_CODE, TOKEN_EXCHANGE, JWT_BEARER, CIBA];

impl Registered {
    /// Whether a client of that profile may register it: the implicit grant belongs to the response types that only these two have, see
    /// [`ResponseType::is_open_to`](crate::spec::response_type::ResponseType::is_open_to).
    pub fn is_open_to(self, profile: Profile) -> bool {
        self != IMPLICIT || matches!(profile, Profile::Legacy | Profile::Fapi1)
    }

    /// Whether a client with these grant types has it.
    pub fn is_among(self, grant_types: &[String]) -> bool {
        grant_types.iter().any(|grant_type| grant_type == self.name)
    }
}

/// The grant type of that name.
pub fn find(name: &str) -> Option<Registered> {
    ALL.iter().copied().find(|known| known.name == name)
}

/// Every name, in the order of the table.
pub fn names() -> Vec<&'static str> {
    ALL.iter().map(|known| known.name).collect()
}

/// Whether one of them is a way to sign people in.
pub fn signs_people_in(grant_types: &[String]) -> bool {
    ALL.iter().any(|known| known.of_people && known.is_among(grant_types))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::response_type::ResponseType;

    #[test]
    fn each_grant_type_is_found_under_a_name_of_its_own() {
        for known in ALL {
            assert_eq!(find(known.name), Some(*known));
        }
        assert_eq!(find("password"), None);
    }

    #[test]
    fn people_sign_in_by_grants_with_which_they_approve() {
        let signs_in = |name: &str| signs_people_in(&[name.to_owned()]);
        assert!(signs_in("authorization_code") && signs_in("implicit") && signs_in(DEVICE_CODE.name) && signs_in(CIBA.name));
        assert!(!signs_in("refresh_token") && !signs_in("client_credentials") && !signs_in("password") && !signs_people_in(&[]));
    }

    #[test]
    fn the_implicit_grant_is_open_to_the_profiles_with_older_response_types() {
        for profile in Profile::ALL {
            let older = ResponseType::SUPPORTED.iter().any(|kind| *kind != ResponseType::Code && kind.is_open_to(profile));
            assert_eq!(IMPLICIT.is_open_to(profile), older, "{profile:?}");
            assert!(AUTHORIZATION_CODE.is_open_to(profile));
        }
    }
}
