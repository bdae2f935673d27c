//! Days through the programs: two adults of a home, and two homes of a child, each at a computer of their own, who ask for
//! the same day without knowing of each other.

use anyhow::{Context, Result, ensure};
use harness::computer::{PERSONAL_CODE, refused};
use harness::{Computer, Season, Server, Town, wait_for};
use preau_client::Client;
use preau_client::reservations::views::{
    AgendaDayView, AgendaStateView, BookingLineView, DayVerdictView, ReceiptView, RefusalView, TickRequest,
    ValidatedView,
};
use reqwest::Method;
use serde_json::json;
use xtask::demo_families::SLUG;

/// The demo's families, and holidays for which Léo (E0001) and Anouk (E0008) are registered.
fn town(season: &Season) -> Result<Town> {
    let town = Town::with_families(5)?;
    town.offer(SLUG, &season.text)?;
    town.register(SLUG, &Season::registrations(&["E0001", "E0008"]))?;
    Ok(town)
}

/// An adult at a computer, with the line of a child and the holidays.
struct Desk {
    _computer: Computer,
    client: Client,
    line: BookingLineView,
}

impl Desk {
    async fn new(town: &Town, server: &Server, (family, adult): (&str, usize), child: &str) -> Result<Self> {
        let computer = Computer::new(&server.address)?;
        let letter = town.letters(SLUG, family)?.remove(adult);
        let client = computer.first_login(&letter, PERSONAL_CODE).await?;
        let lines = client.booking_lines().await.map_err(refused)?.lines;
        let line = lines.into_iter().find(|line| line.child_first_name == child).context("the child's line")?;
        Ok(Self { _computer: computer, client, line })
    }

    fn period(&self) -> Result<&str> {
        Ok(&self.line.periods.first().context("holidays")?.period_id)
    }

    async fn tick(&self, season: &Season, units: &[&str]) -> Result<()> {
        for unit in units {
            let (child_id, day, unit) = (self.line.child_id.clone(), season.monday.to_string(), (*unit).to_owned());
            let request = TickRequest::Box { child_id, day, unit, on: true };
            self.client.booking_tick(self.period()?, &request).await.map_err(refused)?;
        }
        Ok(())
    }

    /// *VALIDER*, and what the town said of the day.
    async fn validate(&self) -> Result<DayVerdictView> {
        let validated = self.client.booking_validate(self.period()?).await.map_err(refused)?;
        let ValidatedView::Receipts { receipts } = validated else { anyhow::bail!("{validated:?}") };
        let id = &receipts.first().context("a receipt")?.id;
        let decided = wait_for("the town's answer", async || {
            let receipts = self.client.receipts().await.map_err(refused)?;
            Ok(receipts.into_iter().find(|receipt| receipt.id == *id && receipt.at.is_some()))
        });
        verdict(&decided.await?)
    }

    /// The child's days, once there are as many.
    async fn agenda(&self, days: usize) -> Result<Vec<AgendaDayView>> {
        wait_for("the child's days", async || {
            let agenda = self.client.agenda(&self.line.child_id, &self.line.activity_id).await.map_err(refused)?;
            Ok((agenda.days.len() == days).then_some(agenda.days))
        })
        .await
    }
}

fn verdict(receipt: &ReceiptView) -> Result<DayVerdictView> {
    let [line] = receipt.lines.as_slice() else { anyhow::bail!("{receipt:?}") };
    line.verdict.clone().context("a verdict")
}

fn is_confirmed(verdict: &DayVerdictView) -> bool {
    matches!(verdict, DayVerdictView::Confirmed { .. })
}

#[tokio::test]
async fn both_parents_ask_for_the_same_day_at_once_and_it_is_booked_once() -> Result<()> {
    let season = Season::open_now()?;
    let town = town(&season)?;
    let server = town.serve()?;
    let claire = Desk::new(&town, &server, ("F0001", 0), "Léo").await?;
    let karim = Desk::new(&town, &server, ("F0001", 1), "Léo").await?;
    claire.tick(&season, &["morning", "meal_with_meat"]).await?;
    karim.tick(&season, &["afternoon"]).await?;
    let (hers, his) = tokio::join!(claire.validate(), karim.validate());
    let (hers, his) = (hers?, his?);
    let (first, second, booked) = if is_confirmed(&hers) {
        (&hers, &his, vec!["morning", "meal_with_meat"])
    } else {
        (&his, &hers, vec!["afternoon"])
    };
    ensure!(is_confirmed(first), "{first:?}");
    let stale = matches!(second, DayVerdictView::Refused { why: RefusalView::Stale { now } } if *now == booked);
    ensure!(stale, "who came second is told what is booked: {second:?}");
    for desk in [&claire, &karim] {
        let days = desk.agenda(1).await?;
        assert_eq!((days[0].day.as_str(), &days[0].units), (season.monday.to_string().as_str(), &owned(&booked)));
    }
    claire.client.close().await;
    karim.client.close().await;
    town.run(&["check"])?;
    Ok(())
}

