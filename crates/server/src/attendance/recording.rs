//! Putting marks on record.

use std::collections::BTreeMap;
use std::sync::Arc;

use jiff::civil::Date;
use preau_domain::ids::ActivityId;
use preau_domain::reservations::ReservationState;
use preau_protocol::ErrorCode;
use preau_protocol::attendance::{AttendanceDto, MAX_COLLECTED_BY, MAX_MARKS, MarkDto, RecordAttendanceRequest};
use preau_protocol::error::FieldError;
use uuid::Uuid;

use super::store::{self, AttendanceRow};
use crate::audit::{self, Actor, Details};
use crate::error::{Error, Result};
use crate::planning::{self, Currents};
use crate::reservations::{Attended, Marked, MarkedBefore, NotAttended, attend};
use crate::writer::{Command, WriteTx};

/// Marks of one day, all or none.
pub(super) struct RecordAttendance {
    pub commune: Uuid,
    pub actor: Actor,
    pub request: RecordAttendanceRequest,
    pub currents: Arc<Currents>,
}

impl Command for RecordAttendance {
    type Output = ();
    const NAME: &'static str = "record_attendance";

    async fn apply(&self, tx: &WriteTx) -> Result<()> {
        let RecordAttendanceRequest { activity_id, day, marks, unmarked } = &self.request;
        if marks.len() + unmarked.len() > MAX_MARKS {
            return Err(refused(vec![fault("marks".into(), "at most 500")]));
        }
        let of = (*activity_id, *day);
        match record(tx, &self.currents, self.commune, of, (marks, unmarked), false).await? {
            Err(faults) => {
                let count = marks.len();
                let of_field = |(place, reason): (usize, NotRecorded)| match place.checked_sub(count) {
                    None => fault(format!("marks[{place}]"), reason.rule()),
                    Some(place) => fault(format!("unmarked[{place}]"), reason.rule()),
                };
                Err(refused(faults.into_iter().map(of_field).collect()))
            }
            Ok(()) => {
                let details = Details::default()
                    .with("day", day)?
                    .with("marks", counts(marks))?
                    .with("unmarked", unmarked.len())?
                    .into_text();
                let (entity, details) = (Some(*activity_id), Some(details.as_str()));
                let (commune, actor, action) = (self.commune, self.actor, "attendance_recorded");
                audit::record(tx, audit::Entry { commune, actor, action, family: None, entity, details }).await
            }
        }
    }
}

fn refused(fields: Vec<FieldError>) -> Error {
    Error::Fields(ErrorCode::InvalidRequest, fields)
}

fn fault(field: String, rule: &str) -> FieldError {
    FieldError { field, rule: rule.to_owned() }
}

/// How many of each mark.
pub(super) fn counts(marks: &[AttendanceDto]) -> BTreeMap<&'static str, u32> {
    let mut counts = BTreeMap::new();
    for mark in marks {
        *counts.entry(name(mark.mark)).or_default() += 1;
    }
    counts
}

/// Why a mark is not on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum NotRecorded {
    /// A rule says no.
    Rule(NotAttended),
    /// The name of who fetched the child.
    CollectedBy,
}

impl NotRecorded {
    /// In snake case, as a field's rule.
    fn rule(self) -> &'static str {
        use preau_domain::attendance::AttendanceFault::{Absent, Hours, NoUnits, NotBooked, NotOffered, NotYet, Units};
        match self {
            Self::CollectedBy => "collected_by_too_long",
            Self::Rule(NotAttended::UnknownChild) => "unknown_child",
            Self::Rule(NotAttended::WhichHome) => "which_home",
            Self::Rule(NotAttended::NoHome) => "no_home",
            Self::Rule(NotAttended::Repeated) => "repeated",
            Self::Rule(NotAttended::NoPrice) => "no_price",
            Self::Rule(NotAttended::Fault(fault)) => match fault {
                NotYet => "not_yet",
                NotOffered => "not_offered",
                NotBooked => "not_booked",
                NoUnits => "no_units",
                Units => "units",
                Absent => "absent_says_more",
                Hours => "hours",
            },
        }
    }
}

