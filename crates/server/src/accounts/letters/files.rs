//! Letters as files of a folder.

use std::collections::BTreeSet;
use std::fs::{self, OpenOptions};
use std::io::Write;
use std::os::unix::fs::OpenOptionsExt;
use std::path::Path;

use anyhow::{Context, bail};
use preau_protocol::communes::CommuneDto;
use uuid::Uuid;

use super::{Files, Issued, LETTERS_PER_PDF, Letter, LetterPress, part_name};

/// Makes the folder if there is none, tries whether letters can be written into it, and says what it holds. To be asked
/// before any code is issued: one that cannot be written down is lost.
///
/// # Errors
/// When nothing can be written there.
pub fn prepare(folder: &Path) -> anyhow::Result<BTreeSet<String>> {
    fs::create_dir_all(folder).with_context(|| format!("making {}", folder.display()))?;
    let probe = folder.join(format!(".{}", Uuid::now_v7().simple()));
    write_new(&probe, b"").and_then(|()| Ok(fs::remove_file(&probe)?))?;
    let mut names = BTreeSet::new();
    for entry in fs::read_dir(folder).with_context(|| format!("reading {}", folder.display()))? {
        names.insert(entry?.file_name().to_string_lossy().into_owned());
    }
    Ok(names)
}

/// Where and with what letters are written down.
#[derive(Clone, Copy)]
pub struct Desk<'a> {
    /// The folder.
    pub folder: &'a Path,
    /// Who writes.
    pub town: &'a CommuneDto,
    /// The server's address as families reach it.
    pub server: &'a str,
    /// What prints them; without one they are plain texts.
    pub press: Option<&'a dyn LetterPress>,
}

impl Desk<'_> {
    /// Writes the letters into files that their owner alone reads. A letter that cannot be written does not keep the
    /// others from it.
    ///
    /// # Errors
    /// The letters that could not be written, for instance because their file is there already: none is ever replaced.
    pub fn write(&self, issued: &Issued) -> anyhow::Result<()> {
        let mut lost = Vec::new();
        if let Some(press) = self.press.filter(|_| issued.in_parts) {
            for (index, letters) in issued.letters.chunks(LETTERS_PER_PDF).enumerate() {
                if let Err(error) = self.write_part(press, index + 1, letters) {
                    tracing::warn!(error = format!("{error:#}"), "a part was not printed: its letters are, one by one");
                    lost.extend(self.write_each(letters));
                }
            }
        } else {
            lost.extend(self.write_each(&issued.letters));
        }
        if !lost.is_empty() {
            bail!("{} letters are lost, issue them again for their families:{}", lost.len(), lost.concat());
        }
        Ok(())
    }

    fn write_part(&self, press: &dyn LetterPress, part: usize, letters: &[Letter]) -> anyhow::Result<()> {
        let written_on = letters.first().map(|letter| letter.written_on).context("no letter")?;
        let pdf = press.print(letters, self.town, self.server)?;
        write_new(&self.folder.join(part_name(written_on, part)), &pdf)
    }

    /// A file each; what is wrong with those that have none.
    fn write_each(&self, letters: &[Letter]) -> Vec<String> {
        let lost = |letter: &Letter| {
            let written = self.write_one(letter).with_context(|| format!("family {}", letter.family));
            written.err().map(|error| format!("\n  - {error:#}"))
        };
        letters.iter().filter_map(lost).collect()
    }

    fn write_one(&self, letter: &Letter) -> anyhow::Result<()> {
        let (bytes, files) = match self.press {
            Some(press) => (press.print(std::slice::from_ref(letter), self.town, self.server)?, Files::Pdf),
            None => (letter.text(self.town, self.server).into_bytes(), Files::Text),
        };
        write_new(&self.folder.join(letter.file_name(files)), &bytes)
    }
}

fn write_new(path: &Path, bytes: &[u8]) -> anyhow::Result<()> {
    let file = OpenOptions::new().write(true).create_new(true).mode(0o600).open(path);
    let written = file.and_then(|mut file| file.write_all(bytes).and_then(|()| file.sync_all()));
    written.with_context(|| format!("writing {}", path.display()))
}

