//! By whose word, and until when: RFC 9700 §2.

use super::*;
use crate::model::client::ClientOrigin;
use crate::spec::testing::client;

fn weak() -> Client {
    let mut client = client();
    let metadata = &mut client.metadata;
    metadata.grant_types = ["authorization_code", "refresh_token", "implicit"].map(str::to_owned).to_vec();
    metadata.response_types = ["code", "id_token"].map(str::to_owned).to_vec();
    metadata.redirect_uris = ["https://rp.example/cb", "http://127.0.0.1/cb", "com.example:/cb", "myapp:/cb"].map(str::to_owned).to_vec();
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
fn a_word_about_a_client_that_describes_itself_outlasts_the_setting() {
    let mut client = weak();
    record(&mut client, &word(Some(1_000), false));
    let before = client.metadata.protocol.weakenings.clone();
    let mut mended = in_force(client, Timestamp::from_seconds(1_000));
    record_for_good(&mut mended, &before, &word(None, false));
    assert_eq!(mended.metadata.protocol.weakenings, before);
    record_for_good(&mut mended, &before, &word(Some(2_000), true));
    assert!(mended.metadata.protocol.weakenings.iter().all(|known| known.until == Some(2_000)), "an administrator renews it");
    let mut again = weak();
    again.metadata.protocol.weakenings.clone_from(&before);
    record_for_good(&mut again, &before, &word(None, false));
    assert_eq!(again.metadata.protocol.weakenings, before, "and it is the word about the setting that came back");
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
