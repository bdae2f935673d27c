//! What agents find, read and decide, on both engines.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use preau_domain::accounts::AgentRole;
use preau_protocol::agents::{DecideChangeRequest, FamilyRecordDto, FamilySummaryDto, WaitingChangeDto};
use preau_protocol::error::ErrorCode;
use preau_protocol::family::{AddressDto, DetailChangeDto, DetailChangeStatusDto, DetailValueDto};
use preau_protocol::sync::{OutcomeStatus, PushResponse};
use preau_server::communes::{PutCommune, read_settings};
use preau_server::db;
use preau_server::family::import::{Import, import_families};
use sea_orm::FromQueryResult;
use serde_json::json;
use support::{Adult, Answer, Harness, Town, on_each_engine};
use uuid::Uuid;

const FAMILIES: &str = "type;famille;enfant;role;nom;prenom;naissance;adresse;code_postal;ville;mobile;courriel;\
identifiant;du;reserve;recupere;paie
famille;F0001;;;;;;12 rue des Ormes;33290;Parempuyre;;;;;;;
adulte;F0001;;titulaire;Œuvrard;Hélène;;;;;06 12 34 56 78;helene@exemple.fr;helene;;;;
famille;F0002;;;;;;3 allée du Port;33290;Parempuyre;;;;;;;
adulte;F0002;;titulaire;Daoud;Karim;;;;;;;karim;;;;
enfant;;E0001;;Daoud;Léo;14/05/2018;;;;;;;;;;
lien;F0001;E0001;;;;;;;;;;;01/09/2025;oui;oui;oui
lien;F0002;E0001;;;;;;;;;;;01/09/2025;oui;non;oui
";

/// A town with settings, families, and a desk agent's token.
struct Desk {
    harness: Harness,
    town: Town,
    token: String,
}

#[derive(Debug, FromQueryResult)]
struct AccountRow {
    account_id: Uuid,
    family_id: Uuid,
    person_id: Uuid,
}

#[derive(Debug, FromQueryResult)]
struct CountRow {
    count: i64,
}

impl Desk {
    async fn open(harness: &Harness, slug: &str) -> Self {
        let settings = format!(
            "slug = '{slug}'\nname = 'Parempuyre'\npostcode = '33290'\nwelcome = 'Bienvenue'\nnew_resident = 'Appelez'\n\
             [contact]\nlabel = 'Pôle enfance jeunesse'\nphone = '05 56 95 56 12'\nemail = 'enfance@exemple.fr'\n"
        );
        let settings = read_settings(&settings).unwrap();
        let id = harness.app.writer.run(PutCommune { settings }).await.unwrap();
        let town = Town { id, slug: slug.into() };
        let token = Self::agent_of(harness, &town, "accueil", AgentRole::Desk).await;
        let desk = Self { harness: harness.clone(), town, token };
        desk.import(FAMILIES).await;
        desk
    }

    async fn agent_of(harness: &Harness, town: &Town, identifiant: &str, role: AgentRole) -> String {
        let agent = harness.agent(town, identifiant, role).await;
        harness.enrol_agent(town, &agent).await.access_token
    }

    async fn import(&self, csv: &str) {
        let import = Import { commune: self.town.id, csv: csv.into(), dry_run: false, correct_names: false };
        let report = import_families(&self.harness.app, import).await.unwrap();
        assert!(report.is_accepted(), "{report}");
    }

    /// The account that the import made.
    async fn parent(&self, identifiant: &str) -> Adult {
        let sql = "SELECT account_id, family_id, person_id FROM account WHERE commune_id = $1 AND identifiant = $2";
        let values = vec![self.town.id.into(), identifiant.into()];
        let row: AccountRow = db::one(self.harness.app.db.readers(), sql, values).await.unwrap().unwrap();
        Adult {
            commune: self.town.id,
            slug: self.town.slug.clone(),
            family: row.family_id,
            person: row.person_id,
            account: row.account_id,
            identifiant: identifiant.into(),
            one_time_code: self.harness.one_time_code(self.town.id, row.account_id).await,
        }
    }

