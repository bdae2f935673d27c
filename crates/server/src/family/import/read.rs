//! Bytes of a CSV file → rows with their line numbers: encoding, separator, header.

use std::borrow::Cow;

use csv::{ReaderBuilder, StringRecord};
use encoding_rs::WINDOWS_1252;

use super::faults::{Fault, Reason};
use crate::family::folding::fold;

/// Largest file read.
const MAX_BYTES: usize = 64 * 1024 * 1024;
/// Most rows read.
const MAX_ROWS: usize = 200_000;
const BOM: &[u8] = b"\xEF\xBB\xBF";

macro_rules! columns {
    ($($name:ident = $text:literal),+ $(,)?) => {
        /// A column of the file.
        #[derive(Debug, Clone, Copy, PartialEq, Eq)]
        pub(super) enum Column { $($name),+ }

        impl Column {
            pub(super) const ALL: &'static [Self] = &[$(Self::$name),+];

            /// As the header names it.
            pub(super) fn name(self) -> &'static str {
                match self { $(Self::$name => $text),+ }
            }
        }
    };
}

columns! {
    Type = "type", Famille = "famille", Enfant = "enfant", Role = "role", Nom = "nom", Prenom = "prenom",
    Naissance = "naissance", Adresse = "adresse", Complement = "complement", CodePostal = "code_postal",
    Ville = "ville", Mobile = "mobile", Fixe = "fixe", Courriel = "courriel", Identifiant = "identifiant",
    Ecole = "ecole", Niveau = "niveau", Classe = "classe", Du = "du", Au = "au", Reserve = "reserve",
    Recupere = "recupere", Paie = "paie", Lien = "lien", Telephone = "telephone", Urgence = "urgence",
    Source = "source", Valeur = "valeur", Mois = "mois",
}

/// The rows of a file under its header.
#[derive(Debug)]
pub(super) struct Sheet {
    /// Place of each column of [`Column::ALL`], where the header has it.
    places: Vec<Option<usize>>,
    pub(super) rows: Vec<Row>,
}

/// A row and where it begins.
#[derive(Debug)]
pub(super) struct Row {
    pub(super) line: u64,
    record: StringRecord,
}

impl Sheet {
    /// The text of a cell, empty where the file has no such column.
    pub(super) fn cell<'a>(&self, row: &'a Row, column: Column) -> &'a str {
        self.places[column as usize].and_then(|place| row.record.get(place)).unwrap_or_default().trim()
    }
}

/// Reads a file. Blank rows are skipped. A row may end early, because some spreadsheets leave out empty cells at the
/// end of a row; but not the last one of a file that ends without a line end, which is cut.
pub(super) fn read(bytes: &[u8]) -> (Option<Sheet>, Vec<Fault>) {
    let text = match decode(bytes) {
        Ok(text) => text,
        Err(fault) => return (None, vec![fault]),
    };
    let mut records = Records::new(&text);
    let (line, header) = match records.next() {
        Some(Ok(first)) => first,
        Some(Err(fault)) => return (None, vec![fault]),
        None => return (None, vec![Fault::of_file(Reason::Empty)]),
    };
    let places = match places(line, &header) {
        Ok(places) => places,
        Err(faults) => return (None, faults),
    };
    let (mut rows, mut faults) = (Vec::new(), Vec::new());
    for record in records {
        match record.and_then(|(line, record)| row(line, record, header.len())) {
            Ok(row) => rows.push(row),
            Err(fault) => faults.push(fault),
        }
        if rows.len() + faults.len() > MAX_ROWS {
            return (None, vec![Fault::of_file(Reason::TooManyRows)]);
        }
    }
    let cut = rows.last().filter(|last: &&Row| last.record.len() < header.len() && !text.ends_with(['\n', '\r']));
    faults.extend(cut.map(|last| Fault::of_line(last.line, Reason::CellsMissing)));
    (Some(Sheet { places, rows }), faults)
}

fn row(line: u64, record: StringRecord, columns: usize) -> Result<Row, Fault> {
    if record.iter().skip(columns).any(|cell| !cell.trim().is_empty()) {
        return Err(Fault::of_line(line, Reason::CellsTooMany));
    }
    Ok(Row { line, record })
}

fn places(line: u64, header: &StringRecord) -> Result<Vec<Option<usize>>, Vec<Fault>> {
    let mut places = vec![None; Column::ALL.len()];
    let mut faults = Vec::new();
    for (place, cell) in header.iter().enumerate() {
        let name = cell.trim().to_lowercase();
        let column = Column::ALL.iter().position(|column| fold(column.name()) == fold(&name));
        let reason = match column {
            Some(column) if places[column].is_none() => {
                places[column] = Some(place);
                continue;
            }
            Some(_) => Reason::ColumnTwice,
            None => Reason::UnknownColumn,
        };
        faults.push(Fault { line, column: Some(name.into()), reason });
    }
    if places[Column::Type as usize].is_none() {
        faults.push(Fault { line, column: Some(Column::Type.name().into()), reason: Reason::TypeMissing });
    }
    if faults.is_empty() { Ok(places) } else { Err(faults) }
}

