//! Letters go to whoever needs one, and never take another one's place; on both engines.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::BTreeSet;
use std::time::Duration;

use http::Method;
use preau_domain::accounts::AgentRole;
use preau_protocol::ErrorCode;
use preau_protocol::accounts::{SecurityEventDto, SecurityNoticeDto, SessionDto};
use preau_protocol::communes::CommuneDto;
use preau_server::accounts::letters::{Files, Issued, Letter, LetterPress, Wanted, issue_letters};
use preau_server::check::check;
use preau_server::clock::Clock;
use preau_server::communes::{PutCommune, Settings, read_settings};
use preau_server::db;
use preau_server::error::{Error, Result};
use preau_server::family::import::{Import, import_families};
use sea_orm::FromQueryResult;
use serde_json::json;
use support::{Answer, CODE, Harness, Replica, Town, on_each_engine, sign_in_request};
use uuid::Uuid;

const DAY: Duration = Duration::from_secs(24 * 3600);

const FAMILIES: &str = "type;famille;role;nom;prenom;adresse;code_postal;ville
famille;F0001;;;;12 rue des Ormes;33290;Parempuyre
adulte;F0001;titulaire;Martel;Claire;;;
adulte;F0001;co-titulaire;Petit;Paul;;;
famille;F0002;;;;;;
adulte;F0002;titulaire;Daoud;Karim;;;
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

async fn issue(harness: &Harness, town: &Town, wanted: Wanted) -> Result<Issued> {
    issue_letters(&harness.app, town.id, &wanted).await
}

fn persons(letters: &[Letter]) -> Vec<&str> {
    letters.iter().map(|letter| letter.person.as_str()).collect()
}

/// Whether the code of a letter opens.
async fn opens(harness: &Harness, town: &Town, letter: &Letter) -> bool {
    harness.sign_in(&sign_in_request(&town.slug, &letter.identifiant, &letter.code)).await.status.is_success()
}

#[tokio::test]
async fn go_to_whoever_has_no_personal_code() {
    on_each_engine(async |harness: Harness| {
        let town = town(&harness).await;
        let letters = issue(&harness, &town, Wanted::default()).await.unwrap().letters;
        assert_eq!(persons(&letters), ["Claire Martel", "Paul Petit", "Karim Daoud"]);
        assert_eq!(letters[0].address, ["12 RUE DES ORMES", "33290 PAREMPUYRE"]);
        assert!(letters[2].address.is_empty());

        // The code of the letter opens; once a personal code is chosen, no letter goes out by itself.
        let request = sign_in_request(&town.slug, &letters[0].identifiant, &letters[0].code.to_lowercase());
        let session = harness.session(&harness.sign_in(&request).await);
        let code = json!({ "current": letters[0].code, "new": CODE });
        harness.put("/v1/account/code", &session.access_token, &code).await.assert_done();
        let again = Wanted { again: true, ..Wanted::default() };
        let again = issue(&harness, &town, again).await.unwrap().letters;
        assert_eq!(persons(&again), ["Paul Petit", "Karim Daoud"]);
        assert!(again.iter().all(|letter| letters.iter().all(|old| old.code != letter.code)));

        // The counter asks for the family: both adults, whatever they chose.
        let family = |reference: &str| Wanted { family: Some(reference.into()), ..Wanted::default() };
        let counter = issue(&harness, &town, family("F0001")).await.unwrap().letters;
        assert_eq!(persons(&counter), ["Claire Martel", "Paul Petit"]);
        let text = counter[0].text(&settings().served, "https://portail.exemple.fr");
        assert!(text.contains(&counter[0].code) && text.contains("saisissez Parempuyre"));
        assert!(matches!(issue(&harness, &town, family("F9999")).await, Err(Error::NotFound)));
        let report = check(&harness.app.db, harness.clock.now()).await.unwrap();
        assert!(report.is_sound(), "{report}");
    })
    .await;
}

