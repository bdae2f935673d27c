//! Several server processes over one PostgreSQL database. SQLite has one, by its lock.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::time::Duration;

use preau_protocol::ErrorCode;
use preau_protocol::agents::DecideChangeRequest;
use preau_protocol::family::{AdultDto, ChildDto};
use preau_protocol::sync::{Op, OutcomeStatus};
use preau_server::audit::Actor;
use preau_server::check::check;
use preau_server::clock::Clock;
use preau_server::db;
use preau_server::error::Result;
use preau_server::family::agents::DecideChange;
use preau_server::family::import::{Import, import_families};
use preau_server::family::projection::publish_families;
use preau_server::sync::hold;
use preau_server::writer::{Command, WriteTx};
use sea_orm::{FromQueryResult, Value};
use support::{Engine, Harness, Publish, Replica, home, move_house, on_each_engine, phone, push, town, verdict};
use tokio::task::JoinHandle;
use tokio_util::sync::CancellationToken;
use uuid::Uuid;

/// Writes a row of a family, publishes it, and stays in its transaction until it is released.
struct Change {
    commune: Uuid,
    family: Uuid,
    write: (&'static str, Vec<Value>),
    published: CancellationToken,
    released: CancellationToken,
}

impl Command for Change {
    type Output = ();
    const NAME: &'static str = "test_change";

    async fn apply(&self, tx: &WriteTx) -> Result<()> {
        db::run(tx.connection(), self.write.0, self.write.1.clone()).await?;
        publish_families(tx, self.commune, &[self.family]).await?;
        self.published.cancel();
        self.released.cancelled().await;
        Ok(())
    }
}

/// Runs a change until it is published: it goes on once it is released.
async fn published(h: &Harness, change: Change) -> JoinHandle<Result<()>> {
    let (writer, published) = (h.app.writer.clone(), change.published.clone());
    let running = tokio::spawn(async move { writer.run(change).await });
    published.cancelled().await;
    running
}

#[derive(FromQueryResult)]
struct CountRow {
    count: i64,
}

/// What takes longer waits for what nobody gives back.
const LONGEST: Duration = Duration::from_secs(30);

/// Until one process waits for what another holds.
async fn one_waits(h: &Harness) {
    let sql = "SELECT COUNT(*) AS count FROM pg_stat_activity \
               WHERE datname = current_database() AND wait_event_type = 'Lock'";
    let waiting = async || db::one::<CountRow>(h.app.db.readers(), sql, Vec::new()).await.unwrap().unwrap().count;
    let waits = async {
        while waiting().await == 0 {
            tokio::task::yield_now().await;
        }
    };
    tokio::time::timeout(LONGEST, waits).await.expect("nobody waits");
}

#[tokio::test]
async fn what_one_process_published_is_not_taken_back_by_another() {
    on_each_engine(|h: Harness| async move {
        if h.engine == Engine::Sqlite {
            return;
        }
        let town = town(&h).await;
        let (adult, session) = home(&h, &town, "martel01").await;
        let child = Uuid::now_v7();
        let sql = "INSERT INTO child (commune_id, child_id, reference, first_name, last_name, birth_date) \
                   VALUES ($1, $2, 'E1', 'Anouk', 'Daoud', '2018-05-14')";
        h.sql(sql, vec![town.id.into(), child.into()]).await;
        let sql = "INSERT INTO family_child (commune_id, family_id, child_id, starts_on, may_book, may_collect, pays) \
                   VALUES ($1, $2, $3, '2026-09-01', true, false, true)";
        h.sql(sql, vec![town.id.into(), adult.family.into(), child.into()]).await;
        h.app.writer.run(Publish(town.id, vec![adult.family])).await.unwrap();

        // Two rows of what a stream shows as one thing.
        let released = CancellationToken::new();
        let change = |write| Change {
            commune: town.id,
            family: adult.family,
            write,
            published: CancellationToken::new(),
            released: released.clone(),
        };
        let school = "INSERT INTO schooling (commune_id, child_id, starts_on, school, level) \
                      VALUES ($1, $2, '2026-09-01', 'Jean Jaurès', 'CE2')";
        let schooling = change((school, vec![town.id.into(), child.into()]));
        let right = "UPDATE family_child SET may_collect = true WHERE commune_id = $1 AND child_id = $2";
        let collecting = change((right, vec![town.id.into(), child.into()]));

        let other = h.another_process().await;
        let first = published(&h, schooling).await;
        let second = other.app.writer.clone();
        let second = tokio::spawn(async move { second.run(collecting).await });
        one_waits(&h).await;
        released.cancel();
        first.await.unwrap().unwrap();
        second.await.unwrap().unwrap();

        let mut replica = Replica::default();
        replica.pull(&h, &session.access_token, 500).await;
        let shown: ChildDto = replica.bodies("child").remove(0);
        assert_eq!((shown.schooling.len(), shown.link.may_collect), (1, true));
        let report = check(&h.app.db, h.clock.now()).await.unwrap();
        assert!(report.is_sound(), "{report}");
        other.app.db.close().await;
    })
    .await;
}

#[tokio::test]
async fn two_processes_that_change_one_value_do_so_one_after_the_other() {
    on_each_engine(|h: Harness| async move {
        if h.engine == Engine::Sqlite {
            return;
        }
        let town = town(&h).await;
        let (adult, session) = home(&h, &town, "martel01").await;
        let other = h.another_process().await;
        let released = CancellationToken::new();
        let street = "UPDATE family SET street = '9 quai Neuf', postcode = '33290', city = 'Parempuyre' \
                      WHERE commune_id = $1 AND family_id = $2";
        let change = Change {
            commune: town.id,
            family: adult.family,
            write: (street, vec![town.id.into(), adult.family.into()]),
            published: CancellationToken::new(),
            released: released.clone(),
        };
        let first = published(&h, change).await;
        // The family asks over the value that it saw, which is no longer the one on record.
        let (second, token) = (other.clone(), session.access_token.clone());
        let second =
            tokio::spawn(
                async move { push(&second, &token, Uuid::now_v7(), &move_house(None, "1 rue des Ormes")).await },
            );
        one_waits(&h).await;
        released.cancel();
        first.await.unwrap().unwrap();
        assert_eq!(verdict(&second.await.unwrap()), (OutcomeStatus::Rejected, Some(ErrorCode::StaleValue)));
        other.app.db.close().await;
    })
    .await;
}

/// Holds a family's stream until it is released, then says how many of its changes nobody else holds.
struct Count {
    commune: Uuid,
    family: Uuid,
    held: CancellationToken,
    released: CancellationToken,
}

impl Command for Count {
    type Output = usize;
    const NAME: &'static str = "test_count";

