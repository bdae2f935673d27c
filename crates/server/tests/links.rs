//! Links between homes and children begin and end on their days, on both engines.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::time::Duration;

use preau_domain::accounts::AgentRole;
use preau_protocol::agents::FamilyRecordDto;
use preau_protocol::family::ChildDto;
use preau_server::check::check;
use preau_server::clock::Clock;
use preau_server::family::links::{keep_links, turn_links};
use preau_server::sync::events::Poke;
use support::{Harness, Publish, Replica, Town, home, on_each_engine, town};
use uuid::Uuid;

const MINUTE: Duration = Duration::from_secs(60);
const HOUR: Duration = Duration::from_secs(3600);
const DAY: Duration = Duration::from_secs(24 * 3600);

async fn child(harness: &Harness, town: &Town, first_name: &str) -> Uuid {
    let id = Uuid::now_v7();
    let sql = "INSERT INTO child (commune_id, child_id, reference, first_name, last_name, birth_date) \
               VALUES ($1, $2, $3, $3, 'Daoud', '2018-05-14')";
    harness.sql(sql, vec![town.id.into(), id.into(), first_name.into()]).await;
    id
}

async fn link(harness: &Harness, town: &Town, (family, child): (Uuid, Uuid), from: &str, to: Option<&str>) {
    let sql = "INSERT INTO family_child (commune_id, family_id, child_id, starts_on, ends_on, may_book, may_collect, pays) \
               VALUES ($1, $2, $3, $4, $5, true, true, true)";
    let (from, to) = (from.to_owned(), to.map(str::to_owned));
    harness.sql(sql, vec![town.id.into(), family.into(), child.into(), from.into(), to.into()]).await;
}

async fn publish(harness: &Harness, town: &Town, families: &[Uuid]) {
    harness.app.writer.run(Publish(town.id, families.to_vec())).await.unwrap();
}

/// A desktop and what it shows: first names, with `+` where another home is linked.
struct Desktop {
    token: String,
    replica: Replica,
}

impl Desktop {
    async fn children(&mut self, harness: &Harness) -> Vec<String> {
        self.replica.pull(harness, &self.token, 500).await;
        self.replica.assert_equals_server(harness, &self.token).await;
        let shown = |child: ChildDto| format!("{}{}", child.first_name, if child.link.other_home { "+" } else { "" });
        let mut children: Vec<String> = self.replica.bodies("child").into_iter().map(shown).collect();
        children.sort();
        children
    }
}

async fn assert_sound(harness: &Harness) {
    let report = check(&harness.app.db, harness.clock.now()).await.unwrap();
    assert!(report.is_sound(), "{report}");
}

#[tokio::test]
async fn a_child_is_in_the_stream_while_its_link_is_in_force() {
    on_each_engine(|harness| async move {
        // Monday 23 November 2026, 9 o'clock in Paris.
        let town = town(&harness).await;
        let (mother, hers) = home(&harness, &town, "claire.martel").await;
        let (father, his) = home(&harness, &town, "karim.daoud").await;
        let (leo, ines) = (child(&harness, &town, "Léo").await, child(&harness, &town, "Inès").await);
        link(&harness, &town, (mother.family, leo), "2018-05-14", Some("2026-11-23")).await;
        link(&harness, &town, (father.family, leo), "2026-11-25", None).await;
        link(&harness, &town, (mother.family, ines), "2018-05-14", None).await;
        link(&harness, &town, (father.family, ines), "2026-11-24", Some("2026-11-25")).await;
        publish(&harness, &town, &[mother.family, father.family]).await;
        let desktop = |token: String| Desktop { token, replica: Replica::default() };
        let (mut hers, mut his) = (desktop(hers.access_token), desktop(his.access_token));

        // By what passes: what she sees, what he sees.
        let rows: [(Duration, &[&str], &[&str]); 5] = [
            (Duration::ZERO, &["Inès", "Léo"], &[]),
            (14 * HOUR + 59 * MINUTE, &["Inès", "Léo"], &[]),
            (2 * MINUTE, &["Inès+"], &["Inès+"]),
            (DAY, &["Inès+"], &["Inès+", "Léo"]),
            (DAY, &["Inès"], &["Léo"]),
        ];
        for (passes, she_sees, he_sees) in rows {
            harness.clock.advance(passes);
            assert_sound(&harness).await; // although the day that has just begun is not shown yet
            for _ in 0..2 {
                turn_links(&harness.app).await.unwrap();
            }
            assert_sound(&harness).await;
            let now = harness.clock.now();
            // A session lasts a quarter of an hour: time passes for the streams only.
            let sql = "UPDATE token SET expires_at = $1";
            harness.sql(sql, vec![(now.as_millisecond() + 900_000).into()]).await;
            assert_eq!(hers.children(&harness).await, she_sees, "hers at {now}");
            assert_eq!(his.children(&harness).await, he_sees, "his at {now}");
        }
    })
    .await;
}

