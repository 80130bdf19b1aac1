//! Administration: what `/admin` and the command line do to clients, users, groups, resources and keys. Both call [`office::Office`].

pub mod approvals;
pub mod authorization_types;
pub mod clients;
pub mod explain;
pub mod fault;
pub mod form;
pub mod groups;
pub mod guard;
pub mod http;
pub mod keys;
pub mod office;
pub mod overview;
pub mod page;
pub mod paging;
pub mod registration_tokens;
pub mod resources;
pub mod users;
