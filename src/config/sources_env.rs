//! The environment as a layer: `AUTHY_DATABASE__MIGRATE`, `AUTHY_MASTER_KEY_FILE`.

use std::collections::BTreeMap;

use super::ReadFile;
use super::registry::{SETTINGS, Setting};
use super::sources::{Origin, Values, text};

pub(super) fn collect(values: &mut Values, env: &BTreeMap<String, String>, read_file: ReadFile<'_>) {
    for (name, value) in env {
        if name == "AUTHY_CONFIG" {
            continue;
        }
        if let Some(setting) = SETTINGS.iter().find(|setting| setting.env() == *name) {
            values.put(setting, text(value), Origin::Environment(name.clone()));
        } else if let Some(setting) = in_a_file(name) {
            if env.contains_key(&setting.env()) {
                let problem = format!("Both {} and {name} are set.", setting.env());
                values.wrong(name, problem, "Remove one of them.");
            } else {
                values.put_from_file((setting, name.clone()), value, Origin::Environment(name.clone()), read_file);
            }
        } else if !is_from_kubernetes(name, value) {
            values.wrong(name, "There is no such setting.", super::nearest::to_env(name));
        }
    }
}

fn in_a_file(name: &str) -> Option<&'static Setting> {
    let name = name.strip_suffix("_FILE")?;
    SETTINGS.iter().find(|setting| setting.may_come_from_file() && setting.env() == name)
}

/// What Kubernetes injects for a service named `authy`, and for one named `authy-…` beside it.
fn is_from_kubernetes(name: &str, value: &str) -> bool {
    let rest = name.strip_prefix("AUTHY").unwrap_or(name);
    let ours = rest.starts_with("_SERVICE_") || rest == "_PORT" || rest.starts_with("_PORT_");
    let service = rest.ends_with("_SERVICE_HOST") || rest.ends_with("_SERVICE_PORT") || rest.contains("_SERVICE_PORT_");
    let address = ["tcp://", "udp://", "sctp://"].iter().any(|scheme| value.starts_with(scheme));
    let port = rest.ends_with("_PORT") && address;
    let parts = rest.rsplit_once("_PORT_").is_some_and(|(_, part)| {
        let mut words = part.split('_');
        let number = words.next().is_some_and(|word| !word.is_empty() && word.bytes().all(|byte| byte.is_ascii_digit()));
        number && matches!(words.next(), Some("TCP" | "UDP" | "SCTP"))
    });
    ours || service || port || parts
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_kubernetes_injects_is_no_setting_and_settings_are_not_mistaken_for_it() {
        for (name, value) in [
            ("AUTHY_PORT", "8080"),
            ("AUTHY_SERVICE_HOST", "10.0.0.1"),
            ("AUTHY_PORT_8080_TCP_ADDR", "10.0.0.1"),
            ("AUTHY_REDIS_SERVICE_HOST", "10.0.0.1"),
            ("AUTHY_REDIS_SERVICE_PORT_REDIS", "6379"),
            ("AUTHY_REDIS_PORT", "tcp://10.0.0.1:6379"),
            ("AUTHY_REDIS_PORT_6379_TCP_PROTO", "tcp"),
        ] {
            assert!(is_from_kubernetes(name, value), "{name}");
        }
        assert!(!is_from_kubernetes("AUTHY_REDIS_PORT", "6379"));
        assert!(!is_from_kubernetes("AUTHY_IMPORT_5_TCPX", "1"));
        assert!(SETTINGS.iter().all(|setting| !is_from_kubernetes(&setting.env(), "1")));
    }
}
