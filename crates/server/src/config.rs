//! Configuration: a TOML file, overridden by `PREAU_SERVER_*` variables. Every mistake is listed at once.
//!
//! Secrets come from the environment or from files of their own, never from the TOML file, which ends up in backups
//! and tickets.

use std::collections::BTreeMap;
use std::fmt;
use std::net::{IpAddr, Ipv4Addr, SocketAddr};
use std::path::{Path, PathBuf};

use preau_domain::family::Email;
use reqwest::Url;
use toml::{Table, Value};

use crate::accounts::keys::SECRET_MIN;
use crate::audit::retention;
use crate::db::Location;
use crate::http::TlsFiles;
use crate::notices::transports::{GatewayOptions, Security, SmtpOptions};

/// Prefix of the variables.
pub const PREFIX: &str = "PREAU_SERVER_";

/// What may stand in the file, each also as a variable.
const KEYS: [&str; 18] = [
    "data",
    "database",
    "listen",
    "public_url",
    "tls_cert",
    "tls_key",
    "allow_plain_http",
    "geocoder",
    "metrics_listen",
    "trusted_proxies",
    "admin_socket",
    "connections",
    "audit_details_days",
    "smtp",
    "mail_from",
    "sms_gateway",
    "log",
    "log_format",
];
/// What only the environment may say.
const SECRETS: [&str; 5] = ["secret", "secret_file", "smtp_user", "smtp_password", "sms_token"];
/// The file itself.
const FILE: &str = "config";

/// How log lines are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum LogFormat {
    /// One JSON object a line.
    Json,
    /// For eyes.
    Text,
}

/// A server's configuration.
#[derive(Clone)]
pub struct Config {
    /// The data folder.
    pub data: PathBuf,
    /// The database.
    pub database: Location,
    /// Where to listen.
    pub listen: SocketAddr,
    /// The server's address as families reach it, printed on letters.
    pub public_url: String,
    /// Certificate and key; none for plain HTTP.
    pub tls: Option<TlsFiles>,
    /// The search address of the national address base, or of a copy of it.
    pub geocoder: Option<Url>,
    /// A listener of its own for `/metrics`.
    pub metrics_listen: Option<SocketAddr>,
    /// Reverse proxies whose `X-Forwarded-For` is believed.
    pub trusted_proxies: Vec<IpAddr>,
    /// Where writing commands of the command line reach a running server.
    pub admin_socket: PathBuf,
    /// Connections at a time.
    pub connections: usize,
    /// Days that the details of acts are kept.
    pub audit_details_days: u16,
    /// The mail server; without one, mail goes into a folder.
    pub smtp: Option<SmtpOptions>,
    /// The SMS gateway; without one, SMS go into a folder.
    pub sms_gateway: Option<GatewayOptions>,
    /// What is logged, as `tracing` filters.
    pub log: String,
    /// How.
    pub log_format: LogFormat,
    /// The master secret; without one, `secret.key` of the data folder.
    pub secret: Option<Vec<u8>>,
}

/// Everything that is wrong with a configuration.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub struct ConfigFaults(pub Vec<String>);

impl fmt::Display for ConfigFaults {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "the configuration has {} fault(s):", self.0.len())?;
        self.0.iter().try_for_each(|fault| write!(f, "\n  - {fault}"))
    }
}

impl Config {
    /// Reads the configuration from the file named on the command line or by `PREAU_SERVER_CONFIG`, and from these
    /// variables.
    ///
    /// # Errors
    /// Every fault found.
    pub fn load(
        file: Option<&Path>,
        variables: impl IntoIterator<Item = (String, String)>,
    ) -> Result<Self, ConfigFaults> {
        let mut reader = Reader::default();
        reader.take_variables(variables);
        let named = reader.variables.remove(FILE).map(PathBuf::from);
        if let Some(file) = file.map(Path::to_owned).or(named) {
            reader.take_file(&file);
        }
        let config = reader.config();
        match config {
            Some(config) if reader.faults.is_empty() => Ok(config),
            _ => Err(ConfigFaults(reader.faults)),
        }
    }
}

impl Config {
    /// The address that families are given: the one configured, or where this process came to listen when it took any
    /// port.
    #[must_use]
    pub fn address(&self, listening: &str) -> String {
        let own = [format!("http://{}", self.listen), format!("https://{}", self.listen)];
        if own.contains(&self.public_url) { listening.to_owned() } else { self.public_url.clone() }
    }
}

