//! Who came: by the agents' route and by file, and what is charged because of it.

use base64::Engine;
use base64::engine::general_purpose::STANDARD;
use preau_domain::accounts::AgentRole;
use preau_protocol::ErrorCode;
use preau_protocol::attendance::{AttendanceLineDto, AttendanceSheetDto, MarkDto};
use preau_protocol::files::AttendanceReportDto;
use preau_protocol::reservations::{ReservationStateDto, VerdictDto};
use preau_server::audit::Actor;
use preau_server::reservations::agents::{CloseDay, Named};
use serde_json::{Value, json};
use uuid::Uuid;

use crate::place::*;
use crate::support::{Harness, on_each_engine};

/// The evening of Monday, in a town with surcharges.
struct Evening {
    place: Place,
    families: Vec<Family>,
    youth: String,
}

impl Evening {
    async fn of(h: &Harness, billing: &str) -> Self {
        let place = place(h).await;
        let surcharges = "[[tariffs.surcharges]]\nkey = \"unbooked\"\nname = \"Sans réservation\"\nwhen = \"unbooked\"\n\
                          amount = { type = \"cents\", cents = 300 }\n\
                          [[tariffs.surcharges]]\nkey = \"late_pickup\"\nname = \"Départ après la fermeture\"\n\
                          when = \"late_pickup\"\namount = { type = \"cents\", cents = 500 }\n";
        let first_formula = "[[tariffs.formulas]]";
        let file = season().replacen(first_formula, &format!("{surcharges}{first_formula}"), 1).replacen(
            "billing = \"booked\"",
            &format!("billing = \"{billing}\""),
            1,
        );
        let report = apply(h, &file).await;
        assert!(report.is_accepted(), "{report:?}");
        let families = three_that_ask(h, &place).await;
        // From the morning of 23 November to that evening.
        h.clock.advance(std::time::Duration::from_secs((28 * 24 + 10) * 3600));
        let youth = agent(h, &place, AgentRole::Youth).await;
        Self { place, families, youth }
    }

    async fn mark(&self, h: &Harness, marks: Value) -> AttendanceSheetDto {
        let body = json!({ "activity_id": self.place.alsh, "day": MONDAY, "marks": marks });
        h.put("/v1/agent/attendance", &self.youth, &body).await.json()
    }

    async fn sheet(&self, h: &Harness) -> AttendanceSheetDto {
        h.get(&format!("/v1/agent/attendance?activity={}&day={MONDAY}", self.place.alsh), &self.youth).await.json()
    }

    fn line(&self, sheet: &AttendanceSheetDto, family: usize) -> AttendanceLineDto {
        sheet.lines.iter().find(|line| line.child_id == self.families[family].child).cloned().unwrap()
    }

    async fn state(&self, h: &Harness, family: usize) -> ReservationStateDto {
        let family = h.refresh_session(&self.families[family]).await;
        reservations(h, &family).await.iter().find(|one| one.day == MONDAY).unwrap().state
    }
}

fn cents(line: &AttendanceLineDto) -> Option<i64> {
    line.price.as_ref().map(|price| price.cents)
}

