//! Resource indicators: RFC 8707 §2.

use std::ops::Deref;
use std::sync::Arc;

use url::Url;

use crate::model::client::Client;
use crate::model::resource::Resource;
use crate::spec::claims::STANDARD_SCOPES;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::params::Params;

const MAX_RESOURCES: usize = 20;

/// The resources that a token is for: each is registered, and one that the client may ask tokens for. Only [`Targets::check`] makes them,
/// and every token with an audience is made of them; none are the default.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Targets(Vec<Arc<Resource>>);

impl Targets {
    /// RFC 8707 §2: of what was `asked`, all must be among the `known` ones and open to the client. Whoever may not use a resource does
    /// not learn whether there is one.
    ///
    /// # Errors
    /// `invalid_target`.
    pub fn check(asked: &[String], known: &[Arc<Resource>], client: &Client) -> Result<Self, Refusal> {
        let mut targets: Vec<Arc<Resource>> = Vec::with_capacity(asked.len());
        for uri in asked {
            let resource = named(uri, known, |resource| resource.uri.as_str());
            let resource = resource.ok_or_else(|| invalid_target("the resource is not registered"))?;
            if !is_open(&resource.uri, client.metadata.protocol.resources.as_deref()) {
                return Err(invalid_target("the resource is not among those of the client"));
            }
            if !targets.iter().any(|target| target.uri == resource.uri) {
                targets.push(resource.clone());
            }
        }
        Ok(Self(targets))
    }

    /// Their URIs as they are registered, in the order of the request.
    pub fn uris(&self) -> Vec<String> {
        self.iter().map(|resource| resource.uri.clone()).collect()
    }
}

impl Deref for Targets {
    type Target = [Arc<Resource>];

    fn deref(&self) -> &[Arc<Resource>] {
        &self.0
    }
}

/// RFC 3986 §6.2.2.1: "the scheme and host are case-insensitive"; §6.2.3: a bare http or https origin is the same with `/` and without. URL
/// libraries write them so, and by nothing else do two spellings name one resource.
pub fn normal(uri: &str) -> String {
    let Some((scheme, rest)) = uri.split_once(':') else { return uri.to_owned() };
    let scheme = scheme.to_ascii_lowercase();
    let Some(rest) = rest.strip_prefix("//") else { return format!("{scheme}:{rest}") };
    let (authority, path) = rest.split_at(rest.find(['/', '\\', '?', '#']).unwrap_or(rest.len()));
    let (user, host) = authority.split_at(authority.rfind('@').map_or(0, |at| at + 1));
    let path = if path == "/" && matches!(scheme.as_str(), "http" | "https") { "" } else { path };
    format!("{scheme}://{user}{}{path}", host.to_ascii_lowercase())
}

/// Whether two spellings name one resource.
pub fn is_same(one: &str, other: &str) -> bool {
    one == other || normal(one) == normal(other)
}

/// Which of those that are `known` the URI names: the one that is spelled like it, if there is one.
pub fn named<'a, T>(uri: &str, known: &'a [T], name: impl Fn(&T) -> &str) -> Option<&'a T> {
    known.iter().find(|&one| name(one) == uri).or_else(|| {
        let wanted = normal(uri);
        known.iter().find(|&one| normal(name(one)) == wanted)
    })
}

/// Whether a client with these `resources` may ask for tokens for one: without a list for every registered one.
pub fn is_open(uri: &str, resources: Option<&[String]>) -> bool {
    resources.is_none_or(|listed| listed.iter().any(|known| is_same(known, uri)))
}

/// Whether a place is a resource or lies below it: what a resource server is called by is often the origin, or a folder, of its endpoints
/// (RFC 8707 §2, and RFC 9396 §2.2, whose `locations` name these).
pub fn is_within(place: &str, resource: &str) -> bool {
    if is_same(place, resource) {
        return true;
    }
    let (Ok(place), Ok(resource)) = (Url::parse(place), Url::parse(resource)) else { return false };
    let same_origin = resource.origin().is_tuple() && place.origin() == resource.origin();
    let below = place.path().strip_prefix(resource.path().trim_end_matches('/')).is_some_and(|rest| rest.starts_with('/'));
    same_origin && below && resource.query().is_none()
}

/// The resources that a request names, each once, in its order. They need not be known yet.
///
/// # Errors
/// `invalid_target` for one that is not an absolute URI or has a fragment: "MUST NOT include a fragment component".
pub fn requested(params: &Params) -> Result<Vec<String>, Refusal> {
    let mut resources: Vec<String> = Vec::new();
    for uri in params.all("resource") {
        if !is_resource_uri(uri) {
            return Err(invalid_target("the resource is not an absolute URI without fragment"));
        }
        if !resources.iter().any(|known| known == uri) {
            resources.push(uri.to_owned());
        }
    }
    if resources.len() > MAX_RESOURCES {
        return Err(invalid_target("too many resources"));
    }
    Ok(resources)
}

