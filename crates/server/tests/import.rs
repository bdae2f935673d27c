//! Importing families from a file, on both engines.

#![allow(clippy::unwrap_used, clippy::expect_used)]

#[path = "import/any_file.rs"]
mod any_file;
#[path = "import/faults.rs"]
mod faults;
mod support;

use std::collections::BTreeMap;

use preau_protocol::family::{ChildDto, QuotientSourceDto};
use preau_server::clock::{Clock, paris_day};
use preau_server::db;
use preau_server::family::import::{Caution, Counts, Import, ImportReport, Reason, import_families};
use preau_server::family::projection::{FamilyRecord, records};
use sea_orm::FromQueryResult;
use support::{Harness, Town, on_each_engine};
use uuid::Uuid;

const HEADER: &str = "type;famille;enfant;role;nom;prenom;naissance;adresse;complement;code_postal;ville;mobile;fixe;\
                      courriel;identifiant;ecole;niveau;classe;du;au;reserve;recupere;paie;lien;telephone;urgence;\
                      source;valeur;mois";

/// Two homes that share Léo, and a third with nothing to do with them.
const RICH: &[&str] = &[
    "type=famille famille=F0001 adresse=12_rue_des_Ormes complement=Bât._B code_postal=33290 ville=Parempuyre",
    "type=adulte famille=F0001 role=titulaire nom=Martel prenom=Claire mobile=06_12_34_56_78 \
     courriel=claire@Exemple.FR identifiant=Claire.Martel",
    "type=adulte famille=F0001 role=co-titulaire nom=Œuvrard prenom=Hélène fixe=05.36.49.00.01",
    "type=famille famille=F0002 adresse=3_allée_du_Port code_postal=33290 ville=Parempuyre",
    "type=adulte famille=F0002 role=titulaire nom=Daoud prenom=Karim mobile=+33_6_98_76_54_32",
    "type=famille famille=F0003",
    "type=adulte famille=F0003 role=titulaire nom=Martel prenom=Paul",
    "type=enfant enfant=E0001 nom=Daoud prenom=Léo naissance=14/05/2018",
    "type=enfant enfant=E0002 nom=Martel prenom=Inès naissance=2021-02-28",
    "type=scolarite enfant=E0001 du=01/09/2025 au=31/08/2026 ecole=Jean_Jaurès niveau=CE1",
    "type=scolarite enfant=E0001 du=01/09/2026 ecole=Jean_Jaurès niveau=CE2 classe=Mme_Petit",
    "type=lien famille=F0001 enfant=E0001 du=14/05/2018 reserve=oui recupere=oui paie=oui",
    "type=lien famille=F0002 enfant=E0001 du=01/01/2024 reserve=oui recupere=non paie=oui",
    "type=lien famille=F0001 enfant=E0002 du=28/02/2021 reserve=oui recupere=oui paie=oui",
    "type=contact famille=F0001 nom=Œuvrard prenom=Jeanne lien=grand-mère telephone=05_36_49_00_02 recupere=oui urgence=oui",
    "type=quotient famille=F0001 source=CAF valeur=612 mois=2026-01",
    "type=quotient famille=F0002 source=MSA valeur=1450 mois=2026-01",
    "type=quotient famille=F0003 source=aucune mois=2026-01",
];

/// A file from rows written `column=value`, blanks of values as `_`.
fn csv(rows: &[&str]) -> String {
    let columns: Vec<&str> = HEADER.split(';').collect();
    let row = |row: &&str| {
        let cells: BTreeMap<&str, &str> = row.split_whitespace().map(|cell| cell.split_once('=').unwrap()).collect();
        assert!(cells.keys().all(|column| columns.contains(column)), "{row}");
        let cells = columns.iter().map(|column| cells.get(column).copied().unwrap_or_default().replace('_', " "));
        cells.collect::<Vec<_>>().join(";")
    };
    let rows: Vec<String> = std::iter::once(HEADER.to_owned()).chain(rows.iter().map(row)).collect();
    rows.join("\r\n") + "\r\n"
}

