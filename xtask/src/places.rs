//! Where things are: the clone, and the target directory that all clones share.

use anyhow::{Context, Result};
use std::path::{Path, PathBuf};
use std::process::Command;

/// What `cargo run` tells its child about xtask itself, which another cargo must not inherit.
const LEAKED: [&str; 6] =
    ["CARGO_PKG_", "CARGO_MANIFEST_", "CARGO_BIN_", "CARGO_CRATE_NAME", "CARGO_PRIMARY_PACKAGE", "OUT_DIR"];

/// The folders every command works with.
#[derive(Debug, Clone)]
pub struct Places {
    /// The clone.
    pub root: PathBuf,
    /// Where cargo builds: `CARGO_TARGET_DIR` when set, else the user's cache folder, outside every clone.
    pub target: PathBuf,
}

impl Places {
    /// Finds them from the environment.
    ///
    /// # Errors
    /// When neither `CARGO_TARGET_DIR` nor `HOME` says where to build.
    pub fn find() -> Result<Self> {
        let manifest = std::env::var_os("CARGO_MANIFEST_DIR").unwrap_or_else(|| env!("CARGO_MANIFEST_DIR").into());
        let manifest = PathBuf::from(manifest);
        let root = manifest.parent().context("the workspace is above xtask")?.to_owned();
        let target = match folder("CARGO_TARGET_DIR") {
            Some(told) => root.join(told),
            None => cache_folder()?.join("preau").join("target"),
        };
        Ok(Self { root, target })
    }

    /// A program built without `--release`.
    #[must_use]
    pub fn debug_binary(&self, name: &str) -> PathBuf {
        self.target.join("debug").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// A program built with `--release`.
    #[must_use]
    pub fn release_binary(&self, name: &str) -> PathBuf {
        self.target.join("release").join(format!("{name}{}", std::env::consts::EXE_SUFFIX))
    }

    /// A program as tests start it: built without `--release`, unless `PREAU_TEST_RELEASE=1` says that what is released is
    /// to be looked at.
    #[must_use]
    pub fn program(&self, name: &str) -> PathBuf {
        let released = std::env::var_os("PREAU_TEST_RELEASE").is_some_and(|value| value == "1");
        if released { self.release_binary(name) } else { self.debug_binary(name) }
    }

    /// Where `cargo install` puts the tools of the tests.
    #[must_use]
    pub fn tools(&self) -> PathBuf {
        self.target.join("tools")
    }

    /// `cargo` in the clone, building into the shared target directory.
    #[must_use]
    pub fn cargo(&self, arguments: &[&str]) -> Command {
        let mut command = Command::new(std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into()));
        command.args(arguments).current_dir(&self.root).env("CARGO_TARGET_DIR", &self.target);
        // A failed test says what it expected; where the runtime was at that moment only hides it.
        command.env("RUST_BACKTRACE", "0");
        for (name, _) in std::env::vars_os() {
            if LEAKED.iter().any(|start| name.to_string_lossy().starts_with(start)) {
                command.env_remove(name);
            }
        }
        command
    }

    /// A program in the clone.
    #[must_use]
    pub fn command(&self, program: impl AsRef<Path>, arguments: &[&str]) -> Command {
        let mut command = Command::new(program.as_ref());
        command.args(arguments).current_dir(&self.root);
        command
    }
}

fn folder(variable: &str) -> Option<PathBuf> {
    std::env::var_os(variable).filter(|value| !value.is_empty()).map(PathBuf::from)
}

fn cache_folder() -> Result<PathBuf> {
    if let Some(cache) = folder("XDG_CACHE_HOME").filter(|path| path.is_absolute()) {
        return Ok(cache);
    }
    if let Some(local) = folder("LOCALAPPDATA") {
        return Ok(local);
    }
    Ok(folder("HOME").context("set CARGO_TARGET_DIR: there is no HOME to build under")?.join(".cache"))
}
