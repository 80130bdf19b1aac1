//! Which setting, or other name, somebody meant.

use super::registry::SETTINGS;

/// The mend for an unknown environment variable.
pub(super) fn to_env(name: &str) -> String {
    let known = SETTINGS.iter().flat_map(|setting| {
        let file = setting.may_come_from_file().then(|| format!("{}_FILE", setting.env()));
        std::iter::once(setting.env()).chain(file)
    });
    mend(name, known.chain(["AUTHY_CONFIG".to_owned()]))
}

/// The mend for an unknown key of the TOML file.
pub(super) fn to_key(key: &str) -> String {
    mend(key, SETTINGS.iter().map(|setting| setting.key.to_owned()))
}

/// The mend for an unknown section of the TOML file.
pub(super) fn to_section(key: &str) -> String {
    let sections = SETTINGS.iter().filter_map(|setting| setting.key.rsplit_once('.')).map(|(section, _)| format!("[{section}]"));
    mend(&format!("[{key}]"), sections)
}

fn mend(name: &str, known: impl Iterator<Item = String>) -> String {
    let known: Vec<String> = known.collect();
    let known = || known.iter().map(String::as_str);
    // Who names a group of settings, and makes no slip, means one of them.
    let group = format!("{}_", plain(name));
    let within = || nearest(name, known().filter(|known| plain(known).starts_with(&group)));
    let meant = slip_of(name, known()).or_else(within).or_else(|| nearest(name, known())).unwrap_or_default();
    format!("The nearest one is {meant}; write that, or remove it.")
}

/// The known name that this one is a slip of the finger for: at most two letters away, and no more than a third of it.
pub fn slip_of<'a>(name: &str, known: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    let nearest = nearest(name, known)?;
    let (letters, _) = distance(name, nearest);
    (letters < 3 && letters * 3 <= name.chars().count()).then_some(nearest)
}

fn nearest<'a>(name: &str, among: impl IntoIterator<Item = &'a str>) -> Option<&'a str> {
    among.into_iter().min_by_key(|known| distance(name, known))
}

fn distance(name: &str, known: &str) -> (usize, usize) {
    (strsim::osa_distance(&plain(name), &plain(known)), strsim::osa_distance(name, known))
}

/// Without the difference between `_`, `__` and `.`, which is what people get wrong most.
fn plain(name: &str) -> String {
    name.replace("__", "_").replace('.', "_").to_lowercase()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_slip_leads_to_the_setting_that_was_meant() {
        for (slip, meant) in [
            ("AUTHY_ISUER", "AUTHY_ISSUER;"),
            ("AUTHY_DATABASE_MIGRATE", "AUTHY_DATABASE__MIGRATE;"),
            ("AUTHY_DATABASE__URL", "AUTHY_DATABASE_URL;"),
            ("AUTHY_MASTERKEY_FILE", "AUTHY_MASTER_KEY_FILE;"),
            ("AUTHY_TLS", "AUTHY_TLS__KEY;"),
            ("AUTHY_DATABASE", "AUTHY_DATABASE_URL;"),
        ] {
            assert!(to_env(slip).contains(meant), "{slip}: {}", to_env(slip));
        }
        assert!(to_key("database.url").contains(" database_url;"), "{}", to_key("database.url"));
        assert!(to_key("lifetimes").contains(" lifetimes.code;"), "{}", to_key("lifetimes"));
        assert!(to_key("lifetimes.acces_token").contains(" lifetimes.access_token;"));
    }

    #[test]
    fn a_name_of_its_own_is_no_slip() {
        let known = ["scope", "tos_uri", "dpop_bound_access_tokens"];
        for (slip, meant) in
            [("scpoe", "scope"), ("Scope", "scope"), ("tos_url", "tos_uri"), ("dpop_bound_acess_token", "dpop_bound_access_tokens")]
        {
            assert_eq!(slip_of(slip, known), Some(meant), "{slip}");
        }
        for other in ["", "store", "colour", "bound_access_tokens"] {
            assert_eq!(slip_of(other, known), None, "{other}");
        }
    }

    #[test]
    fn a_section_leads_to_a_section() {
        for (slip, meant) in [("databse", "[database]"), ("hashng", "[hashing]"), ("lifetime", "[lifetimes]"), ("dopp", "[dpop]")] {
            assert!(to_section(slip).contains(&format!(" {meant};")), "{slip}: {}", to_section(slip));
        }
    }
}