#[tokio::test]
async fn a_code_that_somebody_else_knows_is_ended_with_a_letter() {
    on_each_engine(async |harness: Harness| {
        let town = town(&harness).await;
        let letters = issue(&harness, &town, Wanted::default()).await.unwrap().letters;
        let mut sessions = Vec::new();
        for letter in [&letters[0], &letters[2]] {
            let request = sign_in_request(&town.slug, &letter.identifiant, &letter.code);
            let session = harness.session(&harness.sign_in(&request).await);
            let code = json!({ "current": letter.code, "new": CODE });
            harness.put("/v1/account/code", &session.access_token, &code).await.assert_done();
            sessions.push(session);
        }
        let own_code = async |letter: &Letter| {
            harness.sign_in(&sign_in_request(&town.slug, &letter.identifiant, CODE)).await.status.is_success()
        };
        // A letter by itself leaves the code that was chosen: who lost the letter of a neighbour ends no session.
        let wanted = |revoke: bool| Wanted { family: Some("F0001".into()), revoke, ..Wanted::default() };
        issue(&harness, &town, wanted(false)).await.unwrap();
        assert!(own_code(&letters[0]).await);
        harness.get("/v1/account", &sessions[0].access_token).await.json::<serde_json::Value>();

        let revoked = issue(&harness, &town, wanted(true)).await.unwrap().letters;
        assert!(!own_code(&letters[0]).await, "neither the code that was chosen");
        let refused = harness.get("/v1/account", &sessions[0].access_token).await;
        refused.assert_refused(401, ErrorCode::SignInRequired);
        harness.refresh(&sessions[0].refresh_token).await.assert_refused(401, ErrorCode::SignInRequired);
        assert!(opens(&harness, &town, &revoked[0]).await);
        // Another family is left alone, and so is everybody where no family is named.
        issue(&harness, &town, Wanted { revoke: true, again: true, ..Wanted::default() }).await.unwrap();
        assert!(own_code(&letters[2]).await);
        let recorded = "UPDATE audit SET action = action WHERE action = 'code_revoked'";
        assert_eq!(harness.sql(recorded, vec![]).await, 2, "for each adult of the family");
        let report = check(&harness.app.db, harness.clock.now()).await.unwrap();
        assert!(report.is_sound(), "{report}");
    })
    .await;
}

#[tokio::test]
async fn a_letter_that_still_opens_is_not_made_void_by_itself() {
    on_each_engine(async |harness: Harness| {
        let town = town(&harness).await;
        let first = issue(&harness, &town, Wanted::default()).await.unwrap();
        assert_eq!((first.letters.len(), first.in_force), (3, 0));
        let second = issue(&harness, &town, Wanted::default()).await.unwrap();
        assert_eq!((second.letters.len(), second.in_force), (0, 3));
        assert!(opens(&harness, &town, &first.letters[0]).await, "the letters of before still open");

        let again = issue(&harness, &town, Wanted { again: true, ..Wanted::default() }).await.unwrap();
        assert_eq!((again.letters.len(), again.in_force), (3, 0));
        assert!(!opens(&harness, &town, &first.letters[0]).await && opens(&harness, &town, &again.letters[0]).await);

        harness.clock.advance(60 * DAY);
        let late = issue(&harness, &town, Wanted::default()).await.unwrap();
        assert_eq!((late.letters.len(), late.in_force), (3, 0), "those of before have ended");
    })
    .await;
}

#[tokio::test]
async fn nothing_is_issued_where_a_file_stands_in_the_way() {
    on_each_engine(async |harness: Harness| {
        let town = town(&harness).await;
        let first = issue(&harness, &town, Wanted::default()).await.unwrap().letters;
        let taken = BTreeSet::from([first[1].file_name(Files::Text), "F0002-autre.txt".to_owned()]);
        for wanted in [
            Wanted { again: true, taken: taken.clone(), ..Wanted::default() },
            Wanted { taken, family: Some("F0001".into()), ..Wanted::default() },
        ] {
            let Err(Error::Fields(ErrorCode::Conflict, fields)) = issue(&harness, &town, wanted).await else {
                panic!("a file was to be replaced");
            };
            let named: Vec<(&str, &str)> = fields.iter().map(|f| (f.field.as_str(), f.rule.as_str())).collect();
            assert_eq!(named, [(first[1].file_name(Files::Text).as_str(), "exists")]);
        }
        assert!(opens(&harness, &town, &first[0]).await, "every letter of before still opens");
        assert!(opens(&harness, &town, &first[1]).await);
    })
    .await;
}

