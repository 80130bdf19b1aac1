//! The two ways in which something does not work: authy refuses, or authy is broken.

use std::borrow::Cow;

use crate::spec::error::{ErrorCode, OAuthError, Refusal};
use crate::store::StoreError;

/// Why a step did not answer.
#[derive(Debug)]
pub enum Failure {
    /// We say no: the caller reads the public voice, the log the private one.
    Refused(Refusal),
    /// We cannot answer right now and say when to come back: too many sign-ins, a store that is away.
    Busy(Cow<'static, str>),
    /// We are broken: the caller reads `server_error` and an id, the log reads why.
    Broken(anyhow::Error),
}

impl Failure {
    /// What the client may read.
    pub const fn public(&self) -> OAuthError {
        match self {
            Self::Refused(refusal) => refusal.error,
            Self::Busy(_) => OAuthError::temporarily_unavailable("The provider cannot answer right now; try again in a moment."),
            Self::Broken(_) => OAuthError::server_error("Something broke on our side; the error id helps to find out what."),
        }
    }

    /// What only the log and `authy explain` read.
    pub fn detail(&self) -> String {
        match self {
            Self::Refused(refusal) => refusal.detail.to_string(),
            Self::Busy(detail) => detail.to_string(),
            Self::Broken(error) => format!("{error:#}"),
        }
    }

    /// The registered code.
    pub const fn code(&self) -> ErrorCode {
        self.public().error
    }
}

impl From<Refusal> for Failure {
    fn from(refusal: Refusal) -> Self {
        Self::Refused(refusal)
    }
}

impl From<OAuthError> for Failure {
    fn from(error: OAuthError) -> Self {
        Self::Refused(error.into())
    }
}

impl From<anyhow::Error> for Failure {
    fn from(error: anyhow::Error) -> Self {
        Self::Broken(error)
    }
}

impl From<StoreError> for Failure {
    /// A store that is away is a matter of moments (`temporarily_unavailable`); everything else is ours to mend.
    fn from(error: StoreError) -> Self {
        match error {
            StoreError::Unavailable(detail) | StoreError::Closed(detail) => Self::Busy(detail.into()),
            StoreError::Conflict => Self::Broken(anyhow::Error::new(error)),
            StoreError::Broken(error) => Self::Broken(error),
        }
    }
}
