//! A town that offers days, families with a child each, and what they ask.

use jiff::civil::{Date, date};
use preau_domain::accounts::AgentRole;
use preau_protocol::accounts::SessionDto;
use preau_protocol::planning::{ActivityDto, PeriodDto};
use preau_protocol::reservations::{ChangeDaysOp, ChildDaysDto, DayDto, ReceiptDto, ReservationDto, VerdictDto};
use preau_protocol::sync::Op;
use preau_server::admin::{Answer, Request, execute};
use preau_server::check::check;
use preau_server::clock::Clock;
use uuid::Uuid;

use crate::support::{Harness, Publish, Replica, Town, home, push, town};

/// The season of the documentation, with two places each half day at Christmas.
pub fn season() -> String {
    include_str!("../../../../docs/season.toml")
        .replace("morning = { staff = 4 }, afternoon = { staff = 4 }", "morning = 2, afternoon = 2")
}

pub const MONDAY: Date = date(2026, 12, 21);
pub const TUESDAY: Date = date(2026, 12, 22);

/// A town that offers days, and what it calls them.
pub struct Place {
    pub town: Town,
    pub alsh: Uuid,
    pub noel: Uuid,
}

pub struct Family {
    pub token: String,
    pub refresh: String,
    pub family: Uuid,
    pub child: Uuid,
}

pub trait Later {
    async fn refresh_session(&self, family: &Family) -> Family;
}

impl Later for Harness {
    /// The same family, whose session went on.
    async fn refresh_session(&self, family: &Family) -> Family {
        let session: SessionDto = self.refresh(&family.refresh).await.json();
        let (family, child) = (family.family, family.child);
        Family { token: session.access_token, refresh: session.refresh_token, family, child }
    }
}

pub async fn place(h: &Harness) -> Place {
    let town = town(h).await;
    let report = apply(h, &season()).await;
    assert!(report.is_accepted(), "{report:?}");
    let activity: (Uuid, String) = item::<ActivityDto>(h, &town, "activity", "alsh").await;
    let period: (Uuid, String) = item::<PeriodDto>(h, &town, "period", "noel_2026").await;
    Place { town, alsh: activity.0, noel: period.0 }
}

pub async fn apply(h: &Harness, file: &str) -> preau_protocol::files::SeasonReportDto {
    let request = Request::Season { commune: "parempuyre".into(), file: file.into(), dry_run: false };
    match execute(&h.app, request).await.unwrap() {
        Answer::Season { report } => report,
        _ => panic!("no season"),
    }
}

pub async fn item<T: serde::de::DeserializeOwned>(h: &Harness, town: &Town, kind: &str, key: &str) -> (Uuid, String) {
    #[derive(sea_orm::FromQueryResult)]
    struct Row {
        item_id: Uuid,
        body: String,
    }
    let sql = "SELECT item_id, body FROM planning_item WHERE commune_id = $1 AND kind = $2 AND stable_key = $3";
    let row: Option<Row> =
        preau_server::db::one(h.app.db.readers(), sql, vec![town.id.into(), kind.into(), key.into()]).await.unwrap();
    let row = row.unwrap();
    serde_json::from_str::<T>(&row.body).unwrap();
    (row.item_id, row.body)
}

/// A home with a child of eight, registered.
pub async fn family(h: &Harness, place: &Place, name: &str) -> Family {
    let (adult, session) = home(h, &place.town, name).await;
    let child = Uuid::now_v7();
    let sql = "INSERT INTO child (commune_id, child_id, reference, first_name, last_name, birth_date) \
               VALUES ($1, $2, $3, 'Léo', 'Martel', '2018-05-01')";
    h.sql(sql, vec![place.town.id.into(), child.into(), name.into()]).await;
    let sql = "INSERT INTO quotient (commune_id, quotient_id, family_id, source, value, effective_month) \
               VALUES ($1, $2, $3, 'caf', 1100, '2026-01')";
    h.sql(sql, vec![place.town.id.into(), Uuid::now_v7().into(), adult.family.into()]).await;
    link(h, place, adult.family, child).await;
    register(h, &format!("enfant;activite;du;au\n{name};alsh;01/09/2026;31/08/2027\n")).await;
    Family { token: session.access_token, refresh: session.refresh_token, family: adult.family, child }
}

pub async fn link(h: &Harness, place: &Place, family: Uuid, child: Uuid) {
    let sql = "INSERT INTO family_child (commune_id, family_id, child_id, starts_on, may_book, may_collect, pays) \
               VALUES ($1, $2, $3, '2020-01-01', TRUE, TRUE, TRUE)";
    h.sql(sql, vec![place.town.id.into(), family.into(), child.into()]).await;
    h.app.writer.run(Publish(place.town.id, vec![family])).await.unwrap();
}

