//! A family's computer: the desktop application's data folder and what it knows, across starts of its window.

use crate::window::Window;
use anyhow::{Result, bail};
use serde_json::json;
use std::path::{Path, PathBuf};
use tempfile::TempDir;
use xtask::demo_families::{NAME, POSTCODE, SLUG};
use xtask::places::Places;

/// One computer.
#[derive(Debug)]
pub struct Desktop {
    folder: TempDir,
    program: PathBuf,
    plain: bool,
}

impl Desktop {
    /// A new computer that knows the demo town at an address.
    ///
    /// # Errors
    /// When the application is not built.
    pub fn new(server: &str) -> Result<Self> {
        let program = Places::find()?.program("preau");
        if !program.is_file() {
            bail!("{} is missing: cargo build -p preau --features custom-protocol", program.display());
        }
        let desktop = Self { folder: tempfile::tempdir()?, program, plain: false };
        desktop.set_directory(server)?;
        for folder in ["home", "tmp", "data"] {
            std::fs::create_dir(desktop.folder.path().join(folder))?;
        }
        Ok(desktop)
    }

    /// A computer whose cache is not encrypted, to prove that a search for plain text finds it (debug builds only).
    ///
    /// # Errors
    /// As [`Desktop::new`].
    pub fn unencrypted(server: &str) -> Result<Self> {
        Ok(Self { plain: true, ..Self::new(server)? })
    }

    /// Tells the computer where the demo town answers.
    ///
    /// # Errors
    /// When the file cannot be written.
    pub fn set_directory(&self, server: &str) -> Result<()> {
        let towns = json!([{ "slug": SLUG, "name": NAME, "postcode": POSTCODE, "server": server }]);
        Ok(std::fs::write(self.directory(), towns.to_string())?)
    }

    /// Everything this computer has written: profile, web view, temporary files, logs.
    #[must_use]
    pub fn everything(&self) -> &Path {
        self.folder.path()
    }

    /// Starts the application and waits for its window.
    ///
    /// # Errors
    /// When the driver or the application does not start.
    pub async fn open(&self) -> Result<Window> {
        Window::open(&self.program, &self.variables()).await
    }

    fn directory(&self) -> PathBuf {
        self.folder.path().join("communes.json")
    }

    /// The environment of the application: nothing of the user's own home is read or written.
    fn variables(&self) -> Vec<(&'static str, PathBuf)> {
        let inside = |name: &str| self.folder.path().join(name);
        let mut variables = vec![
            ("PREAU_DATA_DIR", inside("data")),
            ("PREAU_DIRECTORY", self.directory()),
            ("PREAU_KEYCHAIN", "none".into()),
            ("HOME", inside("home")),
            ("XDG_CACHE_HOME", inside("home/.cache")),
            ("XDG_CONFIG_HOME", inside("home/.config")),
            ("XDG_DATA_HOME", inside("home/.local/share")),
            ("TMPDIR", inside("tmp")),
            ("LC_ALL", "C.UTF-8".into()),
            ("LANGUAGE", "fr".into()),
            // No screen reader listens here.
            ("NO_AT_BRIDGE", "1".into()),
        ];
        if self.plain {
            variables.push(("PREAU_TEST_PLAIN_CACHE", "1".into()));
        }
        variables
    }
}
