//! How many guesses are let through. Pure: what to count, and what the counts mean.
//!
//! A stranger can only use up what strangers get: addresses from which somebody has signed in to the account before are counted apart,
//! so guessing from elsewhere locks nobody out of their own home or office. And when strangers have used up what they get together, every
//! place still has a few tries of its own: who signs in from a new one needs but one.

use std::net::IpAddr;
use std::time::Duration;

use crate::clock::Timestamp;
use crate::secret::TokenHash;

/// For how long an address is remembered as one from which an account was signed in to.
pub const REMEMBERED_FOR: Duration = Duration::from_secs(30 * 24 * 3600);

/// The kind under which such addresses are remembered.
pub const KNOWN: &str = "login-known";

/// The kind that counts what succeeded from an address.
pub const SUCCEEDED: &str = "login-succeeded";

/// The kind that counts what strangers try at one account, wherever they are.
pub const ACCOUNT: &str = "login-account";

const PAIR_DAY: &str = "login-pair-day";

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

/// One counter that a guess is written to before it is looked at.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Counter {
    /// Names the table of counters.
    pub kind: &'static str,
    /// A hash of whom it counts, and in which window.
    pub key: String,
    /// How many are let through in one window.
    pub limit: u64,
    /// How long a window is.
    pub window: Duration,
    /// Whether what succeeds from the address is given back, so that an office behind one address can come to work.
    pub forgives: bool,
}

impl Counter {
    /// What it counts, in one word: for metrics.
    pub fn counts(&self) -> &'static str {
        match self.kind {
            "login-address" => "address",
            "login-account" => "account",
            _ => "account_and_address",
        }
    }
}

/// Who guesses, and at whom. Both names are concealed before they come here: the store shall hold no names of people.
#[derive(Clone, Copy, Debug)]
pub struct Guess<'a> {
    /// What was typed.
    pub username: &'a str,
    /// Where the guess comes from: see [`network`].
    pub network: &'a str,
    /// A wider place than the address: see [`area`].
    pub area: &'a str,
    /// Whether this address has signed in to this account before.
    pub known: bool,
    /// When.
    pub now: Timestamp,
}

/// The counters of a guess.
pub fn counters(guess: &Guess<'_>) -> Vec<Counter> {
    let pair = pair_key(guess.username, guess.network);
    let (pair_kind, pair_limit) = if guess.known { ("login-pair-known", 20) } else { ("login-pair", 10) };
    let counter =
        |kind, name: &str, limit, window| Counter { kind, key: in_window(name, guess.now, window), limit, window, forgives: false };
    let mut counters = vec![counter(pair_kind, &pair, pair_limit, 5 * MINUTE), counter(PAIR_DAY, &pair, 100, DAY)];
    // One guest or one infected machine behind an address does not keep those out who have always come from there.
    if !guess.known {
        counters.push(Counter { forgives: true, ..counter("login-address", guess.network, 100, 15 * MINUTE) });
        counters.push(counter(ACCOUNT, &hash(&["account", guess.username]), 30, HOUR));
    }
    counters
}

/// Whether a counter that is used up leaves some tries each hour: strangers keep nobody out by [`ACCOUNT`], and a neighbour behind an
/// address from which somebody has always come keeps them out for no day.
pub fn leaves_spare(counter: &Counter, known: bool) -> bool {
    counter.kind == ACCOUNT || (known && counter.kind == PAIR_DAY)
}

/// What one place has left at an account when a counter that [`leaves_spare`] is used up.
pub fn spare(guess: &Guess<'_>) -> Counter {
    let key = in_window(&hash(&["spare", guess.username, guess.area]), guess.now, HOUR);
    Counter { kind: "login-spare", key, limit: 3, window: HOUR, forgives: false }
}

/// Whether a counter counts one account from one address: success clears it.
pub fn is_of_pair(counter: &Counter) -> bool {
    counter.kind.starts_with("login-pair")
}

/// The key under which an address is remembered for an account.
pub fn pair_key(username: &str, network: &str) -> String {
    hash(&["pair", username, network])
}

/// How long a guess has to wait, if it is one too many: until the window ends.
pub fn wait(counter: &Counter, counted: u64, succeeded: u64, now: Timestamp) -> Option<Duration> {
    (counted.saturating_sub(succeeded) > counter.limit).then(|| until_next_window(now, counter.window))
}

/// Windows begin at fixed moments, so that all counters of one window end together.
fn in_window(name: &str, now: Timestamp, window: Duration) -> String {
    hash(&["window", name, &window_number(now, window).to_string()])
}

/// The number of the window that is running, by the provider's own clock; the store only cleans up.
pub fn window_number(now: Timestamp, window: Duration) -> i64 {
    now.as_seconds().div_euclid(seconds(window))
}

/// How long the window that is running still lasts.
pub fn until_next_window(now: Timestamp, window: Duration) -> Duration {
    let left = seconds(window).saturating_sub(now.as_seconds().rem_euclid(seconds(window)));
    Duration::from_secs(u64::try_from(left).unwrap_or(1).max(1))
}

fn seconds(window: Duration) -> i64 {
    i64::try_from(window.as_secs()).unwrap_or(i64::MAX).max(1)
}

