//! The operations whose processor time is measured, each in turn with the bare handler.

use std::sync::Arc;

use super::child::Server;
use super::http::{self, Connection, Wrong};
use super::lane::{CodeFlow, Expected, Fixed, Lane, Refresh};
use super::limits::Rule;
use super::world::{Application, RESOURCE, World};
use crate::jose::Algorithm;

/// What is done.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Operation {
    /// The metadata document.
    Discovery,
    /// The key set.
    Jwks,
    /// `client_credentials`, opaque.
    ClientCredentials,
    /// `client_credentials` for a resource: a JWT (RFC 9068).
    ClientCredentialsJwt,
    /// Userinfo with an access token.
    Userinfo,
    /// Introspection of an access token.
    Introspection,
    /// Refresh with rotation and an ID Token of this algorithm.
    Refresh(Algorithm),
    /// Code flow with PKCE in a live session and an ID Token of this algorithm.
    CodeFlow(Algorithm),
}

/// All of them, in the order of the report.
pub const ALL: &[Operation] = &[
    Operation::Discovery,
    Operation::Jwks,
    Operation::ClientCredentials,
    Operation::ClientCredentialsJwt,
    Operation::Userinfo,
    Operation::Introspection,
    Operation::Refresh(Algorithm::RS256),
    Operation::Refresh(Algorithm::ES256),
    Operation::CodeFlow(Algorithm::RS256),
    Operation::CodeFlow(Algorithm::ES256),
];

/// Codes of one run. The store in process remembers used ones for ten minutes, and takes no more than 100,000.
const CODES: u64 = 80_000;

/// The path of the metadata document.
pub const DISCOVERY: &str = "/.well-known/openid-configuration";
/// The path of the key set.
pub const JWKS: &str = "/.well-known/jwks.json";

impl Operation {
    /// As `--only` takes it.
    pub const fn name(self) -> &'static str {
        match self {
            Self::Discovery => "discovery",
            Self::Jwks => "jwks",
            Self::ClientCredentials => "client_credentials_opaque",
            Self::ClientCredentialsJwt => "client_credentials_jwt_es256",
            Self::Userinfo => "userinfo",
            Self::Introspection => "introspection",
            Self::Refresh(Algorithm::ES256) => "refresh_es256",
            Self::Refresh(_) => "refresh_rs256",
            Self::CodeFlow(Algorithm::ES256) => "code_flow_es256",
            Self::CodeFlow(_) => "code_flow_rs256",
        }
    }

    /// What it may cost.
    pub const fn rule(self) -> Rule {
        match self {
            Self::Discovery | Self::Jwks => Rule::Document,
            Self::ClientCredentials => Rule::Opaque,
            Self::ClientCredentialsJwt => Rule::Jwt(Algorithm::ES256),
            Self::Userinfo | Self::Introspection => Rule::Look,
            Self::Refresh(algorithm) => Rule::Refresh(algorithm),
            Self::CodeFlow(algorithm) => Rule::CodeFlow(algorithm),
        }
    }

    /// How often a lane repeats it in one of `rounds`, with so many lanes.
    pub fn most(self, rounds: u32, lanes: u16) -> u64 {
        match self {
            // Two of them, each with a warm-up.
            Self::CodeFlow(_) => (CODES / (2 * u64::from(rounds + 1) * u64::from(lanes))).max(1),
            _ => u64::MAX,
        }
    }

    /// Which document of the bare handler it is compared with.
    pub const fn bare_path(self) -> &'static str {
        match self {
            Self::Jwks => "/jwks",
            _ => "/discovery",
        }
    }
}

/// Makes the lanes of an operation.
#[derive(Debug)]
pub struct Lanes<'a> {
    /// The server they lead to.
    pub server: &'a Server,
    /// Who is there.
    pub world: &'a Arc<World>,
    /// How many.
    pub count: usize,
}

