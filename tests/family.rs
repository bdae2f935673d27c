//! The family capability through the programs: a CSV file becomes families, a letter becomes an account, what a
//! desktop pulls is what its family may see, what it pushes takes effect once.

use anyhow::{Context, Result};
use harness::computer::{edit, refused, up_to_date};
use harness::{Api, Computer, Server, Session, Town, wait_for};
use preau_client::Client;
use preau_client::family::views::{
    AdultFieldRequest, ChangeDetailsView, DetailChangeView, DetailStateView, DetailValueView, FieldRuleView, GiveUpView,
};
use preau_protocol::family::{AdultDto, ChildDto, DetailChangeDto, DetailChangeStatusDto, FamilyDto};
use preau_protocol::sync::{ChangesResponse, EntityKind, OutcomeDto, OutcomeStatus};
use serde_json::{Value, json};
use uuid::Uuid;
use xtask::demo_families::SLUG;

const PERSONAL_CODE: &str = "Marronnier-2026";

/// A family's first adult, signed in on a running server.
struct Home {
    town: Town,
    _server: Server,
    api: Api,
    session: Session,
}

impl Home {
    async fn of(family: &str) -> Result<Self> {
        let town = Town::with_families(6)?;
        let letters = town.letters(SLUG, family)?;
        let server = town.serve()?;
        let api = server.api()?;
        let session = api.first_login(SLUG, &letters[0], PERSONAL_CODE).await?;
        Ok(Self { town, _server: server, api, session })
    }

    async fn snapshot(&self) -> Result<Vec<ChangesResponse>> {
        self.api.pull(&self.session.token, "", 500).await
    }

    async fn push(&self, op_id: Uuid, op: &Value) -> Result<OutcomeDto> {
        let answer = self.api.push(&self.session.token, op_id, op).await?.success()?;
        serde_json::from_value(answer.body["outcomes"][0].clone()).context("reading the outcome")
    }
}

fn of_kind<T: serde::de::DeserializeOwned>(pages: &[ChangesResponse], kind: EntityKind) -> Result<Vec<T>> {
    let upserts = pages.iter().flat_map(|page| &page.upserts).filter(|upsert| upsert.kind == kind.as_str());
    upserts.map(|upsert| serde_json::from_str(upsert.body.get()).context("reading an entity")).collect()
}

fn new_address(old: &FamilyDto) -> Value {
    let address = json!({ "street": "5 quai des Chaumes", "postcode": "33290", "city": "PAREMPUYRE" });
    json!({
        "type": "family.change_detail",
        "subject": { "type": "household" },
        "field": "address",
        "old": { "type": "address", "value": old.address },
        "new": { "type": "address", "value": address },
    })
}

#[tokio::test]
async fn a_letter_opens_nothing_but_the_choice_of_a_personal_code() -> Result<()> {
    let town = Town::with_families(5)?;
    let letters = town.letters(SLUG, "F0001")?;
    assert_eq!(letters.len(), 2, "holder and co-holder have an account each");
    let server = town.serve()?;
    let api = server.api()?;

    let claire = &letters[0];
    let session = api.sign_in(SLUG, &claire.identifiant, &claire.code, None).await?;
    assert!(session.dto.account.personal_code_required);
    let refused = api.get("/v1/sync/changes", &session.token).await?;
    assert_eq!((refused.status, &refused.body["code"]), (403, &json!("personal_code_required")));

    let weak = json!({ "current": claire.code, "new": "soleil" });
    let refused = api.send(reqwest::Method::PUT, "/v1/account/code", Some(&session.token), Some(&weak)).await?;
    assert_eq!(refused.body["code"], json!("personal_code_refused"), "{refused:?}");

    api.set_code(&session.token, &claire.code, PERSONAL_CODE).await?;
    api.get("/v1/sync/changes", &session.token).await?.success()?;
    api.sign_in(SLUG, &claire.identifiant, PERSONAL_CODE, None).await?;

    let used = json!({ "commune": SLUG, "identifiant": claire.identifiant, "code": claire.code, "device_label": "x" });
    let used = api.send(reqwest::Method::POST, "/v1/auth/sign-in", None, Some(&used)).await?;
    let unknown = json!({ "commune": SLUG, "identifiant": "personne", "code": claire.code, "device_label": "x" });
    let unknown = api.send(reqwest::Method::POST, "/v1/auth/sign-in", None, Some(&unknown)).await?;
    assert_eq!((used.status, &used.body["code"]), (401, &json!("sign_in_refused")));
    assert_eq!((unknown.status, &unknown.body["code"]), (401, &json!("sign_in_refused")));
    Ok(())
}