async fn ask(harness: &Harness, import: Import) -> ImportReport {
    import_families(&harness.app, import).await.unwrap()
}

async fn import(harness: &Harness, town: &Town, csv: impl Into<Vec<u8>>) -> ImportReport {
    ask(harness, Import { commune: town.id, csv: csv.into(), dry_run: false, correct_names: false }).await
}

async fn accepted(harness: &Harness, town: &Town, csv: impl Into<Vec<u8>>) -> ImportReport {
    let report = import(harness, town, csv).await;
    assert!(report.is_accepted(), "{report}");
    report
}

#[derive(Debug, FromQueryResult)]
struct ReferenceRow {
    reference: String,
    family_id: Uuid,
}

async fn families(harness: &Harness, town: &Town) -> BTreeMap<String, FamilyRecord> {
    let sql = "SELECT reference, family_id FROM family WHERE commune_id = $1";
    let rows: Vec<ReferenceRow> = db::all(harness.app.db.readers(), sql, vec![town.id.into()]).await.unwrap();
    let ids: Vec<Uuid> = rows.iter().map(|row| row.family_id).collect();
    let mut found: BTreeMap<Uuid, FamilyRecord> = BTreeMap::new();
    let today = paris_day(harness.clock.now()).unwrap();
    for record in records(harness.app.db.readers(), town.id, &ids, today).await.unwrap() {
        found.insert(record.family.family_id, record);
    }
    rows.into_iter().map(|row| (row.reference, found.remove(&row.family_id).unwrap())).collect()
}

#[derive(Debug, PartialEq, Eq, FromQueryResult)]
struct TextRow {
    text: String,
}

/// One column of texts.
async fn texts(harness: &Harness, town: &Town, sql: &str) -> Vec<String> {
    let rows: Vec<TextRow> = db::all(harness.app.db.readers(), sql, vec![town.id.into()]).await.unwrap();
    rows.into_iter().map(|row| row.text).collect()
}

async fn identifiants(harness: &Harness, town: &Town) -> Vec<String> {
    let sql = "SELECT identifiant AS text FROM account WHERE commune_id = $1 AND role IS NULL ORDER BY identifiant";
    texts(harness, town, sql).await
}

/// Versions of all streams and length of the audit.
async fn state(harness: &Harness, town: &Town) -> Vec<String> {
    let sql = "SELECT CAST(stream_id AS text) || ' ' || CAST(version AS text) AS text FROM stream WHERE commune_id = $1 \
               UNION ALL SELECT CAST(seq AS text) || ' ' || action AS text FROM audit WHERE commune_id = $1 ORDER BY 1";
    let sql = if harness.engine == support::Engine::Sqlite {
        sql.replace("CAST(stream_id AS text)", "hex(stream_id)")
    } else {
        sql.into()
    };
    texts(harness, town, &sql).await
}

fn created(count: u32) -> Counts {
    Counts { created: count, ..Counts::default() }
}

fn unchanged(count: u32) -> Counts {
    Counts { unchanged: count, ..Counts::default() }
}

fn child<'a>(record: &'a FamilyRecord, name: &str) -> &'a ChildDto {
    record.children.iter().find(|child| child.first_name == name).unwrap()
}