impl Lanes<'_> {
    /// Lanes that repeat `operation`, each for a person of its own.
    ///
    /// # Errors
    /// When an answer on the way there is wrong.
    pub async fn make(&self, operation: Operation) -> Result<Vec<Lane>, Wrong> {
        let mut lanes = Vec::with_capacity(self.count);
        for number in 0..self.count {
            let lane = self.lane(operation, number).await;
            lanes.push(lane.map_err(|wrong| wrong.during("preparation"))?);
        }
        Ok(lanes)
    }

    /// Lanes that fetch a document, whose bytes must stay what they are.
    ///
    /// # Errors
    /// When it is not there.
    pub async fn document(&self, path: &str) -> Result<Vec<Lane>, Wrong> {
        let mut lanes = Vec::with_capacity(self.count);
        for _ in 0..self.count {
            let mut connection = self.connect().await?;
            let request = http::get(&self.server.host, path, &[]);
            let bytes = connection.send(&request).await?.expect(200)?.body.to_vec();
            lanes.push(Lane::Fixed(Fixed { connection, request, expected: Expected::Exactly(bytes) }));
        }
        Ok(lanes)
    }

    async fn lane(&self, operation: Operation, number: usize) -> Result<Lane, Wrong> {
        let default = self.application(Algorithm::RS256)?;
        Ok(match operation {
            Operation::Discovery => self.document(DISCOVERY).await?.pop().ok_or_else(nobody)?,
            Operation::Jwks => self.document(JWKS).await?.pop().ok_or_else(nobody)?,
            Operation::ClientCredentials => {
                self.form(
                    default,
                    ("/oauth2/token", &[("grant_type", "client_credentials"), ("scope", "read")]),
                    &["\"access_token\":\"at_"],
                )
                .await?
            }
            Operation::ClientCredentialsJwt => {
                let fields = [("grant_type", "client_credentials"), ("scope", "read"), ("resource", RESOURCE)];
                self.form(default, ("/oauth2/token", &fields), &["\"access_token\":\"ey"]).await?
            }
            Operation::Userinfo => {
                let (subject, token) = self.access_token(number).await?;
                let request = http::get(&self.server.host, "/oauth2/userinfo", &[("Authorization", &format!("Bearer {token}"))]);
                let expected = Expected::Parts(vec![format!("\"sub\":\"{subject}\""), "\"email\":".to_owned()]);
                Lane::Fixed(Fixed { connection: self.connect().await?, request, expected })
            }
            Operation::Introspection => {
                let (_, token) = self.access_token(number).await?;
                self.form(default, ("/oauth2/introspect", &[("token", &token)]), &["\"active\":true", "\"scope\":"]).await?
            }
            Operation::Refresh(algorithm) => {
                Lane::Refresh(Refresh::begin(self.flow(algorithm, number, "openid profile email offline_access").await?).await?)
            }
            Operation::CodeFlow(algorithm) => Lane::CodeFlow(self.flow(algorithm, number, "openid profile email").await?),
        })
    }

    async fn connect(&self) -> Result<Connection, Wrong> {
        Connection::open(self.server.address).await
    }

    fn application(&self, algorithm: Algorithm) -> Result<&Application, Wrong> {
        self.world.applications.iter().find(|application| application.algorithm == algorithm).ok_or_else(nobody)
    }

    /// The same form again and again, with the application's credentials.
    async fn form(&self, application: &Application, (path, fields): (&str, &[(&str, &str)]), parts: &[&str]) -> Result<Lane, Wrong> {
        let request = http::post(&self.server.host, path, &[("Authorization", application.authorization.expose())], fields);
        let expected = Expected::Parts(parts.iter().map(|part| (*part).to_owned()).collect());
        Ok(Lane::Fixed(Fixed { connection: self.connect().await?, request, expected }))
    }

    async fn flow(&self, algorithm: Algorithm, number: usize, scope: &str) -> Result<CodeFlow, Wrong> {
        let (_, session) = self.world.signed_in.get(number % self.world.signed_in.len().max(1)).ok_or_else(nobody)?;
        Ok(CodeFlow::new(self.connect().await?, &self.server.host, (self.application(algorithm)?, session), scope))
    }

    /// A person's `sub`, and an access token of theirs.
    async fn access_token(&self, number: usize) -> Result<(String, String), Wrong> {
        let (subject, _) = self.world.signed_in.get(number % self.world.signed_in.len().max(1)).ok_or_else(nobody)?;
        let tokens = self.flow(Algorithm::RS256, number, "openid profile email").await?.once().await?;
        Ok((subject.clone(), tokens.access.expose().clone()))
    }
}

fn nobody() -> Wrong {
    Wrong::new("nobody is there to be measured")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_operation_has_a_name_of_its_own() {
        let mut names: Vec<_> = ALL.iter().map(|operation| operation.name()).collect();
        names.sort_unstable();
        names.dedup();
        assert_eq!(names.len(), ALL.len());
    }

    #[test]
    fn the_codes_of_a_run_find_room_in_the_store() {
        for (rounds, lanes) in [(3, 16), (7, 16), (7, 200), (3, 1)] {
            let most = Operation::CodeFlow(Algorithm::RS256).most(rounds, lanes);
            assert!(most * u64::from(lanes) * u64::from(rounds + 1) * 2 <= 90_000, "{rounds} {lanes}");
        }
    }
}
