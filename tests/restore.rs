//! A restore to yesterday's backup with three computers that lived on: what each was told is there once, and where it
//! is not as it was told, its family and the town are shown so.

use anyhow::{Context, Result, ensure};
use harness::backup::Tables;
use harness::computer::{PERSONAL_CODE, edit, refused, sign_in, up_to_date};
use harness::{Computer, Letter, Server, Town, wait_for};
use preau_client::Client;
use preau_client::accounts::views::SessionView;
use preau_client::family::views::{
    AddressEditRequest, AddressRequest, AdultFieldRequest, ChangeDetailsRequest, ChangeDetailsView, TodoView,
};
use preau_client::sync::views::{OutboxItemView, OutboxStateView, SyncCenterView, SyncStateView, ToldView};
use preau_protocol::agents::ChangedOutcomeDto;
use preau_protocol::sync::OutcomeStatus;
use xtask::demo_families::SLUG;

/// Somebody's computer and what it was told.
struct Home {
    computer: Computer,
    letter: Letter,
}

impl Home {
    async fn new(server: &Server, letter: &Letter) -> Result<(Self, Client)> {
        let computer = Computer::new(&server.address)?;
        let client = computer.first_login(letter, PERSONAL_CODE).await?;
        Ok((Self { computer, letter: letter.clone() }, client))
    }

    /// The application again, after a night; signed in again where the restored server does not know the session.
    async fn reopen(&self) -> Result<Client> {
        let (client, session) = self.computer.reopen().await?;
        if matches!(session, SessionView::Open { sign_in_again: true, .. }) {
            client.sign_in(&sign_in(&self.letter.identifiant, PERSONAL_CODE)).await.map_err(refused)?;
        }
        Ok(client)
    }
}

/// Validates a new number of the first adult's; gives the operation.
async fn call(client: &Client, field: AdultFieldRequest, typed: &str) -> Result<String> {
    validate(client, edit(client, field, typed).await?).await
}

async fn move_to(client: &Client, street: &str) -> Result<String> {
    let shown = client.details().await.map_err(refused)?.address;
    let typed = AddressRequest {
        street: street.to_owned(),
        complement: String::new(),
        postcode: "33290".to_owned(),
        city: "PAREMPUYRE".to_owned(),
    };
    let address = Some(AddressEditRequest { shown, typed });
    validate(client, ChangeDetailsRequest { address, adults: Vec::new() }).await
}

async fn validate(client: &Client, form: ChangeDetailsRequest) -> Result<String> {
    let ChangeDetailsView::Changes { changes } = client.change_details(&form).await.map_err(refused)? else {
        anyhow::bail!("not a change");
    };
    up_to_date(client).await?;
    Ok(changes[0].id.clone())
}

/// The synchronisation, once everything is answered and read back after the restore.
async fn settled(client: &Client) -> Result<SyncCenterView> {
    wait_for("a computer at rest", async || {
        client.sync_now().await.map_err(refused)?;
        let center = client.sync_center().await.map_err(refused)?;
        let rests = matches!(center.status.state, SyncStateView::UpToDate | SyncStateView::Attention);
        Ok((rests && center.status.pending == 0 && center.status.trouble.is_none()).then_some(center))
    })
    .await
}

fn item<'a>(center: &'a SyncCenterView, op: &str) -> Result<&'a OutboxItemView> {
    let all = center.waiting.iter().chain(&center.answered);
    all.into_iter().find(|item| item.op_id == op).with_context(|| format!("{op} is gone"))
}

fn listed(town: &Town) -> Result<Vec<ChangedOutcomeDto>> {
    Ok(serde_json::from_str(&town.run(&["outcomes", "--commune", SLUG, "list", "--json"])?)?)
}

