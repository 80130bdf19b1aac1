//! Settings of a client that are weaker than the default, by whose word, and until when: RFC 9700 §2 and §4, RFC 8252 §7.1, RFC 8693 §1.1.

use url::Url;

use super::ClientDraft;
use crate::clock::Timestamp;
use crate::model::client::protocol::Weakening;
use crate::model::client::{Client, ClientMetadata, Profile};
use crate::spec::grant_type::{AUTHORIZATION_CODE, IMPLICIT, REFRESH_TOKEN};

/// Seconds beyond which an access token lives for long.
pub const LONG_ACCESS_TOKEN: u64 = HOUR;
const HOUR: u64 = 60 * 60;
const DAY: u64 = 24 * HOUR;

/// A kind of weakened setting.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Kind {
    /// A confidential client may leave PKCE out: RFC 9700 §2.1.1.
    Pkce,
    /// Older response types: RFC 9700 §2.1.2.
    LegacyProfile,
    /// Refresh tokens are not replaced: RFC 9700 §4.14.
    NoRotation,
    /// More than `code` is registered.
    ResponseTypes,
    /// ID Tokens are not signed: RFC 8725 §3.2.
    UnsignedIdTokens,
    /// Token exchange without a trace of the actor: RFC 8693 §1.1.
    Impersonation,
    /// Access tokens live for more than an hour.
    LongAccessTokens,
    /// ID Tokens live for more than a day.
    LongIdTokens,
    /// Refresh tokens live unused for more than ninety days.
    LongRefreshTokens,
    /// A private-use scheme that anybody may choose as well: RFC 8252 §7.1.
    UndottedScheme,
}

impl Kind {
    /// Every kind.
    pub const ALL: &'static [Self] = &[
        Self::Pkce,
        Self::LegacyProfile,
        Self::NoRotation,
        Self::ResponseTypes,
        Self::UnsignedIdTokens,
        Self::Impersonation,
        Self::LongAccessTokens,
        Self::LongIdTokens,
        Self::LongRefreshTokens,
        Self::UndottedScheme,
    ];

    /// The member that is weak, by its registered name.
    pub const fn setting(self) -> &'static str {
        match self {
            Self::Pkce => "require_pkce",
            Self::LegacyProfile => "profile",
            Self::NoRotation => "refresh_rotation",
            Self::ResponseTypes => "response_types",
            Self::UnsignedIdTokens => "id_token_signed_response_alg",
            Self::Impersonation => "exchange_impersonation",
            Self::LongAccessTokens => "access_token_lifetime",
            Self::LongIdTokens => "id_token_lifetime",
            Self::LongRefreshTokens => "refresh_token_lifetime",
            Self::UndottedScheme => "redirect_uris",
        }
    }

    fn is_in(self, client: &Client) -> bool {
        let metadata = &client.metadata;
        let longer = |seconds: Option<u64>, limit| seconds.is_some_and(|seconds| seconds > limit);
        match self {
            Self::Pkce => client.may_use_grant_type(AUTHORIZATION_CODE.name) && !metadata.require_pkce && !client.is_public(),
            Self::LegacyProfile => metadata.profile == Profile::Legacy,
            // FAPI 2.0 Security Profile §5.3.2.1: there rotation is the exception.
            Self::NoRotation => {
                client.may_use_grant_type(REFRESH_TOKEN.name) && !metadata.refresh_rotation && metadata.profile != Profile::Fapi2
            }
            // FAPI 1.0 Advanced §5.2.2: there the ID Token beside the code is a signature, and part of the profile.
            Self::ResponseTypes => {
                metadata.response_types.iter().any(|kind| kind != "code" && (metadata.profile != Profile::Fapi1 || kind != "code id_token"))
            }
            Self::UnsignedIdTokens => metadata.id_token_signed_response_alg.as_deref() == Some("none"),
            Self::Impersonation => metadata.protocol.exchange_impersonation,
            Self::LongAccessTokens => longer(metadata.access_token_lifetime, LONG_ACCESS_TOKEN),
            Self::LongIdTokens => longer(metadata.id_token_lifetime, DAY),
            Self::LongRefreshTokens => longer(metadata.refresh_token_lifetime, 90 * DAY),
            Self::UndottedScheme => metadata.redirect_uris.iter().any(|uri| is_undotted(uri)),
        }
    }

    /// Takes the setting back to the default.
    fn mend(self, metadata: &mut ClientMetadata) {
        match self {
            Self::Pkce => metadata.require_pkce = true,
            Self::LegacyProfile => {
                metadata.profile = Profile::Oauth21;
                leave_code_only(metadata);
            }
            Self::NoRotation => metadata.refresh_rotation = true,
            Self::ResponseTypes => leave_code_only(metadata),
            Self::UnsignedIdTokens => metadata.id_token_signed_response_alg = None,
            Self::Impersonation => metadata.protocol.exchange_impersonation = false,
            Self::LongAccessTokens => metadata.access_token_lifetime = None,
            Self::LongIdTokens => metadata.id_token_lifetime = None,
            Self::LongRefreshTokens => metadata.refresh_token_lifetime = None,
            Self::UndottedScheme => metadata.redirect_uris.retain(|uri| !is_undotted(uri)),
        }
    }
}

