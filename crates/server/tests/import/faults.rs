//! Each fault says its line, its column and its reason.

use super::*;

/// Rows added to [`RICH`], and the fault of the last one: column and code.
const TABLE: &[(&[&str], &str, &str)] = &[
    (&["type=cousin famille=F0001"], "type", "unknown_type"),
    (&["famille=F0001"], "type", "required"),
    (&["type=famille adresse=1_rue_x code_postal=33290 ville=P"], "famille", "required"),
    (&["type=famille famille=F0001"], "famille", "family_twice"),
    (&["type=famille famille=F0009"], "famille", "holder_missing"),
    (
        &["type=quotient famille=F0003 source=CAF valeur=2 mois=2026-02 mobile=0612345678"],
        "mobile",
        "not_for_this_type",
    ),
    (&["type=adulte famille=F0003 role=co-titulaire nom=Martel"], "prenom", "required"),
    (&["type=adulte famille=F0003 role=voisin nom=Martel prenom=Ana"], "role", "role"),
    (&["type=adulte famille=F0003 role=titulaire nom=Martel prenom=Ana"], "role", "role_twice"),
    (&["type=adulte famille=F0008 role=titulaire nom=Martel prenom=Ana"], "famille", "unknown_family"),
    (&["type=adulte famille=F0003 role=co-titulaire nom=Martel prenom=Ana mobile=0700000000"], "mobile", "phone"),
    (&["type=adulte famille=F0003 role=co-titulaire nom=Martel prenom=Ana fixe=12"], "fixe", "phone"),
    (&["type=adulte famille=F0003 role=co-titulaire nom=Martel prenom=Ana courriel=ana"], "courriel", "email"),
    (
        &["type=adulte famille=F0003 role=co-titulaire nom=Martel prenom=Ana identifiant=été"],
        "identifiant",
        "identifiant",
    ),
    (
        &["type=adulte famille=F0003 role=co-titulaire nom=Martel prenom=Ana identifiant=CLAIRE.martel"],
        "identifiant",
        "identifiant_twice",
    ),
    (
        &["type=adulte famille=F0003 role=co-titulaire nom=Martel prenom=Ana identifiant=agent.accueil"],
        "identifiant",
        "identifiant_taken",
    ),
    (&["type=enfant enfant=E0001 nom=X prenom=Y naissance=01/01/2020"], "enfant", "child_twice"),
    (&["type=enfant enfant=E0009 nom=X prenom=Y naissance=01/01/2020"], "enfant", "child_without_link"),
    (&["type=scolarite enfant=E0002 du=31/02/2025 ecole=J niveau=CP"], "du", "date"),
    (&["type=scolarite enfant=E0002 du=01/09/2025 au=31/08/2025 ecole=J niveau=CP"], "au", "ends_before"),
    (&["type=scolarite enfant=E0008 du=01/09/2025 ecole=J niveau=CP"], "enfant", "unknown_child"),
    (&["type=scolarite enfant=E0001 du=01/09/2026 ecole=J niveau=CP"], "du", "schooling_overlaps"),
    (&["type=scolarite enfant=E0001 du=01/03/2026 ecole=J niveau=CP"], "du", "schooling_overlaps"),
    (
        &["type=lien famille=F0003 enfant=E0001 du=01/09/2025 reserve=peut-être recupere=oui paie=non"],
        "reserve",
        "yes_or_no",
    ),
    (&["type=lien famille=F0003 enfant=E0001 du=01/09/2025 reserve=oui paie=non"], "recupere", "required"),
    (&["type=lien famille=F0002 enfant=E0001 du=01/09/2030 reserve=oui recupere=oui paie=non"], "enfant", "link_twice"),
    (
        &["type=contact famille=F0001 nom=oeuvrard prenom=Jeanne lien=tante recupere=non urgence=non"],
        "nom",
        "contact_twice",
    ),
    (&["type=quotient famille=F0003 source=mairie valeur=2 mois=2026-02"], "source", "source"),
    (&["type=quotient famille=F0003 source=CAF valeur=-2 mois=2026-02"], "valeur", "value"),
    (&["type=quotient famille=F0003 source=CAF mois=2026-02"], "valeur", "required"),
    (&["type=quotient famille=F0003 source=aucune valeur=2 mois=2026-02"], "valeur", "value_without_source"),
    (&["type=quotient famille=F0003 source=CAF valeur=2 mois=février"], "mois", "month"),
    (&["type=quotient famille=F0001 source=CAF valeur=2 mois=2026-01"], "mois", "month_twice"),
];

async fn agent_named(harness: &Harness, town: &Town, identifiant: &str) {
    let sql = "INSERT INTO account (commune_id, account_id, identifiant, role, created_at) \
               VALUES ($1, $2, $3, 'desk', 0)";
    harness.sql(sql, vec![town.id.into(), Uuid::now_v7().into(), identifiant.into()]).await;
}

fn found(report: &ImportReport) -> Vec<(u64, Option<&str>, &str)> {
    report.faults.iter().map(|fault| (fault.line, fault.column.as_deref(), fault.reason.code())).collect()
}

