//! The repository as the rules see it: paths and texts, from the disk or from a fixture.

use anyhow::{Context, Result};
use std::collections::BTreeMap;
use std::fs;
use std::path::Path;

/// A small tree written by hand: paths and texts.
pub type Fixture = &'static [(&'static str, &'static str)];

/// A rule of the house, with trees that break it: a rule that cannot fail says nothing.
pub struct Rule {
    /// What it demands, as a sentence.
    pub says: &'static str,
    /// The places where it is broken, each with the reason.
    pub check: fn(&Tree) -> Vec<String>,
    /// Trees that break it, each in another way.
    pub breaks: &'static [Fixture],
    /// A tree close to those that keeps it.
    pub keeps: Fixture,
}

/// Paths from the root, with `/`, and texts.
#[derive(Default)]
pub struct Tree(BTreeMap<String, String>);

/// Folders that hold nothing written by us.
const SKIPPED: [&str; 8] =
    [".git", "target", "node_modules", "dist", "gen", "icons", "screens", "proptest-regressions"];
const READ: [&str; 9] = ["rs", "toml", "ts", "tsx", "css", "sql", "json", "html", "md"];

impl Tree {
    /// Reads the repository.
    ///
    /// # Errors
    /// When a file cannot be read.
    pub fn read(root: &Path) -> Result<Self> {
        let mut tree = Self::default();
        tree.add_folder(root, "")?;
        Ok(tree)
    }

    /// Makes one from a fixture.
    #[must_use]
    pub fn of(fixture: Fixture) -> Self {
        Self(fixture.iter().map(|(path, text)| ((*path).to_owned(), (*text).to_owned())).collect())
    }

    fn add_folder(&mut self, folder: &Path, name: &str) -> Result<()> {
        for entry in fs::read_dir(folder).with_context(|| folder.display().to_string())? {
            let entry = entry?;
            let own = entry.file_name().to_string_lossy().into_owned();
            let path = if name.is_empty() { own.clone() } else { format!("{name}/{own}") };
            if entry.file_type()?.is_dir() {
                if !SKIPPED.contains(&own.as_str()) {
                    self.add_folder(&entry.path(), &path)?;
                }
            } else if READ.contains(&extension(&own)) {
                let text = fs::read_to_string(entry.path()).with_context(|| path.clone())?;
                self.0.insert(path, text);
            }
        }
        Ok(())
    }

    /// Every file, in order.
    pub fn files(&self) -> impl Iterator<Item = (&str, &str)> {
        self.0.iter().map(|(path, text)| (path.as_str(), text.as_str()))
    }

    /// The files under a folder with an extension.
    pub fn under<'a>(&'a self, folder: &'a str, extensions: &'a [&str]) -> impl Iterator<Item = (&'a str, &'a str)> {
        self.files().filter(move |(path, _)| path.starts_with(folder) && extensions.contains(&extension(path)))
    }
}

fn extension(path: &str) -> &str {
    path.rsplit_once('.').map_or("", |(_, extension)| extension)
}
