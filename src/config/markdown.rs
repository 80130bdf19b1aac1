//! The table of settings for operators, made from the registry so that it cannot go stale.

use super::registry::{SETTINGS, Secrecy};

/// The table, in Markdown. A test holds the one in `docs/operators.md` equal to it.
pub fn table() -> String {
    let mut text = String::from("| setting | value | default | |\n|---|---|---|---|\n");
    for setting in SETTINGS {
        let dagger = if setting.may_come_from_file() { " †" } else { "" };
        let default = if setting.default.is_empty() { "unset".to_owned() } else { format!("`{}`", setting.default) };
        let kind = if setting.secrecy == Secrecy::Secret { "secret" } else { setting.kind.words() };
        text.push_str(&format!("| `{}`{dagger} | {kind} | {default} | {} |\n", setting.env(), setting.doc));
    }
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_table_names_every_setting_with_its_default() {
        let table = super::table();
        for setting in super::SETTINGS {
            assert!(table.contains(&format!("`{}`", setting.env())) && table.contains(setting.doc), "{}", setting.key);
        }
        assert!(table.contains("| `AUTHY_DATABASE_URL` † | URL | `sqlite:authy.db` |"), "{table}");
    }
}
