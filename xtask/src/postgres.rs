//! A private PostgreSQL cluster: a temporary folder, a free port, no durability unless asked, gone when dropped.

use crate::processes::{Running, output};
use crate::setup::postgres_programs;
use anyhow::{Context, Result, bail};
use std::net::{Ipv4Addr, TcpListener};
use std::path::Path;
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};
use tempfile::TempDir;

const READY: Duration = Duration::from_secs(60);
const USER: &str = "preau";

/// The running cluster. Fields drop in order: the server ends, then its folder goes.
#[derive(Debug)]
pub struct Cluster {
    server: Running,
    _folder: TempDir,
    port: u16,
}

impl Cluster {
    /// Makes and starts it; PostgreSQL refuses root, so as root it runs as the user `postgres` or `nobody`.
    ///
    /// # Errors
    /// When PostgreSQL is not installed or does not start.
    pub fn start() -> Result<Self> {
        Self::start_with(&["fsync=off", "synchronous_commit=off", "full_page_writes=off"])
    }

    /// The same, keeping what it acknowledges, as a town's does: for measurements.
    ///
    /// # Errors
    /// As [`Cluster::start`].
    pub fn durable() -> Result<Self> {
        Self::start_with(&["fsync=on", "synchronous_commit=on", "full_page_writes=on"])
    }

    fn start_with(durability: &[&str]) -> Result<Self> {
        let programs = postgres_programs().context("PostgreSQL's initdb and postgres are not installed")?;
        let folder = tempfile::Builder::new().prefix("preau-postgres-").tempdir()?;
        let user = unprivileged()?;
        if let Some(user) = &user {
            user.own(folder.path())?;
        }
        let data = folder.path().join("data");
        let mut initdb = Command::new(programs.join("initdb"));
        initdb.args(["--username", USER, "--auth", "trust", "--encoding", "UTF8", "--locale", "C", "--no-sync"]);
        output(as_user(initdb.arg("--pgdata").arg(&data), user.as_ref(), folder.path()))?;

        let port = free_port()?;
        let mut server = Command::new(programs.join("postgres"));
        server.arg("-D").arg(&data).args(["-p", &port.to_string(), "-k"]).arg(folder.path());
        for setting in ["listen_addresses=127.0.0.1", "max_connections=200"].iter().chain(durability) {
            server.args(["-c", setting]);
        }
        server.stdin(Stdio::null()).stdout(Stdio::null()).stderr(Stdio::null());
        let server = Running::start(as_user(&mut server, user.as_ref(), folder.path()))?;
        let mut cluster = Self { server, _folder: folder, port };
        cluster.wait(&programs)?;
        Ok(cluster)
    }

    /// Where to connect, with every right.
    #[must_use]
    pub fn url(&self) -> String {
        format!("postgres://{USER}@127.0.0.1:{}/postgres", self.port)
    }

    fn wait(&mut self, programs: &Path) -> Result<()> {
        let port = self.port.to_string();
        let since = Instant::now();
        while since.elapsed() < READY {
            if let Some(status) = self.server.ended()? {
                bail!("PostgreSQL ended at once: {status}");
            }
            let mut ready = Command::new(programs.join("pg_isready"));
            if output(ready.args(["-q", "-h", "127.0.0.1", "-p", &port])).is_ok() {
                return Ok(());
            }
            std::thread::sleep(Duration::from_millis(50));
        }
        bail!("PostgreSQL did not listen within {READY:?}")
    }
}

fn free_port() -> Result<u16> {
    let listener = TcpListener::bind((Ipv4Addr::LOCALHOST, 0)).context("looking for a free port")?;
    Ok(listener.local_addr()?.port())
}

/// A user of this machine that is not root.
#[derive(Debug, Clone, Copy)]
struct User {
    id: u32,
    group: u32,
}

impl User {
    #[cfg(unix)]
    fn own(self, folder: &Path) -> Result<()> {
        std::os::unix::fs::chown(folder, Some(self.id), Some(self.group))
            .context("giving the folder to PostgreSQL's user")
    }

    #[cfg(not(unix))]
    fn own(self, _folder: &Path) -> Result<()> {
        Ok(())
    }
}

fn unprivileged() -> Result<Option<User>> {
    if cfg!(not(unix)) || output(Command::new("id").arg("-u"))?.trim() != "0" {
        return Ok(None);
    }
    let users = std::fs::read_to_string("/etc/passwd").context("reading the users of this machine")?;
    let find = |name: &str| {
        users.lines().find_map(|line| {
            let fields: Vec<&str> = line.split(':').collect();
            let found = fields.first() == Some(&name);
            found
                .then(|| Some(User { id: fields.get(2)?.parse().ok()?, group: fields.get(3)?.parse().ok()? }))
                .flatten()
        })
    };
    find("postgres")
        .or_else(|| find("nobody"))
        .map(Some)
        .context("no user `postgres` nor `nobody` to run PostgreSQL as")
}

#[cfg(unix)]
fn as_user<'a>(command: &'a mut Command, user: Option<&User>, folder: &Path) -> &'a mut Command {
    use std::os::unix::process::CommandExt;
    command.current_dir(folder);
    if let Some(user) = user {
        command.uid(user.id).gid(user.group);
    }
    command
}

#[cfg(not(unix))]
fn as_user<'a>(command: &'a mut Command, _user: Option<&User>, folder: &Path) -> &'a mut Command {
    command.current_dir(folder)
}