    async fn apply(&self, tx: &WriteTx) -> Result<usize> {
        hold(tx, self.commune, &[self.family]).await?;
        self.held.cancel();
        self.released.cancelled().await;
        let sql = "SELECT 1::bigint AS count FROM detail_change WHERE commune_id = $1 AND family_id = $2 \
                   FOR UPDATE SKIP LOCKED";
        let free: Vec<CountRow> = db::all(tx.connection(), sql, vec![self.commune.into(), self.family.into()]).await?;
        Ok(free.len())
    }
}

/// What every process of a commune needs to commit is not held by one that still works.
#[tokio::test]
async fn a_run_of_changes_does_not_hold_the_commune_before_its_transaction_ends() {
    on_each_engine(|h: Harness| async move {
        if h.engine == Engine::Sqlite {
            return;
        }
        let town = town(&h).await;
        let (_, session) = home(&h, &town, "martel01").await;
        let (_, neighbour) = home(&h, &town, "daoud01").await;
        let other = h.another_process().await;
        let held = h.hold_writer().await;
        let (here, token) = (h.clone(), session.access_token.clone());
        let first =
            tokio::spawn(
                async move { push(&here, &token, Uuid::now_v7(), &move_house(None, "1 rue des Ormes")).await },
            );
        while h.app.writer.waiting() < 1 {
            tokio::task::yield_now().await;
        }
        let middle = h.hold_writer_later();
        while h.app.writer.waiting() < 2 {
            tokio::task::yield_now().await;
        }
        held.release().await;
        middle.begun().await;
        // Its audit is appended to the commune's chain, and committed, while the other transaction goes on.
        let moving = move_house(None, "1 quai Neuf");
        let push = push(&other, &neighbour.access_token, Uuid::now_v7(), &moving);
        let there = tokio::time::timeout(LONGEST, push).await.expect("the other process waits");
        assert_eq!(verdict(&there), (OutcomeStatus::Applied, None));
        middle.release().await;
        assert_eq!(verdict(&first.await.unwrap()), (OutcomeStatus::Applied, None));
        let report = check(&h.app.db, h.clock.now()).await.unwrap();
        assert!(report.is_sound(), "{report}");
        other.app.db.close().await;
    })
    .await;
}

/// Whoever changes a family holds its stream first, in every process: what two of them took in another order, neither
/// would get to the end of.
#[tokio::test]
async fn a_decision_takes_nothing_of_a_family_that_another_process_holds() {
    on_each_engine(|h: Harness| async move {
        if h.engine == Engine::Sqlite {
            return;
        }
        let town = town(&h).await;
        let (adult, session) = home(&h, &town, "martel01").await;
        let token = session.access_token.clone();
        let (asked, cancel) = (Uuid::now_v7(), Uuid::now_v7());
        let waits = push(&h, &token, asked, &phone(adult.person, None, "+33612345678")).await;
        assert_eq!(verdict(&waits), (OutcomeStatus::Waiting, None));
        let other = h.another_process().await;
        for agent in [true, false] {
            let (held, released) = (CancellationToken::new(), CancellationToken::new());
            let _ends = released.clone().drop_guard();
            let count =
                Count { commune: town.id, family: adult.family, held: held.clone(), released: released.clone() };
            let here = h.app.writer.clone();
            let count = tokio::spawn(async move { here.run(count).await });
            held.cancelled().await;
            let (there, token) = (other.clone(), token.clone());
            let waiting = tokio::spawn(async move {
                if agent {
                    let decision = DecideChangeRequest::Refuse { reason: "Non".to_owned() };
                    let decide = DecideChange { commune: town.id, actor: Actor::Operator, change_id: asked, decision };
                    there.app.writer.run(decide).await.map(drop).unwrap();
                } else {
                    push(&there, &token, cancel, &Op::Cancel { op_id: asked }).await;
                }
            });
            one_waits(&h).await;
            released.cancel();
            assert_eq!(count.await.unwrap().unwrap(), 1, "an agent: {agent}");
            waiting.await.unwrap();
            let again = "UPDATE detail_change SET status = 'awaits_town' WHERE commune_id = $1 AND change_id = $2";
            h.sql(again, vec![town.id.into(), asked.into()]).await;
        }
        other.app.db.close().await;
    })
    .await;
}

/// A file that says nothing of a value takes back nothing that a family changed while the file waited.
#[tokio::test]
async fn an_import_reads_what_another_process_changed_before_it() {
    on_each_engine(|h: Harness| async move {
        if h.engine == Engine::Sqlite {
            return;
        }
        let town = town(&h).await;
        let (adult, session) = home(&h, &town, "martel01").await;
        let other = h.another_process().await;
        let released = CancellationToken::new();
        let _ends = released.clone().drop_guard();
        let mobile = "UPDATE adult SET mobile_phone = '+33612345678' WHERE commune_id = $1 AND person_id = $2";
        let change = Change {
            commune: town.id,
            family: adult.family,
            write: (mobile, vec![town.id.into(), adult.person.into()]),
            published: CancellationToken::new(),
            released: released.clone(),
        };
        let first = published(&h, change).await;
        let file = "type;famille;role;nom;prenom;mobile;fixe\n\
                    adulte;martel01;titulaire;Martel;Claire;;05 56 95 56 12\n";
        let (there, commune) = (other.clone(), town.id);
        let second = tokio::spawn(async move {
            let import = Import { commune, csv: file.into(), dry_run: false, correct_names: false };
            import_families(&there.app, import).await
        });
        one_waits(&h).await;
        released.cancel();
        first.await.unwrap().unwrap();
        let report = second.await.unwrap().unwrap();
        assert!(report.is_accepted(), "{report}");
        let mut replica = Replica::default();
        replica.pull(&h, &session.access_token, 500).await;
        let shown: AdultDto = replica.bodies("adult").remove(0);
        let numbers = (shown.mobile_phone.as_deref(), shown.landline_phone.as_deref());
        assert_eq!(numbers, (Some("+33612345678"), Some("+33556955612")));
        other.app.db.close().await;
    })
    .await;
}
