//! The URLs of Redis in its three shapes.

/// Where Redis is.
#[derive(Clone, PartialEq, Eq)]
#[cfg_attr(test, derive(Debug))]
pub(super) enum Topology {
    /// One server, by its URL.
    Single(String),
    /// A cluster, by the URLs of some nodes.
    Cluster(Vec<String>),
    /// A master that sentinels know: their URLs, its name, and a URL with the credentials and database of Redis itself.
    Sentinel { sentinels: Vec<String>, master: String, settings: String },
}

/// Takes a URL apart. The error says what a URL looks like and repeats nothing of this one, which may hold a password.
pub(super) fn parse(url: &str) -> anyhow::Result<Topology> {
    let (scheme, rest) = url.split_once("://").ok_or_else(not_a_url)?;
    let (scheme, shape) = scheme.split_once('+').unwrap_or((scheme, ""));
    anyhow::ensure!(matches!(scheme, "redis" | "rediss"), not_a_url());
    if shape.is_empty() {
        return Ok(Topology::Single(resp3(url)));
    }
    let (authority, path) = rest.split_once('/').unwrap_or((rest, ""));
    let (credentials, hosts) = match authority.rsplit_once('@') {
        Some((credentials, hosts)) => (format!("{credentials}@"), hosts),
        None => (String::new(), authority),
    };
    let hosts: Vec<&str> = hosts.split(',').filter(|host| !host.is_empty()).collect();
    let first = hosts.first().ok_or_else(not_a_url)?;
    match shape {
        "cluster" => Ok(Topology::Cluster(hosts.iter().map(|host| resp3(&format!("{scheme}://{credentials}{host}"))).collect())),
        "sentinel" => {
            let (master, database) = path.split_once('/').unwrap_or((path, "0"));
            anyhow::ensure!(!master.is_empty() && database.bytes().all(|byte| byte.is_ascii_digit()), not_a_url());
            Ok(Topology::Sentinel {
                sentinels: hosts.iter().map(|host| format!("{scheme}://{host}")).collect(),
                master: master.to_owned(),
                settings: resp3(&format!("{scheme}://{credentials}{first}/{database}")),
            })
        }
        _ => Err(not_a_url()),
    }
}

/// RESP3 lets the client notice at once that a connection has gone.
fn resp3(url: &str) -> String {
    match url.contains("protocol=") {
        true => url.to_owned(),
        false => format!("{url}{}protocol=resp3", if url.contains('?') { '&' } else { '?' }),
    }
}

fn not_a_url() -> anyhow::Error {
    anyhow::anyhow!(
        "a Redis URL is redis://HOST, rediss://HOST, redis+cluster://HOST,HOST… or redis+sentinel://HOST:PORT,HOST:PORT…/MASTER-NAME"
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn credentials_go_to_redis_and_not_to_its_sentinels() {
        let Topology::Sentinel { sentinels, master, settings } = parse("redis+sentinel://ada:pw@one:26379,two:26379/main/3").unwrap()
        else {
            panic!("a sentinel URL")
        };
        assert_eq!(sentinels, ["redis://one:26379", "redis://two:26379"]);
        assert_eq!((master.as_str(), settings.as_str()), ("main", "redis://ada:pw@one:26379/3?protocol=resp3"));
    }

    #[test]
    fn every_node_of_a_cluster_gets_the_credentials() {
        let expected = vec!["rediss://:pw@a:1?protocol=resp3".to_owned(), "rediss://:pw@b:2?protocol=resp3".to_owned()];
        assert_eq!(parse("rediss+cluster://:pw@a:1,b:2").unwrap(), Topology::Cluster(expected));
    }

    #[test]
    fn what_is_no_redis_url_is_refused_without_repeating_it() {
        for url in ["localhost", "http://secret@x", "redis+ring://secret@x", "redis+sentinel://secret@x", "redis+cluster://"] {
            let error = parse(url).unwrap_err().to_string();
            assert!(!error.contains("secret"), "{error}");
        }
    }
}
