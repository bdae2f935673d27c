//! Import of attendance from the town's own software or a tablet's list: one CSV file, all or nothing.
//!
//! Columns, in any order: `enfant` (the child's reference), `activite` (its stable name), `jour` (JJ/MM/AAAA or AAAA-MM-JJ), `pointage`
//! (`présent`, `absent`, `retard`, `parti`); and where they apply `arrivee`, `depart` (HH:MM), `avec` (who fetched the child), `unites` (stable
//! names with blanks between, where the child was there for something else than what is booked), `retard_depart` (`oui`: fetched after the
//! closing hour), `famille` (the reference of the home that owes what nobody booked, where two pay for the child). The same child, activity and day again changes that mark.

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use jiff::civil::{Date, Time};
use preau_protocol::attendance::{AttendanceDto, MAX_COLLECTED_BY, MarkDto};
use preau_protocol::files::{AttendanceReportDto, FileFaultDto};
use uuid::Uuid;

use super::recording::{counts, record};
use crate::audit::{self, Actor, Details};
use crate::csv_file::{self, Form};
use crate::error::Result;
use crate::family;
use crate::family::folding::fold;
use crate::planning::{self, Currents};
use crate::writer::{Command, WriteTx};

const FORM: Form = Form {
    columns: &[
        "enfant",
        "activite",
        "jour",
        "pointage",
        "arrivee",
        "depart",
        "avec",
        "unites",
        "retard_depart",
        "famille",
    ],
    needed: &["enfant", "activite", "jour", "pointage"],
    most: 5_000,
};

/// Longest reference, in characters.
const REFERENCE: usize = 40;
/// Most days of activities in one file.
const MOST_DAYS: usize = 31;

/// A file of attendance.
pub struct ImportAttendance {
    /// The commune.
    pub commune: Uuid,
    /// Who hands it in.
    pub actor: Actor,
    /// The file.
    pub csv: Vec<u8>,
    /// Only say what would be done.
    pub dry_run: bool,
    /// What towns offer.
    pub currents: Arc<Currents>,
}

/// A line, its references not looked up yet.
#[derive(Debug)]
struct Line {
    number: u64,
    child: String,
    activity: String,
    day: Date,
    mark: MarkDto,
    arrived_at: Option<Time>,
    left_at: Option<Time>,
    collected_by: Option<String>,
    units: Option<Vec<String>>,
    late_pickup: bool,
    /// Who owes what nobody booked, by reference.
    family: Option<String>,
}

/// Marks of a day of an activity, each with its line.
type OfDays = BTreeMap<(Uuid, Date), Vec<(u64, AttendanceDto)>>;

impl Command for ImportAttendance {
    type Output = AttendanceReportDto;
    const NAME: &'static str = "import_attendance";

    async fn apply(&self, tx: &WriteTx) -> Result<AttendanceReportDto> {
        let Self { commune, actor, dry_run, .. } = *self;
        let (of_days, mut faults) = self.read(tx).await?;
        // All is looked at before anything is written.
        for writes in [false, true] {
            if !faults.is_empty() || (writes && dry_run) {
                break;
            }
            for (of, marked) in &of_days {
                let marks: Vec<AttendanceDto> = marked.iter().map(|(_, mark)| mark.clone()).collect();
                if let Err(found) = record(tx, &self.currents, commune, *of, (&marks, &[]), !writes).await? {
                    if writes {
                        // What is written of the days before it is undone with the command.
                        return Err(anyhow::anyhow!("attendance that was good is so no longer: {found:?}").into());
                    }
                    faults.extend(found.into_iter().map(|(place, reason)| {
                        let (column, reason) = reason.in_french();
                        let line = marked.get(place).map_or(1, |(line, _)| *line);
                        FileFaultDto { line, column: column.to_owned(), reason: reason.to_owned() }
                    }));
                }
            }
        }
        faults.sort_by_key(|fault| fault.line);
        let marks: Vec<AttendanceDto> = of_days.into_values().flatten().map(|(_, mark)| mark).collect();
        let report = AttendanceReportDto { dry_run, lines: u32::try_from(marks.len()).unwrap_or(u32::MAX), faults };
        if report.is_accepted() && !dry_run {
            let details = Details::default().with("marks", counts(&marks))?.into_text();
            let (action, details) = ("attendance_imported", Some(details.as_str()));
            audit::record(tx, audit::Entry { commune, actor, action, family: None, entity: None, details }).await?;
        }
        Ok(report)
    }
}