#[tokio::test]
async fn a_town_s_letters_share_files_and_a_family_s_do_not() {
    on_each_engine(async |harness: Harness| {
        let town = town(&harness).await;
        let pdf = |family: Option<&str>, taken: &str| Wanted {
            files: Files::Pdf,
            family: family.map(str::to_owned),
            taken: BTreeSet::from([taken.to_owned()]),
            ..Wanted::default()
        };
        // The part of today is there already: no code is issued.
        let refused = issue(&harness, &town, pdf(None, "lettres-2026-11-23-001.pdf")).await;
        assert!(matches!(refused, Err(Error::Fields(ErrorCode::Conflict, _))), "{refused:?}");
        let all = issue(&harness, &town, pdf(None, "lettres-2026-11-22-001.pdf")).await.unwrap();
        assert!(all.in_parts && all.letters.len() == 3);
        let own = all.letters[0].file_name(Files::Pdf);
        assert!(matches!(issue(&harness, &town, pdf(Some("F0001"), &own)).await, Err(Error::Fields(..))));
        assert!(!issue(&harness, &town, pdf(Some("F0001"), "lettres-2026-11-23-001.pdf")).await.unwrap().in_parts);
    })
    .await;
}

/// Prints what a letter says, a line each.
struct Plain;

impl LetterPress for Plain {
    fn print(&self, letters: &[Letter], town: &CommuneDto, server: &str) -> anyhow::Result<Vec<u8>> {
        let line = |one: &Letter| format!("{}|{}|{}|{}|{server}", one.person, one.identifiant, one.code, town.name);
        Ok(letters.iter().map(line).collect::<Vec<_>>().join("\n").into_bytes())
    }
}

#[derive(FromQueryResult)]
struct PersonRow {
    person_id: Uuid,
    account_id: Uuid,
    family_id: Uuid,
}

async fn person(harness: &Harness, town: &Town, first_name: &str) -> PersonRow {
    let sql = "SELECT p.person_id, a.account_id, p.family_id FROM adult p JOIN account a ON a.person_id = p.person_id \
               WHERE p.commune_id = $1 AND p.first_name = $2";
    let values = vec![town.id.into(), first_name.into()];
    db::one(harness.app.db.readers(), sql, values).await.unwrap().unwrap()
}

async fn at_the_counter(harness: &Harness, token: &str, person: Uuid) -> Answer {
    let path = format!("/v1/agent/adults/{person}/letter");
    harness.call(Method::POST, &path, Some(token), None::<&()>).await
}

/// A letter because somebody else knows the code.
async fn revoked_at_the_counter(harness: &Harness, token: &str, person: Uuid) -> Answer {
    let path = format!("/v1/agent/adults/{person}/letter?revoke=true");
    harness.call(Method::POST, &path, Some(token), None::<&()>).await
}

async fn agent(harness: &Harness, town: &Town, role: AgentRole) -> SessionDto {
    let name = format!("agent.{role:?}").to_lowercase();
    harness.enrol_agent(town, &harness.agent(town, &name, role).await).await
}

/// What is printed on a letter of the counter.
fn printed(answer: &Answer) -> Vec<String> {
    assert_eq!(answer.status.as_u16(), 200, "{}", answer.text());
    assert_eq!(answer.headers["content-type"], "application/pdf");
    assert_eq!(answer.headers["cache-control"], "no-store");
    answer.text().split('|').map(str::to_owned).collect()
}

