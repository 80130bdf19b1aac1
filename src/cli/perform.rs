//! `authy perform …`: a real flow against a server, as a relying party.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use super::output::{CliError, Output};

/// `authy perform`.
#[derive(Args, Debug)]
pub struct PerformCommand {
    /// Which flow.
    #[command(subcommand)]
    pub flow: Flow,
}

/// The flows.
#[derive(Debug, Subcommand)]
pub enum Flow {
    /// Authorization code with PKCE, then userinfo
    Code(PerformCode),
    /// A new access token from a refresh token
    Refresh(PerformRefresh),
    /// A token for the application itself
    ClientCredentials(PerformClientCredentials),
}

/// Which server, as which client.
#[derive(Args, Debug)]
pub struct RelyingPartyArguments {
    /// The provider
    #[arg(long, value_name = "URL")]
    pub issuer: String,
    /// The client to be
    #[arg(long, value_name = "ID")]
    pub client_id: String,
    /// Read the client secret from one line of standard input
    #[arg(long, conflicts_with = "client_secret_file")]
    pub client_secret_stdin: bool,
    /// Read the client secret from a file
    #[arg(long, value_name = "FILE")]
    pub client_secret_file: Option<PathBuf>,
    /// How to send the secret; by default as the provider prefers
    #[arg(long, value_name = "METHOD", value_parser = ["client_secret_basic", "client_secret_post"])]
    pub auth_method: Option<String>,
    /// Scopes, with spaces between them; may be repeated
    #[arg(long = "scope", value_name = "SCOPE")]
    pub scopes: Vec<String>,
    /// The API to get a token for (RFC 8707); may be repeated
    #[arg(long = "resource", value_name = "URI")]
    pub resources: Vec<String>,
    /// PEM file of the authority that vouches for the server
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
}

/// `authy perform code`.
#[derive(Args, Debug)]
pub struct PerformCode {
    /// Which server, as which client.
    #[command(flatten)]
    pub relying_party: RelyingPartyArguments,
    /// Where the answer comes; port 0 chooses a free one
    #[arg(long, value_name = "URI", default_value = "http://127.0.0.1:0/cb")]
    pub redirect_uri: String,
    /// Sign in as this user by driving the HTML forms; otherwise the URL is printed for a browser
    #[arg(long, value_name = "USER", requires = "password_file")]
    pub username: Option<String>,
    /// File with the user's password
    #[arg(long, value_name = "FILE", requires = "username")]
    pub password_file: Option<PathBuf>,
    /// none, login, consent or select_account
    #[arg(long, value_name = "PROMPT")]
    pub prompt: Option<String>,
    /// How old the sign-in may be, in seconds
    #[arg(long, value_name = "SECONDS")]
    pub max_age: Option<u64>,
}

/// `authy perform refresh`.
#[derive(Args, Debug)]
pub struct PerformRefresh {
    /// Which server, as which client.
    #[command(flatten)]
    pub relying_party: RelyingPartyArguments,
    /// Read the refresh token from one line of standard input, after the client secret if that comes from there too
    #[arg(long, conflicts_with = "refresh_token_file", required_unless_present = "refresh_token_file")]
    pub refresh_token_stdin: bool,
    /// Read the refresh token from a file
    #[arg(long, value_name = "FILE")]
    pub refresh_token_file: Option<PathBuf>,
}

/// `authy perform client-credentials`.
#[derive(Args, Debug)]
pub struct PerformClientCredentials {
    /// Which server, as which client.
    #[command(flatten)]
    pub relying_party: RelyingPartyArguments,
}

/// Runs the flow.
///
/// # Errors
/// When the server refuses, or answers what the specifications forbid.
pub async fn run(_: PerformCommand, _: Output) -> Result<(), CliError> {
    Err(CliError::not_built("perform"))
}
