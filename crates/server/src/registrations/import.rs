//! Import of registrations from the town's own software: one CSV file, all or nothing.
//!
//! Columns, in any order: `enfant` (the child's reference), `activite` (its stable name), `du`, `au` (days, JJ/MM/AAAA or
//! AAAA-MM-JJ), `etat` (as on the wire; empty is `accepted`), `motif`, `repas_apporte` (`oui`, `non`, empty is `non`). The
//! same child, activity and first day again changes that registration.

use std::collections::{BTreeMap, BTreeSet};
use std::fmt;

use csv::{ReaderBuilder, StringRecord};
use encoding_rs::WINDOWS_1252;
use jiff::civil::Date;
use preau_protocol::registrations::{RegistrationDto, RegistrationStateDto};
use serde::{Deserialize, Serialize};
use uuid::Uuid;

use super::ops;
use crate::error::Result;
use crate::family;
use crate::family::folding::fold;
use crate::random;
use crate::writer::WriteTx;

/// Most lines read.
const MAX_ROWS: usize = 100_000;
/// Longest reason.
const REASON: usize = 300;

/// Something wrong with a line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistrationFault {
    /// Line of the file.
    pub line: u64,
    /// Name of the column, or of the file as a whole.
    pub column: String,
    /// What is wrong.
    pub reason: String,
}

/// What became of registrations.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RegistrationsReport {
    /// Nothing was written.
    pub dry_run: bool,
    /// Lines that are good.
    pub lines: u32,
    /// Days to come that ended because their child is no longer registered for them.
    #[serde(default)]
    pub days_ended: usize,
    /// What is wrong: then nothing was written either.
    pub faults: Vec<RegistrationFault>,
}

impl RegistrationsReport {
    /// Whether they are, or could be, on record.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.faults.is_empty()
    }
}

impl fmt::Display for RegistrationsReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for RegistrationFault { line, column, reason } in &self.faults {
            writeln!(f, "  ligne {line}, {column} : {reason}")?;
        }
        match (self.is_accepted(), self.dry_run) {
            (false, _) => writeln!(f, "{} fautes : rien n'est enregistré", self.faults.len()),
            (true, true) => writeln!(f, "{} inscriptions à enregistrer (essai : rien n'est écrit)", self.lines),
            (true, false) => writeln!(f, "{} inscriptions enregistrées", self.lines),
        }?;
        match self.days_ended {
            0 => Ok(()),
            days => writeln!(f, "{days} jours réservés prennent fin : l'enfant n'y est plus inscrit"),
        }
    }
}

/// Puts a file of registrations on record, or only says what it would do. The children of which something changed.
///
/// # Errors
/// Whatever the database says; what is wrong with the file is in the report.
pub async fn import_registrations(
    tx: &WriteTx,
    commune: Uuid,
    csv: &[u8],
    dry_run: bool,
) -> Result<(RegistrationsReport, BTreeSet<Uuid>)> {
    let (lines, mut faults) = read(csv);
    let references: BTreeSet<String> = lines.iter().map(|line| line.child.clone()).collect();
    let references: Vec<String> = references.into_iter().collect();
    let children = family::children_by_reference(tx.connection(), commune, &references).await?;
    let activities = ops::activities(tx.connection(), commune).await?;
    let mut registrations = Vec::new();
    for line in &lines {
        let mut fault = |column: &str, reason: &str| faults.push(line.fault(column, reason));
        match (children.get(&line.child), activities.get(&line.activity)) {
            (Some(child), Some(activity)) => registrations.push(line.registration(*child, *activity)),
            (None, _) => fault("enfant", "aucun enfant n'a cette référence"),
            (Some(_), None) => fault("activite", "aucune activité n'a ce nom stable"),
        }
    }
    faults.sort_by_key(|fault| fault.line);
    let lines = u32::try_from(registrations.len()).unwrap_or(u32::MAX);
    let report = RegistrationsReport { dry_run, lines, days_ended: 0, faults };
    let written = report.is_accepted() && !dry_run;
    let changed = if written { ops::put(tx, commune, &registrations).await? } else { BTreeSet::new() };
    Ok((report, changed))
}

/// A line, its references not looked up yet.
#[derive(Debug)]
struct Line {
    number: u64,
    child: String,
    activity: String,
    from: Date,
    to: Date,
    state: RegistrationStateDto,
    reason: Option<String>,
    own_meal: bool,
}

impl Line {
    fn fault(&self, column: &str, reason: &str) -> RegistrationFault {
        RegistrationFault { line: self.number, column: column.to_owned(), reason: reason.to_owned() }
    }

    fn registration(&self, child_id: Uuid, activity_id: Uuid) -> RegistrationDto {
        RegistrationDto {
            registration_id: random::id(),
            child_id,
            activity_id,
            from: self.from,
            to: self.to,
            state: self.state,
            reason: self.reason.clone(),
            own_meal: self.own_meal,
        }
    }
}

const COLUMNS: [&str; 7] = ["enfant", "activite", "du", "au", "etat", "motif", "repas_apporte"];

