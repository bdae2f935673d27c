//! Files of lines that towns hand in: CSV as their own software writes it, with `;` or `,`, in UTF-8 or Windows-1252, columns in any order
//! and named with or without accents.

use std::collections::BTreeMap;

use csv::{ReaderBuilder, StringRecord};
use encoding_rs::WINDOWS_1252;
use jiff::civil::{Date, Time};
use preau_protocol::files::FileFaultDto;

use crate::family::folding::fold;

/// What a file has.
#[derive(Debug, Clone, Copy)]
pub struct Form {
    /// The columns that are read.
    pub columns: &'static [&'static str],
    /// Those without which nothing is.
    pub needed: &'static [&'static str],
    /// Most lines.
    pub most: usize,
}

/// A line.
#[derive(Debug, Clone, Copy)]
pub struct Line<'a> {
    places: &'a BTreeMap<&'static str, usize>,
    record: &'a StringRecord,
}

impl<'a> Line<'a> {
    /// Its number in the file.
    #[must_use]
    pub fn number(&self) -> u64 {
        self.record.position().map_or(0, csv::Position::line)
    }

    /// A cell, without blanks around it; one that is not there is empty.
    #[must_use]
    pub fn cell(&self, column: &str) -> &'a str {
        self.places.get(column).and_then(|place| self.record.get(*place)).unwrap_or_default().trim()
    }

    /// Something wrong with it.
    #[must_use]
    pub fn fault(&self, column: &str, reason: &str) -> FileFaultDto {
        FileFaultDto { line: self.number(), column: column.to_owned(), reason: reason.to_owned() }
    }

    /// A day: JJ/MM/AAAA or AAAA-MM-JJ.
    ///
    /// # Errors
    /// For anything else.
    pub fn day(&self, column: &str) -> Result<Date, FileFaultDto> {
        day(self.cell(column)).ok_or_else(|| self.fault(column, "un jour : JJ/MM/AAAA"))
    }

    /// An hour: HH:MM, as people write it (8h05); none for an empty cell.
    ///
    /// # Errors
    /// For anything else.
    pub fn time(&self, column: &str) -> Result<Option<Time>, FileFaultDto> {
        let text = self.cell(column);
        if text.is_empty() {
            return Ok(None);
        }
        let time = text.split_once([':', 'h', 'H']).and_then(|(hour, minute)| {
            let minute = if minute.is_empty() { 0 } else { minute.parse().ok()? };
            Time::new(hour.parse().ok()?, minute, 0, 0).ok()
        });
        time.map(Some).ok_or_else(|| self.fault(column, "une heure : HH:MM"))
    }

    /// `oui` or `non`; an empty cell is `non`.
    ///
    /// # Errors
    /// For anything else.
    pub fn yes(&self, column: &str) -> Result<bool, FileFaultDto> {
        match fold(self.cell(column)).as_str() {
            "oui" => Ok(true),
            "" | "non" => Ok(false),
            _ => Err(self.fault(column, "oui ou non")),
        }
    }

    /// A text of at most so many characters; none for an empty cell.
    ///
    /// # Errors
    /// For a longer one.
    pub fn text(&self, column: &str, most: usize) -> Result<Option<String>, FileFaultDto> {
        let text = self.cell(column);
        if text.chars().count() > most || text.contains('\0') {
            return Err(self.fault(column, &format!("{most} caractères au plus")));
        }
        Ok((!text.is_empty()).then(|| text.to_owned()))
    }
}

/// Reads a file line by line: those that are good, and all that is wrong with the others. Blank lines are passed over.
pub fn read<L>(
    bytes: &[u8],
    form: Form,
    line: impl Fn(Line<'_>) -> Result<L, FileFaultDto>,
) -> (Vec<L>, Vec<FileFaultDto>) {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        Err(_) => WINDOWS_1252.decode(bytes).0.into_owned(),
    };
    let header = text.lines().next().unwrap_or_default();
    let delimiter = if header.contains(';') { b';' } else { b',' };
    let mut reader = ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let of_file = |reason: &str| FileFaultDto { line: 1, column: "fichier".into(), reason: reason.into() };
    let places = match reader.headers() {
        Ok(header) => places(form.columns, header),
        Err(_) => return (Vec::new(), vec![of_file("le fichier ne se lit pas")]),
    };
    let missing: Vec<&str> = form.needed.iter().copied().filter(|column| !places.contains_key(column)).collect();
    if !missing.is_empty() {
        return (Vec::new(), vec![of_file(&format!("colonnes attendues : {}", missing.join(", ")))]);
    }
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let Ok(record) = record else {
            faults.push(of_file("une ligne ne se lit pas"));
            break;
        };
        let read = Line { places: &places, record: &record };
        if form.columns.iter().all(|column| read.cell(column).is_empty()) {
            continue;
        }
        if lines.len() + faults.len() >= form.most {
            faults.push(of_file(&format!("trop de lignes : {} au plus", form.most)));
            break;
        }
        match line(read) {
            Ok(line) => lines.push(line),
            Err(fault) => faults.push(fault),
        }
    }
    (lines, faults)
}

fn places(columns: &'static [&'static str], header: &StringRecord) -> BTreeMap<&'static str, usize> {
    let of = |name: &'static str| header.iter().position(|cell| fold(cell) == fold(name)).map(|place| (name, place));
    columns.iter().copied().filter_map(of).collect()
}

fn day(text: &str) -> Option<Date> {
    let french = || {
        let mut parts = text.split('/');
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok().filter(|_| parts.next().is_none())
    };
    text.parse().ok().or_else(french)
}
