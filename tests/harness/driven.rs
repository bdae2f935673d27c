//! A family's computer as a process of its own (`tests/computer`): started, killed, started again over the same disk.

use crate::computer::write_directory;
use crate::town::Letter;
use crate::{DEADLINE, wait_for};
use anyhow::{Context, Result};
use preau_client::profiles::key::{Key, KeyStore};
use serde::{Deserialize, Serialize};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::sync::mpsc::{self, Receiver, RecvTimeoutError, TryRecvError};
use std::time::Instant;
use tempfile::TempDir;
use uuid::Uuid;
use xtask::processes::Running;

/// The file that tells a driven computer to ask for nothing more.
pub const REST: &str = "rest";

/// What a driven computer tells.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(tag = "line", rename_all = "snake_case")]
pub enum Line {
    /// Its space is open, and holds these operations.
    There {
        /// Their ids.
        ops: Vec<String>,
    },
    /// A change was validated, and kept on its disk.
    Kept {
        /// The operation.
        op: String,
        /// The new number.
        typed: String,
    },
    /// The server's answer to an operation is on its disk.
    Answered {
        /// The operation.
        op: String,
        /// What became of it.
        state: String,
    },
    /// Something stands between it and the server.
    Trouble {
        /// What.
        what: String,
    },
    /// Everything is answered and read back, and the computer ended.
    Rests,
}

/// Keys in files, for a computer without a keychain that may be killed at any moment.
#[derive(Debug)]
pub struct KeyFiles(pub PathBuf);

impl KeyStore for KeyFiles {
    fn read(&self, profile: Uuid) -> Result<Option<Key>> {
        match std::fs::read(self.0.join(profile.to_string())) {
            Ok(bytes) => Ok(Some(Key::new(bytes.try_into().ok().context("32 bytes")?))),
            Err(error) if error.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(error) => Err(error.into()),
        }
    }

    fn write(&self, profile: Uuid, key: &Key) -> Result<()> {
        std::fs::create_dir_all(&self.0)?;
        Ok(std::fs::write(self.0.join(profile.to_string()), **key)?)
    }

    fn delete(&self, profile: Uuid) -> Result<()> {
        Ok(std::fs::remove_file(self.0.join(profile.to_string()))?)
    }
}

/// One computer, with or without a running application.
#[derive(Debug)]
pub struct Driven {
    folder: TempDir,
    program: PathBuf,
    letter: Letter,
    variables: Vec<(&'static str, PathBuf)>,
    running: Option<(Running, Receiver<Line>)>,
}

impl Driven {
    /// A computer that knows the demo town at an address. `program` is `preau-test-computer`.
    ///
    /// # Errors
    /// When its folder cannot be made.
    pub fn new(program: &str, server: &str, letter: &Letter) -> Result<Self> {
        let folder = tempfile::tempdir()?;
        write_directory(folder.path(), server)?;
        Ok(Self { folder, program: program.into(), letter: letter.clone(), variables: Vec::new(), running: None })
    }

    /// Certificates signed by this authority are trusted, as if the system did.
    pub fn trust(&mut self, authority: &Path) {
        self.variables.push(("SSL_CERT_FILE", authority.to_owned()));
    }

    /// Starts the application, whose owner draws from `seed`.
    ///
    /// # Errors
    /// When it does not start, or is running.
    pub fn start(&mut self, seed: u64) -> Result<()> {
        anyhow::ensure!(self.running.is_none(), "it is running already");
        let log = std::fs::File::options().create(true).append(true).open(self.folder.path().join("computer.log"))?;
        let mut command = Command::new(&self.program);
        command.arg(self.folder.path()).args([&self.letter.identifiant, &self.letter.code, &seed.to_string()]);
        command.envs(self.variables.iter().map(|(name, value)| (*name, value)));
        let mut process = Running::start(command.stdin(Stdio::null()).stdout(Stdio::piped()).stderr(log))?;
        let (sender, lines) = mpsc::channel();
        // Half a line is what a killed process may leave; whoever was to hear it heard nothing.
        let opened = process.wait_for_line(DEADLINE, move |text| {
            let line: Line = serde_json::from_str(text).ok()?;
            let first = matches!(line, Line::There { .. });
            sender.send(line).ok()?;
            first.then_some(())
        });
        opened.with_context(|| std::fs::read_to_string(self.folder.path().join("computer.log")).unwrap_or_default())?;
        self.running = Some((process, lines));
        Ok(())
    }

    /// What it told since the last call, once there are so many lines of it that `counts`.
    ///
    /// # Errors
    /// When that does not come.
    pub fn listen(&mut self, enough: usize, counts: impl Fn(&Line) -> bool) -> Result<Vec<Line>> {
        let (_, lines) = self.running.as_ref().context("it does not run")?;
        let since = Instant::now();
        let mut heard = Vec::new();
        while heard.iter().filter(|line| counts(line)).count() < enough {
            match lines.recv_timeout(DEADLINE.saturating_sub(since.elapsed())) {
                Ok(line) => heard.push(line),
                Err(RecvTimeoutError::Timeout | RecvTimeoutError::Disconnected) => {
                    let log = std::fs::read_to_string(self.folder.path().join("computer.log")).unwrap_or_default();
                    anyhow::bail!("{enough} lines did not come, only {heard:?}\n{log}");
                }
            }
        }
        Ok(heard)
    }

    /// Ends it as a power cut would; what it had told until then.
    ///
    /// # Errors
    /// When it does not run.
    pub fn kill(&mut self) -> Result<Vec<Line>> {
        let (mut process, lines) = self.running.take().context("it does not run")?;
        process.kill();
        // The pipe is read to its end by a thread, which then lets go of the channel.
        Ok(lines.iter().collect())
    }

    /// Lets it come to rest and end by itself; what it told until then.
    ///
    /// # Errors
    /// When it does not come to rest.
    pub async fn rest(&mut self) -> Result<Vec<Line>> {
        std::fs::write(self.folder.path().join(REST), "")?;
        let (process, lines) = self.running.take().context("it does not run")?;
        let mut heard = Vec::new();
        wait_for("a computer at rest", async || {
            loop {
                match lines.try_recv() {
                    Ok(Line::Rests) => return Ok(Some(())),
                    Ok(line) => heard.push(line),
                    Err(TryRecvError::Empty) => return Ok(None),
                    Err(TryRecvError::Disconnected) => anyhow::bail!("it ended before it rested"),
                }
            }
        })
        .await
        .with_context(|| std::fs::read_to_string(self.folder.path().join("computer.log")).unwrap_or_default())?;
        drop(process);
        Ok(heard)
    }
}