#[derive(Default)]
struct Reader {
    file: Table,
    variables: BTreeMap<String, String>,
    faults: Vec<String>,
}

impl Reader {
    fn take_variables(&mut self, variables: impl IntoIterator<Item = (String, String)>) {
        for (name, value) in variables {
            let Some(key) = name.strip_prefix(PREFIX).map(str::to_lowercase) else { continue };
            if KEYS.contains(&key.as_str()) || SECRETS.contains(&key.as_str()) || key == FILE {
                self.variables.insert(key, value);
            } else {
                self.faults.push(format!("{name}: no such setting"));
            }
        }
    }

    fn take_file(&mut self, path: &Path) {
        let text = match std::fs::read_to_string(path) {
            Ok(text) => text,
            Err(error) => return self.faults.push(format!("{}: {error}", path.display())),
        };
        match text.parse::<Table>() {
            Ok(table) => self.file = table,
            Err(error) => {
                let line = error.span().map_or(1, |span| text[..span.start].matches('\n').count() + 1);
                return self.faults.push(format!("{} line {line}: {}", path.display(), error.message()));
            }
        }
        for key in self.file.keys() {
            if SECRETS.contains(&key.as_str()) {
                let name = key.trim_end_matches("_file").to_uppercase();
                let file = if name == "SECRET" { format!(" or {PREFIX}SECRET_FILE") } else { String::new() };
                self.faults.push(format!("{key}: a secret does not belong in the file: set {PREFIX}{name}{file}"));
            } else if !KEYS.contains(&key.as_str()) {
                self.faults.push(format!("{key}: no such setting"));
            }
        }
    }

    /// A setting as text, whatever its TOML type.
    fn text(&mut self, key: &str) -> Option<String> {
        if let Some(value) = self.variables.get(key) {
            return Some(value.clone()).filter(|value| !value.is_empty());
        }
        let text = match self.file.get(key)? {
            Value::String(text) => text.clone(),
            Value::Integer(number) => number.to_string(),
            Value::Boolean(flag) => flag.to_string(),
            Value::Array(items) if items.iter().all(Value::is_str) => {
                items.iter().filter_map(Value::as_str).collect::<Vec<_>>().join(",")
            }
            _ => {
                self.faults.push(format!("{key}: not a value this setting can have"));
                return None;
            }
        };
        Some(text)
    }

    fn parsed<T: std::str::FromStr>(&mut self, key: &str, wanted: &str) -> Option<T> {
        let text = self.text(key)?;
        let parsed = text.trim().parse().ok();
        if parsed.is_none() {
            self.faults.push(format!("{key}: {wanted} is needed"));
        }
        parsed
    }

    fn config(&mut self) -> Option<Config> {
        let data = self.text("data").map(PathBuf::from);
        if data.is_none() {
            self.faults.push(format!("data: the data folder is needed (or {PREFIX}DATA)"));
        }
        let data = data.unwrap_or_default();
        let listen = self.parsed("listen", "an address and port, 127.0.0.1:8443,");
        let listen = listen.unwrap_or(SocketAddr::from((Ipv4Addr::LOCALHOST, 8443)));
        let tls = self.tls();
        self.require_tls(listen, tls.is_some());
        let scheme = if tls.is_some() { "https" } else { "http" };
        let public_url: Option<Url> = self.parsed("public_url", "a URL, https://preau.example.fr,");
        let config = Config {
            database: self.database(&data),
            listen,
            public_url: public_url
                .map_or_else(|| format!("{scheme}://{listen}"), |url| url.as_str().trim_end_matches('/').to_owned()),
            tls,
            geocoder: self.geocoder(),
            metrics_listen: self.parsed("metrics_listen", "an address and port, 127.0.0.1:9100,"),
            trusted_proxies: self.trusted_proxies(),
            admin_socket: self.text("admin_socket").map_or_else(|| data.join("admin.sock"), PathBuf::from),
            connections: self.connections(),
            audit_details_days: self.audit_details_days(),
            smtp: self.smtp(),
            sms_gateway: self.sms_gateway(),
            log: self.text("log").unwrap_or_else(|| "info,sqlx=warn".into()),
            log_format: self.log_format(),
            secret: self.secret(),
            data,
        };
        Some(config)
    }

