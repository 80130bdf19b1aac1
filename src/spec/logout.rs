//! RP-Initiated Logout: what a request says and where the person returns, OIDC RP-Initiated Logout §2 and §3.

use std::fmt;

use crate::model::client::Client;
use crate::secret::Secret;
use crate::spec::error::{OAuthError, Refusal};
use crate::spec::params::Params;
use crate::spec::redirect_uri::{self, RedirectUri};
use crate::spec::return_path::with_query;

const MAX_HINT: usize = 8192;

/// The parameters of a logout request.
#[derive(Clone, PartialEq, Eq, Default)]
pub struct LogoutRequest {
    /// An ID Token of ours, not yet verified; an expired one will do.
    pub id_token_hint: Option<Secret<String>>,
    /// The client; it must be the audience of the hint when both are there.
    pub client_id: Option<String>,
    /// Where the person wants to return, not yet proven.
    pub post_logout_redirect_uri: Option<String>,
    /// Goes back with the person.
    pub state: Option<String>,
}

impl LogoutRequest {
    /// Reads a request: OIDC RP-Initiated Logout §2. All parameters are optional. `logout_hint` and `ui_locales` change nothing: who is signed
    /// out is told by the cookie and the `id_token_hint`, and the pages are in English.
    ///
    /// # Errors
    /// `invalid_request` for an oversized hint.
    pub fn check(params: &Params) -> Result<Self, Refusal> {
        let text = |name: &str| params.get(name).map(str::to_owned);
        if params.get("id_token_hint").is_some_and(|hint| hint.len() > MAX_HINT) {
            return Err(OAuthError::invalid_request("A hint is too long.").about("id_token_hint").into());
        }
        Ok(Self {
            id_token_hint: params.get("id_token_hint").map(Secret::from),
            client_id: text("client_id"),
            post_logout_redirect_uri: text("post_logout_redirect_uri"),
            state: text("state"),
        })
    }

    /// Where the person returns after logout; `None` when the request names no place.
    ///
    /// OIDC RP-Initiated Logout §3: "MUST NOT perform post-logout redirection" to a URI that does not exactly match a registered one.
    ///
    /// # Errors
    /// `invalid_request`, to be shown as a page, when the place is not the client's.
    pub fn return_to(&self, client: &Client) -> Result<Option<PostLogoutReturn>, Refusal> {
        let Some(presented) = self.post_logout_redirect_uri.as_deref() else { return Ok(None) };
        let registered = &client.metadata.post_logout_redirect_uris;
        let Some(uri) = redirect_uri::matches(registered, presented, client.is_public()) else {
            let detail = redirect_uri::near_miss(presented, registered)
                .unwrap_or_else(|| format!("the URI is none of the {} post-logout URIs that the client registered", registered.len()));
            let error = OAuthError::invalid_request("The post-logout redirect URI is not registered for this client.");
            return Err(error.about("post_logout_redirect_uri").because(detail));
        };
        Ok(Some(PostLogoutReturn { uri, state: self.state.clone() }))
    }
}

/// Hints name people, so nothing of them is printed.
impl fmt::Debug for LogoutRequest {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.debug_struct("LogoutRequest").field("client_id", &self.client_id).finish_non_exhaustive()
    }
}

/// A proven place to return to after logout.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct PostLogoutReturn {
    uri: RedirectUri,
    state: Option<String>,
}

impl PostLogoutReturn {
    /// The proven URI.
    pub const fn uri(&self) -> &RedirectUri {
        &self.uri
    }

    /// The URL to send the browser to: the URI with `state` when there was one, and nothing else.
    pub fn url(&self) -> String {
        match &self.state {
            Some(state) => with_query(self.uri.as_str(), &[("state".to_owned(), state.clone())]),
            None => self.uri.as_str().to_owned(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::spec::testing::client;

    fn return_to(pairs: &[(&str, &str)]) -> Result<Option<String>, Refusal> {
        let mut client = client();
        client.metadata.post_logout_redirect_uris = vec!["https://rp.example/out?x=1".to_owned()];
        let request = LogoutRequest::check(&Params::from_pairs(pairs.iter().copied()))?;
        Ok(request.return_to(&client)?.map(|place| place.url()))
    }

    #[test]
    fn the_person_returns_with_the_state_and_nothing_else() {
        let uri = ("post_logout_redirect_uri", "https://rp.example/out?x=1");
        assert_eq!(return_to(&[uri, ("state", "a b")]).unwrap().unwrap(), "https://rp.example/out?x=1&state=a+b");
        assert_eq!(return_to(&[uri]).unwrap().unwrap(), "https://rp.example/out?x=1");
        assert_eq!(return_to(&[("state", "s")]).unwrap(), None);
    }

    #[test]
    fn only_a_registered_uri_is_returned_to() {
        for uri in
            ["https://rp.example/out", "https://rp.example/out?x=1&y=2", "https://rp.example/cb", "https://evil/", "javascript:alert(1)"]
        {
            assert_eq!(return_to(&[("post_logout_redirect_uri", uri)]).unwrap_err().error.about, Some("post_logout_redirect_uri"), "{uri}");
        }
    }
}
