//! How a request wants the person to be asked: OIDC Core §3.1.2.1.

use std::fmt;

use crate::secret::Secret;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::params::Params;

/// `prompt_values_supported`.
pub const PROMPT_VALUES: &[&str] = &["none", "login", "consent", "select_account"];

/// `display_values_supported`.
pub const DISPLAY_VALUES: &[&str] = &["page", "popup", "touch", "wap"];

/// `acr` of a sign-in with a password alone.
pub const ACR_PASSWORD: &str = "urn:authy:acr:password";

/// What a sign-in can be: `acr_values_supported`.
pub const ACR_VALUES: &[&str] = &[ACR_PASSWORD];

/// Longer hints are refused; lists are cut to [`MAX_LIST`] values.
const MAX_HINT: usize = 8192;
const MAX_LIST: usize = 20;

/// The `prompt` parameter as a set.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Default)]
pub struct Prompt {
    /// Never show a page.
    pub none: bool,
    /// Prove again who you are.
    pub login: bool,
    /// Ask for consent even when it is remembered.
    pub consent: bool,
    /// Let the person choose an account.
    pub select_account: bool,
}

impl Prompt {
    /// Parses the values between spaces.
    ///
    /// # Errors
    /// `invalid_request` for an unknown value, and for "none" beside another: "If this parameter contains none with any other value, an error is returned".
    pub fn parse(text: &str) -> Result<Self, Refusal> {
        let mut prompt = Self::default();
        for value in text.split(' ').filter(|value| !value.is_empty()) {
            match value {
                "none" => prompt.none = true,
                "login" => prompt.login = true,
                "consent" => prompt.consent = true,
                "select_account" => prompt.select_account = true,
                _ => return Err(OAuthError::invalid_request("A prompt value is unknown.").about("prompt").into()),
            }
        }
        if prompt.none && (prompt.login || prompt.consent || prompt.select_account) {
            return Err(OAuthError::invalid_request("The prompt value none cannot be used with others.").about("prompt").into());
        }
        Ok(prompt)
    }
}

/// Whether a request asks for an answer without any page, be the rest of it as it may.
pub fn is_silent(params: &Params) -> bool {
    params.get("prompt").is_some_and(|values| values.split(' ').any(|value| value == "none"))
}

/// Everything a request says about the person. What it says about the pages (`display`, `ui_locales`) is taken and changes nothing: they fit
/// any window, and are in English.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct Hints {
    /// See [`Prompt`].
    pub prompt: Prompt,
    /// Seconds since the last proof of who the person is.
    pub max_age: Option<u64>,
    /// What the person would type at sign-in.
    pub login_hint: Option<String>,
    /// An ID Token of ours, not yet verified.
    pub id_token_hint: Option<Secret<String>>,
    /// Wanted authentication context classes, the most wanted first.
    pub acr_values: Vec<String>,
}

impl Hints {
    /// Reads them from a request.
    ///
    /// # Errors
    /// `invalid_request` for a wrong `prompt`, a `max_age` that is no whole number of seconds, or an oversized hint.
    pub fn check(params: &Params) -> Result<Self, Refusal> {
        Ok(Self {
            prompt: Prompt::parse(params.get("prompt").unwrap_or_default())?,
            max_age: params.get("max_age").map(parse_max_age).transpose()?,
            login_hint: bounded(params, "login_hint")?.map(str::to_owned),
            id_token_hint: bounded(params, "id_token_hint")?.map(Secret::from),
            acr_values: list(params, "acr_values"),
        })
    }
}

/// Hints name people, so only the harmless part is printed.
impl fmt::Debug for Hints {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("Hints").field("prompt", &self.prompt).field("max_age", &self.max_age).finish_non_exhaustive()
    }
}

fn parse_max_age(text: &str) -> Result<u64, Refusal> {
    let digits = text.bytes().all(|byte| byte.is_ascii_digit());
    text.parse()
        .ok()
        .filter(|_| digits)
        .ok_or_else(|| OAuthError::invalid_request("The max_age is not a number of seconds.").about("max_age").into())
}

fn bounded<'a>(params: &'a Params, name: &'static str) -> Result<Option<&'a str>, Refusal> {
    match params.get(name) {
        Some(value) if value.len() > MAX_HINT => Err(OAuthError::invalid_request("A hint is too long.").about(name).into()),
        value => Ok(value),
    }
}

fn list(params: &Params, name: &str) -> Vec<String> {
    params.get(name).unwrap_or_default().split(' ').filter(|value| !value.is_empty()).take(MAX_LIST).map(str::to_owned).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn check(pairs: &[(&str, &str)]) -> Result<Hints, Refusal> {
        Hints::check(&Params::from_pairs(pairs.iter().copied()))
    }

    #[test]
    fn prompt_is_a_set_and_none_stands_alone() {
        let prompt = check(&[("prompt", "consent login")]).unwrap().prompt;
        assert_eq!(prompt, Prompt { login: true, consent: true, ..Prompt::default() });
        assert!(check(&[("prompt", "none")]).unwrap().prompt.none);
        for text in ["none login", "consent none", "create", "NONE", "login,consent"] {
            assert_eq!(check(&[("prompt", text)]).unwrap_err().error.about, Some("prompt"), "{text}");
        }
    }

    #[test]
    fn max_age_is_a_whole_number_of_seconds() {
        assert_eq!(check(&[("max_age", "0")]).unwrap().max_age, Some(0));
        assert_eq!(check(&[]).unwrap().max_age, None);
        for text in ["-1", "+1", "1.5", "x", "99999999999999999999999"] {
            assert!(check(&[("max_age", text)]).is_err(), "{text}");
        }
    }

    #[test]
    fn what_is_said_about_the_pages_changes_nothing_and_lists_never_cause_an_error() {
        let hints = check(&[("display", "hologram"), ("ui_locales", " fr-CA fr  en "), ("acr_values", " 1 2  3 ")]).unwrap();
        assert_eq!(hints.acr_values, ["1", "2", "3"]);
        assert_eq!(hints, check(&[("acr_values", "1 2 3")]).unwrap());
        assert_eq!(check(&[("acr_values", &"x ".repeat(1000))]).unwrap().acr_values.len(), MAX_LIST);
    }

    #[test]
    fn hints_are_not_printed() {
        let hints = check(&[("login_hint", "ada@example.com"), ("id_token_hint", "eyJ")]).unwrap();
        assert!(!format!("{hints:?}").contains("ada") && !format!("{hints:?}").contains("eyJ"));
        assert!(check(&[("login_hint", &"x".repeat(MAX_HINT + 1))]).is_err());
    }
}
