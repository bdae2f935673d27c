//! What the town does to days by itself.

use std::collections::BTreeMap;

use jiff::civil::{Date, date};
use preau_protocol::reservations::{RefusalDto, ReservationStateDto, VerdictDto};
use preau_server::admin::{Answer, Request, execute};
use serde_json::json;

use crate::place::*;
use crate::support::on_each_engine;

#[tokio::test]
async fn a_season_is_all_or_nothing_and_takes_nothing_away() {
    on_each_engine(|h| async move {
        let place = place(&h).await;
        assert_eq!(apply(&h, &season()).await.differences, [], "the same file again changes nothing");
        let circle = season().replace(
            "units = [\"meal\"]\nany_of = [\"morning\", \"afternoon\"]",
            "units = [\"meal\"]\nany_of = [\"morning\"]\n[[activities.relations]]\ntype = \"requires\"\nunits = [\"morning\"]\nany_of = [\"meal\"]",
        );
        let report = apply(&h, &circle).await;
        assert!(report.faults.iter().any(|fault| fault.rule.contains("circle")), "{report:?}");
        let misspelt = season().replace("billing = \"booked\"", "biling = \"booked\"");
        assert!(!apply(&h, &misspelt).await.is_accepted());
        let family = family(&h, &place, "maison1").await;
        ask(&h, &family, days(&place, family.child, &[(MONDAY, &[], DAY)])).await;
        let shorter = season().replace("first_day = \"2026-12-21\"", "first_day = \"2026-12-22\"");
        let report = apply(&h, &shorter).await;
        assert!(report.faults.iter().any(|fault| fault.field == "periods.noel_2026"), "{report:?}");
        let reordered = season().replacen("{ key = \"morning\", name = \"Matin\" },\n", "", 1);
        assert!(!apply(&h, &reordered).await.is_accepted());
        // Two more families wait; more places are theirs at once.
        let mut waiting = Vec::new();
        for n in 2..5 {
            let family = self::family(&h, &place, &format!("maison{n}")).await;
            ask(&h, &family, days(&place, family.child, &[(MONDAY, &[], DAY)])).await;
            waiting.push(family);
        }
        let more = season().replacen("from_6_to_11 = { morning = 2, afternoon = 2 }", "from_6_to_11 = { morning = 3, afternoon = 3 }", 1);
        let report = apply(&h, &more).await;
        assert_eq!(report.differences.len(), 1, "{report:?}");
        let states = [&waiting[0], &waiting[1], &waiting[2]];
        let mut seen = Vec::new();
        for family in states {
            seen.push(reservations(&h, family).await[0].state);
        }
        use ReservationStateDto::{Confirmed, Waiting};
        assert_eq!(seen, [Confirmed, Confirmed, Waiting]);
        is_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn a_day_that_the_town_closes_ends_for_everybody() {
    on_each_engine(|h| async move {
        let place = place(&h).await;
        let families = three_that_ask(&h, &place).await;
        let close = |day: Date| Request::CloseDay {
            commune: "parempuyre".into(),
            period: "noel_2026".into(),
            day,
            reason: "Grève".into(),
        };
        let Answer::DayClosed { ended } = execute(&h.app, close(MONDAY)).await.unwrap() else { panic!("not closed") };
        assert_eq!(ended, 3);
        let told = messages(&h, "day_closed").await;
        let to: Vec<&str> = told.iter().map(|(to, _)| to.as_str()).collect();
        assert_eq!(to, ["maison1@exemple.fr", "maison2@exemple.fr", "maison3@exemple.fr"]);
        let about = json!({ "template": "day_closed", "first_name": "Claire", "activity": "ALSH des vacances",
            "day": "lundi 21 décembre 2026", "reason": "Grève", "children": ["Léo"] });
        assert!(told.iter().all(|(_, data)| *data == about), "{told:?}");
        let marked = "UPDATE reservation SET to_credit = to_credit WHERE to_credit AND closed AND state = 'cancelled'";
        assert_eq!(h.sql(marked, Vec::new()).await, 2, "who only waited owed nothing");
        for (n, family) in families.iter().enumerate() {
            let shown: BTreeMap<Date, (ReservationStateDto, bool)> =
                reservations(&h, family).await.into_iter().map(|one| (one.day, (one.state, one.closed))).collect();
            assert_eq!(shown[&MONDAY], (ReservationStateDto::Cancelled, true), "{n}");
            assert!(!shown[&TUESDAY].1, "{n}");
        }
        let again = ask(&h, &families[0], days(&place, families[0].child, &[(MONDAY, &[], DAY)])).await;
        let reason = "Grève".to_owned();
        assert_eq!(again, [VerdictDto::Refused { refusal: RefusalDto::Closed { reason } }]);
        let refused = execute(&h.app, close(date(2026, 12, 26))).await.unwrap();
        assert!(matches!(refused, Answer::Refused(_)), "a Saturday is no day of it");
        is_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn days_to_come_end_with_the_registration_and_go_to_who_waits() {
    on_each_engine(|h| async move {
        let place = place(&h).await;
        let families = three_that_ask(&h, &place).await;
        assert_eq!(register(&h, "enfant;activite;du;au\nmaison1;alsh;01/09/2026;21/12/2026\n").await, 1, "Tuesday");
        let about = |free: &[&str], owed: &[&str]| {
            let data = json!({ "template": "registration_ended", "first_name": "Claire",
                "activity": "ALSH des vacances", "child": "Léo", "free": free, "owed": owed });
            ("maison1@exemple.fr".to_owned(), data)
        };
        let tuesday = about(&["mardi 22 décembre 2026"], &[]);
        assert_eq!(messages(&h, "registration_ended").await, std::slice::from_ref(&tuesday));
        let states = async |family: &Family| -> Vec<(Date, ReservationStateDto)> {
            let mut states: Vec<_> = reservations(&h, family).await.iter().map(|one| (one.day, one.state)).collect();
            states.sort_by_key(|(day, _)| *day);
            states
        };
        use ReservationStateDto::{Absent, Confirmed, Waiting};
        assert_eq!(states(&families[0]).await, [(MONDAY, Confirmed)]);
        assert_eq!(states(&families[2]).await, [(MONDAY, Waiting), (TUESDAY, Confirmed)]);
        is_sound(&h).await;
        // Too late to give Monday up for nothing: it is an absence, and nobody is given its place.
        h.clock.advance(std::time::Duration::from_secs(22 * 24 * 3600));
        let withdrawn = "enfant;activite;du;au;etat\nmaison1;alsh;01/09/2026;31/08/2027;withdrawn\n";
        assert_eq!(register(&h, withdrawn).await, 1);
        assert_eq!(register(&h, withdrawn).await, 0, "the same again ends nothing");
        let monday = about(&[], &["lundi 21 décembre 2026"]);
        assert_eq!(messages(&h, "registration_ended").await, [tuesday, monday]);
        let (first, third) = (h.refresh_session(&families[0]).await, h.refresh_session(&families[2]).await);
        assert_eq!(states(&first).await, [(MONDAY, Absent)]);
        assert_eq!(states(&third).await, [(MONDAY, Waiting), (TUESDAY, Confirmed)]);
        is_sound(&h).await;
    })
    .await;
}

#[tokio::test]
async fn a_home_that_is_linked_later_sees_what_was_booked_before() {
    on_each_engine(|h| async move {
        let place = place(&h).await;
        let (one, other) = (family(&h, &place, "maison1").await, family(&h, &place, "maison2").await);
        ask(&h, &one, days(&place, one.child, &[(MONDAY, &[], DAY)])).await;
        assert_eq!(reservations(&h, &other).await.len(), 0);
        link_by_import(&h, ("maison2", "maison1")).await;
        let shown = reservations(&h, &other).await;
        assert_eq!(shown.len(), 1);
        assert!(shown[0].other_home && shown[0].price.is_none());
        is_sound(&h).await;
    })
    .await;
}
