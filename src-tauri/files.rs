//! Files and paper that a person asks for.

use anyhow::Context;
use preau_client::reservations::views::SavedFileView;
use preau_client::{Failure, FailureCode};
use std::io::Write;
use std::path::Path;
use tauri::{AppHandle, Manager, WebviewWindow};

use crate::kiosk::Kiosk;

/// Files of one name that are kept beside each other.
const MOST: u32 = 100;

/// Writes a text among the person's downloads, beside a file of the same name that is there already.
///
/// # Errors
/// [`FailureCode::Forbidden`] in a kiosk, where nothing may stay; [`FailureCode::NotSaved`].
pub fn save(app: &AppHandle, name: &str, text: &str) -> Result<SavedFileView, Failure> {
    if app.state::<Kiosk>().view().is_some() {
        return Err(Failure::of(FailureCode::Forbidden));
    }
    let paths = app.path();
    let folder = paths.download_dir().or_else(|_| paths.document_dir()).or_else(|_| paths.home_dir());
    let saved = folder.context("a folder for downloads").and_then(|folder| {
        let name = written(&folder, name, text)?;
        Ok(SavedFileView { name, folder: folder.display().to_string() })
    });
    saved.map_err(|error| {
        tracing::warn!(error = format!("{error:#}"), "a file was not saved");
        Failure::of(FailureCode::NotSaved)
    })
}

fn written(folder: &Path, name: &str, text: &str) -> anyhow::Result<String> {
    std::fs::create_dir_all(folder)?;
    let (stem, extension) = name.rsplit_once('.').unwrap_or((name, "txt"));
    for n in 1..=MOST {
        let name = if n == 1 { name.to_owned() } else { format!("{stem} ({n}).{extension}") };
        match std::fs::OpenOptions::new().write(true).create_new(true).open(folder.join(&name)) {
            Ok(mut file) => {
                file.write_all(text.as_bytes())?;
                return Ok(name);
            }
            Err(error) if error.kind() == std::io::ErrorKind::AlreadyExists => {}
            Err(error) => return Err(error.into()),
        }
    }
    anyhow::bail!("{MOST} files of this name are there already")
}

/// Prints the page.
///
/// # Errors
/// [`FailureCode::Internal`] when the system does not print.
pub fn print(window: &WebviewWindow) -> Result<(), Failure> {
    window.print().map_err(|error| {
        tracing::warn!(%error, "a page was not printed");
        Failure::of(FailureCode::Internal)
    })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_file_that_is_there_already_stays() {
        let folder = tempfile::tempdir().unwrap();
        let names: Vec<String> = (0..3).map(|n| written(folder.path(), "Léo.ics", &n.to_string()).unwrap()).collect();
        assert_eq!(names, ["Léo.ics", "Léo (2).ics", "Léo (3).ics"]);
        assert_eq!(std::fs::read_to_string(folder.path().join("Léo.ics")).unwrap(), "0");
    }
}
