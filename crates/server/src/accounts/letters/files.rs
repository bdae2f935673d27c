//! Letters as files of a folder.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, bail};
use preau_protocol::communes::CommuneDto;
use uuid::Uuid;

use super::Letter;

/// Makes the folder if there is none, tries whether letters can be written into it, and says what it holds. To be asked
/// before any code is issued: one that cannot be written down is lost.
///
/// # Errors
/// When nothing can be written there.
pub fn prepare(folder: &Path) -> anyhow::Result<BTreeSet<String>> {
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    let probe = folder.join(format!(".{}", Uuid::now_v7().simple()));
    write_new(&probe, "").and_then(|()| Ok(fs::remove_file(&probe)?))?;
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        names.insert(entry?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}

/// Writes one file per letter into a folder, readable by its owner only. A letter that cannot be written does not keep
/// the others from it.
///
/// # Errors
/// The letters that could not be written, for instance because their file is there already: none is ever replaced.
pub fn write(folder: &Path, letters: &[Letter], town: &CommuneDto, server: &str) -> anyhow::Result<()> {
    let written = letters.iter().map(|letter| write_new(&folder.join(letter.file_name()), &letter.text(town, server)));
    let lost: Vec<String> = written.filter_map(Result::err).map(|error| format!("\n  - {error:#}")).collect();
    if !lost.is_empty() {
        bail!("{} letters are lost, issue them again for their families:{}", lost.len(), lost.concat());
    }
    Ok(())
}

fn write_new(path: &Path, text: &str) -> anyhow::Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let written = file.and_then(|mut file| file.write_all(text.as_bytes()).and_then(|()| file.sync_all()));
    written.with_context(|| format!("writing {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::text::tests::{of_claire, town};
    use super::*;

    #[test]
    fn letters_are_private_files_and_never_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("letters");
        assert_eq!(prepare(&path).expect("a new folder"), BTreeSet::new());
        let claire = of_claire();
        write(&path, std::slice::from_ref(&claire), &town(), "https://a.fr").expect("files");
        let file = path.join(claire.file_name());
        assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
        assert_eq!(prepare(&path).expect("a folder"), BTreeSet::from([claire.file_name()]));

        // One that stands in the way keeps its text, and keeps no other letter from being written.
        let before = fs::read_to_string(&file).expect("a text");
        let again = Letter { code: "0000-0000-0000".into(), ..claire };
        let other = Letter { identifiant: "paul.petit".into(), ..again.clone() };
        let lost = write(&path, &[again.clone(), other.clone()], &town(), "https://a.fr").expect_err("a refusal");
        assert!(lost.to_string().contains("1 letters") && lost.to_string().contains(&again.file_name()), "{lost}");
        assert_eq!(fs::read_to_string(&file).expect("a text"), before);
        assert!(path.join(other.file_name()).exists());
    }

    #[test]
    fn a_folder_that_cannot_be_written_is_known_before() {
        let folder = tempfile::tempdir().expect("a folder");
        let file = folder.path().join("file");
        fs::write(&file, "").expect("a file");
        assert!(prepare(&file).is_err());
        assert!(prepare(&file.join("letters")).is_err());
    }
}
