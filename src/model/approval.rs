//! A person's answer to a client that waits elsewhere: device authorization and CIBA.

use serde::{Deserialize, Serialize};

use crate::model::grant::Grant;

/// What a person said.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub enum Outcome {
    /// Yes.
    Approved(Box<Approval>),
    /// No.
    Denied,
}

/// A yes: what the client gets when it comes for it.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
pub struct Approval {
    /// The approval that becomes durable when it is redeemed.
    pub grant: Grant,
    /// Whether a refresh token comes with it.
    pub refreshable: bool,
}