fn read(bytes: &[u8]) -> (Vec<Line>, Vec<RegistrationFault>) {
    let text = match std::str::from_utf8(bytes) {
        Ok(text) => text.trim_start_matches('\u{feff}').to_owned(),
        Err(_) => WINDOWS_1252.decode(bytes).0.into_owned(),
    };
    let header = text.lines().next().unwrap_or_default();
    let delimiter = if header.contains(';') { b';' } else { b',' };
    let mut reader = ReaderBuilder::new().delimiter(delimiter).flexible(true).from_reader(text.as_bytes());
    let of_file = |reason: &str| RegistrationFault { line: 1, column: "fichier".into(), reason: reason.into() };
    let places = match reader.headers() {
        Ok(header) => places(header),
        Err(_) => return (Vec::new(), vec![of_file("le fichier ne se lit pas")]),
    };
    let missing: Vec<&str> =
        ["enfant", "activite", "du", "au"].into_iter().filter(|c| !places.contains_key(c)).collect();
    if !missing.is_empty() {
        return (Vec::new(), vec![of_file(&format!("colonnes attendues : {}", missing.join(", ")))]);
    }
    let (mut lines, mut faults) = (Vec::new(), Vec::new());
    for record in reader.records() {
        let Ok(record) = record else {
            faults.push(of_file("une ligne ne se lit pas"));
            break;
        };
        if lines.len() + faults.len() >= MAX_ROWS {
            faults.push(of_file("trop de lignes"));
            break;
        }
        match line(&places, &record) {
            Ok(Some(line)) => lines.push(line),
            Ok(None) => {}
            Err(fault) => faults.push(fault),
        }
    }
    (lines, faults)
}

fn places(header: &StringRecord) -> BTreeMap<&'static str, usize> {
    let of = |name: &'static str| header.iter().position(|cell| fold(cell) == fold(name)).map(|place| (name, place));
    COLUMNS.into_iter().filter_map(of).collect()
}

fn line(places: &BTreeMap<&str, usize>, record: &StringRecord) -> Result<Option<Line>, RegistrationFault> {
    let number = record.position().map_or(0, csv::Position::line);
    let cell = |column: &str| places.get(column).and_then(|place| record.get(*place)).unwrap_or_default().trim();
    if COLUMNS.iter().all(|column| cell(column).is_empty()) {
        return Ok(None);
    }
    let fault = |column: &str, reason: &str| RegistrationFault {
        line: number,
        column: column.to_owned(),
        reason: reason.to_owned(),
    };
    let day = |column: &str| day(cell(column)).ok_or_else(|| fault(column, "un jour : JJ/MM/AAAA"));
    let (from, to) = (day("du")?, day("au")?);
    if to < from {
        return Err(fault("au", "avant le premier jour"));
    }
    let state = match cell("etat") {
        "" => RegistrationStateDto::Accepted,
        text => serde_json::from_value(text.into()).map_err(|_| fault("etat", "état inconnu"))?,
    };
    let own_meal = match fold(cell("repas_apporte")).as_str() {
        "oui" => true,
        "" | "non" => false,
        _ => return Err(fault("repas_apporte", "oui ou non")),
    };
    let reason = Some(cell("motif").to_owned()).filter(|reason| !reason.is_empty());
    if reason.as_ref().is_some_and(|reason| reason.chars().count() > REASON || reason.contains('\0')) {
        return Err(fault("motif", "300 caractères au plus"));
    }
    let (child, activity) = (cell("enfant").to_owned(), cell("activite").to_owned());
    Ok(Some(Line { number, child, activity, from, to, state, reason, own_meal }))
}

fn day(text: &str) -> Option<Date> {
    let french = || {
        let mut parts = text.split('/');
        let (day, month, year) = (parts.next()?, parts.next()?, parts.next()?);
        Date::new(year.parse().ok()?, month.parse().ok()?, day.parse().ok()?).ok().filter(|_| parts.next().is_none())
    };
    text.parse().ok().or_else(french)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_by_table() {
        let head = "enfant;activité;du;au;état;motif;repas apporté\n";
        for (cells, faulty) in [
            ("E1;alsh;01/09/2026;31/08/2027;;;", None),
            ("E1;alsh;2026-09-01;2027-08-31;incomplete;certificat;oui", None),
            ("E1;alsh;31/02/2026;31/08/2027;;;", Some("du")),
            ("E1;alsh;01/09/2026;31/08/2026;;;", Some("au")),
            ("E1;alsh;01/09/2026;31/08/2027;peut-être;;", Some("etat")),
            ("E1;alsh;01/09/2026;31/08/2027;;;parfois", Some("repas_apporte")),
        ] {
            let (lines, faults) = read(format!("{head}{cells}\n").as_bytes());
            assert_eq!(
                faults.first().map(|fault| (fault.line, fault.column.as_str())),
                faulty.map(|c| (2, c)),
                "{cells}"
            );
            assert_eq!(lines.len(), usize::from(faulty.is_none()), "{cells}");
        }
        let (lines, faults) = read(format!("{head};;;;;;\n").as_bytes());
        assert!(lines.is_empty() && faults.is_empty(), "a blank line");
        assert_eq!(read(b"enfant;du\n").1[0].column, "fichier");
        let windows = WINDOWS_1252.encode("enfant;activité;du;au;motif\nE1;alsh;01/09/2026;31/08/2027;été\n").0;
        assert_eq!(read(&windows).0[0].reason.as_deref(), Some("été"));
    }
}
