//! Which resources a client's tokens may be for: RFC 8707 §2, RFC 9068 §3. Whether one is registered is asked when a token is: it may come and go.

use super::{ClientDraft, Problem};
use crate::spec::resource::{is_open, is_resource_uri};

const MAX_LIST: usize = 100;

/// Resources by their URIs; the one that tokens are for by default is one of those that the client may ask for.
pub(super) fn check(draft: &ClientDraft, problems: &mut Vec<Problem>) {
    let listed = draft.protocol.resources.as_deref();
    let mend = "write it like https://api.example.com";
    for uri in listed.unwrap_or_default().iter().filter(|uri| !is_resource_uri(uri)) {
        problems.push(Problem::new("resources", format!("{uri:?} is not an absolute URI without fragment"), mend));
    }
    if listed.is_some_and(|listed| listed.len() > MAX_LIST) {
        problems.push(Problem::new(
            "resources",
            "there are more than a hundred",
            "leave the list out: every registered resource is open then",
        ));
    }
    let Some(default) = draft.default_resource.as_deref() else { return };
    if !is_resource_uri(default) {
        problems.push(Problem::new("default_resource", "it is not an absolute URI without fragment", mend));
    }
    if !is_open(default, listed) {
        problems.push(Problem::new(
            "default_resource",
            "it is not among the resources of the client",
            "add it to resources, or leave it out",
        ));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::model::client::ClientOrigin;

    fn problems(default: Option<&str>, listed: Option<&[&str]>) -> Vec<&'static str> {
        let mut draft = ClientDraft::new("Example", ClientOrigin::Administrator);
        draft.default_resource = default.map(str::to_owned);
        draft.protocol.resources = listed.map(|listed| listed.iter().map(|&uri| uri.to_owned()).collect());
        let mut problems = Vec::new();
        check(&draft, &mut problems);
        problems.iter().map(|problem| problem.field).collect()
    }

    #[test]
    fn the_default_resource_is_one_that_the_client_may_ask_for() {
        const API: &str = "https://api.example/";
        assert!(problems(None, None).is_empty() && problems(Some(API), None).is_empty());
        assert!(problems(Some(API), Some(&["urn:x", API])).is_empty() && problems(None, Some(&[])).is_empty());
        assert_eq!(problems(Some(API), Some(&["urn:x"])), ["default_resource"]);
        assert_eq!(problems(Some(API), Some(&[])), ["default_resource"]);
    }

    #[test]
    fn a_resource_is_an_absolute_uri_and_there_are_not_too_many() {
        assert_eq!(problems(None, Some(&["/relative", "https://api.example/#f", "https://api.example/"])), ["resources", "resources"]);
        assert_eq!(problems(Some("/relative"), None), ["default_resource"]);
        assert_eq!(problems(None, Some(&["urn:x"; MAX_LIST + 1])), ["resources"]);
    }
}
