//! `check` finds each violation planted, and nothing in a database that has none.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use preau_server::check::{Invariant, Report, check};
use preau_server::clock::Clock;
use preau_server::communes::{PutCommune, Settings, read_settings};
use preau_server::db;
use preau_server::family::import::{Import, import_families};
use sea_orm::{FromQueryResult, Value};
use support::{Engine, Harness, Town, on_each_engine};
use uuid::Uuid;

const FAMILIES: &str =
    "type;famille;enfant;role;nom;prenom;naissance;adresse;code_postal;ville;mobile;du;reserve;recupere;paie
famille;F0001;;;;;;12 rue des Ormes;33290;Parempuyre;;;;;
adulte;F0001;;titulaire;Martel;Claire;;;;;06 12 34 56 78;;;;
adulte;F0001;;co-titulaire;Petit;Paul;;;;;;;;;
famille;F0002;;;;;;;;;;;;;
adulte;F0002;;titulaire;Daoud;Karim;;;;;;;;;
enfant;;E0001;;Daoud;Léo;14/05/2018;;;;;;;;
lien;F0001;E0001;;;;;;;;;01/09/2025;oui;oui;oui
lien;F0002;E0001;;;;;;;;;01/09/2025;oui;non;oui
";

fn settings() -> Settings {
    read_settings(
        "slug = 'parempuyre'\nname = 'Parempuyre'\npostcode = '33290'\nwelcome = 'Bienvenue'\nnew_resident = 'Appelez'\n\
         [contact]\nlabel = 'Pôle enfance jeunesse'\nphone = '05 56 95 56 12'\nemail = 'enfance@exemple.fr'\n",
    )
    .unwrap()
}

async fn town(harness: &Harness) -> Town {
    let id = harness.app.writer.run(PutCommune { settings: settings() }).await.unwrap();
    let import = Import { commune: id, csv: FAMILIES.into(), dry_run: false, correct_names: false };
    assert!(import_families(&harness.app, import).await.unwrap().is_accepted());
    Town { id, slug: "parempuyre".into() }
}

async fn report(harness: &Harness) -> Report {
    check(&harness.app.db, harness.clock.now()).await.unwrap()
}

#[derive(Debug, FromQueryResult)]
struct IdRow {
    id: Uuid,
}

async fn id(harness: &Harness, sql: &str) -> Uuid {
    let row: Option<IdRow> = db::one(harness.app.db.readers(), sql, Vec::new()).await.unwrap();
    row.unwrap().id
}