impl ImportAttendance {
    /// The lines of the file by activity and day, and what is wrong with it by itself.
    async fn read(&self, tx: &WriteTx) -> Result<(OfDays, Vec<FileFaultDto>)> {
        let (lines, mut faults) = csv_file::read(&self.csv, FORM, line);
        let references: BTreeSet<String> = lines.iter().map(|line| line.child.clone()).collect();
        let references: Vec<String> = references.into_iter().collect();
        let children = family::children_by_reference(tx.connection(), self.commune, &references).await?;
        let references: BTreeSet<String> = lines.iter().filter_map(|line| line.family.clone()).collect();
        let references: Vec<String> = references.into_iter().collect();
        let families = family::families_by_reference(tx.connection(), self.commune, &references).await?;
        let planning = planning::ops::current(tx, &self.currents, self.commune).await?.planning;
        let activities: BTreeMap<&str, Uuid> =
            planning.activities.values().map(|activity| (activity.key.as_str(), activity.id.0)).collect();
        let mut of_days = OfDays::new();
        for line in lines {
            let fault = |column: &str, reason: &str| FileFaultDto {
                line: line.number,
                column: column.to_owned(),
                reason: reason.to_owned(),
            };
            let family = line.family.as_ref().map(|reference| families.get(reference).copied());
            match (children.get(&line.child), activities.get(line.activity.as_str())) {
                (Some(_), Some(_)) if family == Some(None) => {
                    faults.push(fault("famille", "aucune famille n'a cette référence"));
                }
                (Some(child), Some(activity)) => {
                    let of = (*activity, line.day);
                    of_days.entry(of).or_default().push((line.number, line.mark_of(*child, family.flatten())));
                }
                (None, _) => faults.push(fault("enfant", "aucun enfant n'a cette référence")),
                (Some(_), None) => faults.push(fault("activite", "aucune activité n'a ce nom stable")),
            }
        }
        if of_days.len() > MOST_DAYS {
            let reason = format!("{} jours d'activité, {MOST_DAYS} au plus : un fichier par mois", of_days.len());
            faults.push(FileFaultDto { line: 1, column: "fichier".into(), reason });
        }
        Ok((of_days, faults))
    }
}

impl Line {
    fn mark_of(self, child_id: Uuid, family_id: Option<Uuid>) -> AttendanceDto {
        let Self { mark, arrived_at, left_at, collected_by, units, late_pickup, .. } = self;
        AttendanceDto { child_id, mark, units, arrived_at, left_at, collected_by, late_pickup, family_id }
    }
}

fn line(read: csv_file::Line<'_>) -> std::result::Result<Line, FileFaultDto> {
    let mark = match fold(read.cell("pointage")).as_str() {
        "present" => MarkDto::Present,
        "absent" => MarkDto::Absent,
        "retard" => MarkDto::Late,
        "parti" => MarkDto::Left,
        _ => return Err(read.fault("pointage", "présent, absent, retard ou parti")),
    };
    let units: Vec<String> = read.cell("unites").split_whitespace().map(str::to_owned).collect();
    Ok(Line {
        number: read.number(),
        child: read.cell("enfant").to_owned(),
        activity: read.cell("activite").to_owned(),
        day: read.day("jour")?,
        mark,
        arrived_at: read.time("arrivee")?,
        left_at: read.time("depart")?,
        collected_by: read.text("avec", MAX_COLLECTED_BY)?,
        units: (!units.is_empty()).then_some(units),
        late_pickup: read.yes("retard_depart")?,
        family: read.text("famille", REFERENCE)?,
    })
}

#[cfg(test)]
mod tests {
    use super::*;
    use jiff::civil::time;

    #[test]
    fn lines_by_table() {
        let head = "enfant;activité;jour;pointage;arrivée;départ;avec;unités;retard départ\n";
        for (cells, faulty) in [
            ("E1;alsh;21/12/2026;présent;;;;;", None),
            ("E1;alsh;2026-12-21;PARTI;8h05;17:30;Mme Petit (grand-mère);morning afternoon;oui", None),
            ("E1;alsh;21/12;présent;;;;;", Some("jour")),
            ("E1;alsh;21/12/2026;;;;;;", Some("pointage")),
            ("E1;alsh;21/12/2026;malade;;;;;", Some("pointage")),
            ("E1;alsh;21/12/2026;présent;matin;;;;", Some("arrivee")),
            ("E1;alsh;21/12/2026;parti;;25:00;;;", Some("depart")),
            ("E1;alsh;21/12/2026;parti;;;;;parfois", Some("retard_depart")),
        ] {
            let (lines, faults) = csv_file::read(format!("{head}{cells}\n").as_bytes(), FORM, line);
            let found = faults.first().map(|fault| (fault.line, fault.column.as_str()));
            assert_eq!(found, faulty.map(|column| (2, column)), "{cells}");
            assert_eq!(lines.len(), usize::from(faulty.is_none()), "{cells}");
        }
        let whole = format!("{head}E1;alsh;2026-12-21;parti;8h05;17:30;Mme Petit;morning afternoon;oui\n");
        let line = csv_file::read(whole.as_bytes(), FORM, line).0.remove(0);
        assert_eq!((line.arrived_at, line.left_at), (Some(time(8, 5, 0, 0)), Some(time(17, 30, 0, 0))));
        assert_eq!(line.units, Some(vec!["morning".to_owned(), "afternoon".to_owned()]));
        assert!(line.late_pickup && line.collected_by.as_deref() == Some("Mme Petit"));
    }
}