/// Puts marks of a day on record with all that follows from them, and takes others away; or, where `dry_run`, only says what is wrong
/// with them, by their place in both lists one after the other.
///
/// # Errors
/// [`Error::NotFound`] for an activity that the town does not have, or whatever the database says.
pub(super) async fn record(
    tx: &WriteTx,
    currents: &Currents,
    commune: Uuid,
    (activity, day): (Uuid, Date),
    (marks, unmarked): (&[AttendanceDto], &[Uuid]),
    dry_run: bool,
) -> Result<std::result::Result<(), Vec<(usize, NotRecorded)>>> {
    let planning = planning::ops::current(tx, currents, commune).await?.planning;
    let offered = planning.activities.get(&ActivityId(activity)).ok_or(Error::NotFound)?;
    let children: Vec<Uuid> = marks.iter().map(|mark| mark.child_id).chain(unmarked.iter().copied()).collect();
    let before = store::of_children(tx.connection(), commune, (activity, day), &children).await?;
    let marked = marked_before(before);
    let before = |child: &Uuid| marked.get(child).cloned().unwrap_or_default();
    let mut wanted: Vec<Marked> = Vec::with_capacity(children.len());
    let mut faults = Vec::new();
    for (place, mark) in marks.iter().enumerate() {
        let attendance = mark.attendance(offered);
        let names = attendance.collected_by.as_deref().unwrap_or_default();
        if names.chars().count() > MAX_COLLECTED_BY || names.contains('\0') {
            faults.push((place, NotRecorded::CollectedBy));
        }
        let (child, family) = (mark.child_id, mark.family_id);
        wanted.push(Marked { child, attendance: Some(attendance), family, before: before(&child) });
    }
    for child in unmarked {
        wanted.push(Marked { child: *child, attendance: None, family: None, before: before(child) });
    }
    let attended = attend(tx, currents, commune, (activity, day), &wanted, dry_run || !faults.is_empty()).await?;
    let attended = match attended {
        Err(found) => {
            faults.extend(found.into_iter().map(|(place, fault)| (place, NotRecorded::Rule(fault))));
            faults.sort_by_key(|(place, _)| *place);
            return Ok(Err(faults));
        }
        Ok(_) if !faults.is_empty() => return Ok(Err(faults)),
        Ok(attended) => attended,
    };
    if !dry_run {
        let rows = attended.iter().map(|attended| row((activity, day), attended)).collect::<Result<Vec<_>>>()?;
        store::replace(tx, commune, (activity, day), &children, rows).await?;
    }
    Ok(Ok(()))
}

/// What the marks on record did, by child and home.
fn marked_before(rows: Vec<AttendanceRow>) -> BTreeMap<Uuid, BTreeMap<Uuid, MarkedBefore>> {
    let mut marked: BTreeMap<Uuid, BTreeMap<Uuid, MarkedBefore>> = BTreeMap::new();
    for row in rows {
        let absent = row.mark == name(MarkDto::Absent);
        let left = if absent { ReservationState::Absent } else { ReservationState::Confirmed };
        if let (Some(reservation), Some(stood)) = (row.reservation_id, row.stood.as_deref().and_then(state_of)) {
            let before = MarkedBefore { reservation, stood, left };
            marked.entry(row.child_id).or_default().insert(row.family_id, before);
        }
    }
    marked
}

fn row((activity_id, day): (Uuid, Date), attended: &Attended) -> Result<AttendanceRow> {
    let Attended { child, family, reservation, attendance, price } = attended;
    Ok(AttendanceRow {
        activity_id,
        day: day.to_string(),
        child_id: *child,
        family_id: *family,
        reservation_id: reservation.map(|(id, _)| id),
        stood: reservation.map(|(_, state)| name_of(state).to_owned()),
        mark: name(attendance.mark.into()).to_owned(),
        units: attendance.units.map(|units| i64::from(units.bits())),
        arrived_at: attendance.arrived_at.map(|at| at.to_string()),
        left_at: attendance.left_at.map(|at| at.to_string()),
        collected_by: attendance.collected_by.clone(),
        late_pickup: attendance.late_pickup,
        price: price.as_ref().map(serde_json::to_string).transpose()?,
    })
}

fn name(mark: MarkDto) -> &'static str {
    match mark {
        MarkDto::Present => "present",
        MarkDto::Absent => "absent",
        MarkDto::Late => "late",
        MarkDto::Left => "left",
    }
}

fn name_of(state: ReservationState) -> &'static str {
    if state == ReservationState::Absent { "absent" } else { "confirmed" }
}

fn state_of(name: &str) -> Option<ReservationState> {
    match name {
        "confirmed" => Some(ReservationState::Confirmed),
        "absent" => Some(ReservationState::Absent),
        _ => None,
    }
}

impl NotRecorded {
    /// For a file's line: the column, and what is wrong.
    pub(super) fn in_french(self) -> (&'static str, &'static str) {
        use preau_domain::attendance::AttendanceFault::{Absent, Hours, NoUnits, NotBooked, NotOffered, NotYet, Units};
        match self {
            Self::CollectedBy => ("avec", "100 caractères au plus"),
            Self::Rule(NotAttended::UnknownChild) => ("enfant", "aucun enfant n'a cette référence"),
            Self::Rule(NotAttended::WhichHome) => {
                ("famille", "deux foyers paient pour cet enfant : dire lequel par sa référence")
            }
            Self::Rule(NotAttended::NoHome) => ("famille", "aucun foyer ne paie pour cet enfant ce jour-là"),
            Self::Rule(NotAttended::Repeated) => ("enfant", "déjà pointé ce jour-là dans ce fichier"),
            Self::Rule(NotAttended::NoPrice) => ("unites", "la commune n'a pas de tarif pour cela"),
            Self::Rule(NotAttended::Fault(fault)) => match fault {
                NotYet => ("jour", "ce jour n'a pas commencé"),
                NotOffered => ("jour", "l'activité n'a pas lieu ce jour-là"),
                NotBooked => ("pointage", "rien n'est réservé : un enfant non attendu n'est pas absent"),
                NoUnits => ("unites", "rien n'est réservé : dire pour quoi l'enfant était là"),
                Units => ("unites", "des unités de l'activité, qui vont ensemble"),
                Absent => ("pointage", "un enfant absent n'a ni heures ni unités"),
                Hours => ("depart", "avant l'arrivée"),
            },
        }
    }
}