#[tokio::test]
async fn both_homes_of_a_child_ask_for_the_same_day_and_one_has_it() -> Result<()> {
    let season = Season::open_now()?;
    let town = town(&season)?;
    let server = town.serve()?;
    let mother = Desk::new(&town, &server, ("F0004", 0), "Anouk").await?;
    let father = Desk::new(&town, &server, ("F0005", 0), "Anouk").await?;
    for home in [&mother, &father] {
        home.tick(&season, &["morning"]).await?;
    }
    let (hers, his) = tokio::join!(mother.validate(), father.validate());
    let (hers, his) = (hers?, his?);
    let (first, second) = if is_confirmed(&hers) { (&hers, &his) } else { (&his, &hers) };
    ensure!(is_confirmed(first), "{first:?}");
    assert_eq!(*second, DayVerdictView::Refused { why: RefusalView::OtherHome });
    for home in [&mother, &father] {
        let days = home.agenda(1).await?;
        assert_eq!(days[0].units, ["morning"]);
        let own = is_confirmed(if std::ptr::eq(home, &mother) { &hers } else { &his });
        assert_eq!((days[0].other_home, days[0].price.is_some()), (!own, own), "its price is nobody else's");
    }
    mother.client.close().await;
    father.client.close().await;
    town.run(&["check"])?;
    Ok(())
}

#[tokio::test]
async fn who_waits_sees_where_they_stand_and_is_given_the_place_that_an_agent_adds() -> Result<()> {
    let season = Season::summer(1)?;
    let town = town(&season)?;
    let agent = ["create-agent", "--commune", SLUG, "--identifiant", "jeunesse", "--role", "youth", "--json"];
    let agent = town.run(&agent)?;
    let server = town.serve()?;
    let api = server.api()?;
    let agent = api.first_agent_login(SLUG, &agent, PERSONAL_CODE).await?;
    let first = Desk::new(&town, &server, ("F0001", 0), "Léo").await?;
    let second = Desk::new(&town, &server, ("F0004", 0), "Anouk").await?;
    first.tick(&season, &["morning"]).await?;
    ensure!(is_confirmed(&first.validate().await?));
    second.tick(&season, &["morning"]).await?;
    let verdict = second.validate().await?;
    ensure!(matches!(verdict, DayVerdictView::Waiting { rank: 1, .. }), "{verdict:?}");
    let (child, activity) = (second.line.child_id.clone(), second.line.activity_id.clone());
    let ranks = second.client.agenda_ranks(&child, &activity).await.map_err(refused)?;
    let told: Vec<(&str, u32)> = ranks.iter().map(|rank| (rank.day.as_str(), rank.rank)).collect();
    assert_eq!(told, [(season.monday.to_string().as_str(), 1)]);
    let nobody = first.client.agenda_ranks(&first.line.child_id, &first.line.activity_id).await.map_err(refused)?;
    assert_eq!(nobody, [], "who has the place waits for nothing");
    let path = format!("/v1/agent/periods/{}/days/{}/places", second.period()?, season.monday);
    let places = json!({ "group": "from_6_to_11", "counter": "morning", "places": { "type": "fixed", "places": 2 } });
    api.send(Method::PUT, &path, Some(&agent.token), Some(&places)).await?.success()?;
    let given = wait_for("the place", async || {
        let agenda = second.client.agenda(&child, &activity).await.map_err(refused)?;
        Ok(agenda.days.into_iter().find(|day| day.state == AgendaStateView::Confirmed))
    });
    assert_eq!(given.await?.day, season.monday.to_string());
    let receipts = second.client.receipts().await.map_err(refused)?;
    ensure!(receipts.iter().all(|receipt| receipt.seal.is_some()), "{receipts:?}");
    first.client.close().await;
    second.client.close().await;
    town.run(&["check"])?;
    Ok(())
}

fn owned(units: &[&str]) -> Vec<String> {
    units.iter().map(|unit| (*unit).to_owned()).collect()
}
