//! How clients prove who they are.

mod assertions;
mod keys;
mod matrix;
mod mtls;
mod secrets;
