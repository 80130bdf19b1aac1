//! Settings of a client that are weaker than the default, by whose word, and until when: RFC 9700 §2 and §4, RFC 8252 §7.1, RFC 8693 §1.1.

use url::Url;

use super::ClientDraft;
use crate::clock::Timestamp;
use crate::model::client::protocol::Weakening;
use crate::model::client::{Client, ClientMetadata, Profile};
use crate::spec::grant_type::IMPLICIT;
use crate::spec::grant_type::{AUTHORIZATION_CODE, REFRESH_TOKEN};

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
mod tests {
    use super::*;
    use crate::model::client::ClientOrigin;
    use crate::spec::testing::client;

    fn weak() -> Client {
        let mut client = client();
        let metadata = &mut client.metadata;
        metadata.grant_types = ["authorization_code", "refresh_token", "implicit"].map(str::to_owned).to_vec();
        metadata.response_types = ["code", "id_token"].map(str::to_owned).to_vec();
        metadata.redirect_uris =
            ["https://rp.example/cb", "http://127.0.0.1/cb", "com.example:/cb", "myapp:/cb"].map(str::to_owned).to_vec();
        (metadata.profile, metadata.require_pkce, metadata.refresh_rotation) = (Profile::Legacy, false, false);
        metadata.id_token_signed_response_alg = Some("none".to_owned());
        metadata.protocol.exchange_impersonation = true;
        metadata.access_token_lifetime = Some(HOUR + 1);
        metadata.id_token_lifetime = Some(DAY + 1);
        metadata.refresh_token_lifetime = Some(90 * DAY + 1);
        client
    }

    fn word(until: Option<i64>, renews: bool) -> Allowance {
        Allowance { by: "ada".to_owned(), until, renews }
    }

    #[test]
    fn every_kind_is_found_and_none_where_there_is_none() {
        assert_eq!(of(&weak()), Kind::ALL);
        let mut strong = weak();
        Kind::ALL.iter().for_each(|kind| kind.mend(&mut strong.metadata));
        assert_eq!(of(&strong), []);
        assert_eq!(strong.metadata.redirect_uris, ["https://rp.example/cb", "http://127.0.0.1/cb", "com.example:/cb"]);
    }

    #[test]
    fn what_a_profile_asks_for_is_no_weakening() {
        let mut client = weak();
        Kind::ALL.iter().for_each(|kind| kind.mend(&mut client.metadata));
        (client.metadata.profile, client.metadata.refresh_rotation) = (Profile::Fapi2, false);
        assert_eq!(of(&client), []);
        (client.metadata.profile, client.metadata.refresh_rotation) = (Profile::Fapi1, true);
        client.metadata.response_types = vec!["code id_token".to_owned()];
        assert_eq!(of(&client), []);
    }

    #[test]
    fn each_is_recorded_once_and_struck_out_when_it_is_mended() {
        let mut client = weak();
        record(&mut client, &word(None, false));
        assert_eq!(client.metadata.protocol.weakenings.len(), Kind::ALL.len());
        client.metadata.require_pkce = true;
        record(&mut client, &Allowance { by: "bob".to_owned(), until: Some(5), renews: false });
        assert_eq!(client.metadata.protocol.weakenings.len(), Kind::ALL.len() - 1);
        assert!(client.metadata.protocol.weakenings.iter().all(|known| known.allowed_by == "ada"), "the word stands");
        record(&mut client, &Allowance { by: "bob".to_owned(), until: Some(5), renews: true });
        assert!(client.metadata.protocol.weakenings.iter().all(|known| known.allowed_by == "bob" && known.until == Some(5)));
    }

    #[test]
    fn nothing_new_is_allowed_until_a_moment_that_is_over() {
        let now = Timestamp::from_seconds(1_000);
        let mut draft = ClientDraft::new("rp", ClientOrigin::Administrator);
        for (until, is_over) in [(None, false), (Some(1_001), false), (Some(1_000), true), (Some(-1), true)] {
            draft.allowed_until = until;
            assert_eq!(allows_the_past(&draft, &[], now), is_over, "{until:?}");
        }
        draft.allowed_until = None;
        let ended = Weakening { setting: "profile".to_owned(), allowed_by: "ada".to_owned(), until: Some(999) };
        draft.protocol.weakenings = vec![ended.clone()];
        assert!(allows_the_past(&draft, &[], now));
        assert!(!allows_the_past(&draft, &[ended], now), "it ran out while it was on record");
    }

    #[test]
    fn when_an_allowance_has_run_out_the_default_is_in_force() {
        let mut client = weak();
        record(&mut client, &word(Some(1_000), false));
        let before = in_force(client.clone(), Timestamp::from_seconds(999));
        assert_eq!(before, client);
        let after = in_force(client.clone(), Timestamp::from_seconds(1_000));
        assert_eq!(of(&after), []);
        assert!(after.metadata.require_pkce && after.metadata.profile == Profile::Oauth21);
        let mut lasting = weak();
        record(&mut lasting, &word(None, false));
        assert_eq!(in_force(lasting.clone(), Timestamp::from_seconds(i64::from(u32::MAX))), lasting);
    }
}