/// A statement that breaks an invariant, and one that mends it.
struct Planted {
    invariant: Invariant,
    says: &'static str,
    breaks: (&'static str, Vec<Value>),
    mends: (&'static str, Vec<Value>),
}

fn planted(
    (invariant, says): (Invariant, &'static str),
    breaks: (&'static str, Vec<Value>),
    mends: (&'static str, Vec<Value>),
) -> Planted {
    Planted { invariant, says, breaks, mends }
}

const OPERATION: &str = "INSERT INTO operation (commune_id, op_id, account_id, family_id, sha256, status, code, version, \
                         received_at) SELECT $1, $2, $3, family_id, $4, $5, $6, $7, 0 FROM family \
                         WHERE commune_id = $1 AND reference = 'F0001'";

/// An operation: its account, bytes of its hash, status, code and version.
fn operation(
    commune: Uuid,
    account: Uuid,
    hash: usize,
    outcome: (&str, Option<&str>, i64),
) -> (&'static str, Vec<Value>) {
    let (status, code, version) = outcome;
    let values = vec![
        commune.into(),
        Uuid::now_v7().into(),
        account.into(),
        vec![7_u8; hash].into(),
        status.into(),
        code.map(str::to_owned).into(),
        version.into(),
    ];
    (OPERATION, values)
}

async fn operations(harness: &Harness, commune: Uuid) -> Vec<Planted> {
    let account = id(harness, "SELECT account_id AS id FROM account WHERE identifiant = 'martel01'").await;
    let forget = || ("DELETE FROM operation", Vec::new());
    let broken = Invariant::Operations;
    vec![
        planted(
            (broken, "outcome that is none"),
            operation(commune, account, 32, ("applied", Some("conflict"), 1)),
            forget(),
        ),
        planted((broken, "outcome that is none"), operation(commune, account, 32, ("perhaps", None, 1)), forget()),
        planted((broken, "hash of its bytes"), operation(commune, account, 31, ("applied", None, 1)), forget()),
        planted((broken, "does not exist"), operation(commune, Uuid::now_v7(), 32, ("applied", None, 1)), forget()),
        planted((broken, "stream never had"), operation(commune, account, 32, ("applied", None, 9)), forget()),
    ]
}

async fn rows(harness: &Harness, commune: Uuid) -> Vec<Planted> {
    let claire = id(harness, "SELECT person_id AS id FROM adult WHERE first_name = 'Claire'").await;
    let karim = id(harness, "SELECT person_id AS id FROM adult WHERE first_name = 'Karim'").await;
    let family = id(harness, "SELECT family_id AS id FROM family WHERE reference = 'F0001'").await;
    let other = id(harness, "SELECT family_id AS id FROM family WHERE reference = 'F0002'").await;
    let account = id(harness, "SELECT account_id AS id FROM account WHERE identifiant = 'martel01'").await;
    let of = |sql: &'static str, id: Uuid| (sql, vec![commune.into(), id.into()]);
    let insert_change = "INSERT INTO detail_change (commune_id, change_id, family_id, asked_by, asked_at, subject_person, \
                         field, old_value, new_value, status) VALUES ($1, $2, $3, $4, 0, $4, 'email', \
                         '{\"type\":\"email\",\"value\":null}', '{\"type\":\"email\",\"value\":null}', 'withdrawn')";
    let change = |family: Uuid, person: Uuid| {
        (insert_change, vec![commune.into(), Uuid::now_v7().into(), family.into(), person.into()])
    };
    let forget_changes = || ("DELETE FROM detail_change", Vec::new());
    let stream = Uuid::now_v7();
    let child = Uuid::now_v7();
    let unit = "INSERT INTO reserved_unit (commune_id, child_id, day, activity_id, unit, reservation_id) \
                VALUES ($1, $2, '2026-12-21', $2, 0, $2)";
    vec![
        planted(
            (Invariant::Places, "no live reservation has"),
            of(unit, child),
            ("DELETE FROM reserved_unit", Vec::new()),
        ),
        planted((Invariant::Operations, "unknown or was refused"), change(family, claire), forget_changes()),
        planted((Invariant::Borders, "adult of another family"), change(family, karim), forget_changes()),
        planted(
            (Invariant::Borders, "account of an adult of another family"),
            (
                "UPDATE account SET family_id = $3 WHERE commune_id = $1 AND account_id = $2",
                vec![commune.into(), account.into(), other.into()],
            ),
            (
                "UPDATE account SET family_id = $3 WHERE commune_id = $1 AND account_id = $2",
                vec![commune.into(), account.into(), family.into()],
            ),
        ),
        planted(
            (Invariant::Borders, "family or commune that does not exist"),
            of(
                "INSERT INTO stream (commune_id, stream_id, kind, version, horizon) VALUES ($1, $2, 'family', 0, 0)",
                stream,
            ),
            of("DELETE FROM stream WHERE commune_id = $1 AND stream_id = $2", stream),
        ),
        planted(
            (Invariant::Projections, "not what the tables say"),
            of("UPDATE family SET street = '13 rue des Ormes' WHERE commune_id = $1 AND family_id = $2", family),
            of("UPDATE family SET street = '12 rue des Ormes' WHERE commune_id = $1 AND family_id = $2", family),
        ),
        planted(
            (Invariant::Projections, "it cannot be read"),
            ("UPDATE child SET birth_date = 'hier'", Vec::new()),
            ("UPDATE child SET birth_date = '2018-05-14'", Vec::new()),
        ),
        planted(
            (Invariant::Versions, "stream never had"),
            of("UPDATE stream SET version = version - 1 WHERE commune_id = $1 AND stream_id = $2", family),
            of("UPDATE stream SET version = version + 1 WHERE commune_id = $1 AND stream_id = $2", family),
        ),
        planted(
            (Invariant::Versions, "without an entity of its last version"),
            of("UPDATE stream SET version = version + 1 WHERE commune_id = $1 AND stream_id = $2", family),
            of("UPDATE stream SET version = version - 1 WHERE commune_id = $1 AND stream_id = $2", family),
        ),
        planted(
            (Invariant::Versions, "horizon"),
            of("UPDATE stream SET horizon = version + 1 WHERE commune_id = $1 AND stream_id = $2", family),
            of("UPDATE stream SET horizon = 0 WHERE commune_id = $1 AND stream_id = $2", family),
        ),
        planted(
            (Invariant::Households, "without a holder"),
            of("UPDATE adult SET role = 'co_holder' WHERE commune_id = $1 AND person_id = $2", karim),
            of("UPDATE adult SET role = 'holder' WHERE commune_id = $1 AND person_id = $2", karim),
        ),
        planted(
            (Invariant::Households, "linked to no family"),
            of(
                "INSERT INTO child (commune_id, child_id, reference, first_name, last_name, birth_date) \
                 VALUES ($1, $2, 'E9', 'Zoé', 'X', '2020-01-01')",
                child,
            ),
            of("DELETE FROM child WHERE commune_id = $1 AND child_id = $2", child),
        ),
        planted(
            (Invariant::Audit, "end of the chain"),
            ("UPDATE commune SET audit_seq = audit_seq + 1", Vec::new()),
            ("UPDATE commune SET audit_seq = audit_seq - 1", Vec::new()),
        ),
        planted(
            (Invariant::Audit, "acts are missing"),
            ("UPDATE audit SET seq = seq + 1000 WHERE seq = 2", Vec::new()),
            ("UPDATE audit SET seq = seq - 1000 WHERE seq = 1002", Vec::new()),
        ),
        planted(
            (Invariant::Audit, "was altered"),
            ("UPDATE audit SET action = action || 'x' WHERE seq = 1", Vec::new()),
            ("UPDATE audit SET action = substr(action, 1, length(action) - 1) WHERE seq = 1", Vec::new()),
        ),
    ]
}

#[tokio::test]
async fn each_planted_violation_is_found_and_nothing_else_is() {
    on_each_engine(async |harness: Harness| {
        let town = town(&harness).await;
        let sound = report(&harness).await;
        assert!(sound.is_sound(), "{sound}");
        let mut all = operations(&harness, town.id).await;
        all.extend(rows(&harness, town.id).await);
        for Planted { invariant, says, breaks, mends } in all {
            harness.sql(breaks.0, breaks.1).await;
            let found = report(&harness).await;
            assert!(found.of(invariant).any(|text| text.contains(says)), "{invariant:?} {says}\n{found}");
            assert!(found.to_string().contains("violations"));
            harness.sql(mends.0, mends.1).await;
            let mended = report(&harness).await;
            assert!(mended.is_sound(), "after {says}\n{mended}");
        }
    })
    .await;
}

#[tokio::test]
async fn what_was_served_is_compared_with_the_tables() {
    on_each_engine(async |harness: Harness| {
        let town = town(&harness).await;
        let family = id(&harness, "SELECT family_id AS id FROM family WHERE reference = 'F0001'").await;
        let of = |sql: &'static str| harness.sql(sql, vec![town.id.into(), family.into()]);
        of("UPDATE change SET body = '{}' WHERE commune_id = $1 AND stream_id = $2 AND kind = 'family'").await;
        let found = report(&harness).await;
        let texts: Vec<&str> = found.of(Invariant::Projections).collect();
        assert!(texts[0].contains("hash") && texts[1].contains("not what the tables say"), "{found}");
        of("DELETE FROM change WHERE commune_id = $1 AND stream_id = $2 AND kind = 'family'").await;
        assert!(report(&harness).await.of(Invariant::Projections).any(|text| text.contains("never served")));
        of("UPDATE change SET entity_id = stream_id WHERE commune_id = $1 AND stream_id = $2 AND kind = 'child'").await;
        assert!(report(&harness).await.of(Invariant::Projections).any(|text| text.contains("in no table")));
    })
    .await;
}

#[tokio::test]
async fn a_token_of_another_account_is_found() {
    on_each_engine(async |harness: Harness| {
        let town = town(&harness).await;
        let account = id(&harness, "SELECT account_id AS id FROM account WHERE identifiant = 'martel01'").await;
        let other = id(&harness, "SELECT account_id AS id FROM account WHERE identifiant = 'daoud01'").await;
        let device = Uuid::now_v7();
        let sql = "INSERT INTO device (commune_id, device_id, account_id, label, created_at, last_seen_at) \
                   VALUES ($1, $2, $3, 'PC', 0, 0)";
        harness.sql(sql, vec![town.id.into(), device.into(), account.into()]).await;
        let sql = "INSERT INTO token (commune_id, token_hash, kind, account_id, device_id, first_code, expires_at) \
                   VALUES ($1, $2, 'access', $3, $4, FALSE, 0)";
        harness.sql(sql, vec![town.id.into(), vec![1_u8; 32].into(), account.into(), device.into()]).await;
        assert!(report(&harness).await.is_sound());
        harness.sql("UPDATE token SET account_id = $1", vec![other.into()]).await;
        assert!(report(&harness).await.of(Invariant::Borders).any(|text| text.contains("token of another account")));
    })
    .await;
}

#[tokio::test]
async fn a_family_or_commune_without_a_stream_is_found() {
    on_each_engine(async |harness: Harness| {
        let bare = harness.town("ailleurs").await;
        harness.adult(&bare, "claire").await;
        harness.sql("DELETE FROM stream WHERE commune_id = $1", vec![bare.id.into()]).await;
        let found = report(&harness).await;
        let texts: Vec<&str> = found.of(Invariant::Projections).collect();
        for says in ["commune without a stream", "family without a stream", "settings cannot be read"] {
            assert!(texts.iter().any(|text| text.contains(says)), "{says}\n{found}");
        }
    })
    .await;
}

#[tokio::test]
async fn the_catalogue_begins_with_the_commune() {
    on_each_engine(async |harness: Harness| {
        town(&harness).await;
        harness.sql("CREATE TABLE loose (id bigint PRIMARY KEY, label text UNIQUE)", Vec::new()).await;
        harness.sql("CREATE UNIQUE INDEX device_label ON device (label, commune_id)", Vec::new()).await;
        let found = report(&harness).await;
        let texts: Vec<&str> = found.of(Invariant::Catalogue).collect();
        assert_eq!(texts.len(), 3, "{found}");
        assert!(texts.contains(&"device: device_label") && texts.contains(&"loose: primary key"), "{found}");
    })
    .await;
}

#[tokio::test]
async fn a_reference_to_nothing_is_found() {
    on_each_engine(async |harness: Harness| {
        if harness.engine == Engine::Postgres {
            return; // it lets nobody write one
        }
        town(&harness).await;
        let path = harness.folder().join("preau.sqlite");
        let mut other =
            <sqlx::SqliteConnection as sqlx::Connection>::connect(&format!("sqlite:{}", path.display())).await.unwrap();
        let sql = "PRAGMA foreign_keys = OFF; DELETE FROM adult WHERE first_name = 'Paul'";
        sqlx::raw_sql(sql).execute(&mut other).await.unwrap();
        let found = report(&harness).await;
        assert!(found.of(Invariant::Engine).any(|text| text.contains("account") && text.contains("adult")), "{found}");
    })
    .await;
}
