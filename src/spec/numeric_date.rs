//! Times in what others sign: RFC 7519 §2. Pure.

use serde_json::Value;

use crate::clock::Timestamp;

/// Some three thousand years.
const FARTHEST: i64 = 100_000_000_000;

/// RFC 7519 §2, NumericDate: a number of seconds since 1970, of which some libraries write a fraction; it is left out.
pub fn parse(value: &Value) -> Option<Timestamp> {
    let seconds = value.as_i64().or_else(|| value.as_f64().filter(|seconds| seconds.abs() < 1e11).map(whole))?;
    (-FARTHEST..FARTHEST).contains(&seconds).then(|| Timestamp::from_seconds(seconds))
}

/// The caller has bounded it.
const fn whole(seconds: f64) -> i64 {
    seconds as i64
}

#[cfg(test)]
mod tests {
    use super::*;
    use serde_json::json;

    #[test]
    fn seconds_with_and_without_a_fraction_are_times_and_nothing_else_is() {
        for value in [json!(1_800_000_060), json!(1_800_000_060.5), json!(1.800_000_060e9)] {
            assert_eq!(parse(&value), Some(Timestamp::from_seconds(1_800_000_060)), "{value}");
        }
        for value in [json!("1800000060"), json!(1e300), json!(i64::MAX), json!(i64::MIN), json!(u64::MAX), json!(null), json!([1])] {
            assert_eq!(parse(&value), None, "{value}");
        }
    }
}