#[tokio::test]
async fn a_stream_that_shows_no_day_of_late_is_found() {
    on_each_engine(|harness| async move {
        let town = town(&harness).await;
        let (adult, _) = home(&harness, &town, "claire.martel").await;
        let leo = child(&harness, &town, "Léo").await;
        link(&harness, &town, (adult.family, leo), "2026-11-25", None).await;
        publish(&harness, &town, &[adult.family]).await;
        // The server was away for three days: the stream may show any of them.
        harness.clock.advance(3 * DAY);
        assert_sound(&harness).await;
        turn_links(&harness.app).await.unwrap();
        assert_sound(&harness).await;
        let sql = "UPDATE family_child SET starts_on = '2026-12-01' WHERE commune_id = $1";
        harness.sql(sql, vec![town.id.into()]).await;
        let report = check(&harness.app.db, harness.clock.now()).await.unwrap();
        assert!(report.to_string().contains("is in no table"), "{report}");
    })
    .await;
}

#[tokio::test]
async fn many_homes_turn_some_at_a_time_and_each_once() {
    on_each_engine(|harness| async move {
        let town = town(&harness).await;
        let mut families = Vec::new();
        for n in 0..45 {
            let adult = harness.adult(&town, &format!("famille{n:02}")).await;
            let leo = child(&harness, &town, &format!("Léo {n}")).await;
            link(&harness, &town, (adult.family, leo), "2026-11-24", None).await;
            families.push(adult.family);
        }
        harness.app.writer.run(Publish(town.id, families)).await.unwrap();
        harness.clock.advance(DAY);
        let mut listener = harness.app.pokes.listen();
        turn_links(&harness.app).await.unwrap();
        let mut poked = Vec::new();
        while let Ok(Poke::Stream { stream, .. }) = listener.try_recv() {
            poked.push(stream);
        }
        assert_eq!(poked.len(), 45, "each stream moved once");
        turn_links(&harness.app).await.unwrap();
        assert!(listener.try_recv().is_err(), "and no more");
        assert_sound(&harness).await;
    })
    .await;
}

#[tokio::test]
async fn the_server_begins_by_it_and_ends_with_itself() {
    on_each_engine(|harness| async move {
        let town = town(&harness).await;
        let (adult, _) = home(&harness, &town, "claire.martel").await;
        let leo = child(&harness, &town, "Léo").await;
        link(&harness, &town, (adult.family, leo), "2026-11-24", None).await;
        publish(&harness, &town, &[adult.family]).await;
        harness.clock.advance(DAY);
        let mut listener = harness.app.pokes.listen();
        let keeping = tokio::spawn(keep_links(harness.app.clone()));
        let poke = tokio::time::timeout(Duration::from_secs(30), listener.recv()).await.expect("a poke").unwrap();
        assert_eq!(poke, Poke::Stream { commune: town.id, stream: adult.family });
        harness.app.closing.cancel();
        keeping.await.unwrap();
    })
    .await;
}

#[tokio::test]
async fn agents_read_every_link_with_its_dates() {
    on_each_engine(|harness| async move {
        let town = town(&harness).await;
        let (adult, _) = home(&harness, &town, "claire.martel").await;
        let (leo, ines) = (child(&harness, &town, "Léo").await, child(&harness, &town, "Inès").await);
        link(&harness, &town, (adult.family, leo), "2018-05-14", Some("2020-01-01")).await;
        link(&harness, &town, (adult.family, ines), "2027-01-01", None).await;
        publish(&harness, &town, &[adult.family]).await;
        let agent = harness.agent(&town, "agent.desk", AgentRole::Desk).await;
        let session = harness.enrol_agent(&town, &agent).await;
        let path = format!("/v1/agent/families/{}", adult.family);
        let record: FamilyRecordDto = harness.get(&path, &session.access_token).await.json();
        let ends: Vec<Option<String>> =
            record.children.iter().map(|child| child.link.to.map(|day| day.to_string())).collect();
        assert_eq!(ends.len(), 2);
        assert!(ends.contains(&Some("2020-01-01".to_owned())), "{ends:?}");
    })
    .await;
}