    async fn search(&self, typed: &str) -> Vec<FamilySummaryDto> {
        let typed: String = typed.bytes().map(|byte| format!("%{byte:02X}")).collect();
        self.harness.get(&format!("/v1/agent/families?q={typed}"), &self.token).await.json()
    }

    async fn waiting(&self) -> Vec<WaitingChangeDto> {
        self.harness.get("/v1/agent/detail-changes", &self.token).await.json()
    }

    async fn decide(&self, change: Uuid, decision: &DecideChangeRequest) -> Answer {
        self.harness.post(&format!("/v1/agent/detail-changes/{change}/decision"), &self.token, decision).await
    }

    async fn read(&self, family: Uuid) -> FamilyRecordDto {
        self.harness.get(&format!("/v1/agent/families/{family}"), &self.token).await.json()
    }

    async fn audited(&self, action: &str, family: Uuid) -> i64 {
        let sql = "SELECT COUNT(*) AS count FROM audit WHERE commune_id = $1 AND action = $2 AND family_id = $3";
        let values = vec![self.town.id.into(), action.into(), family.into()];
        let row: Option<CountRow> = db::one(self.harness.app.db.readers(), sql, values).await.unwrap();
        row.unwrap().count
    }
}

fn street(street: &str) -> DetailValueDto {
    let (postcode, city) = ("33290".into(), "Parempuyre".into());
    DetailValueDto::Address(Some(AddressDto { street: street.into(), complement: None, postcode, city }))
}

fn refuse(reason: &str) -> DecideChangeRequest {
    DecideChangeRequest::Refuse { reason: reason.into() }
}

/// Asks for another address; waits for the town.
async fn ask_move(desk: &Desk, token: &str, from: &str, to: &str) -> Uuid {
    let op_id = Uuid::now_v7();
    let op = json!({ "type": "family.change_detail", "subject": { "type": "household" }, "field": "address",
        "old": street(from), "new": street(to) });
    let body = json!({ "operations": [{ "op_id": op_id, "op": op }] });
    let response: PushResponse = desk.harness.post("/v1/sync/push", token, &body).await.json();
    assert_eq!(response.outcomes[0].status, OutcomeStatus::Waiting, "{response:?}");
    op_id
}

#[tokio::test]
async fn a_family_is_found_by_whatever_people_say() {
    on_each_engine(async |harness: Harness| {
        let desk = Desk::open(&harness, "parempuyre").await;
        let elsewhere = Desk::open(&harness, "ailleurs").await;
        elsewhere.import("type;famille;role;nom;prenom\nfamille;F0099;;;\nadulte;F0099;titulaire;Oeuvrard;Zoé\n").await;
        for (typed, expected) in [
            ("oeuvrard", &["F0001"][..]),
            ("HELENE", &["F0001"]),
            ("06 12 34", &["F0001"]),
            ("léo", &["F0001", "F0002"]),
            ("f0002", &["F0002"]),
            ("zoé", &[]),
        ] {
            let found: Vec<String> = desk.search(typed).await.into_iter().map(|family| family.reference).collect();
            assert_eq!(found, expected, "{typed}");
        }
        let found = desk.search("daoud karim").await.remove(0);
        assert_eq!((found.adults.as_str(), found.children.as_str()), ("Karim Daoud", "Léo"));
        let short = harness.get("/v1/agent/families?q=a", &desk.token).await;
        assert_eq!(short.error().code, ErrorCode::InvalidRequest);
        assert_eq!(short.error().fields[0].field, "q");
    })
    .await;
}