#[tokio::test]
async fn a_rich_file_is_on_record_as_written() {
    on_each_engine(async |harness: Harness| {
        let town = harness.town("parempuyre").await;
        let report = accepted(&harness, &town, csv(RICH)).await;
        let counts = [report.families, report.adults, report.children, report.schoolings];
        assert_eq!(counts, [created(3), created(4), created(2), created(2)]);
        assert_eq!([report.links, report.contacts, report.quotients], [created(3), created(1), created(3)]);
        assert_eq!((report.accounts_created, report.families_touched, report.warnings.len()), (4, 3, 0));

        let families = families(&harness, &town).await;
        let claire = &families["F0001"];
        let address = claire.family.address.as_ref().unwrap();
        assert_eq!((address.street.as_str(), address.complement.as_deref()), ("12 rue des Ormes", Some("Bât. B")));
        assert_eq!(claire.adults[0].mobile_phone.as_deref(), Some("+33612345678"));
        assert_eq!(claire.adults[0].email.as_deref(), Some("claire@exemple.fr"));
        assert_eq!((claire.adults[1].last_name.as_str(), claire.adults.len()), ("Œuvrard", 2));
        let leo = child(claire, "Léo");
        assert_eq!(leo.schooling.iter().map(|year| year.level.as_str()).collect::<Vec<_>>(), ["CE1", "CE2"]);
        assert_eq!(leo.schooling[1].class.as_deref(), Some("Mme Petit"));
        assert_eq!(claire.contacts[0].relation, "grand-mère");
        assert!(claire.contacts[0].may_collect && claire.contacts[0].emergency);
        assert_eq!(families["F0003"].quotients[0].source, QuotientSourceDto::None);
        assert_eq!(identifiants(&harness, &town).await, ["claire.martel", "daoud01", "martel01", "oeuvrard01"]);
    })
    .await;
}

#[tokio::test]
async fn separated_parents_share_a_child_and_nothing_else() {
    on_each_engine(async |harness: Harness| {
        let town = harness.town("parempuyre").await;
        accepted(&harness, &town, csv(RICH)).await;
        let families = families(&harness, &town).await;
        let (claire, karim) = (&families["F0001"], &families["F0002"]);
        assert_eq!(child(claire, "Léo").child_id, child(karim, "Léo").child_id);
        assert!(child(claire, "Léo").link.other_home && child(karim, "Léo").link.other_home);
        assert!(child(claire, "Léo").link.may_collect && !child(karim, "Léo").link.may_collect);
        assert!(!child(claire, "Inès").link.other_home);

        let served = "SELECT body AS text FROM change WHERE commune_id = $1 AND NOT deleted AND stream_id = \
                      (SELECT family_id FROM family WHERE commune_id = $1 AND reference = 'REF')";
        let of_claire = ["Ormes", "\"value\":612", "Claire", "Jeanne"];
        let of_karim = ["allée du Port", "\"value\":1450", "Karim", "+336987"];
        for (reference, own, of_the_other) in [("F0001", of_claire, of_karim), ("F0002", of_karim, of_claire)] {
            let bodies = texts(&harness, &town, &served.replace("REF", reference)).await.join("\n");
            assert!(bodies.contains("Léo"), "{bodies}");
            for (text, others) in own.iter().zip(of_the_other) {
                assert!(bodies.contains(text), "{reference} does not see {text}: {bodies}");
                assert!(!bodies.contains(others), "{reference} sees {others}");
            }
        }
    })
    .await;
}

#[tokio::test]
async fn the_same_file_twice_changes_nothing() {
    on_each_engine(async |harness: Harness| {
        let town = harness.town("parempuyre").await;
        accepted(&harness, &town, csv(RICH)).await;
        let before = state(&harness, &town).await;
        assert_eq!(before.len(), 3 + 3, "{before:?}");
        let report = accepted(&harness, &town, csv(RICH)).await;
        let counts = [report.families, report.adults, report.children, report.schoolings];
        assert_eq!(counts, [unchanged(3), unchanged(4), unchanged(2), unchanged(2)]);
        assert_eq!([report.links, report.contacts, report.quotients], [unchanged(3), unchanged(1), unchanged(3)]);
        assert_eq!((report.accounts_created, report.families_touched, report.warnings.len()), (0, 0, 0));
        assert_eq!(state(&harness, &town).await, before);
    })
    .await;
}

