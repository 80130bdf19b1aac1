//! The layers and the checks together.

use super::*;

type Pairs<'a> = &'a [(&'a str, &'a str)];

fn read(path: &Path) -> std::io::Result<Vec<u8>> {
    match path.to_str() {
        Some("a.toml") => Ok(b"issuer = \"https://file.example\"\ndatabase_url = \"sqlite:file.db\"\nworkers = 3\ntrusted_proxies = [\"::1\", \"10.0.0.0/8\"]\n[database]\nmigrate = false\n[lifetimes]\ncode = 30\n".to_vec()),
        Some("bad.toml") => Ok(b"issuer = \"https://file.example\"\nworkers = [1, [2]]\nisuer = 1\n[database]\nurl = \"hunter2\"\n[lifetimes]\ncode = true\nid_token = 1979-05-27\n[nonsense]\na = 1\n".to_vec()),
        Some("broken.toml") => Ok(b"issuer = \"x\"\nredis_url = hunter2\n".to_vec()),
        Some("key") => Ok(b"AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA\n".to_vec()),
        Some("binary") => Ok(vec![0xff, 0xfe]),
        _ => Err(std::io::ErrorKind::NotFound.into()),
    }
}

fn tried(flags: Pairs<'_>, env: Pairs<'_>) -> Result<Settings, Vec<Problem>> {
    let flags: Vec<(&str, String)> = flags.iter().map(|(key, value)| (*key, (*value).to_owned())).collect();
    let env = env.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
    load(&flags, env, &read).map_err(|problems| problems.0)
}

#[test]
fn nothing_configured_is_a_working_configuration() {
    let settings = tried(&[], &[]).unwrap();
    assert!(settings.issuer.is_none() && settings.redis_url.is_none() && settings.tls.is_none() && settings.database.migrate);
    assert_eq!(settings.listen, ["127.0.0.1:8080".parse().unwrap(), "[::1]:8080".parse().unwrap()]);
    assert_eq!(settings.management_listen, Some("127.0.0.1:9080".parse().unwrap()));
    assert_eq!(settings.database_url.expose(), "sqlite:authy.db");
    assert_eq!(settings.data_dir, Path::new("./authy-data"));
    assert_eq!((settings.lifetimes.code.as_secs(), settings.lifetimes.refresh_absolute.as_secs()), (60, 180 * 86_400));
    assert_eq!((settings.hashing.cost, settings.log.as_str()), (12, "info"));
}

#[test]
fn a_flag_beats_the_environment_which_beats_the_file() {
    let env = [("AUTHY_CONFIG", "a.toml"), ("AUTHY_ISSUER", "https://env.example"), ("AUTHY_LIFETIMES__CODE", "45s")];
    let settings = tried(&[("issuer", "https://flag.example")], &env).unwrap();
    assert_eq!(settings.issuer.unwrap().as_str(), "https://flag.example");
    assert_eq!(settings.lifetimes.code.as_secs(), 45);
    assert_eq!((settings.workers, settings.database_url.expose().as_str(), settings.database.migrate), (3, "sqlite:file.db", false));
    assert_eq!(settings.trusted_proxies.len(), 2);
    assert_eq!(tried(&[("config", "a.toml")], &[]).unwrap().issuer.unwrap().as_str(), "https://file.example");
}

#[test]
fn a_secret_may_come_from_a_file_but_not_from_two_places() {
    let settings = tried(&[], &[("AUTHY_MASTER_KEY_FILE", "key")]).unwrap();
    assert_eq!(settings.master_key.unwrap().expose().len(), 43);
    let both =
        tried(&[], &[("AUTHY_MASTER_KEY_FILE", "key"), ("AUTHY_MASTER_KEY", "AAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAAA")]).unwrap_err();
    assert_eq!((both.len(), both[0].key.as_str()), (1, "AUTHY_MASTER_KEY_FILE"));
    for file in ["absent", "binary"] {
        assert_eq!(tried(&[], &[("AUTHY_REDIS_URL_FILE", file)]).unwrap_err()[0].key, "AUTHY_REDIS_URL_FILE");
    }
    // A setting that is no secret has no such form.
    assert!(tried(&[], &[("AUTHY_ISSUER_FILE", "key")]).unwrap_err()[0].problem.contains("no such setting"));
}

#[test]
fn every_problem_of_every_layer_is_told_at_once_and_no_secret_with_them() {
    let env = [("AUTHY_CONFIG", "bad.toml"), ("AUTHY_ISUER", "x"), ("AUTHY_REDIS_URL", "hunter2"), ("AUTHY_LISTEN", "8080")];
    let problems = tried(&[("data_dir", "")], &env).unwrap_err();
    let keys: Vec<_> = problems.iter().map(|problem| problem.key.as_str()).collect();
    for key in [
        "workers in bad.toml",
        "isuer in bad.toml",
        "database.url in bad.toml",
        "lifetimes.code in bad.toml",
        "lifetimes.id_token in bad.toml",
        "nonsense in bad.toml",
        "AUTHY_ISUER",
        "AUTHY_REDIS_URL",
        "AUTHY_LISTEN",
        "--data-dir",
    ] {
        assert!(keys.contains(&key), "{key} is not among {keys:?}");
    }
    assert_eq!(keys.len(), 10, "{keys:?}");
    assert!(problems.iter().all(|problem| !problem.to_string().contains("hunter2")), "{problems:?}");
}