/// Records that are not blank, each with the line it begins on.
struct Records<'a> {
    text: &'a str,
    reader: csv::Reader<&'a [u8]>,
    /// How far lines were counted, in bytes.
    counted: usize,
    line: u64,
}

impl<'a> Records<'a> {
    fn new(text: &'a str) -> Self {
        let header = text.trim_start().lines().next().unwrap_or_default();
        let delimiter = if header.contains(';') { b';' } else { b',' };
        let reader =
            ReaderBuilder::new().delimiter(delimiter).has_headers(false).flexible(true).from_reader(text.as_bytes());
        Self { text, reader, counted: 0, line: 1 }
    }

    /// The line of a byte. The reader's own count is not used: it is the one before blank lines and half a CRLF.
    fn line_of(&mut self, byte: usize) -> u64 {
        let ends = line_ends(&self.text.as_bytes()[self.counted..byte]);
        // Between the two halves of a CRLF the end is counted once, with its line feed.
        let half = byte > self.counted
            && self.text.as_bytes()[byte - 1] == b'\r'
            && self.text.as_bytes().get(byte) == Some(&b'\n');
        self.line += ends - u64::from(half);
        self.counted = if half { byte - 1 } else { byte };
        self.line
    }
}

/// Ends of lines: LF, CRLF, or a lone CR.
fn line_ends(bytes: &[u8]) -> u64 {
    let ends = bytes.iter().enumerate().filter(|&(i, byte)| match byte {
        b'\n' => true,
        b'\r' => bytes.get(i + 1) != Some(&b'\n'),
        _ => false,
    });
    ends.count() as u64
}

impl Iterator for Records<'_> {
    type Item = Result<(u64, StringRecord), Fault>;

    fn next(&mut self) -> Option<Self::Item> {
        loop {
            let mut record = StringRecord::new();
            let start = usize::try_from(self.reader.position().byte()).unwrap_or(self.text.len()).min(self.text.len());
            match self.reader.read_record(&mut record) {
                Ok(true) => {}
                Ok(false) => return None,
                Err(_) => return Some(Err(Fault::of_file(Reason::Binary))),
            }
            let end = usize::try_from(self.reader.position().byte()).unwrap_or(self.text.len()).min(self.text.len());
            let bytes = &self.text.as_bytes()[start..end];
            let begins = start + bytes.iter().take_while(|byte| matches!(byte, b'\r' | b'\n')).count();
            let line = self.line_of(begins);
            // A quoted cell holds its quotation marks in pairs.
            if bytes.iter().filter(|byte| **byte == b'"').count() % 2 == 1 {
                return Some(Err(Fault::of_line(line, Reason::UnclosedQuote)));
            }
            if record.iter().any(|cell| !cell.trim().is_empty()) {
                return Some(Ok((line, record)));
            }
        }
    }
}

/// UTF-8 where it is, Windows-1252 otherwise; what is neither gets a reason that says what to do.
fn decode(bytes: &[u8]) -> Result<Cow<'_, str>, Fault> {
    if bytes.len() > MAX_BYTES {
        return Err(Fault::of_file(Reason::TooLarge));
    }
    if bytes.starts_with(b"PK\x03\x04") || bytes.starts_with(b"\xD0\xCF\x11\xE0") {
        return Err(Fault::of_file(Reason::Spreadsheet));
    }
    if bytes.starts_with(b"\xFF\xFE") || bytes.starts_with(b"\xFE\xFF") {
        return Err(Fault::of_file(Reason::Utf16));
    }
    let marked = bytes.starts_with(BOM);
    let bytes = bytes.strip_prefix(BOM).unwrap_or(bytes);
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => Cow::Borrowed(text),
        Err(error) => windows_1252(bytes, error, marked)?,
    };
    let odd = |c: char| c.is_control() && !matches!(c, '\t' | '\r' | '\n');
    match text.find(odd) {
        Some(at) => Err(Fault::of_line(1 + line_ends(&text.as_bytes()[..at]), Reason::Binary)),
        None => Ok(text),
    }
}

