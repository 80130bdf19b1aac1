//! `authy perform …`: a real flow against any OpenID provider, as a relying party would run it, with every step shown.

mod answer;
mod arguments;
mod browser;
mod callback;
mod client_credentials;
mod code;
mod device;
mod dpop;
mod failures;
mod id_token;
mod party;
mod redirect;
mod refresh;
mod steps;
mod tokens;
mod transport;
mod userinfo;

pub use arguments::{Flow, PerformClientCredentials, PerformCode, PerformCommand, PerformDevice, PerformRefresh, RelyingPartyArguments};

use super::output::{CliError, Output};

/// Runs the flow. With `--json` the last and only line is `{"tokens","id_token_claims","userinfo","steps"}`.
///
/// # Errors
/// When the server refuses, or answers what the specifications forbid.
pub async fn run(command: PerformCommand, out: Output) -> Result<(), CliError> {
    match command.flow {
        Flow::Code(arguments) => code::run(&arguments, out).await,
        Flow::Device(arguments) => device::run(&arguments, out).await,
        Flow::Refresh(arguments) => refresh::run(&arguments, out).await,
        Flow::ClientCredentials(arguments) => client_credentials::run(&arguments, out).await,
    }
}