#[tokio::test]
async fn who_came_is_marked_corrected_and_charged() {
    on_each_engine(|h| async move {
        use ReservationStateDto::{Absent, Confirmed};
        let evening = Evening::of(&h, "booked").await;
        let child = |n: usize| evening.families[n].child;
        let sheet = evening.sheet(&h).await;
        assert_eq!(sheet.lines.len(), 2, "who waits is not expected");
        assert!(sheet.lines.iter().all(|line| line.attendance.is_none() && line.booked.len() == 3));
        let sheet = evening
            .mark(
                &h,
                json!([
                    { "child_id": child(0), "mark": "left", "arrived_at": "08:05:00", "left_at": "19:10:00",
                      "collected_by": "Mme Petit", "late_pickup": true },
                    { "child_id": child(1), "mark": "absent" },
                    { "child_id": child(2), "mark": "present", "units": ["morning"] },
                ]),
            )
            .await;
        assert_eq!(sheet.lines.len(), 3, "and who came without a place is on the sheet");
        let (left, absent, unbooked) = (evening.line(&sheet, 0), evening.line(&sheet, 1), evening.line(&sheet, 2));
        let agreed = cents(&absent).unwrap();
        assert_eq!(cents(&left), Some(agreed + 500), "fetched after the closing hour");
        assert_eq!(left.attendance.as_ref().unwrap().collected_by.as_deref(), Some("Mme Petit"));
        assert_eq!((absent.state, absent.attendance.as_ref().unwrap().mark), (Some(Absent), MarkDto::Absent));
        let adjustments = &unbooked.price.as_ref().unwrap().adjustments;
        assert_eq!(adjustments.iter().map(|one| one.cents).collect::<Vec<_>>(), [300], "{unbooked:?}");
        assert_eq!((unbooked.booked.len(), unbooked.state), (0, None));
        assert_eq!([evening.state(&h, 0).await, evening.state(&h, 1).await], [Confirmed, Absent]);
        is_sound(&h).await;
        // It was a mistake: the child came, late. And the other was not there at all.
        let body = json!({ "activity_id": evening.place.alsh, "day": MONDAY, "unmarked": [child(2)],
            "marks": [{ "child_id": child(1), "mark": "late" }] });
        let sheet: AttendanceSheetDto = h.put("/v1/agent/attendance", &evening.youth, &body).await.json();
        assert_eq!(sheet.lines.len(), 2);
        assert_eq!(evening.state(&h, 1).await, Confirmed);
        // Unmarked, a reservation stands as it stood.
        evening.mark(&h, json!([{ "child_id": child(1), "mark": "absent" }])).await;
        let body = json!({ "activity_id": evening.place.alsh, "day": MONDAY, "unmarked": [child(1)] });
        let _: AttendanceSheetDto = h.put("/v1/agent/attendance", &evening.youth, &body).await.json();
        assert_eq!(evening.state(&h, 1).await, Confirmed);
        let entries = "UPDATE audit SET action = action WHERE action = 'attendance_recorded'";
        assert_eq!(h.sql(entries, Vec::new()).await, 4);
        is_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn what_is_billed_by_presence_is_owed_by_who_comes() {
    on_each_engine(|h| async move {
        let evening = Evening::of(&h, "attended").await;
        let child = |n: usize| evening.families[n].child;
        let sheet = evening
            .mark(
                &h,
                json!([
                    { "child_id": child(0), "mark": "present", "units": ["morning"] },
                    { "child_id": child(1), "mark": "absent" },
                ]),
            )
            .await;
        let (shorter, absent) = (evening.line(&sheet, 0), evening.line(&sheet, 1));
        assert_eq!(cents(&absent), None);
        let half_day = cents(&shorter).unwrap();
        let family = h.refresh_session(&evening.families[0]).await;
        let given_up = ask(&h, &family, days(&evening.place, child(0), &[(TUESDAY, DAY, &[])])).await;
        assert_eq!(given_up, [VerdictDto::Absent { cents: 0 }], "too late, and owed by nobody");
        let closed = CloseDay {
            commune: evening.place.town.id,
            actor: Actor::Operator,
            period: Named::Id(evening.place.noel),
            day: TUESDAY,
            reason: "Grève".into(),
            currents: h.app.currents.clone(),
        };
        assert_eq!(h.app.writer.run(closed).await.unwrap().ended, 3);
        let credits = "UPDATE reservation SET to_credit = to_credit WHERE to_credit";
        assert_eq!(h.sql(credits, Vec::new()).await, 0, "what nobody owed is not given back");
        let sheet = evening.mark(&h, json!([{ "child_id": child(0), "mark": "present" }])).await;
        assert!(half_day < cents(&evening.line(&sheet, 0)).unwrap(), "{sheet:?}");
        is_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn a_wrong_mark_says_which_and_none_is_on_record() {
    on_each_engine(|h| async move {
        let evening = Evening::of(&h, "booked").await;
        let child = |n: usize| evening.families[n].child;
        let marks = json!([
            { "child_id": child(0), "mark": "present" },
            { "child_id": Uuid::now_v7(), "mark": "present", "units": ["morning"] },
            { "child_id": child(2), "mark": "absent" },
            { "child_id": child(1), "mark": "absent", "units": ["morning"] },
            { "child_id": child(0), "mark": "absent" },
        ]);
        let body = json!({ "activity_id": evening.place.alsh, "day": MONDAY, "marks": marks });
        let answer = h.put("/v1/agent/attendance", &evening.youth, &body).await;
        answer.assert_refused(400, ErrorCode::InvalidRequest);
        let rules: Vec<(String, String)> =
            answer.error().fields.into_iter().map(|fault| (fault.field, fault.rule)).collect();
        let expected = [
            ("marks[1]", "unknown_child"),
            ("marks[2]", "not_booked"),
            ("marks[3]", "absent_says_more"),
            ("marks[4]", "repeated"),
        ];
        assert_eq!(rules, expected.map(|(field, rule)| (field.to_owned(), rule.to_owned())));
        assert!(evening.sheet(&h).await.lines.iter().all(|line| line.attendance.is_none()));
        let tomorrow = json!({ "activity_id": evening.place.alsh, "day": TUESDAY,
            "marks": [{ "child_id": child(0), "mark": "present" }] });
        let answer = h.put("/v1/agent/attendance", &evening.youth, &tomorrow).await;
        assert_eq!(answer.error().fields[0].rule, "not_yet");
        let elsewhere = json!({ "activity_id": Uuid::now_v7(), "day": MONDAY, "marks": [] });
        h.put("/v1/agent/attendance", &evening.youth, &elsewhere).await.assert_refused(404, ErrorCode::NotFound);
        let many: Vec<Value> = (0..501).map(|_| json!({ "child_id": Uuid::now_v7(), "mark": "present" })).collect();
        let body = json!({ "activity_id": evening.place.alsh, "day": MONDAY, "marks": many });
        let answer = h.put("/v1/agent/attendance", &evening.youth, &body).await;
        answer.assert_refused(400, ErrorCode::InvalidRequest);
        is_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn a_child_of_two_homes_is_charged_to_the_one_that_is_named() {
    on_each_engine(|h| async move {
        let evening = Evening::of(&h, "booked").await;
        let (home, other) = (&evening.families[2], &evening.families[0]);
        link_by_import(&h, ("maison1", "maison3")).await;
        let mark = |family: Option<Uuid>| {
            let mut mark = json!({ "child_id": home.child, "mark": "present", "units": ["morning"] });
            if let Some(family) = family {
                mark["family_id"] = json!(family);
            }
            json!({ "activity_id": evening.place.alsh, "day": MONDAY, "marks": [mark] })
        };
        let answer = h.put("/v1/agent/attendance", &evening.youth, &mark(None)).await;
        assert_eq!(answer.error().fields[0].rule, "which_home");
        let answer = h.put("/v1/agent/attendance", &evening.youth, &mark(Some(evening.families[1].family))).await;
        assert_eq!(answer.error().fields[0].rule, "no_home");
        let sheet: AttendanceSheetDto =
            h.put("/v1/agent/attendance", &evening.youth, &mark(Some(other.family))).await.json();
        let line = evening.line(&sheet, 2);
        assert_eq!(line.attendance.unwrap().family_id, Some(other.family));
        // A file names the home by its reference.
        for (reference, told) in [("", Some("famille")), ("maison9", Some("famille")), ("maison3", None)] {
            let csv = format!(
                "enfant;activite;jour;pointage;unites;famille\nmaison3;alsh;21/12/2026;présent;morning;{reference}\n"
            );
            let body = json!({ "csv": STANDARD.encode(csv) });
            let report: AttendanceReportDto = h.post("/v1/agent/attendance/import", &evening.youth, &body).await.json();
            assert_eq!(report.faults.first().map(|fault| fault.column.as_str()), told, "{reference}");
        }
        let line = evening.line(&evening.sheet(&h).await, 2);
        assert_eq!(line.attendance.unwrap().family_id, Some(home.family));
        is_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn a_file_of_attendance_is_all_or_nothing() {
    on_each_engine(|h| async move {
        let evening = Evening::of(&h, "booked").await;
        let hand_in = async |csv: &str, dry_run: bool| -> AttendanceReportDto {
            let body = json!({ "csv": STANDARD.encode(csv), "dry_run": dry_run });
            h.post("/v1/agent/attendance/import", &evening.youth, &body).await.json()
        };
        let head = "enfant;activité;jour;pointage;départ;avec;unités\n";
        let good = format!(
            "{head}maison1;alsh;21/12/2026;parti;17:30;Mme Petit;\nmaison2;alsh;21/12/2026;absent;;;\n\
                            maison3;alsh;21/12/2026;présent;;;morning\n"
        );
        let faulty = format!(
            "{good}maison9;alsh;21/12/2026;présent;;;\nmaison1;alsh;22/12/2026;présent;;;\n\
                              maison1;alsh;21/12/2026;présent;;;\n"
        );
        let report = hand_in(&faulty, false).await;
        let told: Vec<(u64, &str)> = report.faults.iter().map(|fault| (fault.line, fault.column.as_str())).collect();
        assert_eq!(told, [(5, "enfant")], "what cannot be looked up is said first");
        let report = hand_in(&faulty.replace("maison9;alsh;21/12/2026;présent;;;\n", ""), false).await;
        let told: Vec<(u64, &str)> = report.faults.iter().map(|fault| (fault.line, fault.column.as_str())).collect();
        assert_eq!(told, [(5, "jour"), (6, "enfant")]);
        let marked = async || evening.sheet(&h).await.lines.iter().filter(|line| line.attendance.is_some()).count();
        assert_eq!(marked().await, 0);
        let report = hand_in(&good, true).await;
        assert_eq!((report.lines, report.faults.len(), marked().await), (3, 0, 0));
        let report = hand_in(&good, false).await;
        assert_eq!((report.lines, report.faults.len(), marked().await), (3, 0, 3));
        assert_eq!(evening.state(&h, 1).await, ReservationStateDto::Absent);
        assert_eq!(hand_in(&good, false).await.faults.len(), 0, "the same again");
        assert_eq!(marked().await, 3);
        is_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn a_child_whom_two_homes_booked_is_charged_to_each_for_its_own_part() {
    on_each_engine(|h| async move {
        let place = place(&h).await;
        let first = family(&h, &place, "maison1").await;
        let second = family(&h, &place, "maison2").await;
        link_by_import(&h, ("maison2", "maison1")).await;
        ask(&h, &first, days(&place, first.child, &[(MONDAY, &[], MORNING)])).await;
        ask(&h, &second, days(&place, first.child, &[(MONDAY, &[], AFTERNOON)])).await;
        h.clock.advance(std::time::Duration::from_secs((28 * 24 + 10) * 3600));
        let evening = Evening { youth: agent(&h, &place, AgentRole::Youth).await, place, families: vec![first] };
        let of = |sheet: &AttendanceSheetDto, unit: &str| -> AttendanceLineDto {
            sheet.lines.iter().find(|line| line.booked == [unit]).cloned().unwrap()
        };
        let child = evening.families[0].child;
        // The child came for the morning alone: whoever booked the afternoon is told that it was absent.
        let sheet = evening.mark(&h, json!([{ "child_id": child, "mark": "late", "units": ["morning"] }])).await;
        let marks = ["morning", "afternoon"].map(|unit| of(&sheet, unit).attendance.unwrap().mark);
        assert_eq!(marks, [MarkDto::Late, MarkDto::Absent]);
        assert_eq!(of(&sheet, "afternoon").state, Some(ReservationStateDto::Absent));
        is_sound(&h).await;
        // And for the whole day, as it was booked.
        let sheet = evening.mark(&h, json!([{ "child_id": child, "mark": "left", "late_pickup": true }])).await;
        let late = ["morning", "afternoon"].map(|unit| of(&sheet, unit).attendance.unwrap().late_pickup);
        assert_eq!(late, [false, true], "who booked the end of the day answers for it");
        assert_eq!(of(&sheet, "afternoon").state, Some(ReservationStateDto::Confirmed));
        is_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn what_the_family_did_after_a_mark_is_not_undone_with_it() {
    on_each_engine(|h| async move {
        let evening = Evening::of(&h, "booked").await;
        let child = evening.families[0].child;
        evening.mark(&h, json!([{ "child_id": child, "mark": "present" }])).await;
        let family = h.refresh_session(&evening.families[0]).await;
        let given_up = ask(&h, &family, days(&evening.place, child, &[(MONDAY, DAY, &[])])).await;
        assert!(matches!(given_up[0], VerdictDto::Absent { .. }), "{given_up:?}");
        let body = json!({ "activity_id": evening.place.alsh, "day": MONDAY, "unmarked": [child] });
        let sheet: AttendanceSheetDto = h.put("/v1/agent/attendance", &evening.youth, &body).await.json();
        assert_eq!(evening.line(&sheet, 0).state, Some(ReservationStateDto::Absent), "as its receipt says");
        is_sound(&h).await;
    })
    .await;
}