/// Links a home to a child, both by their references, as a town does.
pub async fn link_by_import(h: &Harness, (home, child): (&str, &str)) {
    use base64::Engine;
    let csv = format!("type;famille;enfant;du;au;reserve;recupere;paie\nlien;{home};{child};2020-01-01;;oui;oui;oui\n");
    let csv = base64::engine::general_purpose::STANDARD.encode(csv);
    let request = Request::ImportFamilies { commune: "parempuyre".into(), csv, dry_run: false, correct_names: false };
    let Answer::Import { report } = execute(&h.app, request).await.unwrap() else { panic!("no import") };
    assert!(report.is_accepted(), "{report}");
}

/// Imports registrations; how many days ended with them.
pub async fn register(h: &Harness, csv: &str) -> usize {
    use base64::Engine;
    let csv = base64::engine::general_purpose::STANDARD.encode(csv);
    let request = Request::ImportRegistrations { commune: "parempuyre".into(), csv, dry_run: false };
    match execute(&h.app, request).await.unwrap() {
        Answer::Registrations { report } => {
            assert!(report.is_accepted(), "{report:?}");
            report.days_ended
        }
        _ => panic!("no registrations"),
    }
}

pub fn days(place: &Place, child: Uuid, days: &[(Date, &[&str], &[&str])]) -> ChangeDaysOp {
    let names = |units: &[&str]| units.iter().map(|unit| (*unit).to_owned()).collect();
    let day = |(day, old, new): &(Date, &[&str], &[&str])| DayDto {
        day: *day,
        old: names(old),
        new: names(new),
        expected_cents: 10_000,
    };
    let children = vec![ChildDaysDto { child_id: child, days: days.iter().map(day).collect() }];
    ChangeDaysOp { activity_id: place.alsh, period_id: place.noel, children }
}

/// Asks, and gives the verdicts of the receipt.
pub async fn ask(h: &Harness, family: &Family, op: ChangeDaysOp) -> Vec<VerdictDto> {
    let id = Uuid::now_v7();
    push(h, &family.token, id, &Op::ChangeDays(op)).await;
    receipt(h, family, id).await
}

pub async fn receipt(h: &Harness, family: &Family, id: Uuid) -> Vec<VerdictDto> {
    let mut replica = Replica::default();
    replica.pull(h, &family.token, 500).await;
    let receipts: Vec<ReceiptDto> = replica.bodies("receipt");
    let receipt = receipts.into_iter().find(|receipt| receipt.receipt_id == id).expect("a receipt");
    receipt.lines.into_iter().map(|line| line.verdict).collect()
}

pub async fn reservations(h: &Harness, family: &Family) -> Vec<ReservationDto> {
    let mut replica = Replica::default();
    replica.pull(h, &family.token, 500).await;
    replica.assert_equals_server(h, &family.token).await;
    replica.bodies("reservation")
}

pub async fn is_sound(h: &Harness) {
    let report = check(&h.app.db, h.clock.now()).await.unwrap();
    assert!(report.is_sound(), "{report}");
}

pub const DAY: &[&str] = &["morning", "meal_with_meat", "afternoon"];
pub const MORNING: &[&str] = &["morning"];
pub const AFTERNOON: &[&str] = &["afternoon"];

/// Three families with an e-mail each who ask for two whole days, of which there are places for two.
pub async fn three_that_ask(h: &Harness, place: &Place) -> Vec<Family> {
    let mut families = Vec::new();
    for n in 1..4 {
        let family = family(h, place, &format!("maison{n}")).await;
        let email = format!("maison{n}@exemple.fr");
        let sql = "UPDATE adult SET email = $2 WHERE family_id = $1";
        h.sql(sql, vec![family.family.into(), email.into()]).await;
        h.app.writer.run(Publish(place.town.id, vec![family.family])).await.unwrap();
        ask(h, &family, days(place, family.child, &[(MONDAY, &[], DAY), (TUESDAY, &[], DAY)])).await;
        families.push(family);
    }
    families
}

/// The messages of a template that wait to be sent: to whom, and what they are about.
pub async fn messages(h: &Harness, template: &str) -> Vec<(String, serde_json::Value)> {
    #[derive(sea_orm::FromQueryResult)]
    struct Row {
        recipient: String,
        data: String,
    }
    let sql = "SELECT recipient, data FROM outgoing_message WHERE template = $1 ORDER BY created_at, recipient";
    let rows: Vec<Row> = preau_server::db::all(h.app.db.readers(), sql, vec![template.into()]).await.unwrap();
    rows.into_iter().map(|row| (row.recipient, serde_json::from_str(&row.data).unwrap())).collect()
}

/// The token of an agent.
pub async fn agent(h: &Harness, place: &Place, role: AgentRole) -> String {
    let agent = h.agent(&place.town, &format!("agent.{role:?}").to_lowercase(), role).await;
    h.enrol_agent(&place.town, &agent).await.access_token
}