    fn tls(&mut self) -> Option<TlsFiles> {
        let (certificate, key) = (self.text("tls_cert"), self.text("tls_key"));
        match (certificate, key) {
            (Some(certificate), Some(key)) => {
                for (setting, path) in [("tls_cert", &certificate), ("tls_key", &key)] {
                    if !Path::new(path).is_file() {
                        self.faults.push(format!("{setting}: {path} is not a file"));
                    }
                }
                Some(TlsFiles { certificate: certificate.into(), key: key.into() })
            }
            (None, None) => None,
            (Some(_), None) => self.fault("tls_key: needed with tls_cert"),
            (None, Some(_)) => self.fault("tls_cert: needed with tls_key"),
        }
    }

    fn require_tls(&mut self, listen: SocketAddr, tls: bool) {
        let allowed = self.parsed("allow_plain_http", "true or false").unwrap_or(false);
        if !tls && !allowed && !listen.ip().to_canonical().is_loopback() {
            self.faults.push(format!(
                "listen: {listen} is reached by others: set tls_cert and tls_key, or allow_plain_http behind a proxy that has them"
            ));
        }
    }

    fn database(&mut self, data: &Path) -> Location {
        let from_file = !self.variables.contains_key("database");
        let Some(text) = self.text("database") else { return Location::Sqlite(data.to_owned()) };
        let url = Url::parse(&text).ok().filter(|url| matches!(url.scheme(), "postgres" | "postgresql"));
        match url {
            // What was given is not repeated: it may hold a password.
            None => self.faults.push("database: a postgres:// URL is needed, or nothing for the embedded database".into()),
            Some(url) if from_file && url.password().is_some() => self.faults.push(format!(
                "database: a password does not belong in the file: set {PREFIX}DATABASE, or a password file of PostgreSQL"
            )),
            Some(_) => {}
        }
        Location::Postgres(text)
    }

    fn geocoder(&mut self) -> Option<Url> {
        let url: Url = self.parsed("geocoder", "a URL, https://data.geopf.fr/geocodage/search,")?;
        if url.scheme() == "https" || (url.scheme() == "http" && is_here(&url)) {
            return Some(url);
        }
        self.fault("geocoder: https is needed beyond this computer")
    }

    fn smtp(&mut self) -> Option<SmtpOptions> {
        let url: Url = self.parsed("smtp", "a URL, smtps://mail.example.fr or smtp://mail.example.fr:587,")?;
        let from = self.text("mail_from").filter(|from| Email::parse(from).is_ok());
        let Some(from) = from else { return self.fault("mail_from: an e-mail address is needed with smtp") };
        let (security, port) = match url.scheme() {
            "smtps" => (Security::Tls, 465),
            "smtp" => (Security::StartTls, 587),
            "smtp+plain" if is_here(&url) => (Security::Plain, 25),
            "smtp+plain" => return self.fault("smtp: smtps or smtp is needed beyond this computer"),
            _ => return self.fault("smtp: smtps://, smtp:// (STARTTLS) or, on this computer, smtp+plain:// is needed"),
        };
        if !url.username().is_empty() || url.password().is_some() {
            return self.fault(&format!("smtp: set {PREFIX}SMTP_USER and {PREFIX}SMTP_PASSWORD"));
        }
        let Some(host) = url.host_str().map(str::to_owned) else { return self.fault("smtp: a host is needed") };
        let credentials = match (self.secret_text("smtp_user"), self.secret_text("smtp_password")) {
            (Some(user), Some(password)) => Some((user, password)),
            (None, None) => None,
            _ => return self.fault("smtp_user, smtp_password: both, or neither"),
        };
        Some(SmtpOptions { host, port: url.port().unwrap_or(port), security, credentials, from })
    }

    fn sms_gateway(&mut self) -> Option<GatewayOptions> {
        let url: Url = self.parsed("sms_gateway", "a URL, https://sms.example.fr/messages,")?;
        if url.scheme() != "https" && !(url.scheme() == "http" && is_here(&url)) {
            return self.fault("sms_gateway: https is needed beyond this computer");
        }
        match self.secret_text("sms_token") {
            Some(token) => Some(GatewayOptions { url, token }),
            None => self.fault(&format!("sms_gateway: set {PREFIX}SMS_TOKEN")),
        }
    }

