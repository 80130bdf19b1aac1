//! The form of a person: from what was typed to a profile, and from what is stored to the form. Pure.

use serde_json::Value;

use super::profile::Profile;
use crate::admin::fault::{Fault, Faults};
use crate::admin::form::Form;
use crate::model::user::User;
use crate::secret::{Secret, TokenHash};

/// The text claims that have a field of their own; every other claim is in the field `claims`, as JSON.
pub const FIELDS: [(&str, &str); 6] = [
    ("given_name", "Given name"),
    ("family_name", "Family name"),
    ("nickname", "Nickname"),
    ("phone_number", "Phone number"),
    ("zoneinfo", "Time zone"),
    ("locale", "Language"),
];

/// The form that shows a stored person.
pub fn of(user: &User) -> Form {
    let mut form = Form::of([
        ("username", user.username.clone()),
        ("email", user.email.clone().unwrap_or_default()),
        ("name", user.name.clone().unwrap_or_default()),
    ]);
    for (name, _) in FIELDS {
        form.push(name, user.claims.get(name).and_then(Value::as_str).unwrap_or_default());
    }
    let others: serde_json::Map<String, Value> =
        user.claims.iter().filter(|(name, _)| !has_field(name)).map(|(name, value)| (name.clone(), value.clone())).collect();
    if !others.is_empty() {
        form.push("claims", serde_json::to_string_pretty(&others).unwrap_or_default());
    }
    for group in &user.groups {
        form.push("groups", group);
    }
    for (name, ticked) in [("email_verified", user.email_verified), ("admin", user.admin)] {
        if ticked {
            form.push(name, "on");
        }
    }
    form
}

fn has_field(name: &str) -> bool {
    FIELDS.iter().any(|(field, _)| *field == name)
}

/// What tells one stored state of a person from the next. The form carries it, so that of two administrators who edit at once neither undoes
/// unawares what the other did.
pub fn seen(user: &User) -> String {
    // The name of a group has no line break in it.
    format!("{}-{}", user.updated_at.as_micros(), TokenHash::of(&user.groups.join("\n")).hex())
}

/// What an administrator reads who edited what somebody else has changed since. What they typed is still in the form.
pub fn changed_meanwhile() -> Fault {
    Fault::new(
        "",
        "Somebody else has changed this person since this form was opened.",
        "Look at what is stored now, then save again: what stands here takes its place. Whoever keeps changing their own profile can be locked first.",
    )
}

/// Reads the form, which was filled from `base` or from what was stored before that.
///
/// # Errors
/// Claims that are no JSON object, with every other fault of the profile; and that `base` is not what the form was filled from.
pub fn read(form: &Form, base: Option<&User>) -> Result<Profile, Faults> {
    let mut faults = Faults::default();
    if form.filled("seen").zip(base).is_some_and(|(known, base)| known != seen(base)) {
        faults.extend([changed_meanwhile()]);
    }
    let filled = |name: &str| form.filled(name).map(str::to_owned);
    let mut claims = match form.filled("claims").map(serde_json::from_str::<Value>) {
        None => serde_json::Map::new(),
        Some(Ok(Value::Object(members))) => members,
        Some(_) => {
            faults.add("claims", "This is not a JSON object.", "Write it like {\"department\": \"Physics\"}, or leave it empty.");
            serde_json::Map::new()
        }
    };
    claims.extend(FIELDS.iter().filter_map(|(name, _)| Some(((*name).to_owned(), Value::String(filled(name)?)))));
    let mut groups = form.all("groups");
    groups.extend(form.text("new_groups").split([',', '\n']).map(str::trim).filter(|group| !group.is_empty()).map(str::to_owned));
    let profile = Profile {
        username: form.text("username").to_owned(),
        email: filled("email"),
        email_verified: form.ticked("email_verified"),
        name: filled("name"),
        claims,
        groups,
        admin: form.ticked("admin"),
    };
    if faults.is_empty() {
        return Ok(profile);
    }
    faults.extend(profile.check().err().iter().flat_map(|others| others.iter().cloned()).collect::<Vec<_>>());
    Err(faults)
}

/// The password, exactly as typed; `None` when the field was left empty.
pub fn password(form: &Form) -> Option<Secret<String>> {
    Some(form.raw("password")).filter(|text| !text.is_empty()).map(Secret::from)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::clock::Timestamp;
    use serde_json::json;

    #[test]
    fn every_field_of_its_own_is_a_text_claim() {
        assert!(FIELDS.iter().all(|(name, _)| crate::admin::users::claims::TEXT_CLAIMS.contains(name)));
    }

    #[test]
    fn what_a_form_shows_of_a_person_reads_back_as_the_same_person() {
        let claims = json!({"given_name": "Ada", "address": {"locality": "London"}, "level": 3});
        let user = User {
            subject: "s".into(),
            username: "ada".into(),
            email: Some("ada@example.org".into()),
            email_verified: true,
            name: Some("Ada Lovelace".into()),
            claims: claims.as_object().unwrap().clone(),
            groups: vec!["maths".into(), "staff".into()],
            admin: true,
            locked_at: None,
            created_at: Timestamp::default(),
            updated_at: Timestamp::default(),
        };
        assert_eq!(read(&of(&user), Some(&user)).unwrap(), Profile::of(&user));
    }

    #[test]
    fn new_groups_join_the_ticked_ones_and_bad_claims_are_named() {
        let form = Form::parse("username=ada&groups=staff&new_groups=maths,+poetry+club&claims=nonsense");
        let faults = read(&form, None).unwrap_err();
        assert!(faults.of("claims").is_some() && faults.of("groups").is_none());
        let form = Form::parse("username=ada&groups=staff&new_groups=maths,+poetry+club");
        assert_eq!(read(&form, None).unwrap().groups, ["staff", "maths", "poetry club"]);
    }

    #[test]
    fn a_password_keeps_its_spaces_and_an_empty_one_is_none() {
        assert_eq!(password(&Form::parse("password=+a+b+")).unwrap().expose(), " a b ");
        assert!(password(&Form::parse("password=")).is_none());
    }
}
