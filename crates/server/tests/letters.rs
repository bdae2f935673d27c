//! Letters go to whoever needs one, and never take another one's place; on both engines.

#![allow(clippy::unwrap_used, clippy::expect_used)]

mod support;

use std::collections::BTreeSet;
use std::time::Duration;

use preau_protocol::ErrorCode;
use preau_protocol::communes::CommuneDto;
use preau_server::accounts::letters::{Issued, Letter, Wanted, issue_letters};
use preau_server::check::check;
use preau_server::clock::Clock;
use preau_server::communes::{PutCommune, read_settings};
use preau_server::error::{Error, Result};
use preau_server::family::import::{Import, import_families};
use serde_json::json;
use support::{CODE, Harness, Town, on_each_engine, sign_in_request};

const DAY: Duration = Duration::from_secs(24 * 3600);

const FAMILIES: &str = "type;famille;role;nom;prenom;adresse;code_postal;ville
famille;F0001;;;;12 rue des Ormes;33290;Parempuyre
adulte;F0001;titulaire;Martel;Claire;;;
adulte;F0001;co-titulaire;Petit;Paul;;;
famille;F0002;;;;;;
adulte;F0002;titulaire;Daoud;Karim;;;
";

fn settings() -> CommuneDto {
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
        let text = counter[0].text(&settings(), "https://portail.exemple.fr");
        assert!(text.contains(&counter[0].code) && text.contains("saisissez Parempuyre"));
        assert!(matches!(issue(&harness, &town, family("F9999")).await, Err(Error::NotFound)));
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
        let taken = BTreeSet::from([first[1].file_name(), "F0002-autre.txt".to_owned()]);
        for wanted in [
            Wanted { again: true, taken: taken.clone(), family: None },
            Wanted { again: false, taken, family: Some("F0001".into()) },
        ] {
            let Err(Error::Fields(ErrorCode::Conflict, fields)) = issue(&harness, &town, wanted).await else {
                panic!("a file was to be replaced");
            };
            let named: Vec<(&str, &str)> = fields.iter().map(|f| (f.field.as_str(), f.rule.as_str())).collect();
            assert_eq!(named, [(first[1].file_name().as_str(), "exists")]);
        }
        assert!(opens(&harness, &town, &first[0]).await, "every letter of before still opens");
        assert!(opens(&harness, &town, &first[1]).await);
    })
    .await;
}
