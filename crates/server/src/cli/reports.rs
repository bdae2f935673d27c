//! What became of files, in words.

use std::fmt::{Result, Write};

use preau_protocol::files::{
    AttendanceReportDto, FileFaultDto, ItemChangeDto, RegistrationsReportDto, SeasonDifferenceDto, SeasonReportDto,
};

pub(super) fn season(text: &mut String, report: &SeasonReportDto) -> Result {
    for fault in &report.faults {
        writeln!(text, "  - {} : {}", fault.field, fault.rule)?;
    }
    if !report.is_accepted() {
        return writeln!(text, "{} fautes : rien n'est enregistré", report.faults.len());
    }
    for SeasonDifferenceDto { kind, key, change } in &report.differences {
        match change {
            ItemChangeDto::New => writeln!(text, "+ {kind} {key}")?,
            ItemChangeDto::Changed { fields } => writeln!(text, "~ {kind} {key} : {}", fields.join(", "))?,
        }
    }
    let end = if report.dry_run { "à enregistrer (essai : rien n'est écrit)" } else { "enregistrés" };
    writeln!(text, "{} changements {end}", report.differences.len())
}

pub(super) fn registrations(text: &mut String, report: &RegistrationsReportDto) -> Result {
    lines(text, &report.faults, report.dry_run, (report.lines, "inscriptions", "enregistrées"))?;
    match report.days_ended {
        0 => Ok(()),
        days => writeln!(text, "{days} jours réservés prennent fin : l'enfant n'y est plus inscrit"),
    }
}

pub(super) fn attendance(text: &mut String, report: &AttendanceReportDto) -> Result {
    lines(text, &report.faults, report.dry_run, (report.lines, "pointages", "enregistrés"))
}

fn lines(text: &mut String, faults: &[FileFaultDto], dry_run: bool, (lines, what, done): (u32, &str, &str)) -> Result {
    for FileFaultDto { line, column, reason } in faults {
        writeln!(text, "  ligne {line}, {column} : {reason}")?;
    }
    match (faults.is_empty(), dry_run) {
        (false, _) => writeln!(text, "{} fautes : rien n'est enregistré", faults.len()),
        (true, true) => writeln!(text, "{lines} {what} à enregistrer (essai : rien n'est écrit)"),
        (true, false) => writeln!(text, "{lines} {what} {done}"),
    }
}
