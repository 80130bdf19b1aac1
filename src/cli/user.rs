//! `authy user …`.

use clap::{Args, Subcommand};

use super::arguments::{DataOptions, PageOptions};
use super::open::Workplace;
use super::output::{CliError, Output};
use super::stdin;
use crate::admin::office::Office;
use crate::admin::users::profile::Profile;
use crate::admin::users::{NewUser, claims, json};
use crate::model::user::User;
use crate::store::sql::Page;

const COLUMNS: &[(&str, &str)] =
    &[("sub", "SUB"), ("username", "USERNAME"), ("email", "EMAIL"), ("groups", "GROUPS"), ("admin", "ADMIN"), ("locked", "LOCKED")];

/// `authy user`.
#[derive(Args, Debug)]
pub struct UserCommand {
    /// Where the data is.
    #[command(flatten)]
    pub data: DataOptions,
    /// What to do.
    #[command(subcommand)]
    pub verb: UserVerb,
}

/// What to do with users.
#[derive(Debug, Subcommand)]
pub enum UserVerb {
    /// Make a user; without --password-stdin a terminal is asked for the password
    Create(UserCreate),
    /// List users
    List(PageOptions),
    /// Show a user
    Show(UserName),
    /// Set a password; every session of the user ends
    SetPassword(UserPassword),
    /// Lock a user out; sessions and tokens stop working
    Lock(UserName),
    /// Let a locked user in again
    Unlock(UserName),
    /// Delete a user and everything that hangs from it
    Delete(UserName),
}

/// `authy user create`.
#[derive(Args, Debug)]
pub struct UserCreate {
    /// What the person types to sign in
    pub username: String,
    /// E-mail address, such as ada@example.com
    #[arg(long, value_name = "ADDRESS")]
    pub email: String,
    /// The address is known to be the person's
    #[arg(long)]
    pub email_verified: bool,
    /// Full name
    #[arg(long, value_name = "TEXT")]
    pub name: Option<String>,
    /// Another claim, as JSON or else as text, such as department=Physics; may be repeated
    #[arg(long = "claim", value_name = "NAME=JSON-OR-TEXT", value_parser = claim)]
    pub claims: Vec<(String, serde_json::Value)>,
    /// A group to be in, made when there is none of that name; may be repeated
    #[arg(long = "group", value_name = "NAME")]
    pub groups: Vec<String>,
    /// May use the administration
    #[arg(long)]
    pub admin: bool,
    /// Read the password from one line of standard input
    #[arg(long)]
    pub password_stdin: bool,
}

/// A user by name or id.
#[derive(Args, Debug)]
pub struct UserName {
    /// User name, e-mail address or id (sub)
    pub user: String,
}

/// `authy user set-password`.
#[derive(Args, Debug)]
pub struct UserPassword {
    /// User name, e-mail address or id (sub)
    pub user: String,
    /// Read the password from one line of standard input
    #[arg(long)]
    pub password_stdin: bool,
}

/// See [`claims::parse`].
fn claim(text: &str) -> Result<(String, serde_json::Value), String> {
    claims::parse(text).map_err(|fault| format!("{} {}", fault.message, fault.mend))
}

/// Does it.
///
/// # Errors
/// When it is refused, not found, or the data is away.
pub async fn run(command: UserCommand, out: Output) -> Result<(), CliError> {
    let work = Workplace::open(&command.data, out).await?;
    let office = work.office();
    match command.verb {
        UserVerb::Create(arguments) => return create(&office, arguments, out).await,
        UserVerb::List(page) => {
            let page = Page { search: page.search, after: page.after, limit: page.limit };
            let (users, next) = office.users_page(&page).await?;
            let items: Vec<_> = users.iter().map(json::user).collect();
            out.list(&items, next.as_deref(), COLUMNS);
        }
        UserVerb::Show(UserName { user }) => show(&office.find_user(&user).await?, out),
        UserVerb::SetPassword(arguments) => {
            let user = office.find_user(&arguments.user).await?;
            let password = stdin::new_password(arguments.password_stdin, out)?.ok_or_else(no_password)?;
            office.set_password(&user.subject, &password).await?;
            out.print(&json::user(&user), || format!("The password of {} is set, and all sessions are ended.", user.username));
        }
        UserVerb::Lock(UserName { user }) => {
            let user = office.lock_user(&office.find_user(&user).await?.subject).await?;
            out.print(&json::user(&user), || format!("{} is locked.", user.username));
        }
        UserVerb::Unlock(UserName { user }) => {
            let user = office.unlock_user(&office.find_user(&user).await?.subject).await?;
            out.print(&json::user(&user), || format!("{} is unlocked.", user.username));
        }
        UserVerb::Delete(UserName { user }) => {
            let user = office.find_user(&user).await?;
            office.delete_user(&user.subject).await?;
            out.done(&format!("{} is deleted.", user.username));
        }
    }
    Ok(())
}

async fn create(office: &Office<'_>, arguments: UserCreate, out: Output) -> Result<(), CliError> {
    let profile = Profile {
        username: arguments.username,
        email: Some(arguments.email),
        email_verified: arguments.email_verified,
        name: arguments.name,
        claims: arguments.claims.into_iter().collect(),
        groups: arguments.groups,
        admin: arguments.admin,
    };
    let password = stdin::new_password(arguments.password_stdin, out)?;
    let without = password.is_none();
    let user = office.create_user(&NewUser { profile, password }).await?;
    show(&user, out);
    if without {
        out.aside(&format!("There is no password yet: `authy user set-password {}`.", user.username));
    }
    Ok(())
}

/// The agreed members for programs; people also see the other claims.
fn show(user: &User, out: Output) {
    out.object(&if out.json { json::user(user) } else { json::user_with_claims(user) });
}

fn no_password() -> CliError {
    CliError::misused("There is no password to set.", "Pipe it in with --password-stdin, or run the command at a terminal.")
}