#[cfg(test)]
mod tests {
    use std::os::unix::fs::PermissionsExt;

    use super::super::text::tests::{of_claire, town};
    use super::*;

    fn issued(letters: Vec<Letter>, in_parts: bool) -> Issued {
        Issued { letters, in_force: 0, in_parts }
    }

    fn write(folder: &Path, letters: Vec<Letter>, press: Option<(&dyn LetterPress, bool)>) -> anyhow::Result<()> {
        let desk = Desk { folder, town: &town(), server: "https://a.fr", press: press.map(|(press, _)| press) };
        desk.write(&issued(letters, press.is_some_and(|(_, in_parts)| in_parts)))
    }

    /// Prints the identifiants, and not the letter of one of them.
    struct Names;

    impl LetterPress for Names {
        fn print(&self, letters: &[Letter], _: &CommuneDto, _: &str) -> anyhow::Result<Vec<u8>> {
            anyhow::ensure!(letters.iter().all(|letter| letter.identifiant != "too.long"), "it does not fit");
            Ok(letters.iter().map(|letter| letter.identifiant.as_str()).collect::<Vec<_>>().join(" ").into_bytes())
        }
    }

    #[test]
    fn letters_are_private_files_and_never_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("letters");
        assert_eq!(prepare(&path).expect("a new folder"), BTreeSet::new());
        let claire = of_claire();
        write(&path, vec![claire.clone()], None).expect("files");
        let name = claire.file_name(Files::Text);
        let file = path.join(&name);
        assert_eq!(fs::metadata(&file).expect("a file").permissions().mode() & 0o777, 0o600);
        assert_eq!(prepare(&path).expect("a folder"), BTreeSet::from([name.clone()]));

        // One that stands in the way keeps its text, and keeps no other letter from being written.
        let before = fs::read_to_string(&file).expect("a text");
        let again = Letter { code: "0000-0000-0000".into(), ..claire };
        let other = Letter { identifiant: "paul.petit".into(), ..again.clone() };
        let lost = write(&path, vec![again, other.clone()], None).expect_err("a refusal");
        assert!(lost.to_string().contains("1 letters") && lost.to_string().contains(&name), "{lost}");
        assert_eq!(fs::read_to_string(&file).expect("a text"), before);
        assert!(path.join(other.file_name(Files::Text)).exists());
    }

    #[test]
    fn many_letters_are_printed_in_parts_of_bounded_size() {
        let folder = tempfile::tempdir().expect("a folder");
        let letter = |n: usize| Letter { identifiant: format!("adulte.{n}"), ..of_claire() };
        write(folder.path(), (0..LETTERS_PER_PDF + 2).map(letter).collect(), Some((&Names, true))).expect("files");
        let parts: Vec<usize> = ["lettres-2026-03-01-001.pdf", "lettres-2026-03-01-002.pdf"]
            .iter()
            .map(|name| fs::read_to_string(folder.path().join(name)).expect("a part").split(' ').count())
            .collect();
        assert_eq!(parts, [LETTERS_PER_PDF, 2]);
        write(folder.path(), vec![letter(0)], Some((&Names, false))).expect("a letter of a family");
        assert_eq!(fs::read_to_string(folder.path().join("F-1-adulte.0.pdf")).expect("a letter"), "adulte.0");
    }

    #[test]
    fn a_letter_that_cannot_be_printed_costs_no_other_one_its_code() {
        let folder = tempfile::tempdir().expect("a folder");
        let named = |name: &str| Letter { identifiant: name.into(), ..of_claire() };
        let letters = vec![named("paul"), named("too.long"), named("zoe")];
        let lost = write(folder.path(), letters, Some((&Names, true))).expect_err("one is lost");
        assert!(lost.to_string().contains("1 letters") && lost.to_string().contains("family F/1"), "{lost}");
        let files = prepare(folder.path()).expect("a folder");
        assert_eq!(files, BTreeSet::from(["F-1-paul.pdf".to_owned(), "F-1-zoe.pdf".to_owned()]));
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