#[tokio::test]
async fn each_says_its_line_column_and_reason() {
    on_each_engine(async |harness: Harness| {
        let town = harness.town("parempuyre").await;
        agent_named(&harness, &town, "agent.accueil").await;
        for (rows, column, code) in TABLE {
            let all: Vec<&str> = RICH.iter().chain(*rows).copied().collect();
            let report = import(&harness, &town, csv(&all)).await;
            let line = all.len() as u64 + 1;
            assert_eq!(found(&report), [(line, Some(*column), *code)], "{rows:?}");
            assert!(report.to_string().contains(&format!("ligne {line}, colonne « {column} »")));
        }
        assert!(families(&harness, &town).await.is_empty());
    })
    .await;
}

#[tokio::test]
async fn long_texts_addresses_and_births_are_checked() {
    on_each_engine(async |harness: Harness| {
        let town = harness.town("parempuyre").await;
        let long = "x".repeat(81);
        let address = format!("type=famille famille=F0007 adresse={} code_postal=3329 ville=", &long[..39]);
        let rows = [
            &address,
            "type=adulte famille=F0007 role=titulaire nom=Martel prenom=Ana",
            &format!("type=enfant enfant=E0007 nom={long} prenom=Y naissance=24/11/2026"),
            "type=lien famille=F0007 enfant=E0007 du=01/09/2025 reserve=oui recupere=oui paie=oui",
        ];
        let report = import(&harness, &town, csv(&rows)).await;
        assert_eq!(
            found(&report),
            [
                (2, Some("adresse"), "line_too_long"),
                (2, Some("code_postal"), "postcode"),
                (2, Some("ville"), "required"),
                (4, Some("naissance"), "born_later"),
                (4, Some("nom"), "too_long"),
            ]
        );
    })
    .await;
}

#[tokio::test]
async fn one_mistake_does_not_raise_others() {
    on_each_engine(async |harness: Harness| {
        let town = harness.town("parempuyre").await;
        let rows = csv(RICH).replace("33290;Parempuyre;06", "33290;;06").replace("14/05/2018;;", "14/05/18;;");
        let report = import(&harness, &town, rows.replace("06 12 34 56 78", "06 12")).await;
        assert!(found(&report).iter().all(|(_, _, code)| ["phone", "date"].contains(code)), "{report}");
    })
    .await;
}

#[tokio::test]
async fn a_person_is_never_replaced() {
    on_each_engine(async |harness: Harness| {
        let town = harness.town("parempuyre").await;
        accepted(&harness, &town, csv(RICH)).await;
        let holder = |cells: &str| format!("type=adulte famille=F0001 role=titulaire {cells}");
        for (row, corrects, code) in [
            (holder("nom=Daoud prenom=Karim"), false, Some("another_person")),
            (holder("nom=Daoud prenom=Karim"), true, Some("another_person")),
            (holder("nom=oeuvrard prenom=helene"), true, Some("role_changed")),
            (holder("nom=Martel prenom=Claire identifiant=oeuvrard01"), false, None),
            (holder("nom=Œuvrard prenom=Anne identifiant=oeuvrard01"), true, Some("role_changed")),
            // One name in common is a brother's or a wife's as well.
            (holder("nom=Martel prenom=Paul"), false, Some("name_differs")),
            (holder("nom=Petit prenom=Claire"), false, Some("name_differs")),
            (holder("nom=Martel prenom=Paul identifiant=claire.martin"), false, Some("name_differs")),
            (holder("nom=Martel-Petit prenom=Claire"), true, None),
            (holder("nom=Petit prenom=Claire identifiant=CLAIRE.martel"), false, None),
            (holder("nom=Dupont prenom=Clara identifiant=claire.martel"), false, None),
            ("type=adulte famille=F0003 role=co-titulaire nom=Martel prenom=Paul".into(), false, Some("role_changed")),
        ] {
            let import = Import { commune: town.id, csv: csv(&[&row]).into(), dry_run: false, correct_names: corrects };
            let report = ask(&harness, import).await;
            assert_eq!(report.faults.first().map(|fault| fault.reason.code()), code, "{row} {corrects}");
        }
        let adult = families(&harness, &town).await["F0001"].adults[0].clone();
        assert_eq!((adult.first_name.as_str(), adult.last_name.as_str()), ("Clara", "Dupont"));
        let report = import(&harness, &town, csv(&[&holder("nom=Dupont prenom=Anne")])).await;
        assert!(report.to_string().contains("--correct-names"), "the line says what to do: {report}");
    })
    .await;
}

#[tokio::test]
async fn a_schooling_on_record_is_not_overlapped() {
    on_each_engine(async |harness: Harness| {
        let town = harness.town("parempuyre").await;
        accepted(&harness, &town, csv(RICH)).await;
        let row = "type=scolarite enfant=E0001 du=01/01/2025 au=30/09/2025 ecole=J niveau=CP";
        let report = import(&harness, &town, csv(&[row])).await;
        assert_eq!(found(&report), [(2, Some("au"), Reason::SchoolingOverlaps.code())]);
        let row = "type=scolarite enfant=E0001 du=01/09/2027 ecole=J niveau=CM1";
        accepted(&harness, &town, csv(&[row])).await;
    })
    .await;
}
