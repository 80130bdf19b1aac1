//! The page of settings for operators, made from the registry so that it cannot go stale.

use super::registry::{Kind, SETTINGS, Secrecy};

/// The page, in Markdown. A test holds the page in `docs/` equal to it.
pub fn page() -> String {
    let mut text = String::from(
        "# Settings\n\n\
         Flag > environment > TOML file (`--config`, `AUTHY_CONFIG`) > default. `authy config show` prints what is in force and where it was set, \
         secrets redacted; `authy config check` lists every problem at once. An unknown setting is an error that names the nearest known one; an \
         empty value is one too, except for a list.\n\n\
         `AUTHY_DATABASE__MIGRATE=false` in the environment is\n\n```toml\n[database]\nmigrate = false\n```\n\n\
         in the file. Settings marked † may be read from a file: `_FILE` after the name (`_file` in TOML), a final newline is taken off. \
         `AUTHY_PORT`, `AUTHY_PORT_*` and `AUTHY_SERVICE_*`, which Kubernetes injects, are ignored.\n\n\
         | Environment | TOML | Value | Default | |\n|---|---|---|---|---|\n",
    );
    for setting in SETTINGS {
        let dagger = if setting.may_come_from_file() { " †" } else { "" };
        let default = if setting.default.is_empty() { "unset".to_owned() } else { format!("`{}`", setting.default) };
        let kind = match (setting.secrecy, setting.kind) {
            (Secrecy::Secret, _) => "secret",
            (_, Kind::Duration) => "duration",
            (_, kind) => kind.words(),
        };
        text.push_str(&format!("| `{}`{dagger} | `{}` | {kind} | {default} | {} |\n", setting.env(), setting.key, setting.doc));
    }
    text.push_str(&format!("\nA {}.\n", Kind::Duration.words()));
    text
}

#[cfg(test)]
mod tests {
    #[test]
    fn the_page_names_every_setting_with_its_default() {
        let page = super::page();
        for setting in super::SETTINGS {
            assert!(page.contains(&format!("`{}`", setting.env())) && page.contains(setting.doc), "{}", setting.key);
        }
        assert!(page.contains("| `AUTHY_DATABASE_URL` † | `database_url` | URL | `sqlite:authy.db` |"), "{page}");
    }
}
