//! Settings of the server: flags over environment variables over an optional TOML file. A wrong one stops the start
//! with one clear line.

use std::net::{IpAddr, SocketAddr};
use std::path::{Path, PathBuf};

use clap::Args;
use serde::Deserialize;

/// What can be set, as flags and variables. Each has the same meaning in the TOML file, with `_` for `-`.
#[derive(Args, Clone, Debug, Default)]
pub struct ConfigArgs {
    /// Address and port to listen on [default: 127.0.0.1:8080]
    #[arg(long, env = "INFIRMARY_BIND", global = true, value_name = "ADDRESS:PORT")]
    pub bind: Option<String>,
    /// Folder for the database and files [default: data]
    #[arg(long, env = "INFIRMARY_DATA_DIR", global = true, value_name = "FOLDER")]
    pub data_dir: Option<PathBuf>,
    /// sqlite://PATH or postgres://… [default: sqlite://{data-dir}/infirmary.db]
    #[arg(long, env = "DATABASE_URL", hide_env_values = true, global = true, value_name = "URL")]
    pub database_url: Option<String>,
    /// The address that people type, when a proxy stands in front: https://clinic.example.org
    #[arg(long, env = "INFIRMARY_PUBLIC_URL", global = true, value_name = "URL")]
    pub public_url: Option<String>,
    /// Addresses of proxies whose X-Forwarded-For is believed
    #[arg(long, env = "INFIRMARY_TRUSTED_PROXIES", value_delimiter = ',', global = true, value_name = "IP,…")]
    pub trusted_proxies: Option<Vec<String>>,
    /// Threads that answer requests [default: one per processor]
    #[arg(long, env = "INFIRMARY_WORKERS", global = true, value_name = "N")]
    pub workers: Option<usize>,
    /// A TOML file with any of these settings
    #[arg(long, env = "INFIRMARY_CONFIG", global = true, value_name = "FILE")]
    pub config: Option<PathBuf>,
}

/// The TOML file. A name that is not a setting is an error, so that a typing mistake is noticed.
#[derive(Debug, Default, Deserialize)]
#[serde(default, deny_unknown_fields)]
struct ConfigFile {
    bind: Option<String>,
    data_dir: Option<PathBuf>,
    database_url: Option<String>,
    public_url: Option<String>,
    trusted_proxies: Option<Vec<String>>,
    workers: Option<usize>,
}

/// The settings, checked.
#[derive(Clone, Debug)]
pub struct Config {
    pub bind: SocketAddr,
    pub data_dir: PathBuf,
    pub database_url: String,
    pub public_url: Option<String>,
    pub trusted_proxies: Vec<IpAddr>,
    pub workers: usize,
}

impl Config {
    /// Puts the sources together and checks each value.
    ///
    /// # Errors
    /// One line that names the setting, what was given and what is expected.
    pub fn load(args: &ConfigArgs) -> Result<Self, String> {
        let file = match &args.config {
            Some(path) => read_file(path)?,
            None => ConfigFile::default(),
        };
        let bind = args.bind.clone().or(file.bind).unwrap_or_else(|| "127.0.0.1:8080".to_owned());
        let bind: SocketAddr = bind
            .parse()
            .map_err(|_| format!("bind: {bind:?} is not an address with a port, such as 127.0.0.1:8080"))?;
        let data_dir = args.data_dir.clone().or(file.data_dir).unwrap_or_else(|| PathBuf::from("data"));
        let database_url = match args.database_url.clone().or(file.database_url) {
            Some(url) => url,
            None => sqlite_url(&data_dir, "infirmary.db")?,
        };
        if !["sqlite://", "postgres://", "postgresql://"].iter().any(|scheme| database_url.starts_with(scheme)) {
            return Err("database-url: it begins with neither sqlite:// nor postgres://".to_owned());
        }
        let public_url = args.public_url.clone().or(file.public_url);
        if let Some(url) = &public_url {
            let host = url.strip_prefix("https://").or_else(|| url.strip_prefix("http://"));
            if !host.is_some_and(|h| !h.is_empty() && !h.trim_end_matches('/').contains('/')) {
                return Err(format!("public-url: {url:?} is not an address such as https://clinic.example.org"));
            }
        }
        let mut trusted_proxies = Vec::new();
        for proxy in args.trusted_proxies.clone().or(file.trusted_proxies).unwrap_or_default() {
            let ip = proxy.trim().parse().map_err(|_| format!("trusted-proxies: {proxy:?} is not an IP address"))?;
            trusted_proxies.push(ip);
        }
        let processors = std::thread::available_parallelism().map_or(1, usize::from);
        let workers = args.workers.or(file.workers).unwrap_or(processors);
        if !(1..=256).contains(&workers) {
            return Err(format!("workers: {workers} is not between 1 and 256"));
        }
        let is_declared =
            public_url.as_deref().is_some_and(|u| u.starts_with("https://")) && !trusted_proxies.is_empty();
        if !bind.ip().is_loopback() && !is_declared {
            return Err(format!(
                "bind: {bind} can be reached from other machines, and passwords would cross the network unencrypted; \
                 put a TLS proxy in front and name it with public-url (https://…) and trusted-proxies"
            ));
        }
        Ok(Self { bind, data_dir, database_url, public_url, trusted_proxies, workers })
    }
}

/// The URL of an SQLite file in the data folder.
///
/// # Errors
/// When the folder's name is not text.
pub fn sqlite_url(data_dir: &Path, file: &str) -> Result<String, String> {
    let path = data_dir.join(file);
    let path = path.to_str().ok_or("data-dir: its name is not valid UTF-8")?;
    Ok(format!("sqlite://{path}"))
}

fn read_file(path: &Path) -> Result<ConfigFile, String> {
    let text = std::fs::read_to_string(path).map_err(|e| format!("config: {}: {e}", path.display()))?;
    toml::from_str(&text).map_err(|e| format!("config: {}: {}", path.display(), e.message()))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn refused(args: &ConfigArgs) -> String {
        Config::load(args).expect_err("it is wrong")
    }

    #[test]
    fn a_wrong_setting_is_named_in_one_line() {
        let bind = |text: &str| ConfigArgs { bind: Some(text.to_owned()), ..ConfigArgs::default() };
        assert!(refused(&bind("localhost")).starts_with("bind:"));
        assert!(refused(&bind("0.0.0.0:80")).contains("TLS proxy"));
        let url = ConfigArgs { database_url: Some("mysql://x".to_owned()), ..ConfigArgs::default() };
        assert!(refused(&url).starts_with("database-url:"));
        let workers = ConfigArgs { workers: Some(0), ..ConfigArgs::default() };
        assert!(!refused(&workers).contains('\n'));
    }

    #[test]
    fn a_declared_proxy_allows_other_machines() {
        let args = ConfigArgs {
            bind: Some("0.0.0.0:8080".to_owned()),
            public_url: Some("https://clinic.example.org".to_owned()),
            trusted_proxies: Some(vec!["10.0.0.2".to_owned()]),
            ..ConfigArgs::default()
        };
        assert!(Config::load(&args).is_ok());
    }
}
