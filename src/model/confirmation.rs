//! What a token is bound to: RFC 7800 §3.1, RFC 8705 §3.1, RFC 9449 §6.1.

use serde::{Deserialize, Serialize};

/// The `cnf` of a token: the keys that whoever uses it must hold. None: a bearer token.
#[derive(Clone, Debug, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Confirmation {
    /// The thumbprint of a DPoP key: RFC 9449 §6.1.
    #[serde(default, skip_serializing_if = "Option::is_none")]
    pub jkt: Option<String>,
    /// The hash of a certificate: RFC 8705 §3.1.
    #[serde(default, rename = "x5t#S256", skip_serializing_if = "Option::is_none")]
    pub certificate: Option<String>,
}

impl Confirmation {
    /// Whether the token is bound to nothing.
    pub const fn is_none(&self) -> bool {
        self.jkt.is_none() && self.certificate.is_none()
    }

    /// `token_type`: RFC 9449 §5; a certificate-bound token is sent as a bearer token (RFC 8705 §3).
    pub const fn token_type(&self) -> &'static str {
        if self.jkt.is_some() { "DPoP" } else { "Bearer" }
    }

    /// Whether the holder of `shown` holds everything that this one names.
    pub fn is_met_by(&self, shown: &Self) -> bool {
        let met = |wanted: &Option<String>, shown: &Option<String>| wanted.is_none() || wanted == shown;
        met(&self.jkt, &shown.jkt) && met(&self.certificate, &shown.certificate)
    }
}

/// What the tokens of a client must be bound to.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Binding {
    /// To nothing, unless the client brings a proof.
    Optional,
    /// To a DPoP key: `dpop_bound_access_tokens`, RFC 9449 §5.2.
    DpopKey,
    /// To its certificate: `tls_client_certificate_bound_access_tokens`, RFC 8705 §3.4; FAPI 1.0 Advanced §5.2.2.
    Certificate,
    /// To both: the client registered the two.
    Both,
    /// To either: FAPI 2.0 Security Profile §5.3.2.1.
    Either,
}

impl Binding {
    /// Whether tokens bound so may go to the client.
    pub const fn allows(self, confirmation: &Confirmation) -> bool {
        match self {
            Self::Optional => true,
            Self::DpopKey => confirmation.jkt.is_some(),
            Self::Certificate => confirmation.certificate.is_some(),
            Self::Both => confirmation.jkt.is_some() && confirmation.certificate.is_some(),
            Self::Either => !confirmation.is_none(),
        }
    }

    /// Whether the certificate of a connection goes into the token.
    pub const fn takes_certificate(self) -> bool {
        matches!(self, Self::Certificate | Self::Both | Self::Either)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn it_reads_as_the_specifications_write_it() {
        let both = Confirmation { jkt: Some("k".to_owned()), certificate: Some("c".to_owned()) };
        assert_eq!(serde_json::to_value(&both).unwrap(), json!({"jkt": "k", "x5t#S256": "c"}));
        assert_eq!(serde_json::from_value::<Confirmation>(json!({})).unwrap(), Confirmation::default());
    }

    #[test]
    fn every_named_key_must_be_shown() {
        let of = |jkt: Option<&str>, certificate: Option<&str>| Confirmation {
            jkt: jkt.map(str::to_owned),
            certificate: certificate.map(str::to_owned),
        };
        assert!(of(None, None).is_met_by(&of(Some("k"), None)));
        assert!(of(Some("k"), None).is_met_by(&of(Some("k"), Some("c"))));
        for shown in [of(None, None), of(Some("other"), None), of(Some("k"), None), of(None, Some("c"))] {
            assert!(!of(Some("k"), Some("c")).is_met_by(&shown));
        }
        assert!(!Binding::Either.allows(&of(None, None)) && !Binding::DpopKey.allows(&of(None, Some("c"))));
    }
}
