//! What the pages of an account have in common.

use crate::accounts::person::Person;
use crate::model::user::User;
use crate::web::page::SignedIn;

/// The person, as the top bar shows them.
pub fn signed_in(user: &User) -> SignedIn {
    SignedIn { username: user.username.clone(), display_name: Person::of(user).name, administrator: user.admin }
}
