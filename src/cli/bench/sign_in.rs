//! Signing in as a browser does: the page, its form, and back.

use std::time::Duration;

use super::child::Server;
use super::http::{self, Connection, Wrong};
use crate::secret::Secret;

/// A browser on one connection, behind a trusted proxy: an address of its own.
#[derive(Debug)]
pub struct Browser {
    connection: Connection,
    host: String,
    address: String,
}

/// A form that waits to be sent.
#[derive(Debug)]
pub struct Form {
    cookie: String,
    token: String,
}

/// What came of a form.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Sent {
    /// The person is signed in.
    SignedIn,
    /// Too many wait to be verified: come back after this long.
    ComeBack(Duration),
}

impl Browser {
    /// The browser of this number. Each has another address, since many guesses from one are slowed down.
    ///
    /// # Errors
    /// When the server takes no connection.
    pub async fn open(server: &Server, number: usize) -> Result<Self, Wrong> {
        let address = format!("198.18.{}.{}", number / 250 % 250, number % 250 + 1);
        Ok(Self { connection: Connection::open(server.address).await?, host: server.host.clone(), address })
    }

    /// Opens the page.
    ///
    /// # Errors
    /// When it is not there, or lacks its form.
    pub async fn page(&mut self) -> Result<Form, Wrong> {
        let request = http::get(&self.host, "/login", &[("X-Forwarded-For", &self.address)]);
        let answer = self.connection.send(&request).await?.expect(200)?;
        let cookie = answer.cookie("authy_pre").ok_or_else(|| Wrong::new("no pre-session cookie"))?.to_owned();
        let page = std::str::from_utf8(answer.body).unwrap_or_default();
        let token = page.split_once("name=\"csrf_token\" value=\"").and_then(|(_, rest)| rest.split_once('"'));
        let (token, _) = token.ok_or_else(|| Wrong::new("no login form on the page"))?;
        Ok(Form { cookie, token: token.to_owned() })
    }

    /// Sends the form.
    ///
    /// # Errors
    /// When the answer is neither a session nor "come back later".
    pub async fn send(&mut self, form: &Form, username: &str, password: &Secret<String>) -> Result<Sent, Wrong> {
        let cookie = format!("authy_pre={}", form.cookie);
        let headers = [("Cookie", cookie.as_str()), ("X-Forwarded-For", &self.address)];
        let fields = [("csrf_token", form.token.as_str()), ("username", username), ("password", password.expose())];
        let answer = self.connection.send(&http::post(&self.host, "/login", &headers, &fields)).await?;
        match (answer.status, answer.header("retry-after").and_then(|seconds| seconds.parse().ok())) {
            (503, Some(seconds)) => Ok(Sent::ComeBack(Duration::from_secs(seconds))),
            _ => {
                let answer = answer.expect(303)?;
                answer.cookie("authy_session").ok_or_else(|| Wrong::new("no session cookie"))?;
                Ok(Sent::SignedIn)
            }
        }
    }

    /// The whole of it, once.
    ///
    /// # Errors
    /// Also when told to come back.
    pub async fn sign_in(&mut self, username: &str, password: &Secret<String>) -> Result<(), Wrong> {
        let form = self.page().await?;
        match self.send(&form, username, password).await? {
            Sent::SignedIn => Ok(()),
            Sent::ComeBack(_) => Err(Wrong::new("told to come back although few sign in")),
        }
    }
}