#[tokio::test]
async fn the_same_things_written_otherwise_change_nothing() {
    on_each_engine(async |harness: Harness| {
        let town = harness.town("parempuyre").await;
        accepted(&harness, &town, csv(RICH)).await;
        let before = state(&harness, &town).await;
        let otherwise = csv(RICH)
            .replace("06 12 34 56 78", "+33612345678")
            .replace("claire@Exemple.FR", " claire@exemple.fr ")
            .replace("12 rue des Ormes", "12  rue\u{a0}des Ormes")
            .replace("Hélène", "He\u{301}le\u{300}ne")
            .replace("14/05/2018", "2018-05-14")
            .replace(";oui;", ";OUI;")
            .replace(";612;", ";0612;");
        let report = accepted(&harness, &town, otherwise).await;
        assert_eq!((report.families_touched, report.warnings.len()), (0, 0), "{report}");
        assert_eq!(state(&harness, &town).await, before);
    })
    .await;
}

#[tokio::test]
async fn the_documented_example_is_good() {
    on_each_engine(async |harness: Harness| {
        let town = harness.town("parempuyre").await;
        let format = include_str!("../src/family/import/FORMAT.md");
        let example = format.split("```csv\n").nth(1).and_then(|rest| rest.split("```").next()).unwrap();
        let report = accepted(&harness, &town, example).await;
        assert_eq!((report.families, report.children, report.links), (created(2), created(1), created(2)));
        for column in HEADER.split(';') {
            assert!(format.contains(&format!("`{column}`")), "{column} is not documented");
        }
        for reason in Reason::ALL {
            assert!(format.contains(&format!("`{}`", reason.code())), "{} is not documented", reason.code());
        }
    })
    .await;
}

#[tokio::test]
async fn a_changed_value_updates_the_homes_it_concerns() {
    on_each_engine(async |harness: Harness| {
        let town = harness.town("parempuyre").await;
        accepted(&harness, &town, csv(RICH)).await;
        let report = accepted(
            &harness,
            &town,
            csv(&[
                "type=enfant enfant=E0001 nom=Daoud prenom=Léon naissance=14/05/2018",
                "type=quotient famille=F0003 source=CAF valeur=700 mois=2026-01",
                "type=contact famille=F0001 nom=OEUVRARD prenom=jeanne lien=aïeule recupere=non urgence=oui",
            ]),
        )
        .await;
        assert_eq!((report.children.updated, report.quotients.updated, report.contacts.updated), (1, 1, 1));
        assert_eq!(report.families_touched, 3);
        let families = families(&harness, &town).await;
        assert!(["F0001", "F0002"].iter().all(|family| child(&families[*family], "Léon").schooling.len() == 2));
        let contact = &families["F0001"].contacts[0];
        assert_eq!((contact.relation.as_str(), contact.may_collect), ("aïeule", false));
        assert_eq!(contact.phone.as_deref(), Some("+33536490002"), "an empty cell says nothing");
        assert_eq!(families["F0003"].quotients[0].value, Some(700));
    })
    .await;
}