    fn secret_text(&self, key: &str) -> Option<String> {
        self.variables.get(key).filter(|value| !value.is_empty()).cloned()
    }

    fn trusted_proxies(&mut self) -> Vec<IpAddr> {
        let text = self.text("trusted_proxies").unwrap_or_default();
        let mut proxies = Vec::new();
        for item in text.split(',').map(str::trim).filter(|item| !item.is_empty()) {
            match item.parse() {
                Ok(address) => proxies.push(address),
                Err(_) => self.faults.push(format!("trusted_proxies: {item} is not an address")),
            }
        }
        proxies
    }

    fn connections(&mut self) -> usize {
        let connections = self.parsed("connections", "a number").unwrap_or(4096);
        if !(1..=100_000).contains(&connections) {
            self.faults.push("connections: 1 to 100000".into());
        }
        connections
    }

    fn audit_details_days(&mut self) -> u16 {
        let days = self.parsed("audit_details_days", "a number of days").unwrap_or(retention::DAYS);
        if !(1..=3660).contains(&days) {
            self.faults.push("audit_details_days: 1 to 3660".into());
        }
        days
    }

    fn log_format(&mut self) -> LogFormat {
        match self.text("log_format").as_deref() {
            None | Some("json") => LogFormat::Json,
            Some("text") => LogFormat::Text,
            Some(_) => {
                self.faults.push("log_format: json or text".into());
                LogFormat::Json
            }
        }
    }

    fn secret(&mut self) -> Option<Vec<u8>> {
        let (secret, file) = (self.variables.get("secret").cloned(), self.variables.get("secret_file").cloned());
        let secret = match (secret, file) {
            (None, None) => return None,
            (Some(_), Some(_)) => return self.fault("secret: SECRET or SECRET_FILE, not both"),
            (Some(secret), None) => secret.into_bytes(),
            (None, Some(path)) => match std::fs::read(&path) {
                Ok(bytes) => bytes.trim_ascii_end().to_vec(),
                Err(error) => return self.fault(&format!("secret_file: {path}: {error}")),
            },
        };
        if secret.len() < SECRET_MIN {
            return self.fault(&format!("secret: at least {SECRET_MIN} bytes are needed"));
        }
        Some(secret)
    }

    fn fault<T>(&mut self, fault: &str) -> Option<T> {
        self.faults.push(fault.to_owned());
        None
    }
}

