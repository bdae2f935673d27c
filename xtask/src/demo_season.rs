//! What the demo commune offers: the season of the documentation, with every child registered.

use anyhow::{Context, Result};
use std::path::Path;

/// The season's file.
pub const SEASON_FILE: &str = "saison.toml";
/// The registrations' file.
pub const REGISTRATIONS_FILE: &str = "inscriptions.csv";
const SEASON: &str = include_str!("../../docs/season.toml");

/// Writes the season, and the registrations of the children of a file of families, into a folder.
///
/// # Errors
/// When the folder cannot be written.
pub fn write(folder: &Path, families: &str) -> Result<()> {
    std::fs::write(folder.join(SEASON_FILE), SEASON).context("writing the season")?;
    std::fs::write(folder.join(REGISTRATIONS_FILE), registrations(families)).context("writing the registrations")
}

/// Registrations of every child of a file of families, as the import's CSV: for the school year 2026-2027, for all that the
/// season offers.
#[must_use]
pub fn registrations(families: &str) -> String {
    let header = families.lines().next().unwrap_or_default();
    let child = header.split(';').position(|column| column == "enfant").unwrap_or_default();
    let mut lines = vec!["enfant;activite;du;au".to_owned()];
    for line in families.lines().filter(|line| line.starts_with("enfant;")) {
        let reference = line.split(';').nth(child).unwrap_or_default();
        for activity in ["alsh", "mercredis", "restauration"] {
            lines.push(format!("{reference};{activity};2026-09-01;2027-08-31"));
        }
    }
    lines.join("\n") + "\n"
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::demo_families::families;

    #[test]
    fn every_child_is_registered_for_all_that_there_is() {
        let families = families(40);
        let children = families.lines().filter(|line| line.starts_with("enfant;")).count();
        assert_eq!(registrations(&families).lines().count(), 1 + 3 * children);
        assert!(registrations(&families).contains("\nE0001;alsh;2026-09-01;2027-08-31\n"));
    }
}