fn windows_1252(bytes: &[u8], error: std::str::Utf8Error, marked: bool) -> Result<Cow<'_, str>, Fault> {
    let (valid, rest) = bytes.split_at(error.valid_up_to());
    let line = 1 + line_ends(valid);
    if error.error_len().is_none() && (marked || !valid.is_ascii()) {
        return Err(Fault::of_line(line, Reason::Truncated));
    }
    // A few pairs of Windows-1252 letters look like UTF-8 (« É» »); a UTF-8 file has more of them than of bytes
    // that are not.
    let (mut utf8, mut other) = (valid.iter().filter(|byte| **byte >= 0xC0).count(), 0);
    for chunk in rest.utf8_chunks() {
        utf8 += chunk.valid().bytes().filter(|byte| *byte >= 0xC0).count();
        other += usize::from(!chunk.invalid().is_empty());
    }
    if marked || utf8 > other {
        return Err(Fault::of_line(line, Reason::MixedEncoding));
    }
    Ok(WINDOWS_1252.decode_without_bom_handling(bytes).0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn lines(text: &str) -> Vec<(u64, String)> {
        let (sheet, faults) = read(text.as_bytes());
        assert_eq!(faults, []);
        let sheet = sheet.expect("a sheet");
        sheet.rows.iter().map(|row| (row.line, sheet.cell(row, Column::Nom).to_owned())).collect()
    }

    fn only_fault(bytes: &[u8]) -> (u64, Reason) {
        let (_, faults) = read(bytes);
        assert_eq!(faults.len(), 1, "{faults:?}");
        (faults[0].line, faults[0].reason)
    }

    #[test]
    fn lines_are_counted_as_an_editor_does() {
        let expected = vec![(2, "A".to_owned()), (5, "B\nC".to_owned()), (7, "D".to_owned())];
        for end in ["\n", "\r\n"] {
            let text = "type;nom\nx;A\n\n;\nx;\"B\nC\"\nx;D\n".replace('\n', end);
            let got = lines(&text);
            let got: Vec<_> = got.into_iter().map(|(line, name)| (line, name.replace("\r\n", "\n"))).collect();
            assert_eq!(got, expected, "{end:?}");
        }
        assert_eq!(lines("type;nom\rx;A\rx;B"), [(2, "A".into()), (3, "B".into())]);
        assert_eq!(lines("Type;Prénom;NOM\nx;;A\nx\n"), [(2, "A".into()), (3, String::new())]);
        assert_eq!(lines("\n\nnom,TYPE\r\n\"A, b\",x"), [(4, "A, b".into())]);
    }

    #[test]
    fn encodings_by_table() {
        for (bytes, name) in [
            ("type;nom\nx;Hélène".as_bytes(), "Hélène"),
            (b"\xEF\xBB\xBFtype;nom\nx;L\xC3\xA9a", "Léa"),
            (b"type;nom\nx;H\xE9l\xE8ne \x8Cuvrard", "Hélène Œuvrard"),
            (b"type;nom\nx;Andr\xE9", "André"),
        ] {
            let (sheet, faults) = read(bytes);
            assert_eq!(faults, []);
            let sheet = sheet.expect("a sheet");
            assert_eq!(sheet.cell(&sheet.rows[0], Column::Nom), name);
        }
    }

    #[test]
    fn what_is_no_csv_says_why() {
        for (bytes, expected) in [
            (&b""[..], (0, Reason::Empty)),
            (b"\n \n", (0, Reason::Empty)),
            (b"PK\x03\x04rest", (0, Reason::Spreadsheet)),
            (b"\xD0\xCF\x11\xE0\xA1", (0, Reason::Spreadsheet)),
            (b"\xFF\xFEt\0y\0", (0, Reason::Utf16)),
            (b"type;nom\nx;\0", (2, Reason::Binary)),
            (b"type;nom\nx;\x81", (2, Reason::Binary)),
            ("type;nom\nx;Hélè".as_bytes().split_last().expect("bytes").1, (2, Reason::Truncated)),
            (b"type;nom\nx;\xC3\xA9\xC3\xA8\nx;\xE9t\xE9\xC3\xA9", (3, Reason::MixedEncoding)),
            (b"type;nom\nx;\"A\nx;B\n", (2, Reason::UnclosedQuote)),
            (b"type;nom\nx;A\nx", (3, Reason::CellsMissing)),
            (b"type;nom\nx;a;b\n", (2, Reason::CellsTooMany)),
            (b"type;couleur\n", (1, Reason::UnknownColumn)),
            (b"type;nom;Nom\n", (1, Reason::ColumnTwice)),
            (b"nom\n", (1, Reason::TypeMissing)),
        ] {
            assert_eq!(only_fault(bytes), expected, "{}", String::from_utf8_lossy(bytes));
        }
        assert_eq!(only_fault(&vec![b'x'; MAX_BYTES + 1]), (0, Reason::TooLarge));
        assert_eq!(only_fault(&[&b"type\n"[..], &b"x\n".repeat(MAX_ROWS + 1)].concat()), (0, Reason::TooManyRows));
    }
}