/// What the default profile has of response types, and of grant types for them: RFC 9700 §2.1.2.
fn leave_code_only(metadata: &mut ClientMetadata) {
    metadata.response_types.retain(|kind| kind == "code");
    metadata.grant_types.retain(|grant| grant != IMPLICIT.name);
}

fn is_undotted(uri: &str) -> bool {
    Url::parse(uri).is_ok_and(|url| !matches!(url.scheme(), "https" | "http") && !url.scheme().contains('.'))
}

/// Every weakened setting of a client.
pub fn of(client: &Client) -> Vec<Kind> {
    Kind::ALL.iter().copied().filter(|kind| kind.is_in(client)).collect()
}

/// By whose word weaker settings are allowed.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Allowance {
    /// Who allows them.
    pub by: String,
    /// Until when, if not until further notice.
    pub until: Option<i64>,
    /// Whether it takes the place of what was allowed before.
    pub renews: bool,
}

/// Writes down who allowed what is weak about a client. What was allowed before keeps its word unless this one renews it, and what is weak
/// no more is struck out.
pub fn record(client: &mut Client, allowance: &Allowance) {
    let found = of(client);
    let weakenings = &mut client.metadata.protocol.weakenings;
    weakenings.retain(|known| found.iter().any(|kind| kind.setting() == known.setting) || !is_ours(&known.setting));
    for kind in found {
        let known = weakenings.iter_mut().find(|known| known.setting == kind.setting());
        let word = || Weakening { setting: kind.setting().to_owned(), allowed_by: allowance.by.clone(), until: allowance.until };
        match known {
            Some(known) if allowance.renews => *known = word(),
            Some(_) => {}
            None => weakenings.push(word()),
        }
    }
}

/// As [`record`], about a client that describes itself. A word that has an end outlasts the setting that it is about: or a client would leave
/// that out for once, and have it the next time by another word, which has none.
pub fn record_for_good(client: &mut Client, before: &[Weakening], allowance: &Allowance) {
    record(client, allowance);
    let mut recorded = std::mem::take(&mut client.metadata.protocol.weakenings);
    let outlasting = |word: &Weakening| match allowance.renews {
        true => Weakening { allowed_by: allowance.by.clone(), until: allowance.until, ..word.clone() },
        false => word.clone(),
    };
    let mut words = Vec::with_capacity(before.len());
    for word in before.iter().filter(|word| is_ours(&word.setting)) {
        match recorded.iter().position(|known| known.setting == word.setting) {
            Some(at) => words.push(recorded.remove(at)),
            None if word.until.is_some() => words.push(outlasting(word)),
            None => {}
        }
    }
    words.append(&mut recorded);
    client.metadata.protocol.weakenings = words;
}

/// Whether authy itself sees when the setting is weak.
pub fn is_ours(setting: &str) -> bool {
    WAS_OURS.contains(&setting) || Kind::ALL.iter().any(|kind| kind.setting() == setting)
}

/// A request object without a signature says no more than plain parameters do, so that registering `none` weakens nothing.
const WAS_OURS: &[&str] = &["request_object_signing_alg"];

/// Whether an allowance has run out.
pub fn has_ended(weakening: &Weakening, now: Timestamp) -> bool {
    weakening.until.is_some_and(|until| now >= Timestamp::from_seconds(until))
}

/// Whether somebody allows anything now until a moment that is over. What is on record already may have run out since.
pub fn allows_the_past(draft: &ClientDraft, recorded: &[Weakening], now: Timestamp) -> bool {
    let new = draft.protocol.weakenings.iter().filter(|weakening| !recorded.contains(weakening));
    let mut moments = new.filter_map(|weakening| weakening.until).chain(draft.allowed_until);
    moments.any(|until| now >= Timestamp::from_seconds(until))
}

/// The client as it may act now: a weaker setting whose allowance has run out is not in force, and the default takes its place.
#[must_use]
pub fn in_force(mut client: Client, now: Timestamp) -> Client {
    let ended =
        |kind: &Kind| client.metadata.protocol.weakenings.iter().any(|known| known.setting == kind.setting() && has_ended(known, now));
    let ended: Vec<Kind> = Kind::ALL.iter().copied().filter(ended).filter(|kind| kind.is_in(&client)).collect();
    for kind in ended {
        kind.mend(&mut client.metadata);
    }
    client
}

#[cfg(test)]
#[path = "weakening_tests.rs"]
mod tests;
