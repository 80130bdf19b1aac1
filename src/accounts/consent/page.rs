//! The page on which a person agrees.

use askama::Template;
use url::Url;

use super::Question;
use super::wishes::Wishes;
use crate::accounts::client_card::ClientCard;
use crate::accounts::person::Person;
use crate::web::page::Page;

/// `templates/accounts/consent.html`
#[derive(Debug, Template)]
#[template(path = "accounts/consent.html")]
pub struct ConsentPage<'a> {
    page: Page<'a>,
    client: ClientCard,
    person: Person,
    destination: String,
    wishes: Wishes,
    until: Option<String>,
    action: String,
}

impl<'a> ConsentPage<'a> {
    /// Puts a question before a person.
    pub fn new(page: Page<'a>, question: Question, person: Person, action: String) -> Self {
        Self {
            page,
            client: question.client,
            person,
            destination: destination(&question.redirect_uri),
            wishes: question.wishes,
            until: question.until.map(|until| until.for_people().chars().take(10).collect()),
            action,
        }
    }
}

/// Where the answer goes, in words: the host, or what on this device takes it (RFC 8252 §7).
fn destination(redirect_uri: &str) -> String {
    let Ok(url) = Url::parse(redirect_uri) else { return "an unknown place".to_owned() };
    match (url.scheme(), url.host_str()) {
        ("http" | "https", Some("127.0.0.1" | "[::1]" | "localhost")) => "a program on this device".to_owned(),
        ("http" | "https", Some(host)) => host.to_owned(),
        (scheme, _) => format!("an app on this device ({scheme})"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_destination_is_named_so_that_people_know_it() {
        assert_eq!(destination("https://rp.example:8443/cb?x=y"), "rp.example");
        assert_eq!(destination("https://rp.example@evil.example/"), "evil.example");
        assert_eq!(destination("http://127.0.0.1:51004/cb"), "a program on this device");
        assert_eq!(destination("app.immich:///oauth-callback"), "an app on this device (app.immich)");
    }
}