#[tokio::test]
async fn the_snapshot_is_the_imported_family_and_nothing_else() -> Result<()> {
    let home = Home::of("F0001").await?;
    let pages = home.snapshot().await?;
    let first: Vec<&str> = pages.iter().flat_map(|page| &page.upserts).map(|upsert| upsert.kind.as_str()).collect();
    let count = |kind: EntityKind| first.iter().filter(|name| **name == kind.as_str()).count();
    assert_eq!(
        EntityKind::ALL.map(count),
        [1, 1, 2, 2, 2, 1, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0],
        "commune, family, adults, children, contacts, quotient, then nothing of changes, notices and days: {first:?}"
    );

    let adults: Vec<AdultDto> = of_kind(&pages, EntityKind::Adult)?;
    let claire = adults.iter().find(|adult| adult.first_name == "Claire").context("Claire")?;
    assert_eq!(claire.landline_phone.as_deref(), Some("+33536490001"));
    let children: Vec<ChildDto> = of_kind(&pages, EntityKind::Child)?;
    let leo = children.iter().find(|child| child.first_name == "Léo").context("Léo")?;
    let levels: Vec<&str> = leo.schooling.iter().map(|schooling| schooling.level.as_str()).collect();
    assert_eq!(levels, ["CE1", "CE2"]);
    assert!(!leo.link.other_home);

    let small = home.api.pull(&home.session.token, "", 2).await?;
    assert!(small.len() > 3, "pages of two rows");
    assert_eq!(small.iter().map(|page| page.upserts.len()).sum::<usize>(), first.len());
    Ok(())
}

#[tokio::test]
async fn an_address_changes_once_the_town_accepts_it() -> Result<()> {
    let home = Home::of("F0001").await?;
    let pages = home.snapshot().await?;
    let cursor = pages.last().context("a page")?.cursor.clone();
    let family: FamilyDto = of_kind(&pages, EntityKind::Family)?.pop().context("the family")?;
    let op = new_address(&family);
    let op_id = Uuid::now_v7();

    let outcome = home.push(op_id, &op).await?;
    assert_eq!(outcome.status, OutcomeStatus::Waiting, "{outcome:?}");
    assert_eq!(home.push(op_id, &op).await?, outcome, "a replay gives the same answer");
    let other = new_address(&FamilyDto { address: None, ..family.clone() });
    let reused = home.push(op_id, &other).await?;
    assert_eq!(reused.status, OutcomeStatus::Rejected, "the same id with other bytes: {reused:?}");

    let pages = home.api.pull(&home.session.token, &cursor, 500).await?;
    let changes: Vec<DetailChangeDto> = of_kind(&pages, EntityKind::DetailChange)?;
    assert_eq!(changes.len(), 1, "once, whatever the number of times it was sent");
    assert_eq!((changes[0].change_id, changes[0].status), (op_id, DetailChangeStatusDto::AwaitsTown));
    assert!(pages.iter().flat_map(|page| &page.upserts).all(|upsert| upsert.version <= outcome.version));

    let cursor = pages.last().context("a page")?.cursor.clone();
    let waiting = home.town.run(&["changes", "--commune", SLUG, "list"])?;
    assert!(waiting.contains(&op_id.to_string()), "{waiting}");
    home.town.run(&["changes", "--commune", SLUG, "accept", &op_id.to_string()])?;

    let pages = home.api.pull(&home.session.token, &cursor, 500).await?;
    let family: FamilyDto = of_kind(&pages, EntityKind::Family)?.pop().context("the family again")?;
    assert_eq!(family.address.map(|address| address.street).as_deref(), Some("5 quai des Chaumes"));
    let changes: Vec<DetailChangeDto> = of_kind(&pages, EntityKind::DetailChange)?;
    assert_eq!(changes[0].status, DetailChangeStatusDto::Accepted);
    home.town.run(&["check"])?;
    Ok(())
}

#[tokio::test]
async fn an_acknowledged_change_survives_a_power_cut() -> Result<()> {
    let town = Town::with_families(5)?;
    let letter = town.letters(SLUG, "F0002")?.remove(0);
    let server = town.serve()?;
    let api = server.api()?;
    let session = api.first_login(SLUG, &letter, PERSONAL_CODE).await?;
    let pages = api.pull(&session.token, "", 500).await?;
    let family: FamilyDto = of_kind(&pages, EntityKind::Family)?.pop().context("the family")?;
    let (op_id, op) = (Uuid::now_v7(), new_address(&family));
    let before = api.push(&session.token, op_id, &op).await?.success()?;
    server.kill();

    let server = town.serve()?;
    let after = server.api()?.push(&session.token, op_id, &op).await?.success()?;
    assert_eq!(after.body, before.body, "the answer is the one given before the cut");
    town.run(&["check"])?;
    Ok(())
}

#[tokio::test]
async fn each_home_sees_the_shared_child_and_nothing_of_the_other_home() -> Result<()> {
    let town = Town::with_families(5)?;
    let letters = [town.letters(SLUG, "F0004")?.remove(0), town.letters(SLUG, "F0005")?.remove(0)];
    let server = town.serve()?;
    let api = server.api()?;
    let secrets = [
        ["Thomas", "rue de la Gabare", "thomas.verdier", "Bruno"],
        ["Garrigue", "chemin de la Huppe", "sophie.garrigue", "Paulette"],
    ];
    let mut seen = Vec::new();
    for (letter, others) in letters.iter().zip(secrets) {
        let session = api.first_login(SLUG, letter, PERSONAL_CODE).await?;
        let pages = api.pull(&session.token, "", 500).await?;
        let children: Vec<ChildDto> = of_kind(&pages, EntityKind::Child)?;
        assert_eq!(children.len(), 1);
        assert!(children[0].link.other_home, "there is another home, never which one");
        let all = serde_json::to_string(&pages)?;
        for secret in others {
            assert!(!all.contains(secret), "{} reads « {secret} » of the other home", letter.person);
        }
        seen.push(children[0].child_id);
    }
    assert_eq!(seen[0], seen[1], "it is one child");
    Ok(())
}

