//! One connection that repeats one operation, and looks at every answer.

use super::http::{self, Answer, Connection, Wrong};
use super::world::{Application, REDIRECT_URI};
use crate::secret::Secret;

/// RFC 7636 Appendix B.
const VERIFIER: &str = "dBjftJeZ4CVP-mB92K27uhbUJU1p1r_wW1gFWFOEjXk";
const CHALLENGE: &str = "E9Melhoa2OwvFrEMTJguCHaoeK1t8URWbuGJSstw-cM";

/// The same operation again and again.
#[derive(Debug)]
pub enum Lane {
    /// The same request.
    Fixed(Fixed),
    /// A refresh token, each from the answer before.
    Refresh(Refresh),
    /// An authorization request in a live session, then its code.
    CodeFlow(CodeFlow),
}

impl Lane {
    /// Does it once.
    ///
    /// # Errors
    /// When an answer is wrong.
    pub async fn once(&mut self) -> Result<(), Wrong> {
        match self {
            Self::Fixed(fixed) => fixed.once().await,
            Self::Refresh(refresh) => refresh.once().await,
            Self::CodeFlow(flow) => flow.once().await.map(drop),
        }
    }
}

/// What a right answer contains.
#[derive(Clone, Debug)]
pub enum Expected {
    /// These bytes.
    Exactly(Vec<u8>),
    /// Each of these.
    Parts(Vec<String>),
}

/// A request that never changes.
#[derive(Debug)]
pub struct Fixed {
    /// The connection of the lane.
    pub connection: Connection,
    /// What is sent.
    pub request: Vec<u8>,
    /// What must come back, with status 200.
    pub expected: Expected,
}

impl Fixed {
    async fn once(&mut self) -> Result<(), Wrong> {
        let answer = self.connection.send(&self.request).await?.expect(200)?;
        match &self.expected {
            Expected::Exactly(bytes) if answer.body == bytes.as_slice() => Ok(()),
            Expected::Exactly(_) => Err(Wrong::new("other bytes than before")),
            Expected::Parts(parts) => answer.expect_parts(parts).map(drop),
        }
    }
}

/// A family of refresh tokens.
#[derive(Debug)]
pub struct Refresh {
    flow: CodeFlow,
    token: Secret<String>,
}

impl Refresh {
    /// Begins a family by a code flow of its own.
    ///
    /// # Errors
    /// When an answer is wrong.
    pub async fn begin(mut flow: CodeFlow) -> Result<Self, Wrong> {
        let token = flow.once().await?.refresh.ok_or_else(|| Wrong::new("no refresh_token in the answer"))?;
        Ok(Self { flow, token })
    }

    async fn once(&mut self) -> Result<(), Wrong> {
        let fields = [("grant_type", "refresh_token"), ("refresh_token", self.token.expose().as_str())];
        let next = self.flow.token(&fields).await?.refresh.ok_or_else(|| Wrong::new("no refresh_token in the answer"))?;
        if next == self.token {
            return Err(Wrong::new("the refresh token did not rotate"));
        }
        self.token = next;
        Ok(())
    }
}

/// Signing in to an application where a session lives.
#[derive(Debug)]
pub struct CodeFlow {
    connection: Connection,
    host: String,
    authorization: Secret<String>,
    authorize: Vec<u8>,
}

/// What a token endpoint gave, besides the ID Token, which must be there.
#[derive(Debug)]
pub struct Tokens {
    /// The access token.
    pub access: Secret<String>,
    /// The refresh token, if there is one.
    pub refresh: Option<Secret<String>>,
}

impl CodeFlow {
    /// For one application, person and scope.
    pub fn new(connection: Connection, host: &str, (application, session): (&Application, &Secret<String>), scope: &str) -> Self {
        let query = http::form(&[
            ("client_id", &application.client_id),
            ("redirect_uri", REDIRECT_URI),
            ("response_type", "code"),
            ("scope", scope),
            ("state", "0123456789abcdef"),
            ("nonce", "fedcba9876543210"),
            ("prompt", "none"),
            ("code_challenge", CHALLENGE),
            ("code_challenge_method", "S256"),
        ]);
        let cookie = format!("authy_session={}", session.expose());
        let authorize = http::get(host, &format!("/oauth2/authorize?{query}"), &[("Cookie", &cookie)]);
        Self { connection, host: host.to_owned(), authorization: application.authorization.clone(), authorize }
    }

    /// From the authorization request to the tokens.
    ///
    /// # Errors
    /// When an answer is wrong.
    pub async fn once(&mut self) -> Result<Tokens, Wrong> {
        let answer = self.connection.send(&self.authorize).await.map_err(|wrong| wrong.during("authorize"))?;
        let code = Secret::new(code_of(&answer)?.to_owned());
        let code = code.expose().as_str();
        self.token(&[("grant_type", "authorization_code"), ("code", code), ("redirect_uri", REDIRECT_URI), ("code_verifier", VERIFIER)])
            .await
    }