/// Parts are told apart by their lengths: no two lists of parts give the same text.
fn hash(parts: &[&str]) -> String {
    let text = parts.iter().map(|part| format!("{}:{part}", part.len())).collect::<String>();
    TokenHash::of(&text).hex()
}

/// What counts as one place: who holds one IPv6 address usually holds the /64 around it. Whoever has no address is in one place with all the
/// others who have none.
pub fn network(address: Option<IpAddr>) -> String {
    place(address, 4)
}

/// A wider one: who can choose among IPv6 networks usually has the /48 around them.
pub fn area(address: Option<IpAddr>) -> String {
    place(address, 3)
}

fn place(address: Option<IpAddr>, segments: usize) -> String {
    match address.map(|address| address.to_canonical()) {
        Some(IpAddr::V6(v6)) => v6.segments().iter().take(segments).map(|segment| format!("{segment:x}:")).collect(),
        Some(IpAddr::V4(v4)) => v4.to_string(),
        None => String::new(),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn guess<'a>(username: &'a str, network: &'a str, known: bool) -> Guess<'a> {
        Guess { username, network, area: network, known, now: Timestamp::from_seconds(1_000_000) }
    }

    fn at(address: &str) -> Option<IpAddr> {
        Some(address.parse().unwrap())
    }

    fn key(counters: &[Counter], kind: &str) -> Option<String> {
        counters.iter().find(|counter| counter.kind == kind).map(|counter| counter.key.clone())
    }

    #[test]
    fn a_stranger_does_not_use_up_what_a_known_address_has() {
        let stranger = counters(&guess("ada", "203.0.113.9", false));
        let owner = counters(&guess("ada", "203.0.113.9", true));
        assert!(key(&stranger, "login-account").is_some() && key(&stranger, "login-address").is_some());
        for counter in owner.iter().filter(|counter| counter.kind != "login-pair-day") {
            assert!(stranger.iter().all(|other| (other.kind, &other.key) != (counter.kind, &counter.key)), "{counter:?} is shared");
        }
    }

    #[test]
    fn strangers_share_one_budget_for_an_account() {
        let one = counters(&guess("ada", "203.0.113.9", false));
        let other = counters(&guess("ada", "192.0.2.1", false));
        assert_eq!(key(&one, "login-account"), key(&other, "login-account"));
        assert_ne!(key(&one, "login-pair"), key(&other, "login-pair"));
    }

    #[test]
    fn every_place_has_a_few_tries_of_its_own() {
        let one = spare(&guess("ada", "203.0.113.9", false));
        assert_ne!(one.key, spare(&guess("ada", "192.0.2.1", false)).key);
        assert_ne!(one.key, spare(&guess("bob", "203.0.113.9", false)).key);
        assert_eq!(area(at("2001:db8:1:2::1")), area(at("2001:db8:1:3::1")));
        assert_ne!(area(at("2001:db8:1::1")), area(at("2001:db8:2::1")));
    }

    #[test]
    fn a_known_address_has_a_few_tries_each_hour_when_its_day_is_used_up() {
        let day = |known| counters(&guess("ada", "203.0.113.9", known)).remove(1);
        assert!(leaves_spare(&day(true), true) && !leaves_spare(&day(false), false));
    }

    #[test]
    fn the_guess_after_the_limit_waits_until_the_window_ends() {
        let now = Timestamp::from_seconds(1_000_000);
        let counter = counters(&guess("ada", "203.0.113.9", false)).remove(0);
        assert_eq!(wait(&counter, 10, 0, now), None);
        let wait = wait(&counter, 11, 0, now).unwrap();
        assert_eq!((now.as_seconds() + i64::try_from(wait.as_secs()).unwrap()) % 300, 0);
        assert!(wait <= counter.window);
    }

    #[test]
    fn what_succeeded_from_an_address_is_given_back() {
        let counters = counters(&guess("ada", "203.0.113.9", false));
        let address = counters.iter().find(|counter| counter.forgives).unwrap();
        let now = Timestamp::from_seconds(1_000_000);
        assert_eq!(wait(address, 180, 100, now), None);
        assert!(wait(address, 201, 100, now).is_some());
    }

    #[test]
    fn a_new_window_begins_at_zero() {
        let first = counters(&guess("ada", "203.0.113.9", false));
        let later = counters(&Guess { now: Timestamp::from_seconds(1_000_000 + 3600), ..guess("ada", "203.0.113.9", false) });
        assert_ne!(key(&first, "login-pair"), key(&later, "login-pair"));
    }

    #[test]
    fn neighbours_in_one_ipv6_network_count_as_one() {
        assert_eq!(network(at("2001:db8:1:2::1")), network(at("2001:db8:1:2:ffff::9")));
        assert_ne!(network(at("2001:db8:1:2::1")), network(at("2001:db8:1:3::1")));
        assert_eq!(network(at("::ffff:192.0.2.1")), network(at("192.0.2.1")));
        assert_ne!(network(None), network(at("192.0.2.1")));
    }

    #[test]
    fn parts_of_a_key_cannot_be_shifted() {
        assert_ne!(hash(&["ab", "c"]), hash(&["a", "bc"]));
    }
}
