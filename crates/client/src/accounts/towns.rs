//! The directory of towns: shipped with the application, replaceable by a file. Nothing that a link says is ever added
//! to it.

use super::invitation::Invitation;
use super::views::TownView;
use crate::error::{Error, FailureCode};
use crate::sync::http::server_url;
use anyhow::Context;
use serde::Deserialize;
use std::path::PathBuf;
use unicode_normalization::UnicodeNormalization;
use unicode_normalization::char::is_combining_mark;

const SHIPPED: &str = include_str!("../../towns.json");
/// More than one screen of names helps nobody.
const MOST: usize = 20;

/// A town of the directory file.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
pub struct Town {
    /// Short name.
    pub slug: String,
    /// « Parempuyre ».
    pub name: String,
    /// Five digits.
    pub postcode: String,
    /// The server's address.
    pub server: String,
}

/// The directory.
#[derive(Debug)]
pub struct Towns {
    file: Option<PathBuf>,
}

impl Towns {
    /// The directory in `file` when it is there, else the one shipped.
    #[must_use]
    pub fn new(file: Option<PathBuf>) -> Self {
        Self { file }
    }

    fn all(&self) -> Result<Vec<Town>, Error> {
        // Read each time: a refreshed file counts at once, and a directory is small.
        let replaced = self.file.as_ref().and_then(|file| std::fs::read_to_string(file).ok());
        match replaced.as_deref().map(serde_json::from_str) {
            Some(Ok(towns)) => return Ok(towns),
            Some(Err(error)) => tracing::warn!(line = error.line(), "the directory of towns cannot be read"),
            None => {}
        }
        Ok(serde_json::from_str(SHIPPED).context("the directory shipped")?)
    }

    /// Towns whose name or postcode begins with the text, then those that contain it; accents, case, hyphens and
    /// blanks do not count.
    ///
    /// # Errors
    /// When the directory shipped cannot be read.
    pub fn find(&self, text: &str) -> Result<Vec<TownView>, Error> {
        let wanted = folded(text);
        if wanted.is_empty() {
            return Ok(Vec::new());
        }
        let mut found: Vec<(bool, String, TownView)> = Vec::new();
        for town in self.all()? {
            let name = folded(&town.name);
            let begins = name.starts_with(&wanted) || town.postcode.starts_with(&wanted);
            if begins || name.contains(&wanted) {
                found.push((!begins, name, TownView { slug: town.slug, name: town.name, postcode: town.postcode }));
            }
        }
        found.sort_by(|a, b| (a.0, &a.1, &a.2.postcode).cmp(&(b.0, &b.1, &b.2.postcode)));
        Ok(found.into_iter().take(MOST).map(|(_, _, town)| town).collect())
    }

    /// The server of a town.
    ///
    /// # Errors
    /// [`FailureCode::UnknownTown`].
    pub fn server(&self, slug: &str) -> Result<String, Error> {
        self.listed(slug)?.ok_or(Error::Rule(FailureCode::UnknownTown))
    }

    /// The server of a town of the directory.
    ///
    /// # Errors
    /// When the directory shipped cannot be read.
    pub fn listed(&self, slug: &str) -> Result<Option<String>, Error> {
        let town = self.all()?.into_iter().find(|town| town.slug == slug);
        Ok(town.map(|town| town.server))
    }

    /// The server that the directory has for the town of a link; `None` for a town that it does not know, whose server
    /// is whatever the link says.
    ///
    /// # Errors
    /// [`FailureCode::ForeignInvitation`] when the link leads a town of the directory to another server than its own:
    /// whoever made the link is not the town.
    pub fn vetted(&self, invitation: &Invitation) -> Result<Option<String>, Error> {
        let listed = self.listed(&invitation.town)?;
        match &listed {
            Some(server) if !same_server(server, &invitation.server) => {
                Err(Error::Rule(FailureCode::ForeignInvitation))
            }
            _ => Ok(listed),
        }
    }
}

fn same_server(one: &str, other: &str) -> bool {
    let read = |text: &str| server_url(text).ok().map(|url| url.as_str().trim_end_matches('/').to_owned());
    read(one).is_some_and(|one| read(other) == Some(one))
}

/// Without accents, case, hyphens, apostrophes and blanks; « St » stays « st ».
fn folded(text: &str) -> String {
    let letters = text.nfd().filter(|c| !is_combining_mark(*c));
    letters.filter(|c| c.is_alphanumeric()).flat_map(char::to_lowercase).collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn directory() -> (tempfile::TempDir, Towns) {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("towns.json");
        let town = |slug: &str, name: &str, postcode: &str| {
            format!(r#"{{"slug":"{slug}","name":"{name}","postcode":"{postcode}","server":"https://{slug}.example"}}"#)
        };
        let towns = [
            town("parempuyre", "Parempuyre", "33290"),
            town("begles", "Bègles", "33130"),
            town("saint-medard", "Saint-Médard-en-Jalles", "33160"),
            town("le-parc", "Le Parc", "50870"),
        ];
        std::fs::write(&file, format!("[{}]", towns.join(","))).expect("a file");
        (dir, Towns::new(Some(file)))
    }

    #[test]
    fn towns_are_found_by_table() {
        let (_dir, towns) = directory();
        for (text, slugs) in [
            ("par", vec!["parempuyre", "le-parc"]),
            ("PAREM", vec!["parempuyre"]),
            ("begles", vec!["begles"]),
            ("Bègles", vec!["begles"]),
            ("saint medard", vec!["saint-medard"]),
            ("331", vec!["begles", "saint-medard"]),
            ("", vec![]),
            ("  - ", vec![]),
            ("Atlantide", vec![]),
        ] {
            let found = towns.find(text).expect("a directory");
            assert_eq!(found.iter().map(|town| town.slug.as_str()).collect::<Vec<_>>(), slugs, "{text}");
        }
    }

    #[test]
    fn an_unreadable_file_leaves_the_directory_shipped() {
        let dir = tempfile::tempdir().expect("a folder");
        let file = dir.path().join("towns.json");
        std::fs::write(&file, "[{").expect("a file");
        let towns = Towns::new(Some(file));
        assert_eq!(towns.find("parempuyre").expect("a directory").len(), 1);
        assert!(matches!(towns.server("ys"), Err(Error::Rule(FailureCode::UnknownTown))));
    }

    #[test]
    fn links_are_vetted_by_table() {
        let (_dir, towns) = directory();
        let vetted = |server: &str, town: &str| {
            let link = format!("preau://connect?server={server}&town={town}");
            match towns.vetted(&Invitation::parse(&link).expect("an invitation")) {
                Ok(listed) => Ok(listed),
                Err(Error::Rule(code)) => Err(code),
                Err(other) => panic!("{other}"),
            }
        };
        let listed = Ok(Some("https://begles.example".to_owned()));
        for (server, town, expected) in [
            ("https%3A%2F%2Fbegles.example", "begles", listed.clone()),
            ("https%3A%2F%2FBegles.example%3A443%2F", "begles", listed),
            ("https%3A%2F%2Fbegles.example%3A8443", "begles", Err(FailureCode::ForeignInvitation)),
            ("https%3A%2F%2Fbegles.example%2Fpreau", "begles", Err(FailureCode::ForeignInvitation)),
            ("https%3A%2F%2Fevil.example", "parempuyre", Err(FailureCode::ForeignInvitation)),
            ("https%3A%2F%2Fevil.example", "ys", Ok(None)),
        ] {
            assert_eq!(vetted(server, town), expected, "{server} {town}");
        }
    }
}