    async fn token(&mut self, fields: &[(&str, &str)]) -> Result<Tokens, Wrong> {
        let request = http::post(&self.host, "/oauth2/token", &[("Authorization", self.authorization.expose())], fields);
        let answer = self.connection.send(&request).await.and_then(|answer| answer.expect(200)).map_err(|wrong| wrong.during("token"))?;
        let json = answer.json()?;
        let member = |name: &str| json.get(name).and_then(serde_json::Value::as_str).map(Secret::from);
        member("id_token").ok_or_else(|| Wrong::new("no id_token in the answer"))?;
        let access = member("access_token").ok_or_else(|| Wrong::new("no access_token in the answer"))?;
        Ok(Tokens { access, refresh: member("refresh_token") })
    }
}

/// RFC 6749 §4.1.2: the code, in a redirect to the application.
fn code_of<'a>(answer: &Answer<'a>) -> Result<&'a str, Wrong> {
    let location = answer.header("location").filter(|location| matches!(answer.status, 302 | 303) && location.starts_with(REDIRECT_URI));
    let query = location.and_then(|location| location.split_once('?')).map(|(_, query)| query);
    let query = query.ok_or_else(|| Wrong::new(format!("authorize: status {} and no redirect to the application", answer.status)))?;
    let member =
        |name: &str| query.split('&').filter_map(|pair| pair.split_once('=')).find(|(known, _)| *known == name).map(|(_, value)| value);
    member("code").ok_or_else(|| Wrong::new(format!("authorize: no code but {}", member("error").unwrap_or("nothing"))))
}

#[cfg(test)]
mod tests {
    use tokio::io::{AsyncReadExt as _, AsyncWriteExt as _};
    use tokio::net::TcpListener;

    use super::*;

    /// A connection to a server that gives these answers, one after the other.
    async fn answering(answers: &'static [&'static str]) -> Connection {
        let listener = TcpListener::bind("127.0.0.1:0").await.unwrap();
        let address = listener.local_addr().unwrap();
        tokio::spawn(async move {
            let (mut stream, _) = listener.accept().await.unwrap();
            for answer in answers {
                assert_ne!(stream.read(&mut [0; 4096]).await.unwrap(), 0);
                stream.write_all(answer.as_bytes()).await.unwrap();
            }
        });
        Connection::open(address).await.unwrap()
    }

    #[tokio::test]
    async fn an_answer_that_changes_or_fails_voids_the_run() {
        let connection = answering(&[
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nab",
            "HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nac",
            "HTTP/1.1 503 Service Unavailable\r\nContent-Length: 2\r\n\r\nab",
        ]);
        let (request, expected) = (http::get("h", "/", &[]), Expected::Exactly(b"ab".to_vec()));
        let mut lane = Lane::Fixed(Fixed { connection: connection.await, request, expected });
        assert_eq!(lane.once().await, Ok(()));
        assert_eq!(lane.once().await, Err(Wrong::new("other bytes than before")));
        assert_eq!(lane.once().await, Err(Wrong::new("status 503 instead of 200")));
        assert!(lane.once().await.is_err());
    }

    #[tokio::test]
    async fn a_flow_ends_at_the_application_with_every_member() {
        let connection = answering(&[
            "HTTP/1.1 303 See Other\r\nLocation: https://client.example/callback?code=ac_1&state=s&iss=i\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 38\r\n\r\n{\"access_token\":\"at_1\",\"id_token\":\"i\"}",
            "HTTP/1.1 303 See Other\r\nLocation: https://client.example/callback?error=login_required&state=s\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 303 See Other\r\nLocation: https://client.example/callback?code=ac_2\r\nContent-Length: 0\r\n\r\n",
            "HTTP/1.1 200 OK\r\nContent-Length: 23\r\n\r\n{\"access_token\":\"at_1\"}",
        ]);
        let application =
            Application { client_id: "c".to_owned(), authorization: "Basic x".into(), algorithm: crate::jose::Algorithm::RS256 };
        let mut flow = CodeFlow::new(connection.await, "h", (&application, &"se_1".into()), "openid");
        let tokens = flow.once().await.unwrap();
        assert_eq!((tokens.access.expose().as_str(), tokens.refresh), ("at_1", None));
        assert_eq!(flow.once().await.unwrap_err(), Wrong::new("authorize: no code but login_required"));
        assert_eq!(flow.once().await.unwrap_err(), Wrong::new("no id_token in the answer"));
    }
}
