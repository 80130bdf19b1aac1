//! The arguments of `authy perform`.

use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::cli::output::CliError;
use crate::cli::stdin;
use crate::secret::Secret;

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
    /// Device authorization: a person connects this program by typing a code
    Device(PerformDevice),
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
    /// How to send the secret; by default client_secret_basic, unless the provider takes only the other
    #[arg(long, value_name = "METHOD", value_parser = ["client_secret_basic", "client_secret_post", "none"])]
    pub auth_method: Option<String>,
    /// Scopes, with spaces between them; may be repeated
    #[arg(long = "scope", value_name = "SCOPE")]
    pub scopes: Vec<String>,
    /// The API to get a token for (RFC 8707); may be repeated
    #[arg(long = "resource", value_name = "URI")]
    pub resources: Vec<String>,
    /// Bind the tokens to a key of this run (RFC 9449)
    #[arg(long)]
    pub dpop: bool,
    /// The same with the key of a file, which is made when it is not there: a private JWK, for tokens that outlive the run
    #[arg(long, value_name = "FILE")]
    pub dpop_key_file: Option<PathBuf>,
    /// PEM file of the authority that vouches for the server, besides those of the system
    #[arg(long, value_name = "FILE")]
    pub ca_file: Option<PathBuf>,
    /// Take any certificate of a server on this machine (localhost, 127.0.0.1, ::1)
    #[arg(long)]
    pub insecure: bool,
}

impl RelyingPartyArguments {
    /// The client secret, when one is to be sent.
    ///
    /// # Errors
    /// When it cannot be read, or the flags contradict each other.
    pub fn secret(&self) -> Result<Option<Secret<String>>, CliError> {
        let given = self.client_secret_stdin || self.client_secret_file.is_some();
        match (self.auth_method.as_deref(), given) {
            (Some("none"), true) => {
                Err(CliError::misused("--auth-method none sends no secret.", "Leave out either the method or the secret."))
            }
            (Some(method), false) if method != "none" => Err(CliError::misused(
                format!("--auth-method {method} needs the client's secret."),
                "Add --client-secret-stdin or --client-secret-file.",
            )),
            _ if self.client_secret_stdin => stdin::line("client secret").map(Some),
            _ => self.client_secret_file.as_deref().map(|path| stdin::file(path, "client secret")).transpose(),
        }
    }

    /// The scopes asked for, one by one, or else `default`.
    pub fn scopes_or(&self, default: &[&str]) -> Vec<String> {
        let asked: Vec<String> = self.scopes.iter().flat_map(|scopes| scopes.split_whitespace()).map(str::to_owned).collect();
        if asked.is_empty() { default.iter().map(|scope| (*scope).to_owned()).collect() } else { asked }
    }
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
    /// How the answer comes; by default in the query
    #[arg(long, value_name = "MODE", value_parser = ["query", "form_post"])]
    pub response_mode: Option<String>,
    /// Use the refresh token once, if one comes
    #[arg(long)]
    pub refresh: bool,
}

/// `authy perform device`.
#[derive(Args, Debug)]
pub struct PerformDevice {
    /// Which server, as which client.
    #[command(flatten)]
    pub relying_party: RelyingPartyArguments,
    /// Connect as this user by driving the HTML forms; otherwise address and code are printed for a browser
    #[arg(long, value_name = "USER", requires = "password_file")]
    pub username: Option<String>,
    /// File with the user's password
    #[arg(long, value_name = "FILE", requires = "username")]
    pub password_file: Option<PathBuf>,
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