#[tokio::test]
async fn a_reading_is_audited_and_stays_in_the_commune() {
    on_each_engine(async |harness: Harness| {
        let desk = Desk::open(&harness, "parempuyre").await;
        let elsewhere = Desk::open(&harness, "ailleurs").await;
        let family = desk.search("helene").await[0].family_id;
        let record = desk.read(family).await;
        assert_eq!((record.family.reference.as_str(), record.adults[0].last_name.as_str()), ("F0001", "Œuvrard"));
        assert!(record.children[0].link.other_home);
        desk.read(family).await;
        assert_eq!(desk.audited("family_read", family).await, 2);

        let foreign = elsewhere.search("helene").await[0].family_id;
        for id in [foreign, Uuid::now_v7()] {
            let answer = harness.get(&format!("/v1/agent/families/{id}"), &desk.token).await;
            answer.assert_refused(404, ErrorCode::NotFound);
        }
        assert_eq!(elsewhere.audited("family_read", foreign).await, 0);
    })
    .await;
}

#[tokio::test]
async fn each_role_does_what_it_may() {
    on_each_engine(async |harness: Harness| {
        let desk = Desk::open(&harness, "parempuyre").await;
        let parent = desk.parent("helene").await;
        let parent = harness.enrol(&parent).await.access_token;
        let cashier = Desk::agent_of(&harness, &desk.town, "regie", AgentRole::Regisseur).await;
        let change = Uuid::now_v7();
        let decision = format!("/v1/agent/detail-changes/{change}/decision");
        let family = format!("/v1/agent/families/{}", desk.search("helene").await[0].family_id);
        for path in ["/v1/agent/families?q=martel", &family, "/v1/agent/detail-changes"] {
            harness.get(path, &parent).await.assert_refused(403, ErrorCode::Forbidden);
        }
        harness.post(&decision, &parent, &DecideChangeRequest::Accept).await.assert_refused(403, ErrorCode::Forbidden);
        assert!(harness.get("/v1/agent/families?q=martel", &cashier).await.status.is_success());
        assert!(harness.get(&family, &cashier).await.status.is_success());
        harness.get("/v1/agent/detail-changes", &cashier).await.assert_refused(403, ErrorCode::Forbidden);
        harness.post(&decision, &cashier, &DecideChangeRequest::Accept).await.assert_refused(403, ErrorCode::Forbidden);
        desk.decide(change, &DecideChangeRequest::Accept).await.assert_refused(404, ErrorCode::NotFound);
    })
    .await;
}

#[tokio::test]
async fn an_accepted_change_is_on_record_once() {
    on_each_engine(async |harness: Harness| {
        let desk = Desk::open(&harness, "parempuyre").await;
        let parent = desk.parent("helene").await;
        let token = harness.enrol(&parent).await.access_token;
        let change = ask_move(&desk, &token, "12 rue des Ormes", "1 place de la Mairie").await;
        let waiting = desk.waiting().await;
        assert_eq!((waiting.len(), waiting[0].change.change_id), (1, change));
        assert_eq!(waiting[0].family.adults, "Hélène Œuvrard");

        let first: DetailChangeDto = desk.decide(change, &DecideChangeRequest::Accept).await.json();
        assert_eq!(first.status, DetailChangeStatusDto::Accepted);
        let again: DetailChangeDto = desk.decide(change, &DecideChangeRequest::Accept).await.json();
        assert_eq!(again, first);
        desk.decide(change, &refuse("trop tard")).await.assert_refused(409, ErrorCode::Conflict);
        assert!(desk.waiting().await.is_empty());
        assert_eq!(desk.audited("detail_change_accepted", parent.family).await, 1);

        let record = desk.read(parent.family).await;
        assert_eq!(record.family.address.unwrap().street, "1 place de la Mairie");
        assert_eq!(record.changes, [first]);
        let served = harness.get("/v1/sync/changes", &token).await.text();
        assert!(served.contains("1 place de la Mairie") && served.contains("accepted"), "{served}");
    })
    .await;
}

