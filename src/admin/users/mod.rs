//! People: made, changed, locked, unlocked and deleted by an administrator.

pub mod access;
pub mod claims;
pub mod form;
pub mod http;
pub mod json;
pub mod lookup;
pub mod page;
pub mod profile;

use crate::admin::fault::Fault;
use crate::admin::office::{Office, Problem};
use crate::hashing::password;
use crate::model::user::{Password, User};
use crate::secret::Secret;
use crate::store::sql::{Changed, Created};
use crate::telemetry::audit::{self, Actor};

use profile::{CheckedProfile, Profile};

/// A person to be made.
#[derive(Clone, Debug, Default)]
pub struct NewUser {
    /// Who they are.
    pub profile: Profile,
    /// Without one the person cannot sign in yet.
    pub password: Option<Secret<String>>,
}

impl Office<'_> {
    /// Makes a person.
    ///
    /// # Errors
    /// Refused with every fault at once, or the username or e-mail address is taken.
    pub async fn create_user(&self, new: &NewUser) -> Result<User, Problem> {
        let checked = self.check_new(new)?;
        self.names_are_free(&checked, None).await?;
        let password = match &new.password {
            None => None,
            Some(password) => Some(Password { hash: self.hash(password).await?, changed_at: self.now }),
        };
        let user = self.blank_user(&checked);
        let event = self.event(audit::USER_CREATED).subject(&user.subject).build();
        match self.sql.create_user(&user, password.as_ref(), &event).await? {
            Created::Done => self.user(&user.subject).await,
            Created::Exists(field) => Err(taken(field)),
        }
    }

    /// Faults of the profile and of the password together.
    fn check_new(&self, new: &NewUser) -> Result<CheckedProfile, Problem> {
        let mut faults = new.profile.check().err().unwrap_or_default();
        faults.extend(new.password.as_ref().and_then(password_fault));
        faults.or(())?;
        Ok(new.profile.check()?)
    }

    fn blank_user(&self, checked: &CheckedProfile) -> User {
        let mut user = User {
            subject: self.entropy.identifier(),
            username: String::new(),
            email: None,
            email_verified: false,
            name: None,
            claims: serde_json::Map::new(),
            groups: Vec::new(),
            admin: false,
            locked_at: None,
            created_at: self.now,
            updated_at: self.now,
        };
        checked.apply(&mut user);
        user
    }

    /// Changes a person, as they were read before, to what the profile says, groups included.
    ///
    /// # Errors
    /// Refused, a name is taken, or somebody else changed the person since they were read.
    pub async fn update_user(&self, before: &User, profile: &Profile) -> Result<User, Problem> {
        let subject = &before.subject;
        let checked = profile.check()?;
        self.not_oneself(before, !checked.get().admin, "take away your own administrator's rights")?;
        self.names_are_free(&checked, Some(subject)).await?;
        let mut user = before.clone();
        checked.apply(&mut user);
        let event = self.event(audit::USER_UPDATED).subject(subject).build();
        match self.sql.update_user(&user, &event).await? {
            Changed::Done => {}
            Changed::Exists(field) => return Err(taken(field)),
            Changed::Meanwhile => {
                self.user(subject).await?;
                return Err(Problem::Refused(form::changed_meanwhile().into()));
            }
        }
        self.set_groups(before, &user.groups).await?;
        self.forget_user(subject);
        self.user(subject).await
    }

    async fn set_groups(&self, before: &User, wanted: &[String]) -> Result<(), Problem> {
        for group in wanted.iter().filter(|group| !before.groups.contains(group)) {
            self.make_group_if_absent(group).await?;
            let event = self.event(audit::GROUP_MEMBER_ADDED).subject(&before.subject).build();
            self.sql.add_group_member(group, &before.subject, &event).await?;
        }
        for group in before.groups.iter().filter(|group| !wanted.contains(group)) {
            let event = self.event(audit::GROUP_MEMBER_REMOVED).subject(&before.subject).build();
            self.sql.remove_group_member(group, &before.subject, &event).await?;
        }
        Ok(())
    }

    /// Sets a password, ends every session and all that was approved: whoever knew the old one is out, and so is what they connected.
    ///
    /// # Errors
    /// Not found, or the password breaks the rules.
    pub async fn set_password(&self, subject: &str, new: &Secret<String>) -> Result<(), Problem> {
        if let Some(fault) = password_fault(new) {
            return Err(Problem::Refused(fault.into()));
        }
        let password = Password { hash: self.hash(new).await?, changed_at: self.now };
        let [set, ended] = [audit::PASSWORD_SET, audit::SESSION_ENDED].map(|kind| self.event(kind).subject(subject).build());
        if !self.sql.set_password(subject, &password, None, (&set, &ended)).await? {
            return Err(no_user(subject));
        }
        self.forget_user(subject);
        Ok(())
    }

    /// Locks the account: sign-in, sessions and tokens stop.
    ///
    /// # Errors
    /// Not found, or the administrator's own account.
    pub async fn lock_user(&self, subject: &str) -> Result<User, Problem> {
        let user = self.user(subject).await?;
        self.not_oneself(&user, true, "lock your own account")?;
        let event = self.event(audit::USER_LOCKED).subject(subject).build();
        self.sql.lock_user(subject, Some(user.locked_at.unwrap_or(self.now)), &event).await?;
        self.end_all_sessions(subject, None).await?;
        self.forget_user(subject);
        self.user(subject).await
    }

    /// Unlocks the account.
    ///
    /// # Errors
    /// Not found.
    pub async fn unlock_user(&self, subject: &str) -> Result<User, Problem> {
        let event = self.event(audit::USER_UNLOCKED).subject(subject).build();
        if !self.sql.lock_user(subject, None, &event).await? {
            return Err(no_user(subject));
        }
        self.forget_user(subject);
        self.user(subject).await
    }

    /// Deletes a person with everything that hangs from them. The `sub` is never used again.
    ///
    /// # Errors
    /// Not found, or the administrator's own account.
    pub async fn delete_user(&self, subject: &str) -> Result<(), Problem> {
        let user = self.user(subject).await?;
        self.not_oneself(&user, true, "delete your own account")?;
        let event = self.event(audit::USER_DELETED).subject(subject).build();
        if !self.sql.delete_user(subject, &event).await? {
            return Err(no_user(subject));
        }
        self.forget_user(subject);
        Ok(())
    }

    /// Sign-in takes a username or an address: neither may be another person's other name.
    async fn names_are_free(&self, checked: &CheckedProfile, own: Option<&str>) -> Result<(), Problem> {
        let profile = checked.get();
        for (field, name) in [("username", Some(&profile.username)), ("email", profile.email.as_ref())] {
            let Some(name) = name else { continue };
            if self.sql.user_by_login(name).await?.is_some_and(|(other, _)| Some(other.subject.as_str()) != own) {
                return Err(taken(field));
            }
        }
        Ok(())
    }

    /// An administrator who shut themselves out could not undo it; somebody else may do it, so one always stays.
    fn not_oneself(&self, user: &User, condition: bool, what: &str) -> Result<(), Problem> {
        if condition && self.actor == Actor::Person(&user.subject) {
            return Err(Problem::refused("", format!("You cannot {what}."), "Ask another administrator, or use the command line."));
        }
        Ok(())
    }
}

fn password_fault(new: &Secret<String>) -> Option<Fault> {
    password::check(new.expose()).err().map(|rule| Fault::new("password", rule, "Choose another password."))
}

fn no_user(name: &str) -> Problem {
    Problem::not_found("user", name, "`authy user list` shows them all.")
}

fn taken(field: &'static str) -> Problem {
    let (message, mend) = match field {
        "email" => ("Another user has this e-mail address.", "Use another address, or change the other user first."),
        _ => ("Another user has this username.", "Choose another username."),
    };
    Problem::Exists(Fault::new(field, message, mend))
}
