//! Import of registrations from the town's own software: one CSV file, all or nothing.
//!
//! Columns, in any order: `enfant` (the child's reference), `activite` (its stable name), `du`, `au` (days, JJ/MM/AAAA or
//! AAAA-MM-JJ), `etat` (as on the wire; empty is `accepted`), `motif`, `repas_apporte` (`oui`, `non`, empty is `non`). The
//! same child, activity and first day again changes that registration.

use std::collections::BTreeSet;

use jiff::civil::Date;
use preau_protocol::files::{FileFaultDto, RegistrationsReportDto};
use preau_protocol::registrations::{RegistrationDto, RegistrationStateDto};
use uuid::Uuid;

use super::ops::{self, REASON};
use crate::csv_file::{self, Form};
use crate::error::Result;
use crate::family;
use crate::random;
use crate::writer::WriteTx;

/// Puts a file of registrations on record, or only says what it would do. The children of which something changed.
///
/// # Errors
/// Whatever the database says; what is wrong with the file is in the report.
pub async fn import_registrations(
    tx: &WriteTx,
    commune: Uuid,
    csv: &[u8],
    dry_run: bool,
) -> Result<(RegistrationsReportDto, BTreeSet<Uuid>)> {
    let (lines, mut faults) = csv_file::read(csv, FORM, line);
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
    let report = RegistrationsReportDto { dry_run, lines, days_ended: 0, faults };
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
    fn fault(&self, column: &str, reason: &str) -> FileFaultDto {
        FileFaultDto { line: self.number, column: column.to_owned(), reason: reason.to_owned() }
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

const FORM: Form = Form {
    columns: &["enfant", "activite", "du", "au", "etat", "motif", "repas_apporte"],
    needed: &["enfant", "activite", "du", "au"],
    most: 100_000,
};

fn line(read: csv_file::Line<'_>) -> Result<Line, FileFaultDto> {
    let (from, to) = (read.day("du")?, read.day("au")?);
    if to < from {
        return Err(read.fault("au", "avant le premier jour"));
    }
    let state = match read.cell("etat") {
        "" => RegistrationStateDto::Accepted,
        text => serde_json::from_value(text.into()).map_err(|_| read.fault("etat", "état inconnu"))?,
    };
    let (own_meal, reason) = (read.yes("repas_apporte")?, read.text("motif", REASON)?);
    let (child, activity) = (read.cell("enfant").to_owned(), read.cell("activite").to_owned());
    Ok(Line { number: read.number(), child, activity, from, to, state, reason, own_meal })
}

#[cfg(test)]
mod tests {
    use super::*;
    use encoding_rs::WINDOWS_1252;

    fn read(bytes: &[u8]) -> (Vec<Line>, Vec<FileFaultDto>) {
        csv_file::read(bytes, FORM, line)
    }

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