#[tokio::test]
async fn what_lived_on_is_there_once_and_what_changed_is_shown() -> Result<()> {
    let town = Town::with_families(5)?;
    let (letters, other) = (town.letters(SLUG, "F0001")?, town.letters(SLUG, "F0002")?.remove(0));
    let server = town.serve()?;
    let address = server.address.clone();
    let (home, claire) = Home::new(&server, &letters[0]).await?;
    let (_karims, karim) = Home::new(&server, &letters[1]).await?;
    let (elsewhere, helene) = Home::new(&server, &other).await?;
    let before = call(&claire, AdultFieldRequest::MobilePhone, "06 12 34 11 11").await?;
    let moving = move_to(&helene, "5 quai des Chaumes").await?;
    let backup = town.folder().join("yesterday.preau").display().to_string();
    town.run(&["backup", &backup])?;

    // The day after: what the backup does not know.
    let called = call(&claire, AdultFieldRequest::LandlinePhone, "05 36 49 22 22").await?;
    town.run(&["changes", "--commune", SLUG, "accept", &moving])?;
    wait_for("her new number on his computer", async || {
        let details = karim.details().await.map_err(refused)?;
        Ok((details.adults[0].landline_phone.as_deref() == Some("05 36 49 22 22")).then_some(()))
    })
    .await?;
    let corrected = call(&karim, AdultFieldRequest::LandlinePhone, "05 36 49 33 33").await?;
    up_to_date(&helene).await?;
    wait_for("the town's decision", async || {
        let center = helene.sync_center().await.map_err(refused)?;
        let asked = serde_json::to_value(&item(&center, &moving)?.subject)?;
        Ok((asked["change"]["state"]["type"] == "accepted").then_some(()))
    })
    .await?;
    claire.close().await;
    helene.close().await;

    server.kill();
    town.run(&["restore", &backup, "--replace"])?;
    let server = town.serve_at(&address)?;

    // Karim's application was open all the time. What he corrected is forgotten with what it corrected.
    wait_for("Karim's computer to notice", async || {
        karim.sync_now().await.map_err(refused)?;
        Ok((karim.sync_status().await.map_err(refused)?.changed > 0).then_some(()))
    })
    .await?;
    let center = settled(&karim).await?;
    let now = item(&center, &corrected)?;
    assert_eq!(now.state, OutboxStateView::Rejected { code: "stale_value".to_owned() });
    assert_eq!(now.changed.as_ref().map(|changed| (changed.before, changed.seen)), Some((ToldView::Applied, false)));
    assert!(center.waiting.contains(now), "among what is to be read");
    assert_eq!((center.status.changed, center.status.refused), (1, 0), "told once, as a change");
    assert_eq!(center.status.state, SyncStateView::Attention);
    let todo = karim.home().await.map_err(refused)?.todo;
    assert_eq!(todo.first(), Some(&TodoView::ChangedOutcomes { count: 1 }));

    // Claire's come back after his, as they were.
    let claire = home.reopen().await?;
    let center = settled(&claire).await?;
    for op in [&before, &called] {
        let now = item(&center, op)?;
        assert_eq!((&now.state, &now.changed), (&OutboxStateView::Applied, &None), "{now:?}");
    }
    // Hélène's waits again for what the town had accepted.
    let helene = elsewhere.reopen().await?;
    let center = settled(&helene).await?;
    let now = item(&center, &moving)?;
    assert_eq!(now.changed.as_ref().map(|changed| changed.before), Some(ToldView::Applied));
    assert_eq!(now.state, OutboxStateView::Waiting);

    // The town is shown both, does one again, and has seen the other.
    let shown = listed(&town)?;
    let mut told: Vec<_> = shown.iter().map(|one| (one.op_id.to_string(), one.told, one.now)).collect();
    let mut expected = vec![
        (corrected.clone(), OutcomeStatus::Applied, OutcomeStatus::Rejected),
        (moving.clone(), OutcomeStatus::Applied, OutcomeStatus::Waiting),
    ];
    told.sort_by(|a, b| a.0.cmp(&b.0));
    expected.sort_by(|a, b| a.0.cmp(&b.0));
    assert_eq!(told, expected);
    let words = town.run(&["outcomes", "--commune", SLUG, "list"])?;
    assert!(words.contains("avant la restauration : accepté ; maintenant : en attente"), "{words}");
    town.run(&["changes", "--commune", SLUG, "accept", &moving])?;
    assert_eq!(listed(&town)?.len(), 1, "accepted again: nothing to look at");
    town.run(&["outcomes", "--commune", SLUG, "seen", &corrected])?;
    assert_eq!(listed(&town)?, []);
    wait_for("Hélène to have nothing to read", async || {
        let center = settled(&helene).await?;
        Ok((center.status.state == SyncStateView::UpToDate && item(&center, &moving)?.changed.is_none()).then_some(()))
    })
    .await?;
    karim.acknowledge_refusal(&corrected).await.map_err(refused)?;
    let center = settled(&karim).await?;
    assert_eq!(center.status.state, SyncStateView::UpToDate);
    assert!(item(&center, &corrected)?.changed.as_ref().is_some_and(|changed| changed.seen), "it stays written there");

    once_each(&town, &[&before, &called, &moving], &corrected)?;
    for client in [claire, karim, helene] {
        client.close().await;
    }
    server.stop();
    Ok(())
}

/// Each operation that counts took effect once, the refused one not at all.
fn once_each(town: &Town, counts: &[&String], refused: &str) -> Result<()> {
    town.run(&["check"])?;
    let tables = Tables::of(town)?;
    let audit = tables.rows("audit")?;
    let effects = |op: &str| {
        let of = |row: &&serde_json::Value| row["entity_id"] == op && row["action"] == "detail_change_asked";
        audit.iter().filter(of).count()
    };
    for op in counts {
        ensure!(effects(op) == 1, "{op} took effect {} times", effects(op));
    }
    ensure!(effects(refused) == 0, "{refused} took effect");
    ensure!(audit.iter().filter(|row| row["action"] == "backup_restored").count() == 1, "the restore itself");
    let adults = tables.rows("adult")?;
    let has = |column: &str, number: &str| adults.iter().any(|adult| adult[column] == number);
    ensure!(has("mobile_phone", "+33612341111") && has("landline_phone", "+33536492222"), "{adults:?}");
    Ok(())
}
