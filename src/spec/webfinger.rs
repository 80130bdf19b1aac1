//! Which provider signs a person in: RFC 7033, OpenID Connect Discovery 1.0 §2. The answer does not depend on whether the person exists.

use serde::Serialize;
use url::Url;

use crate::spec::error::{OAuthError, Refusal};
use crate::spec::issuer::Issuer;
use crate::spec::params::Params;

/// OpenID Connect Discovery §2: the relation between a person and an OpenID provider.
pub const ISSUER: &str = "http://openid.net/specs/connect/1.0/issuer";

/// RFC 7033 §4.4: a JSON Resource Descriptor.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Descriptor {
    /// Whom or what the question was about.
    pub subject: String,
    /// Where to go from there.
    pub links: Vec<Link>,
}

/// RFC 7033 §4.4.4.
#[derive(Clone, Debug, PartialEq, Eq, Serialize)]
pub struct Link {
    /// What stands there.
    pub rel: &'static str,
    /// Where.
    pub href: String,
}

/// RFC 7033 §4.2: the descriptor of what the query asks about; `None` for what lies on other hosts.
///
/// # Errors
/// `invalid_request` when `resource` is missing, comes twice, or is no URI.
pub fn describe(query: &Params, issuer: &Issuer) -> Result<Option<Descriptor>, Refusal> {
    let mut resources = query.all("resource");
    let (Some(resource), None) = (resources.next(), resources.next()) else {
        return Err(OAuthError::invalid_request("The query must name one resource.").about("resource").into());
    };
    let url = Url::parse(resource).map_err(|_| OAuthError::invalid_request("The resource is not an absolute URI.").about("resource"))?;
    // RFC 7033 §4.3: of the links, those whose relation was asked for.
    let mut relations = query.all("rel").peekable();
    let asked = relations.peek().is_none() || relations.any(|relation| relation == ISSUER);
    let links = if asked { vec![Link { rel: ISSUER, href: issuer.as_str().to_owned() }] } else { Vec::new() };
    Ok(is_ours(&url, issuer).then(|| Descriptor { subject: resource.to_owned(), links }))
}

/// People at the issuer's host, or at a domain that it is a part of: `acct:ada@example.com` belongs to `https://id.example.com`.
fn is_ours(resource: &Url, issuer: &Issuer) -> bool {
    let host = match resource.scheme() {
        "acct" | "mailto" => resource.path().rsplit_once('@').filter(|(name, _)| !name.is_empty()).map(|(_, host)| host),
        "https" | "http" => resource.host_str(),
        _ => None,
    };
    host.is_some_and(|host| {
        let host = host.split_once(':').filter(|_| !host.starts_with('[')).map_or(host, |(host, _)| host).to_ascii_lowercase();
        issuer.host() == host || host.contains('.') && issuer.host().ends_with(&format!(".{host}"))
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    fn ask(query: &str) -> Result<Option<Descriptor>, Refusal> {
        describe(&Params::parse_repeating(query).unwrap(), &Issuer::parse("https://id.example.com/auth").unwrap())
    }

    #[test]
    fn people_of_the_domain_find_the_issuer() {
        for resource in [
            "acct:ada@example.com",
            "acct:ada@ID.example.com",
            "acct:ada%40shop@example.com",
            "https://id.example.com/ada",
            "mailto:a@example.com",
        ] {
            let query =
                url::form_urlencoded::Serializer::new(String::new()).append_pair("resource", resource).append_pair("rel", ISSUER).finish();
            let found = ask(&query).unwrap().unwrap();
            assert_eq!(
                found,
                Descriptor {
                    subject: resource.to_owned(),
                    links: vec![Link { rel: ISSUER, href: "https://id.example.com/auth".to_owned() }]
                }
            );
        }
        assert_eq!(ask("resource=acct:ada@example.com").unwrap().unwrap().links.len(), 1);
        assert_eq!(ask("resource=acct:ada@example.com&rel=avatar&rel=x").unwrap().unwrap().links, []);
    }

    #[test]
    fn others_are_not_described_and_nonsense_is_refused() {
        for resource in [
            "acct:ada@evil.example",
            "acct:ada@ample.com",
            "acct:ada@com",
            "acct:@example.com",
            "acct:example.com",
            "urn:x:y",
            "https://example.com.evil/",
        ] {
            assert_eq!(ask(&format!("resource={resource}")).unwrap(), None, "{resource}");
        }
        for query in ["", "resource=", "resource=ada", "resource=acct:a@example.com&resource=acct:b@example.com"] {
            assert!(ask(query).is_err(), "{query}");
        }
    }
}
