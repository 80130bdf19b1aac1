//! How clients learn that a session has ended.

mod backchannel;
mod frontchannel;
mod session_management;