#[tokio::test]
async fn a_refused_change_says_why() {
    on_each_engine(async |harness: Harness| {
        let desk = Desk::open(&harness, "parempuyre").await;
        let parent = desk.parent("helene").await;
        let token = harness.enrol(&parent).await.access_token;
        let change = ask_move(&desk, &token, "12 rue des Ormes", "1 place de la Mairie").await;
        for reason in ["", "  ", &"x".repeat(301)] {
            let answer = desk.decide(change, &refuse(reason)).await;
            assert_eq!(
                (answer.error().code, answer.error().fields[0].field.as_str()),
                (ErrorCode::InvalidRequest, "reason")
            );
        }
        let first: DetailChangeDto = desk.decide(change, &refuse("Hors  commune ")).await.json();
        assert_eq!((first.status, first.reason.as_deref()), (DetailChangeStatusDto::Refused, Some("Hors commune")));
        let again: DetailChangeDto = desk.decide(change, &refuse("Hors commune")).await.json();
        assert_eq!(again, first);
        desk.decide(change, &refuse("Autre raison")).await.assert_refused(409, ErrorCode::Conflict);
        desk.decide(change, &DecideChangeRequest::Accept).await.assert_refused(409, ErrorCode::Conflict);
        assert_eq!(desk.read(parent.family).await.family.address.unwrap().street, "12 rue des Ormes");
        ask_move(&desk, &token, "12 rue des Ormes", "2 place de la Mairie").await;
    })
    .await;
}

#[tokio::test]
async fn a_value_that_moved_is_not_written_over() {
    on_each_engine(async |harness: Harness| {
        let desk = Desk::open(&harness, "parempuyre").await;
        let parent = desk.parent("helene").await;
        let token = harness.enrol(&parent).await.access_token;
        let change = ask_move(&desk, &token, "12 rue des Ormes", "1 place de la Mairie").await;
        desk.import(&FAMILIES.replace("12 rue des Ormes", "8 quai Neuf")).await;
        desk.decide(change, &DecideChangeRequest::Accept).await.assert_refused(409, ErrorCode::Conflict);
        assert_eq!(desk.waiting().await.len(), 1, "it still waits");
        assert_eq!(desk.read(parent.family).await.family.address.unwrap().street, "8 quai Neuf");
        desk.import(&FAMILIES.replace("12 rue des Ormes", "1 place de la Mairie")).await;
        let accepted: DetailChangeDto = desk.decide(change, &DecideChangeRequest::Accept).await.json();
        assert_eq!(accepted.status, DetailChangeStatusDto::Accepted);
    })
    .await;
}

#[tokio::test]
async fn what_the_owner_confirms_is_not_the_towns_to_decide() {
    on_each_engine(async |harness: Harness| {
        let desk = Desk::open(&harness, "parempuyre").await;
        let parent = desk.parent("helene").await;
        let token = harness.enrol(&parent).await.access_token;
        let op_id = Uuid::now_v7();
        let op = json!({ "type": "family.change_detail", "field": "email",
            "subject": { "type": "adult", "person_id": parent.person },
            "old": DetailValueDto::Email(Some("helene@exemple.fr".into())),
            "new": DetailValueDto::Email(Some("h@exemple.fr".into())) });
        let body = json!({ "operations": [{ "op_id": op_id, "op": op }] });
        let response: PushResponse = harness.post("/v1/sync/push", &token, &body).await.json();
        assert_eq!(response.outcomes[0].status, OutcomeStatus::Waiting);
        assert!(desk.waiting().await.is_empty());
        desk.decide(op_id, &DecideChangeRequest::Accept).await.assert_refused(409, ErrorCode::Conflict);
    })
    .await;
}

#[tokio::test]
async fn the_oldest_change_comes_first() {
    on_each_engine(async |harness: Harness| {
        let desk = Desk::open(&harness, "parempuyre").await;
        let (karim, helene) = (desk.parent("karim").await, desk.parent("helene").await);
        let karim = harness.enrol(&karim).await.access_token;
        let first = ask_move(&desk, &karim, "3 allée du Port", "4 allée du Port").await;
        harness.clock.advance(std::time::Duration::from_secs(60));
        let helene = harness.enrol(&helene).await.access_token;
        let second = ask_move(&desk, &helene, "12 rue des Ormes", "1 place de la Mairie").await;
        let ids: Vec<Uuid> = desk.waiting().await.iter().map(|waiting| waiting.change.change_id).collect();
        assert_eq!(ids, [first, second]);
    })
    .await;
}
