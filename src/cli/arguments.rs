//! Arguments that several commands share.

use clap::Args;

/// Which file of settings; every command takes it.
#[derive(Args, Clone, Debug, Default)]
pub struct ConfigOption {
    /// TOML file of settings [env: AUTHY_CONFIG]
    #[arg(long, value_name = "FILE", global = true, help_heading = "Settings and data")]
    pub config: Option<String>,
}

/// Where the data is: every command that touches data takes these.
#[derive(Args, Clone, Debug, Default)]
pub struct DataOptions {
    /// Which settings.
    #[command(flatten)]
    pub config: ConfigOption,
    /// sqlite:FILE or postgres://… [env: AUTHY_DATABASE_URL]
    #[arg(long, value_name = "URL", global = true, help_heading = "Settings and data")]
    pub database_url: Option<String>,
    /// redis://… [env: AUTHY_REDIS_URL]
    #[arg(long, value_name = "URL", global = true, help_heading = "Settings and data")]
    pub redis_url: Option<String>,
    /// Directory of the SQLite file and the master key [env: AUTHY_DATA_DIR]
    #[arg(long, value_name = "DIR", global = true, help_heading = "Settings and data")]
    pub data_dir: Option<String>,
}

/// `authy serve`.
#[derive(Args, Clone, Debug, Default)]
pub struct ServeArguments {
    /// Where the data is.
    #[command(flatten)]
    pub data: DataOptions,
    /// The URL that names this provider, without a final slash [env: AUTHY_ISSUER]
    #[arg(long, value_name = "URL")]
    pub issuer: Option<String>,
    /// host:port to serve on; may be repeated [env: AUTHY_LISTEN]
    #[arg(long, value_name = "ADDR")]
    pub listen: Vec<String>,
    /// host:port for health and metrics, or off [env: AUTHY_MANAGEMENT_LISTEN]
    #[arg(long, value_name = "ADDR")]
    pub management_listen: Option<String>,
    /// PEM file of the certificate chain [env: AUTHY_TLS__CERT]
    #[arg(long, value_name = "FILE")]
    pub tls_cert: Option<String>,
    /// PEM file of the private key [env: AUTHY_TLS__KEY]
    #[arg(long, value_name = "FILE")]
    pub tls_key: Option<String>,
}

/// Where a list begins and how long it is.
#[derive(Args, Clone, Debug)]
pub struct PageOptions {
    /// Only what contains this text
    #[arg(long, value_name = "TEXT", default_value = "")]
    pub search: String,
    /// Continue after this key: `next` of the page before
    #[arg(long, value_name = "KEY")]
    pub after: Option<String>,
    /// At most this many
    #[arg(long, value_name = "NUMBER", default_value_t = 1_000, value_parser = clap::value_parser!(i64).range(1..=10_000))]
    pub limit: i64,
}

/// Flags as the settings know them.
pub type Flags = Vec<(&'static str, String)>;

impl ConfigOption {
    /// As flags.
    pub fn flags(&self) -> Flags {
        given([("config", &self.config)])
    }
}

impl DataOptions {
    /// As flags.
    pub fn flags(&self) -> Flags {
        let mut flags = self.config.flags();
        flags.extend(given([("database_url", &self.database_url), ("redis_url", &self.redis_url), ("data_dir", &self.data_dir)]));
        flags
    }
}

impl ServeArguments {
    /// As flags.
    pub fn flags(&self) -> Flags {
        let mut flags = self.data.flags();
        let listen = (!self.listen.is_empty()).then(|| self.listen.join(","));
        flags.extend(given([
            ("issuer", &self.issuer),
            ("listen", &listen),
            ("management_listen", &self.management_listen),
            ("tls.cert", &self.tls_cert),
            ("tls.key", &self.tls_key),
        ]));
        flags
    }
}

fn given<const N: usize>(options: [(&'static str, &Option<String>); N]) -> Flags {
    options.into_iter().filter_map(|(key, value)| Some((key, value.clone()?))).collect()
}

/// A duration as the settings write it: `600`, `10m`, `12h`, `30d`.
pub fn duration(text: &str) -> Result<std::time::Duration, String> {
    crate::config::parse::duration(text).map_err(|fault| format!("{} {}", fault.problem, fault.mend))
}