/// RFC 8707 §2.2: a token request may name some of the resources that were approved; naming none means all of them. However it spells them,
/// they are called as they were approved.
///
/// # Errors
/// `invalid_target` for a resource that was not approved.
pub fn narrow(asked: &[String], approved: &[String]) -> Result<Vec<String>, Refusal> {
    if asked.is_empty() {
        return Ok(approved.to_vec());
    }
    let found = asked.iter().map(|uri| named(uri, approved, String::as_str).cloned());
    found.collect::<Option<Vec<String>>>().ok_or_else(|| invalid_target("the resource was not part of the approval"))
}

/// The scopes of a token for these resources: what they list, unless one of them takes any, and what is for authy's own endpoints. A token
/// for one API is not good for what another one understands by a word (RFC 8707 §2.2, §3).
pub fn open_scopes(scopes: &[String], resources: &[Arc<Resource>]) -> Vec<String> {
    let all = resources.iter().any(|resource| resource.scopes.is_empty()) || resources.is_empty();
    let listed = |scope: &String| resources.iter().any(|resource| resource.scopes.contains(scope));
    scopes.iter().filter(|scope| all || STANDARD_SCOPES.contains(&scope.as_str()) || listed(scope)).cloned().collect()
}

/// Whether `uri` can name a resource: an absolute URI without a fragment.
pub fn is_resource_uri(uri: &str) -> bool {
    uri.is_ascii() && !uri.contains(['#', ' ']) && Url::parse(uri).is_ok()
}

