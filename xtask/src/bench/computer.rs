//! A family's computer for the released application: a screen whose pixels are in a file, a keychain, and folders of its own.

use super::load::program;
use crate::display::Display;
use crate::places::Places;
use crate::processes::{Running, output};
use crate::setup;
use anyhow::{Context, Result, ensure};
use std::path::{Path, PathBuf};
use std::process::{Command, Stdio};
use std::time::{Duration, Instant};

/// The folder in which the screen keeps its pixels.
pub const SCREEN: &str = "screen";
const READY: Duration = Duration::from_secs(20);

/// The environment of the application: nothing of the user's own home is read or written.
#[must_use]
pub fn variables(folder: &Path) -> Vec<(&'static str, PathBuf)> {
    vec![
        ("PREAU_DATA_DIR", folder.join("data")),
        ("PREAU_DIRECTORY", folder.join("communes.json")),
        ("HOME", folder.join("home")),
        ("XDG_CACHE_HOME", folder.join("home/.cache")),
        ("XDG_CONFIG_HOME", folder.join("home/.config")),
        ("XDG_DATA_HOME", folder.join("home/.local/share")),
        ("TMPDIR", folder.join("tmp")),
        ("LC_ALL", "C.UTF-8".into()),
        ("LANGUAGE", "fr".into()),
        ("NO_AT_BRIDGE", "1".into()),
    ]
}

/// One computer. Dropping it ends its programs and removes its folders.
pub(super) struct Computer {
    _keychain: Running,
    display: Display,
    folder: tempfile::TempDir,
}

impl Computer {
    /// A new one, with an open keychain.
    ///
    /// # Errors
    /// When a screen, a session bus or a keychain does not start.
    pub fn new() -> Result<Self> {
        let folder = tempfile::Builder::new().prefix("preau-bench-").tempdir().context("a temporary folder")?;
        for name in ["home", "tmp", "data", "nothing", SCREEN] {
            std::fs::create_dir(folder.path().join(name))?;
        }
        let display = Display::start_watched(&folder.path().join(SCREEN))?;
        let keychain = keychain(folder.path(), &display)?;
        Ok(Self { _keychain: keychain, display, folder })
    }

    pub fn folder(&self) -> &Path {
        self.folder.path()
    }

    /// The program that measures from outside, which drives the application on this computer.
    ///
    /// # Errors
    /// When the window's driver cannot be built.
    pub fn program(&self, places: &Places, words: &[&str]) -> Result<Command> {
        let driver = setup::tauri_driver(places)?;
        let mut command = program(places, words);
        command.arg(self.folder()).env("PREAU_TEST_TAURI_DRIVER", driver);
        self.show(&mut command);
        Ok(command)
    }

    /// A program of this computer's user, on its screen.
    pub fn own(&self, command: &mut Command) {
        self.show(command);
        command.envs(variables(self.folder()));
    }

    fn show(&self, command: &mut Command) {
        show(&self.display, command);
    }
}

fn show(display: &Display, command: &mut Command) {
    command.envs(display.variables().iter().map(|(name, value)| (*name, value.as_str())));
}

/// A keychain of its own, open.
fn keychain(folder: &Path, display: &Display) -> Result<Running> {
    let with = |command: &mut Command| {
        show(display, command);
        command.envs(variables(folder));
    };
    let mut daemon = Command::new("gnome-keyring-daemon");
    daemon.args(["--foreground", "--unlock", "--components=secrets"]).stdin(Stdio::piped());
    daemon.stdout(Stdio::null()).stderr(Stdio::null());
    with(&mut daemon);
    let mut running = Running::start(&mut daemon).context("starting gnome-keyring-daemon")?;
    running.say(b"preau")?;
    let since = Instant::now();
    loop {
        let mut asked = Command::new("dbus-send");
        asked.args(["--session", "--print-reply", "--dest=org.freedesktop.DBus", "/"]);
        asked.args(["org.freedesktop.DBus.GetNameOwner", "string:org.freedesktop.secrets"]);
        with(&mut asked);
        if output(&mut asked).is_ok() {
            return Ok(running);
        }
        ensure!(since.elapsed() < READY, "no keychain within {READY:?}");
        std::thread::sleep(Duration::from_millis(50));
    }
}