fn is_here(url: &Url) -> bool {
    url.host_str().is_some_and(|host| matches!(host, "localhost" | "127.0.0.1" | "[::1]"))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn load(file: &str, variables: &[(&str, &str)]) -> Result<Config, Vec<String>> {
        let folder = tempfile::tempdir().unwrap();
        let path = folder.path().join("preau.toml");
        std::fs::write(&path, file).unwrap();
        let variables = variables.iter().map(|(name, value)| ((*name).to_owned(), (*value).to_owned()));
        Config::load(Some(&path), variables).map_err(|faults| faults.0)
    }

    #[test]
    fn a_folder_is_enough() {
        let config = load("data = '/srv/preau'", &[("HOME", "/root")]).ok().unwrap();
        assert_eq!(config.database, Location::Sqlite("/srv/preau".into()));
        assert_eq!((config.listen.to_string(), config.tls), ("127.0.0.1:8443".into(), None));
        assert_eq!(config.admin_socket, Path::new("/srv/preau/admin.sock"));
        assert_eq!(config.audit_details_days, 365);
    }

    #[test]
    fn a_variable_wins_over_the_file() {
        let file = "data = '/a'\nlisten = '127.0.0.1:1'\ntrusted_proxies = ['10.0.0.1']";
        let config = load(file, &[("PREAU_SERVER_DATA", "/b"), ("PREAU_SERVER_LISTEN", "[::1]:0")]).ok().unwrap();
        assert_eq!((config.data, config.listen.to_string()), (PathBuf::from("/b"), "[::1]:0".into()));
        assert_eq!(config.trusted_proxies, [IpAddr::from([10, 0, 0, 1])]);
    }

    #[test]
    fn every_fault_is_listed_at_once() {
        let file = "listen = '0.0.0.0:443'\nlisten_to = 1\nsecret = 'x'\ntls_cert = '/nowhere'\ngeocoder = 'http://example.org'\n\
                    database = 'postgres://u:password@h/d'\nlog_format = 'xml'\nconnections = 0\naudit_details_days = 0\ntrusted_proxies = ['proxy']";
        let faults = load(file, &[("PREAU_SERVER_SECRET", "short"), ("PREAU_SERVER_LISTN", "1")]).err().unwrap();
        let settings: Vec<&str> = faults.iter().map(|fault| fault.split(':').next().unwrap()).collect();
        let mut expected = vec!["PREAU_SERVER_LISTN", "listen_to", "secret", "data", "tls_key", "listen", "database"];
        expected.extend(["geocoder", "trusted_proxies", "connections", "audit_details_days", "log_format", "secret"]);
        assert_eq!(settings, expected, "{faults:#?}");
        assert!(!faults.iter().any(|fault| fault.contains("password@")), "{faults:#?}");
        assert!(faults.iter().any(|fault| fault.contains("PREAU_SERVER_SECRET_FILE")));
    }

    #[test]
    fn plain_http_stays_on_this_computer_unless_allowed() {
        for (listen, allowed, good) in [
            ("127.0.0.1:80", "false", true),
            ("[::1]:80", "false", true),
            ("[::ffff:127.0.0.1]:80", "false", true),
            ("0.0.0.0:80", "false", false),
            ("[::]:80", "false", false),
            ("192.0.2.1:80", "false", false),
            ("0.0.0.0:80", "true", true),
        ] {
            let file = format!("data = '/a'\nlisten = '{listen}'\nallow_plain_http = {allowed}");
            assert_eq!(load(&file, &[]).is_ok(), good, "{listen} {allowed}");
        }
    }

    #[test]
    fn an_unreadable_file_names_its_line() {
        let faults = load("data = '/a'\nlisten = =", &[]).err().unwrap();
        assert!(faults[0].contains("line 2"), "{faults:?}");
        let missing = Config::load(Some(Path::new("/nowhere/preau.toml")), []).err().unwrap().0;
        assert!(missing[0].starts_with("/nowhere/preau.toml"), "{missing:?}");
    }

    #[test]
    fn mail_and_sms_by_table() {
        let secrets = [
            ("PREAU_SERVER_SMTP_USER", "preau"),
            ("PREAU_SERVER_SMTP_PASSWORD", "mot"),
            ("PREAU_SERVER_SMS_TOKEN", "jeton"),
        ];
        for (settings, good) in [
            ("smtp = 'smtps://mail.exemple.fr'\nmail_from = 'preau@exemple.fr'", true),
            ("smtp = 'smtp://mail.exemple.fr:2587'\nmail_from = 'preau@exemple.fr'", true),
            ("smtp = 'smtp+plain://localhost:25'\nmail_from = 'preau@exemple.fr'", true),
            ("smtp = 'smtp+plain://mail.exemple.fr'\nmail_from = 'preau@exemple.fr'", false),
            ("smtp = 'https://mail.exemple.fr'\nmail_from = 'preau@exemple.fr'", false),
            ("smtp = 'smtps://u:p@mail.exemple.fr'\nmail_from = 'preau@exemple.fr'", false),
            ("smtp = 'smtps://mail.exemple.fr'", false),
            ("smtp = 'smtps://mail.exemple.fr'\nmail_from = 'preau'", false),
            ("sms_gateway = 'https://sms.exemple.fr/v1'", true),
            ("sms_gateway = 'http://127.0.0.1:9000/v1'", true),
            ("sms_gateway = 'http://sms.exemple.fr/v1'", false),
            ("sms_token = 'jeton'", false),
        ] {
            let config = load(&format!("data = '/srv'\n{settings}"), &secrets);
            assert_eq!(config.is_ok(), good, "{settings}: {:?}", config.err());
        }
        assert!(load("data = '/srv'\nsms_gateway = 'https://sms.exemple.fr'", &[]).is_err(), "without its token");
        let smtp = "data = '/srv'\nsmtp = 'smtp://mail.exemple.fr'\nmail_from = 'preau@exemple.fr'";
        assert!(load(smtp, &secrets[..1]).is_err(), "a user without a password");
        let smtp = load(smtp, &secrets).ok().and_then(|config| config.smtp).unwrap();
        assert_eq!((smtp.port, smtp.security), (587, Security::StartTls));
    }
}
