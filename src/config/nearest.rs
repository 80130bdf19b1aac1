//! Which setting somebody meant.

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

fn mend(name: &str, known: impl Iterator<Item = String>) -> String {
    let distance = |known: &String| (strsim::osa_distance(&plain(name), &plain(known)), strsim::osa_distance(name, known));
    let nearest = known.min_by_key(distance).unwrap_or_default();
    format!("The nearest one is {nearest}; write that, or remove it.")
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
        ] {
            assert!(to_env(slip).contains(meant), "{slip}: {}", to_env(slip));
        }
        assert!(to_key("database.url").contains(" database_url;"), "{}", to_key("database.url"));
        assert!(to_key("lifetimes.acces_token").contains(" lifetimes.access_token;"));
    }
}
