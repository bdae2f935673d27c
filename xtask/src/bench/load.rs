//! The program that measures from outside (`tests/load`), with released programs around it.

use crate::places::Places;
use crate::postgres::Cluster;
use crate::processes::Running;
use anyhow::{Context, Result};
use serde_json::Value;
use std::process::{Command, Stdio};
use std::time::Duration;

/// No measurement takes longer: one that does hangs.
const LONGEST: Duration = Duration::from_secs(900);

/// The program with these words.
pub(super) fn program(places: &Places, words: &[&str]) -> Command {
    let mut command = Command::new(places.release_binary("preau-load"));
    command.args(words).env("PREAU_TEST_RELEASE", "1").stdin(Stdio::null()).stdout(Stdio::piped());
    command
}

/// Runs it to its one line.
///
/// # Errors
/// When it fails: what it said is above.
pub(super) fn found(command: &mut Command) -> Result<Value> {
    let object = |line: &str| serde_json::from_str::<Value>(line).ok().filter(Value::is_object);
    Running::start(command)?.wait_for_line(LONGEST, object)
}

/// A number of what was found.
///
/// # Errors
/// When it is not there.
pub(super) fn number(found: &Value, path: &str) -> Result<f64> {
    found.pointer(path).and_then(Value::as_f64).with_context(|| format!("no {path} in {found}"))
}

/// The embedded database, and a PostgreSQL that keeps what it says it keeps.
pub(super) enum Engine {
    Sqlite,
    Postgres(Cluster),
}

impl Engine {
    /// Both, one after the other.
    ///
    /// # Errors
    /// When PostgreSQL does not start.
    pub fn each(mut body: impl FnMut(&Self) -> Result<()>) -> Result<()> {
        body(&Self::Sqlite)?;
        body(&Self::Postgres(Cluster::durable()?))
    }

    pub fn name(&self) -> &'static str {
        match self {
            Self::Sqlite => "SQLite",
            Self::Postgres(_) => "PostgreSQL",
        }
    }

    /// Tells a command, and the servers it starts, which database there is.
    pub fn tell(&self, command: &mut Command) {
        match self {
            Self::Sqlite => command.env_remove("PREAU_SERVER_DATABASE"),
            Self::Postgres(cluster) => command.env("PREAU_SERVER_DATABASE", cluster.url()),
        };
    }
}