fn invalid_target(detail: &'static str) -> Refusal {
    OAuthError::invalid_target("The resource is unknown or not allowed.").about("resource").because(detail)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::error::ErrorCode;
    use crate::spec::testing::{client, resource};

    fn params(uris: &[&str]) -> Params {
        Params::from_pairs(uris.iter().map(|uri| ("resource", *uri)))
    }

    fn known(uri: &str) -> Arc<Resource> {
        Arc::new(resource(uri))
    }

    /// As a client with this list asks for them; those of the RFC are registered.
    fn check(uris: &[&str], listed: Option<&[&str]>) -> Result<Targets, Refusal> {
        let asked = requested(&params(uris))?;
        let mut client = client();
        client.metadata.protocol.resources = listed.map(|listed| listed.iter().map(|&uri| uri.to_owned()).collect());
        Targets::check(&asked, &[CALENDAR, CONTACTS].map(known), &client)
    }

    const CALENDAR: &str = "https://cal.example.com/";
    const CONTACTS: &str = "https://contacts.example.com/";

    #[test]
    fn the_resources_of_the_rfc_are_found() {
        assert_eq!(check(&[CONTACTS, CALENDAR, CALENDAR], None).unwrap().uris(), [CONTACTS, CALENDAR]);
        assert!(check(&[], None).unwrap().is_empty());
    }

    #[test]
    fn a_client_with_a_list_of_resources_gets_tokens_for_no_others() {
        assert_eq!(check(&[CALENDAR], Some(&[CONTACTS, CALENDAR])).unwrap().uris(), [CALENDAR]);
        for (asked, listed) in [(&[CALENDAR][..], &[CONTACTS][..]), (&[CONTACTS, CALENDAR], &[CONTACTS]), (&[CALENDAR], &[])] {
            let refused = check(asked, Some(listed)).unwrap_err();
            assert_eq!((refused.error.error, refused.error.about), (ErrorCode::InvalidTarget, Some("resource")), "{asked:?}");
            assert_eq!(refused.error, check(&["https://other.example/"], Some(listed)).unwrap_err().error, "none learns which there are");
        }
        assert!(check(&[], Some(&[])).unwrap().is_empty(), "for no resource in particular");
        assert_eq!(check(&[CALENDAR], Some(&["https://CAL.example.com"])).unwrap().uris(), [CALENDAR], "as it is registered");
        assert!(check(&["https://other.example/"], Some(&["https://other.example/"])).is_err(), "listed, and not registered");
    }

    #[test]
    fn a_token_has_the_scopes_that_its_resources_list_and_those_of_openid() {
        let scopes = ["openid", "cal:read", "contacts:read", "offline_access"].map(str::to_owned);
        let with =
            |listed: &[&str]| Arc::new(Resource { scopes: listed.iter().map(|&scope| scope.to_owned()).collect(), ..resource("urn:x") });
        let open = |resources: &[Arc<Resource>]| open_scopes(&scopes, resources).join(" ");
        assert_eq!(open(&[with(&["cal:read", "cal:write"])]), "openid cal:read offline_access");
        assert_eq!(open(&[with(&["cal:read"]), with(&["contacts:read"])]), scopes.join(" "));
        assert_eq!(open(&[with(&["cal:read"]), with(&[])]), scopes.join(" "), "one of them takes any");
        assert_eq!(open(&[]), scopes.join(" "), "for no resource in particular");
    }

    #[test]
    fn what_is_no_registered_resource_is_an_invalid_target() {
        for uri in
            ["https://cal.example.com/a", "https://cal.example.com/#f", "/relative", "cal.example.com", "https://other.example/", "urn:x y"]
        {
            assert_eq!(check(&[uri], None).unwrap_err().error.error, ErrorCode::InvalidTarget, "{uri}");
        }
        assert!(requested(&params(&["urn:example:api"])).is_ok());
        let many: Vec<String> = (0..=MAX_RESOURCES).map(|n| format!("https://r{n}.example/")).collect();
        assert!(requested(&params(&many.iter().map(String::as_str).collect::<Vec<_>>())).is_err());
    }

    #[test]
    fn a_place_below_a_resource_is_within_it() {
        let within = |place: &str, resource: &str| is_within(place, resource);
        assert!(
            within("https://api.example/accounts", "https://API.example")
                && within("https://api.example/v1/a?b=c", "https://api.example/v1/")
        );
        assert!(within("urn:example:api", "urn:example:api") && within("https://api.example/v1?x", "https://api.example/v1?x"));
        for (place, resource) in [
            ("https://api.example/v10", "https://api.example/v1"),
            ("https://api.example/v1/../v2", "https://api.example/v1"),
            ("https://api.example/", "https://api.example/v1"),
            ("https://api.example.evil.example/a", "https://api.example"),
            ("http://api.example/a", "https://api.example"),
            ("https://api.example:8443/a", "https://api.example"),
            ("https://api.example/v1/a", "https://api.example/v1?x"),
            ("urn:example:api/a", "urn:example:api"),
            ("nonsense", "https://api.example"),
        ] {
            assert!(!within(place, resource), "{place} {resource}");
        }
    }

    fn owned(uris: &[&str]) -> Vec<String> {
        uris.iter().map(|&uri| uri.to_owned()).collect()
    }

    #[test]
    fn a_token_request_may_narrow_but_never_widen() {
        let approved = owned(&["a:x", "b:x", "https://c.example"]);
        assert_eq!(narrow(&[], &approved).unwrap(), approved);
        assert_eq!(narrow(&owned(&["b:x"]), &approved).unwrap(), ["b:x"]);
        assert_eq!(narrow(&owned(&["HTTPS://C.example/"]), &approved).unwrap(), ["https://c.example"]);
        assert!(narrow(&owned(&["b:x", "c:x"]), &approved).is_err());
        assert!(narrow(&owned(&["c:x"]), &[]).is_err());
    }

    #[test]
    fn the_case_of_scheme_and_host_and_the_slash_of_an_origin_make_no_other_resource() {
        for (one, other) in [
            ("https://mcp.example.com", "https://mcp.example.com/"),
            ("https://mcp.example.com", "HTTPS://MCP.Example.com/"),
            ("http://User@mcp.example.com:8080/a?B", "Http://User@MCP.example.com:8080/a?B"),
            ("https://[2001:DB8::1]/", "https://[2001:db8::1]"),
            ("urn:example:Api", "URN:example:Api"),
        ] {
            assert!(is_same(one, other) && is_same(other, one), "{one} {other}");
        }
        for (one, other) in [
            ("https://mcp.example.com/a", "https://mcp.example.com/A"),
            ("https://mcp.example.com/a", "https://mcp.example.com/a/"),
            ("https://mcp.example.com/~", "https://mcp.example.com/%7e"),
            ("https://mcp.example.com?x", "https://mcp.example.com/?x"),
            ("https://mcp.example.com", "https://mcp.example.com:443"),
            ("https://mcp.example.com", "http://mcp.example.com"),
            ("https://User@mcp.example.com", "https://user@mcp.example.com"),
            ("app://host", "app://host/"),
            ("urn:example:api", "urn:example:API"),
            ("", "/"),
        ] {
            assert!(!is_same(one, other) && !is_same(other, one), "{one} {other}");
        }
    }

    #[test]
    fn a_resource_goes_by_its_registered_name_and_the_very_spelling_counts_first() {
        assert_eq!(check(&["HTTPS://Cal.example.com", CALENDAR], None).unwrap().uris(), [CALENDAR], "once");
        assert_eq!(check(&["https://cal.example.com"], Some(&[CALENDAR])).unwrap().uris(), [CALENDAR]);
        let both = owned(&["https://a.example", "https://a.example/"]);
        for uri in &both {
            assert_eq!(named(uri, &both, String::as_str), Some(uri));
        }
    }
}
