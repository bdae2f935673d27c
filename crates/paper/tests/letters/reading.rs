//! What the tests print, and how they read it.

use std::fs;
use std::path::PathBuf;
use std::process::Command;

use jiff::civil::date;
use preau_paper::{ActivationLetter, Recipient, Sender, activation_letters};
use tempfile::TempDir;

/// What a letter is told, owned.
pub struct Told {
    pub town: String,
    pub service: String,
    pub sender_lines: Vec<String>,
    pub email: String,
    pub name: String,
    pub lines: Vec<String>,
    pub family: String,
    pub identifiant: String,
    pub code: String,
    pub connect_uri: String,
}

impl Told {
    /// Claire Martel, who does not exist.
    pub fn claire() -> Self {
        Self {
            town: "Parempuyre".into(),
            service: "Pôle enfance jeunesse".into(),
            sender_lines: Vec::new(),
            email: "secretariat-enfance@parempuyre.fr".into(),
            name: "Claire Martel".into(),
            lines: ["Bât. B", "12 RUE DES ORMES", "33290 PAREMPUYRE"].map(String::from).into(),
            family: "F0001".into(),
            identifiant: "claire.martel".into(),
            code: "7K3M-Q0XD-4V1P".into(),
            connect_uri: "preau://connect?server=https%3A%2F%2Fpreau.parempuyre.example&town=parempuyre\
                          &identifiant=claire.martel"
                .into(),
        }
    }

    pub fn named(name: &str) -> Self {
        Self { name: name.into(), ..Self::claire() }
    }

    pub fn letter(&self) -> ActivationLetter<'_> {
        ActivationLetter {
            sender: Sender {
                town: &self.town,
                service: &self.service,
                lines: &self.sender_lines,
                phone: "05 56 95 56 12",
                email: &self.email,
            },
            recipient: Recipient { name: &self.name, lines: &self.lines },
            family: &self.family,
            city: &self.town,
            written_on: date(2026, 3, 1),
            identifiant: &self.identifiant,
            code: &self.code,
            good_until: date(2026, 4, 29),
            connect_uri: &self.connect_uri,
        }
    }

    pub fn print(&self) -> Pdf {
        Pdf::of(&[self.letter()])
    }
}

/// A word and its box, in millimetres from the top left corner.
#[derive(Debug)]
pub struct Word {
    pub text: String,
    pub left: f64,
    pub top: f64,
    pub right: f64,
    pub bottom: f64,
}

/// A PDF on disk.
pub struct Pdf {
    folder: TempDir,
}

impl Pdf {
    pub fn of(letters: &[ActivationLetter<'_>]) -> Self {
        let folder = tempfile::tempdir().expect("a folder");
        let pdf = activation_letters(letters).unwrap_or_else(|error| panic!("{error}"));
        fs::write(folder.path().join("letters.pdf"), pdf).expect("a file");
        Self { folder }
    }

    /// What a tool says; `letters.pdf` is in its folder.
    pub fn ask(&self, program: &str, arguments: &[&str]) -> String {
        let output = Command::new(program).args(arguments).current_dir(self.folder.path()).output();
        let output = output.unwrap_or_else(|error| panic!("{program}: {error}"));
        assert!(output.status.success(), "{program} {arguments:?}: {}", String::from_utf8_lossy(&output.stderr));
        String::from_utf8_lossy(&output.stdout).into_owned()
    }

    /// The text as it stands on the page.
    pub fn text(&self) -> String {
        self.ask("pdftotext", &["-layout", "letters.pdf", "-"])
    }

    /// The text with single blanks: line breaks do not count.
    pub fn flowing(&self) -> String {
        self.text().split_whitespace().collect::<Vec<_>>().join(" ")
    }

    pub fn pages(&self) -> usize {
        let info = self.ask("pdfinfo", &["letters.pdf"]);
        let line = info.lines().find_map(|line| line.strip_prefix("Pages:")).expect("a number of pages");
        line.trim().parse().expect("a number")
    }

    pub fn words(&self) -> Vec<Word> {
        let page = self.ask("pdftotext", &["-bbox", "letters.pdf", "-"]);
        page.lines().filter(|line| line.contains("<word")).map(word).collect()
    }

    /// The picture of the first page, in `docs/screens/` when `PREAU_UPDATE_SCREENS` is set, else beside the builds.
    pub fn picture(&self, name: &str) -> PathBuf {
        let update = std::env::var_os("PREAU_UPDATE_SCREENS").is_some_and(|value| !value.is_empty());
        let screens = std::path::absolute("../../docs/screens").expect("a folder");
        let folder = if update { screens } else { env!("CARGO_TARGET_TMPDIR").into() };
        let path = folder.join(name);
        self.ask("pdftoppm", &["-png", "-r", "110", "-singlefile", "letters.pdf", &path.to_string_lossy()]);
        path.with_extension("png")
    }

    /// Width, height and grey levels of the first page at 300 dots per inch.
    pub fn pixels(&self) -> (usize, usize, Vec<u8>) {
        self.ask("pdftoppm", &["-gray", "-r", "300", "-singlefile", "letters.pdf", "page"]);
        let image = fs::read(self.folder.path().join("page.pgm")).expect("an image");
        let header: Vec<&[u8]> = image.splitn(4, u8::is_ascii_whitespace).collect();
        let number = |part: &[u8]| String::from_utf8_lossy(part).parse::<usize>().expect("a number");
        let (width, height) = (number(header[1]), number(header[2]));
        (width, height, image[image.len() - width * height..].to_vec())
    }
}

fn word(line: &str) -> Word {
    let parts: Vec<&str> = line.split('"').collect();
    let millimetres = |part: &str| part.parse::<f64>().expect("a length") * 25.4 / 72.0;
    let text = parts[8].trim_start_matches('>').trim_end_matches("</word>").to_owned();
    let [left, top, right, bottom] = [1, 3, 5, 7].map(|part| millimetres(parts[part]));
    Word { text, left, top, right, bottom }
}
