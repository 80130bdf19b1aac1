//! How clients prove who they are.

mod assertions;
mod guesses;
mod keys;
mod matrix;
mod mtls;
mod rooms;
mod secrets;
