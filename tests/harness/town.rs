//! A municipal server: the program, on a data folder of its own.

use crate::api::Api;
use anyhow::{Context, Result, bail};
use rustix::process::{Pid, Signal, kill_process};
use serde_json::Value;
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::Duration;
use tempfile::TempDir;
use xtask::demo::listening;
use xtask::demo_families;
use xtask::places::Places;
use xtask::processes::{Running, output};

const READY: Duration = Duration::from_secs(20);

/// A commune's data and commands, with or without a running server.
#[derive(Debug)]
pub struct Town {
    folder: TempDir,
    program: PathBuf,
    variables: Vec<(String, String)>,
}

/// A running server; dropping it ends the process.
#[derive(Debug)]
pub struct Server {
    process: Running,
    /// `http://127.0.0.1:PORT`.
    pub address: String,
}

/// What a letter gives one adult.
#[derive(Debug, Clone)]
pub struct Letter {
    /// The town's number of the family.
    pub family: String,
    /// First and last name.
    pub person: String,
    /// What is typed first.
    pub identifiant: String,
    /// The one-time code.
    pub code: String,
}

impl Town {
    /// An empty database, migrated.
    ///
    /// # Errors
    /// When the program is not built or refuses.
    pub fn empty() -> Result<Self> {
        let program = Places::find()?.program("preau-server");
        if !program.is_file() {
            bail!("{} is missing: cargo build -p preau-server", program.display());
        }
        let town = Self { folder: tempfile::tempdir()?, program, variables: Vec::new() };
        town.run(&["migrate"])?;
        Ok(town)
    }

    /// The demo commune with the first families of the demo.
    ///
    /// # Errors
    /// When the import is refused.
    pub fn with_families(count: usize) -> Result<Self> {
        let town = Self::empty()?;
        town.create_commune(&demo_families::commune())?;
        town.import(demo_families::SLUG, &demo_families::families(count))?;
        Ok(town)
    }

    /// Suggestions of addresses come from there.
    pub fn set_geocoder(&mut self, url: &str) {
        self.set_variable("PREAU_SERVER_GEOCODER", url);
    }

    /// The server speaks TLS with these files.
    pub fn set_tls(&mut self, certificate: &Path, key: &Path) {
        self.set_variable("PREAU_SERVER_TLS_CERT", &certificate.display().to_string());
        self.set_variable("PREAU_SERVER_TLS_KEY", &key.display().to_string());
    }

    /// A setting of the server, as a variable.
    pub fn set_variable(&mut self, name: &str, value: &str) {
        self.variables.push((name.to_owned(), value.to_owned()));
    }

    /// The folder of everything.
    #[must_use]
    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The server's program with arguments, on this folder.
    #[must_use]
    pub fn command(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(&self.program);
        command.args(arguments).current_dir(self.folder());
        command.env("PREAU_SERVER_DATA", self.folder().join("data")).env("PREAU_SERVER_LISTEN", "127.0.0.1:0");
        command.envs(self.variables.iter().map(|(name, value)| (name, value)));
        command
    }

    /// Runs one command to its end and gives what it printed.
    ///
    /// # Errors
    /// When it fails, with what it said.
    pub fn run(&self, arguments: &[&str]) -> Result<String> {
        output(&mut self.command(arguments))
    }

    /// `create-commune` with settings as TOML.
    ///
    /// # Errors
    /// When the settings are refused.
    pub fn create_commune(&self, settings: &str) -> Result<()> {
        let file = self.write("commune.toml", settings.as_bytes())?;
        self.run(&["create-commune", &file]).map(drop)
    }

    /// `import-families` of a CSV text.
    ///
    /// # Errors
    /// When lines are refused, with the report.
    pub fn import(&self, commune: &str, csv: &str) -> Result<String> {
        let file = self.write("familles.csv", csv.as_bytes())?;
        self.run(&["import-families", "--commune", commune, &file])
    }

    /// Puts a season on record.
    ///
    /// # Errors
    /// When it is refused, with the report.
    pub fn offer(&self, commune: &str, season: &str) -> Result<String> {
        let file = self.write("saison.toml", season.as_bytes())?;
        self.run(&["season", "--commune", commune, &file])
    }

    /// Registers children.
    ///
    /// # Errors
    /// When lines are refused, with the report.
    pub fn register(&self, commune: &str, csv: &str) -> Result<String> {
        let file = self.write("inscriptions.csv", csv.as_bytes())?;
        self.run(&["import-registrations", "--commune", commune, &file])
    }

    /// Writes a file into the folder and gives its path.
    ///
    /// # Errors
    /// When it cannot be written.
    pub fn write(&self, name: &str, content: &[u8]) -> Result<String> {
        let path = self.folder().join(name);
        std::fs::write(&path, content).with_context(|| path.display().to_string())?;
        Ok(path.display().to_string())
    }

    /// New one-time codes for a family's adults.
    ///
    /// # Errors
    /// When the family is unknown.
    pub fn letters(&self, commune: &str, family: &str) -> Result<Vec<Letter>> {
        let lines = self.run(&["letters", "--commune", commune, "--family", family, "--json"])?;
        lines.lines().filter(|line| line.starts_with('{')).map(Letter::read).collect()
    }

    /// Starts the server and waits until it says where it listens.
    ///
    /// # Errors
    /// When it does not start; its log tells why.
    pub fn serve(&self) -> Result<Server> {
        self.serve_at("127.0.0.1:0")
    }

    /// Starts the server at an address, the one a desktop already knows.
    ///
    /// # Errors
    /// As [`Town::serve`].
    pub fn serve_at(&self, listen: &str) -> Result<Server> {
        let log = std::fs::File::options().create(true).append(true).open(self.log())?;
        let mut command = self.command(&["serve"]);
        command.env("PREAU_SERVER_LISTEN", listen.trim_start_matches("http://"));
        let mut process = Running::start(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log))?;
        let address = process.wait_for_line(READY, listening).with_context(|| {
            let log = std::fs::read_to_string(self.log()).unwrap_or_default();
            format!("the server's log:\n{log}")
        })?;
        Ok(Server { process, address })
    }

    /// What the server logs.
    #[must_use]
    pub fn log(&self) -> PathBuf {
        self.folder().join("server.log")
    }
}

impl Server {
    /// HTTP to it.
    ///
    /// # Errors
    /// When the client cannot be made.
    pub fn api(&self) -> Result<Api> {
        Api::new(&self.address)
    }

    /// Tells it to read its certificate again.
    ///
    /// # Errors
    /// When it does not run.
    pub fn hang_up(&self) -> Result<()> {
        let process = i32::try_from(self.process.id()).ok().and_then(Pid::from_raw).context("a process id")?;
        kill_process(process, Signal::HUP).context("kill -HUP")
    }

    /// Ends it as an administrator would.
    pub fn stop(mut self) {
        self.process.end();
    }

    /// Ends it as a power cut would.
    pub fn kill(mut self) {
        self.process.kill();
    }
}

impl Letter {
    fn read(line: &str) -> Result<Self> {
        let value: Value = serde_json::from_str(line).with_context(|| line.to_owned())?;
        let text = |name: &str| value[name].as_str().map(str::to_owned).with_context(|| format!("no {name} in {line}"));
        Ok(Self {
            family: text("family")?,
            person: text("person")?,
            identifiant: text("identifiant")?,
            code: text("code")?,
        })
    }
}