#[test]
fn a_broken_file_is_named_with_its_line_and_nothing_of_its_content() {
    let problems = tried(&[("config", "broken.toml")], &[]).unwrap_err();
    assert_eq!((problems.len(), problems[0].key.as_str()), (1, "--config"));
    assert!(problems[0].problem.contains("line 2") && !problems[0].to_string().contains("hunter2"), "{problems:?}");
    assert_eq!(tried(&[], &[("AUTHY_CONFIG", "absent.toml")]).unwrap_err()[0].key, "AUTHY_CONFIG");
}

#[test]
fn an_empty_value_is_a_problem_except_for_a_list() {
    assert_eq!(tried(&[], &[("AUTHY_ISSUER", "")]).unwrap_err()[0].key, "AUTHY_ISSUER");
    assert_eq!(tried(&[], &[("AUTHY_LISTEN", " , ")]).unwrap_err()[0].key, "AUTHY_LISTEN");
    assert!(tried(&[], &[("AUTHY_TRUSTED_PROXIES", "")]).is_ok());
}

#[test]
fn one_half_of_tls_is_a_problem() {
    assert_eq!(tried(&[("tls.cert", "c.pem")], &[]).unwrap_err()[0].key, "--tls-cert");
    assert_eq!(tried(&[], &[("AUTHY_TLS__KEY", "k.pem")]).unwrap_err()[0].key, "AUTHY_TLS__KEY");
    assert!(tried(&[("tls.cert", "c.pem"), ("tls.key", "k.pem")], &[]).unwrap().tls.is_some());
}

#[test]
fn no_two_listeners_have_one_address() {
    let listen = |listen: &'static str, management: &'static str| {
        tried(&[], &[("AUTHY_LISTEN", listen), ("AUTHY_MANAGEMENT_LISTEN", management)]).map_err(|problems| problems[0].to_string())
    };
    let told = listen("127.0.0.1:8080", "127.0.0.1:8080").unwrap_err();
    assert!(told.starts_with("AUTHY_MANAGEMENT_LISTEN: ") && told.contains("taken by AUTHY_LISTEN (127.0.0.1:8080)"), "{told}");
    assert!(listen("localhost:8080,127.0.0.1:8080", "off").unwrap_err().starts_with("AUTHY_LISTEN: "));
    assert!(tried(&[("listen", "0.0.0.0:9080")], &[]).unwrap_err()[0].problem.contains("taken by AUTHY_LISTEN (0.0.0.0:9080)"));
    let mtls = [("AUTHY_MTLS_LISTEN", "127.0.0.1:8080"), ("AUTHY_TLS__CERT", "c.pem"), ("AUTHY_TLS__KEY", "k.pem")];
    assert_eq!(tried(&[], &mtls).unwrap_err()[0].key, "AUTHY_MTLS_LISTEN");
    assert!(listen("127.0.0.1:0,[::1]:0", "127.0.0.1:0").is_ok() && listen("127.0.0.1:8080", "127.0.0.2:8080").is_ok());
}

#[test]
fn every_registered_setting_is_read_once() {
    let values = sources::collect(&[], std::iter::empty(), &read);
    let mut reader = Reader::new(&values);
    Database::read(&mut reader);
    Tls::read(&mut reader);
    Lifetimes::read(&mut reader);
    Brand::read(&mut reader);
    Hashing::read(&mut reader);
    Outbound::read(&mut reader);
    Registration::read(&mut reader);
    ClientDocuments::read(&mut reader);
    let of_a_group = |setting: &registry::Setting| setting.key.contains('.') && setting.key != "dpop.require_nonce";
    for setting in registry::SETTINGS.iter().filter(|setting| of_a_group(setting)) {
        assert_eq!(reader.asked.iter().filter(|key| **key == setting.key).count(), 1, "{}", setting.key);
    }
    // The others are fields of `Settings` itself: each refuses a NUL, so a wrong value of any is noticed.
    for setting in registry::SETTINGS.iter().filter(|setting| !of_a_group(setting)) {
        let problems = tried(&[(setting.key, "\0")], &[]).unwrap_err();
        assert!(problems.iter().any(|problem| problem.key.starts_with("--")), "{}", setting.key);
    }
}

#[test]
fn what_is_shown_is_toml_without_secrets() {
    let env = [("AUTHY_REDIS_URL", "redis://:hunter2@cache.example"), ("AUTHY_MASTER_KEY", "hunter2")];
    let values = sources::collect(
        &[("issuer", "https://flag.example".to_owned())],
        env.map(|(k, v)| (k.to_owned(), v.to_owned())).into_iter(),
        &read,
    );
    let text = show::toml(&values);
    assert!(text.contains("issuer = \"https://flag.example\" # --issuer\n") && text.contains("[database]\nmigrate = true\n"), "{text}");
    assert!(text.parse::<toml::Table>().is_ok(), "{text}");
    let object = show::object(&values);
    assert_eq!(object["redis_url"], "redis://:[redacted]@cache.example");
    assert_eq!(
        (&object["master_key"], &object["tls"]["cert"], &object["workers"]),
        (&"[redacted]".into(), &serde_json::Value::Null, &"auto".into())
    );
    assert!(!text.contains("hunter2") && !object.to_string().contains("hunter2"));
}