#[tokio::test]
async fn the_same_file_twice_changes_nothing_and_a_faulty_line_says_where() -> Result<()> {
    let home = Home::of("F0003").await?;
    let before = home.snapshot().await?.last().context("a page")?.cursor.clone();
    home.town.import(SLUG, &xtask::demo_families::families(6))?;
    let pages = home.api.pull(&home.session.token, &before, 500).await?;
    assert!(pages.iter().all(|page| page.upserts.is_empty() && page.deletes.is_empty()), "{pages:?}");

    let faulty = xtask::demo_families::families(6).replace("06 12 34 00 01", "07 00 00 00 00");
    let refused = home.town.import(SLUG, &faulty).expect_err("an invalid telephone");
    let refused = format!("{refused:#}");
    assert!(refused.contains("mobile"), "the column is named: {refused}");
    Ok(())
}

/// Both adults of a family, each at a computer of their own.
async fn both_adults(town: &Town, server: &Server) -> Result<[(Computer, Client); 2]> {
    let letters = town.letters(SLUG, "F0001")?;
    let (one, other) = (Computer::new(&server.address)?, Computer::new(&server.address)?);
    let claire = one.first_login(&letters[0], PERSONAL_CODE).await?;
    let karim = other.first_login(&letters[1], PERSONAL_CODE).await?;
    Ok([(one, claire), (other, karim)])
}

/// What waits, once it is so.
async fn waiting(client: &Client, so: impl Fn(&[DetailChangeView]) -> bool) -> Result<Vec<DetailChangeView>> {
    wait_for("the changes that wait", async || {
        let waiting = client.details().await.map_err(refused)?.waiting;
        Ok(so(&waiting).then_some(waiting))
    })
    .await
}

#[tokio::test]
async fn either_adult_gives_up_what_the_other_asked() -> Result<()> {
    let town = Town::with_families(5)?;
    let server = town.serve()?;
    let [(_one, claire), (_other, karim)] = both_adults(&town, &server).await?;
    let form = edit(&claire, AdultFieldRequest::Email, "claire@typo.exemple.fr").await?;
    claire.change_details(&form).await.map_err(refused)?;
    let confirming =
        |changes: &[DetailChangeView]| changes.iter().any(|change| change.state == DetailStateView::AwaitsConfirmation);
    waiting(&claire, confirming).await?;
    let seen = waiting(&karim, confirming).await?;
    assert_eq!(seen[0].give_up, GiveUpView::Possible);
    karim.give_up(&seen[0].id).await.map_err(refused)?;
    waiting(&karim, <[DetailChangeView]>::is_empty).await?;
    waiting(&claire, <[DetailChangeView]>::is_empty).await?;
    let settled = claire.details().await.map_err(refused)?.settled;
    assert_eq!(settled[0].state, DetailStateView::Withdrawn);
    up_to_date(&karim).await?;
    claire.close().await;
    karim.close().await;
    town.run(&["check"])?;
    Ok(())
}

#[tokio::test]
async fn what_one_adult_changed_is_told_to_the_other_before_it_could_be_undone() -> Result<()> {
    let town = Town::with_families(5)?;
    let server = town.serve()?;
    let [(_one, claire), (_other, karim)] = both_adults(&town, &server).await?;
    // Karim looks at the form while Claire changes the same telephone and the town agrees.
    let form = edit(&karim, AdultFieldRequest::LandlinePhone, "05 36 49 00 77").await?;
    karim.preview_details(&form).await.map_err(refused)?;
    let hers = edit(&claire, AdultFieldRequest::LandlinePhone, "05 36 49 00 88").await?;
    claire.change_details(&hers).await.map_err(refused)?;
    up_to_date(&claire).await?;
    for change in claire.details().await.map_err(refused)?.waiting {
        town.run(&["changes", "--commune", SLUG, "accept", &change.id])?;
    }
    let now = DetailValueView::Text { text: "05 36 49 00 88".to_owned() };
    wait_for("her new number on his computer", async || {
        let details = karim.details().await.map_err(refused)?;
        Ok((details.adults[0].landline_phone.as_deref() == Some("05 36 49 00 88")).then_some(()))
    })
    .await?;
    let told = karim.change_details(&form).await.map_err(refused)?;
    let ChangeDetailsView::ToMend { problems } = told else { panic!("{told:?}") };
    assert_eq!((problems[0].rule, &problems[0].now), (FieldRuleView::Changed, &Some(now)));
    assert!(karim.sync_center().await.map_err(refused)?.waiting.is_empty(), "nothing is sent");
    claire.close().await;
    karim.close().await;
    Ok(())
}
