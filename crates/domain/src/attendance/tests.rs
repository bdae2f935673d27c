//! What may be on record, and what is charged, by table.

use jiff::civil::{date, time};

use super::*;
use crate::ids::ActivityId;
use crate::planning::{ActivityKind, Key, Relation, Supervision, Unit};

const M: Units = Units::of_bit(0);
const MEAL: Units = Units::of_bit(1);
const A: Units = Units::of_bit(2);

fn activity() -> Activity {
    let key = |text: &str| Key::parse(text).unwrap();
    let unit = |name: &str, meal| Unit { key: key(name), name: name.into(), detail: None, meal };
    Activity {
        id: ActivityId(uuid::Uuid::nil()),
        key: key("alsh"),
        name: "ALSH".into(),
        kind: ActivityKind::Alsh,
        units: vec![unit("morning", false), unit("meal", true), unit("afternoon", false)],
        relations: vec![Relation::Requires { units: MEAL, any_of: M.and(A) }],
        groups: Vec::new(),
        counters: Vec::new(),
        supervision: Supervision::Holidays,
        billing: Billing::Attended,
        registration: true,
        notice: None,
    }
}

fn marked(mark: Mark) -> Attendance {
    Attendance { mark, units: None, arrived_at: None, left_at: None, collected_by: None, late_pickup: false }
}

#[test]
fn what_may_be_on_record_by_table() {
    let day = date(2026, 10, 19);
    let at_nine: Timestamp = "2026-10-19T07:00:00Z".parse().unwrap();
    let the_evening_before: Timestamp = "2026-10-18T21:59:59Z".parse().unwrap();
    let present = || marked(Mark::Present);
    let for_units = |units| Attendance { units: Some(units), ..present() };
    let left = |arrived, left| Attendance { arrived_at: arrived, left_at: Some(left), ..marked(Mark::Left) };
    use AttendanceFault::{Absent, Hours, NoUnits, NotBooked, NotOffered, NotYet};
    for (name, attendance, is_offered, booked, now, expected) in [
        ("came", present(), true, Some(M), at_nine, Ok(())),
        ("did not come", marked(Mark::Absent), true, Some(M), at_nine, Ok(())),
        ("the day before", present(), true, Some(M), the_evening_before, Err(NotYet)),
        ("a Sunday", present(), false, Some(M), at_nine, Err(NotOffered)),
        ("absent from nothing", marked(Mark::Absent), true, None, at_nine, Err(NotBooked)),
        ("came unbooked", for_units(M.and(MEAL)), true, None, at_nine, Ok(())),
        ("came unbooked, for what", present(), true, None, at_nine, Err(NoUnits)),
        ("stayed longer", for_units(M.and(MEAL).and(A)), true, Some(M), at_nine, Ok(())),
        ("a meal alone", for_units(MEAL), true, Some(M), at_nine, Err(AttendanceFault::Units)),
        ("no unit", for_units(Units::NONE), true, Some(M), at_nine, Err(AttendanceFault::Units)),
        ("a unit of nothing", for_units(Units::of_bit(7)), true, Some(M), at_nine, Err(AttendanceFault::Units)),
        (
            "absent for units",
            Attendance { units: Some(M), ..marked(Mark::Absent) },
            true,
            Some(M),
            at_nine,
            Err(Absent),
        ),
        (
            "absent and fetched late",
            Attendance { late_pickup: true, ..marked(Mark::Absent) },
            true,
            Some(M),
            at_nine,
            Err(Absent),
        ),
        ("a whole day", left(Some(time(8, 0, 0, 0)), time(17, 0, 0, 0)), true, Some(M), at_nine, Ok(())),
        ("backwards", left(Some(time(9, 0, 0, 0)), time(8, 0, 0, 0)), true, Some(M), at_nine, Err(Hours)),
        ("nobody saw it come", left(None, time(8, 0, 0, 0)), true, Some(M), at_nine, Ok(())),
    ] {
        assert_eq!(check(&attendance, &activity(), is_offered, booked, (day, now)), expected, "{name}");
    }
}

#[test]
fn what_is_charged_by_table() {
    let (present, absent) = (marked(Mark::Present), marked(Mark::Absent));
    let longer = Attendance { units: Some(M.and(A)), ..marked(Mark::Present) };
    let fetched_late = Attendance { late_pickup: true, ..marked(Mark::Left) };
    let charge_of = |units| Some(Charge { units, unbooked: false, late_pickup: false });
    let unbooked = Some(Charge { units: M.and(A), unbooked: true, late_pickup: false });
    for (name, billing, booked, attendance, expected) in [
        ("booked, nobody marked", Billing::Booked, Some(M), None, charge_of(M)),
        ("booked and absent", Billing::Booked, Some(M), Some(&absent), charge_of(M)),
        ("booked, stayed longer", Billing::Booked, Some(M), Some(&longer), charge_of(M)),
        ("by presence, nobody marked", Billing::Attended, Some(M), None, None),
        ("by presence, absent", Billing::Attended, Some(M), Some(&absent), None),
        ("by presence, came", Billing::Attended, Some(M), Some(&present), charge_of(M)),
        ("by presence, stayed longer", Billing::Attended, Some(M), Some(&longer), charge_of(M.and(A))),
        ("unbooked", Billing::Booked, None, Some(&longer), unbooked),
        ("unbooked, by presence", Billing::Attended, None, Some(&longer), unbooked),
        ("nothing at all", Billing::Booked, None, None, None),
        (
            "fetched late",
            Billing::Booked,
            Some(M),
            Some(&fetched_late),
            Some(Charge { units: M, unbooked: false, late_pickup: true }),
        ),
    ] {
        assert_eq!(charge(billing, booked, attendance), expected, "{name}");
    }
}

#[test]
fn what_is_a_homes_of_a_day_that_two_booked_by_table() {
    let absent = || (Mark::Absent, None, false);
    for (name, units, morning, afternoon) in [
        ("as booked", None, (Mark::Left, None, false), (Mark::Left, None, true)),
        ("all of it", Some(M.and(A)), (Mark::Left, Some(M), false), (Mark::Left, Some(A), true)),
        ("the morning alone", Some(M), (Mark::Left, Some(M), false), absent()),
        ("the afternoon alone", Some(A), absent(), (Mark::Left, Some(A), true)),
        ("a meal that nobody booked", Some(M.and(MEAL)), (Mark::Left, Some(M), false), (Mark::Left, Some(MEAL), true)),
    ] {
        let collected_by = Some("Mme Petit".to_owned());
        let attendance = Attendance { units, collected_by, late_pickup: true, ..marked(Mark::Left) };
        for (booked, others, last, expected) in [(M, A, false, morning), (A, M, true, afternoon)] {
            let share = share(&attendance, booked, others, last);
            assert_eq!((share.mark, share.units, share.late_pickup), expected, "{name}");
            assert_eq!(share.collected_by.is_some(), share.mark.came(), "{name}");
        }
        let alone = Attendance { units: Some(MEAL.and(M)), ..attendance };
        assert_eq!(share(&alone, M, Units::NONE, true), alone, "a home alone is told all");
    }
}