#[tokio::test]
async fn an_agent_prints_a_new_letter_for_an_adult_at_the_counter() {
    on_each_engine(async |harness: Harness| {
        let town = town(&harness).await;
        let before = issue(&harness, &town, Wanted::default()).await.unwrap().letters;
        let [claire, paul] = [person(&harness, &town, "Claire").await, person(&harness, &town, "Paul").await];
        let request = sign_in_request(&town.slug, &before[0].identifiant, &before[0].code);
        let session = harness.session(&harness.sign_in(&request).await);
        let code = json!({ "current": before[0].code, "new": CODE });
        harness.put("/v1/account/code", &session.access_token, &code).await.assert_done();
        let desk = agent(&harness, &town, AgentRole::Desk).await;

        // A server without a press says so, and takes nobody's code away.
        let refused = at_the_counter(&harness, &desk.access_token, paul.person_id).await;
        refused.assert_refused(501, ErrorCode::LettersUnavailable);
        let harness = harness.with_press(&Plain);
        for role in [AgentRole::Youth, AgentRole::Regisseur] {
            let other = agent(&harness, &town, role).await;
            let refused = at_the_counter(&harness, &other.access_token, paul.person_id).await;
            refused.assert_refused(403, ErrorCode::Forbidden);
        }
        let refused = at_the_counter(&harness, &session.access_token, paul.person_id).await;
        refused.assert_refused(403, ErrorCode::Forbidden);
        let mut other = settings();
        other.served = CommuneDto { slug: "ailleurs".into(), commune_id: Uuid::now_v7(), ..other.served };
        let elsewhere = harness.app.writer.run(PutCommune { settings: other }).await.unwrap();
        let elsewhere = Town { id: elsewhere, slug: "ailleurs".into() };
        let stranger = agent(&harness, &elsewhere, AgentRole::Desk).await;
        for (token, person) in [(&stranger, paul.person_id), (&desk, Uuid::now_v7()), (&desk, paul.family_id)] {
            at_the_counter(&harness, &token.access_token, person).await.assert_refused(404, ErrorCode::NotFound);
        }
        assert!(opens(&harness, &town, &before[1]).await, "every refusal left the letter good");

        let answer = at_the_counter(&harness, &desk.access_token, paul.person_id).await;
        let paper = printed(&answer);
        assert_eq!(answer.headers["content-disposition"], "attachment; filename=\"F0001-petit01.pdf\"");
        assert_eq!((&*paper[0], &*paper[1], &*paper[3]), ("Paul Petit", "petit01", "Parempuyre"));
        assert_eq!(paper[4], "https://portail.exemple.fr");
        assert!(!opens(&harness, &town, &before[1]).await, "the letter of before opens no more");
        assert!(opens(&harness, &town, &Letter { code: paper[2].clone(), ..before[1].clone() }).await);

        // Who has a personal code keeps it until the next one is chosen, and the family is told.
        let notices = async || {
            let mut replica = Replica::default();
            replica.pull(&harness, &session.access_token, 500).await;
            replica.bodies::<SecurityNoticeDto>("security_notice")
        };
        assert_eq!(notices().await, []);
        let paper = printed(&at_the_counter(&harness, &desk.access_token, claire.person_id).await);
        let told: Vec<_> = notices().await.into_iter().map(|notice| (notice.what, notice.person_id)).collect();
        assert_eq!(told, [(SecurityEventDto::LetterIssued, Some(claire.person_id))]);
        for code in [CODE, &paper[2]] {
            let request = sign_in_request(&town.slug, &before[0].identifiant, code);
            assert!(harness.sign_in(&request).await.status.is_success(), "{code}");
        }

        // Where somebody else knows it, it ends at once, and so does the session.
        let last = printed(&revoked_at_the_counter(&harness, &desk.access_token, claire.person_id).await);
        for (code, good) in [(CODE, false), (&paper[2], false), (&last[2], true)] {
            let request = sign_in_request(&town.slug, &before[0].identifiant, code);
            assert_eq!(harness.sign_in(&request).await.status.is_success(), good, "{code}");
        }
        let refused = harness.get("/v1/account", &session.access_token).await;
        refused.assert_refused(401, ErrorCode::SignInRequired);
        let sql = "SELECT entity_id AS account_id, actor_id AS person_id, family_id FROM audit WHERE commune_id = $1 \
                   AND action = 'one_time_code_issued' AND actor_kind = 'agent' ORDER BY seq";
        let acts: Vec<PersonRow> = db::all(harness.app.db.readers(), sql, vec![town.id.into()]).await.unwrap();
        let acts: Vec<_> = acts.into_iter().map(|act| (act.account_id, act.person_id, act.family_id)).collect();
        let by = desk.account.account_id;
        assert_eq!(acts, [&paul, &claire, &claire].map(|one| (one.account_id, by, one.family_id)));
        let report = check(&harness.app.db, harness.clock.now()).await.unwrap();
        assert!(report.of(preau_server::check::Invariant::Audit).next().is_none(), "{report}");
    })
    .await;
}