#[tokio::test]
async fn a_link_that_ended_takes_the_child_out_of_that_home_alone() {
    on_each_engine(async |harness: Harness| {
        let town = harness.town("parempuyre").await;
        accepted(&harness, &town, csv(RICH)).await;
        let ended =
            "type=lien famille=F0001 enfant=E0001 du=14/05/2018 au=22/11/2026 reserve=oui recupere=oui paie=oui";
        let report = accepted(&harness, &town, csv(&[ended])).await;
        assert_eq!((report.links.updated, report.families_touched), (1, 2), "the other home learns it too");
        let served = |reference: &str| {
            "SELECT body AS text FROM change WHERE commune_id = $1 AND NOT deleted AND kind = 'child' AND stream_id = \
             (SELECT family_id FROM family WHERE commune_id = $1 AND reference = 'REF')"
                .replace("REF", reference)
        };
        let left = texts(&harness, &town, &served("F0001")).await;
        assert!(left.len() == 1 && left[0].contains("Inès"), "{left:?}");
        let kept = texts(&harness, &town, &served("F0002")).await;
        assert!(kept.len() == 1 && kept[0].contains("Léo") && kept[0].contains(r#""other_home":false"#), "{kept:?}");
        let may_book = "type=lien famille=F0002 enfant=E0001 du=01/01/2024 reserve=non recupere=non paie=oui";
        let report = accepted(&harness, &town, csv(&[may_book])).await;
        assert_eq!(report.families_touched, 1, "rights of one home are no business of the other");
    })
    .await;
}

#[tokio::test]
async fn a_rehearsal_writes_nothing() {
    on_each_engine(async |harness: Harness| {
        let town = harness.town("parempuyre").await;
        let rehearsal = Import { commune: town.id, csv: csv(RICH).into(), dry_run: true, correct_names: false };
        let report = ask(&harness, rehearsal).await;
        assert!(report.dry_run && report.is_accepted());
        assert_eq!(report.families, created(3));
        assert_eq!(state(&harness, &town).await, Vec::<String>::new());
        assert!(families(&harness, &town).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn reading_and_rehearsing_never_wait_for_the_writer() {
    on_each_engine(async |harness: Harness| {
        let town = harness.town("parempuyre").await;
        let held = harness.hold_writer().await;
        let faulty = csv(RICH).replace("33290", "3329");
        for (csv, dry_run, accepted) in
            [(csv(RICH), true, true), (faulty.clone(), true, false), (faulty, false, false), ("x".into(), false, false)]
        {
            let import = Import { commune: town.id, csv: csv.into(), dry_run, correct_names: false };
            let report = ask(&harness, import).await;
            assert_eq!((report.is_accepted(), report.dry_run), (accepted, dry_run));
        }
        assert_eq!(harness.app.writer.waiting(), 0, "nothing was queued");
        held.release().await;
    })
    .await;
}

#[tokio::test]
async fn one_faulty_line_and_nothing_is_written() {
    on_each_engine(async |harness: Harness| {
        let town = harness.town("parempuyre").await;
        let mut rows = RICH.to_vec();
        rows.push("type=quotient famille=F0003 source=CAF valeur=beaucoup mois=2026-02");
        let report = import(&harness, &town, csv(&rows)).await;
        assert_eq!(report.faults.len(), 1);
        assert_eq!(report.families, Counts::default());
        assert!(families(&harness, &town).await.is_empty() && state(&harness, &town).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn every_encoding_and_separator_says_the_same() {
    on_each_engine(async |harness: Harness| {
        let town = harness.town("parempuyre").await;
        let text = csv(RICH);
        let (windows, _, lossy) = encoding_rs::WINDOWS_1252.encode(&text);
        assert!(!lossy);
        accepted(&harness, &town, windows.into_owned()).await;
        let before = state(&harness, &town).await;
        let commas = "\u{feff}".to_owned() + &csv(RICH).replace(',', " ").replace(';', ",");
        let report = accepted(&harness, &town, commas).await;
        assert_eq!((report.families, report.adults), (unchanged(3), unchanged(4)));
        assert_eq!(state(&harness, &town).await, before);
    })
    .await;
}

#[tokio::test]
async fn a_file_may_name_only_what_it_needs() {
    on_each_engine(async |harness: Harness| {
        let town = harness.town("parempuyre").await;
        accepted(&harness, &town, csv(RICH)).await;
        let report =
            accepted(&harness, &town, "mois,valeur,source,famille,TYPE\n2026-09,480,caf,F0001,Quotient\n").await;
        assert_eq!((report.quotients, report.families_touched), (created(1), 1));
        assert_eq!(families(&harness, &town).await["F0001"].quotients[0].value, Some(480));
    })
    .await;
}

#[tokio::test]
async fn the_town_is_told_what_it_overwrites() {
    on_each_engine(async |harness: Harness| {
        let town = harness.town("parempuyre").await;
        accepted(&harness, &town, csv(RICH)).await;
        let claire = families(&harness, &town).await["F0001"].clone();
        let (family, person) = (claire.family.family_id, claire.adults[0].person_id);
        let insert = "INSERT INTO detail_change (commune_id, change_id, family_id, asked_by, asked_at, subject_person, \
                      field, old_value, new_value, status) VALUES ($1, $2, $3, $4, $5, $4, $6, $7, $8, $9)";
        let phone = |number: &str| format!(r#"{{"type":"phone","value":"{number}"}}"#);
        for (field, old, new, status) in [
            ("mobile_phone", "+33612345678", "+33611111111", "awaits_town"),
            ("landline_phone", "+33536490009", "+33536490008", "accepted"),
        ] {
            let values = vec![
                town.id.into(),
                Uuid::now_v7().into(),
                family.into(),
                person.into(),
                1_i64.into(),
                field.into(),
                phone(old).into(),
                phone(new).into(),
                status.into(),
            ];
            harness.sql(insert, values).await;
        }
        let sql = "UPDATE adult SET landline_phone = '+33536490008' WHERE commune_id = $1 AND person_id = $2";
        harness.sql(sql, vec![town.id.into(), person.into()]).await;
        let row = "type=adulte famille=F0001 role=titulaire nom=Martel prenom=Claire mobile=0622222222 fixe=0536490009 \
                   identifiant=autre.nom";
        let report = accepted(&harness, &town, csv(&[row])).await;
        let cautions: Vec<(&str, Caution)> =
            report.warnings.iter().map(|warning| (warning.column.as_str(), warning.caution)).collect();
        assert_eq!(
            cautions,
            [
                ("mobile", Caution::ChangeWaits),
                ("fixe", Caution::FamilyChangeUndone),
                ("identifiant", Caution::IdentifiantKept)
            ]
        );
        let claire = families(&harness, &town).await["F0001"].clone();
        assert_eq!(claire.adults[0].mobile_phone.as_deref(), Some("+33622222222"));
        assert_eq!(claire.adults[0].landline_phone.as_deref(), Some("+33536490009"));
        assert_eq!(claire.changes.len(), 2, "what waits still waits");
        assert!(identifiants(&harness, &town).await.contains(&"claire.martel".to_owned()));
    })
    .await;
}

#[tokio::test]
async fn thirty_thousand_rows_are_a_matter_of_seconds() {
    on_each_engine(async |harness: Harness| {
        let town = harness.town("parempuyre").await;
        let mut rows = vec![HEADER.to_owned()];
        for n in 0..5_000 {
            let cells = |cells: &str| csv(&[cells]).lines().nth(1).unwrap().to_owned();
            rows.push(cells(&format!("type=famille famille=F{n} adresse={n}_rue_des_Ormes code_postal=33290 ville=P")));
            rows.push(cells(&format!(
                "type=adulte famille=F{n} role=titulaire nom=Martin prenom=A mobile=06{:08}",
                10_000_000 + n
            )));
            rows.push(cells(&format!("type=enfant enfant=E{n} nom=Martin prenom=B naissance=01/01/2020")));
            rows.push(cells(&format!(
                "type=lien famille=F{n} enfant=E{n} du=01/09/2025 reserve=oui recupere=oui paie=oui"
            )));
            rows.push(cells(&format!("type=scolarite enfant=E{n} du=01/09/2025 ecole=J niveau=CP")));
            rows.push(cells(&format!("type=quotient famille=F{n} source=CAF valeur={n} mois=2026-01")));
        }
        let file = rows.join("\n");
        let begun = std::time::Instant::now();
        let report = accepted(&harness, &town, file.clone()).await;
        let first = begun.elapsed();
        assert_eq!((report.families, report.accounts_created), (created(5_000), 5_000));
        let begun = std::time::Instant::now();
        assert_eq!(accepted(&harness, &town, file).await.families_touched, 0);
        eprintln!("{:?}: 30,000 rows in {first:?}, again in {:?}", harness.engine, begun.elapsed());
        assert!(first.as_secs() < 120, "{first:?}");
    })
    .await;
}
