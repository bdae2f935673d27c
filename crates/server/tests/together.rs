//! Commands of one transaction: what they leave to be written together is seen by those after them, and counts once.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::collections::BTreeSet;

use preau_protocol::ErrorCode;
use preau_protocol::family::{
    AdultDto, ChangeDetailOp, DetailChangeDto, DetailFieldDto, DetailSubjectDto, DetailValueDto, FamilyDto,
};
use preau_protocol::sync::{Op, OutcomeDto, OutcomeStatus, PushResponse};
use preau_server::check::check;
use preau_server::clock::Clock;
use preau_server::communes::{PutCommune, read_settings};
use preau_server::db;
use sea_orm::FromQueryResult;
use serde_json::json;
use support::{
    Answer, Harness, Publish, Replica, SETTINGS, Town, address, home, move_house, on_each_engine, phone, push, town,
    verdict,
};
use uuid::Uuid;

#[derive(FromQueryResult)]
struct CountRow {
    count: i64,
}

async fn count(h: &Harness, sql: &str, commune: Uuid) -> i64 {
    let row: Option<CountRow> = db::one(h.app.db.readers(), sql, vec![commune.into()]).await.unwrap();
    row.unwrap().count
}

const OPERATIONS: &str = "SELECT COUNT(*) AS count FROM operation WHERE commune_id = $1";
const CHANGES: &str = "SELECT COUNT(*) AS count FROM detail_change WHERE commune_id = $1";
const ASKED: &str = "SELECT COUNT(*) AS count FROM audit WHERE commune_id = $1 AND action = 'detail_change_asked'";

/// Sends operations of several homes one after the other while the writer is busy, so that it takes them all into one
/// transaction, in their order.
async fn in_order(h: &Harness, operations: Vec<(&str, Uuid, Op)>) -> Vec<Answer> {
    let held = h.hold_writer().await;
    let mut sent = Vec::new();
    for (token, id, op) in operations {
        let (sender, token) = (h.clone(), token.to_owned());
        let body = json!({ "operations": [{ "op_id": id, "op": op }] });
        sent.push(tokio::spawn(async move { sender.post("/v1/sync/push", &token, &body).await }));
        while h.app.writer.waiting() < sent.len() {
            tokio::task::yield_now().await;
        }
    }
    held.release().await;
    futures_util::future::join_all(sent).await.into_iter().map(Result::unwrap).collect()
}

fn outcome(response: &Answer) -> OutcomeDto {
    response.json::<PushResponse>().outcomes.remove(0)
}

/// The same for one home, whose operations are all answered.
async fn at_once(h: &Harness, token: &str, operations: Vec<(Uuid, Op)>) -> Vec<OutcomeDto> {
    let operations = operations.into_iter().map(|(id, op)| (token, id, op)).collect();
    in_order(h, operations).await.iter().map(outcome).collect()
}

const APPLIED: (OutcomeStatus, Option<ErrorCode>) = (OutcomeStatus::Applied, None);
const WAITING: (OutcomeStatus, Option<ErrorCode>) = (OutcomeStatus::Waiting, None);

fn refused(code: ErrorCode) -> (OutcomeStatus, Option<ErrorCode>) {
    (OutcomeStatus::Rejected, Some(code))
}

/// And nothing was undone on the way: what is read ahead was enough.
async fn is_sound(h: &Harness, tokens: &[&str]) {
    assert_eq!(h.app.writer.undone_runs(), 0);
    for token in tokens {
        let mut whole = Replica::default();
        whole.pull(h, token, 500).await;
        whole.assert_equals_server(h, token).await;
    }
    let report = check(&h.app.db, h.clock.now()).await.unwrap();
    assert!(report.is_sound(), "{report}");
}

#[tokio::test]
async fn the_same_operation_counts_once_and_every_stream_moves_once() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let (adult, session) = home(&h, &town, "martel01").await;
        let token = session.access_token.as_str();
        let before = Replica::default().pull(&h, token, 500).await;
        let (again, other) = (Uuid::now_v7(), Uuid::now_v7());
        let moving = move_house(None, "1 rue des Ormes");
        let calling = phone(adult.person, None, "+33612345678");
        let operations = vec![(again, moving.clone()), (other, calling), (again, moving.clone()), (again, moving)];
        let outcomes = at_once(&h, token, operations).await;
        assert_eq!(outcomes.iter().map(verdict).collect::<Vec<_>>(), [APPLIED, WAITING, APPLIED, APPLIED]);
        // One transaction, one version of the family's stream, told to all of them.
        let versions: BTreeSet<i64> = outcomes.iter().map(|outcome| outcome.version).collect();
        assert_eq!(versions.len(), 1, "{outcomes:?}");
        assert_eq!((count(&h, OPERATIONS, town.id).await, count(&h, ASKED, town.id).await), (2, 2));
        // Other bytes under a known id are refused, within the transaction as after it.
        let reused = Uuid::now_v7();
        let operations = vec![(reused, move_house(None, "9 quai Neuf")), (reused, move_house(None, "8 quai Neuf"))];
        let outcomes = at_once(&h, token, operations).await;
        let codes: BTreeSet<_> = outcomes.iter().map(|outcome| format!("{:?}", outcome.code)).collect();
        let expected = [ErrorCode::StaleValue, ErrorCode::OperationReused].map(|code| format!("{:?}", Some(code)));
        assert_eq!(codes, expected.into());
        assert_eq!(count(&h, ASKED, town.id).await, 2);

        let mut replica = Replica { cursor: before.last().unwrap().cursor.clone(), ..Replica::default() };
        replica.pull(&h, token, 500).await;
        let mut whole = Replica::default();
        whole.pull(&h, token, 500).await;
        whole.assert_equals_server(&h, token).await;
        assert!(replica.rows.iter().all(|(key, row)| whole.rows.get(key) == Some(row)) && replica.rows.len() >= 3);
        let report = check(&h.app.db, h.clock.now()).await.unwrap();
        assert!(report.is_sound(), "{report}");
    })
    .await;
}

/// A change of an adult's field.
fn field(person: Uuid, field: DetailFieldDto, old: DetailValueDto, new: DetailValueDto) -> Op {
    Op::ChangeDetail(ChangeDetailOp { subject: DetailSubjectDto::Adult { person_id: person }, field, old, new })
}

fn call(person: Uuid, which: DetailFieldDto, old: Option<&str>, new: Option<&str>) -> Op {
    let number = |number: Option<&str>| DetailValueDto::Phone(number.map(str::to_owned));
    field(person, which, number(old), number(new))
}

#[tokio::test]
async fn each_change_is_decided_over_what_those_before_it_left() {
    on_each_engine(|h: Harness| async move {
        let settings = read_settings(&SETTINGS.replace("phones = \"by_hand\"", "phones = \"at_once\"")).unwrap();
        let (slug, id) = (settings.served.slug.clone(), h.app.writer.run(PutCommune { settings }).await.unwrap());
        let town = Town { id, slug };
        let (claire, first) = home(&h, &town, "martel01").await;
        let (karim, second) = home(&h, &town, "daoud01").await;
        let (here, there) = (first.access_token.as_str(), second.access_token.as_str());
        let (mobile, landline) = (DetailFieldDto::MobilePhone, DetailFieldDto::LandlinePhone);
        let rows = [
            (here, move_house(None, "1 rue des Ormes"), APPLIED),
            (there, move_house(None, "1 quai Neuf"), APPLIED),
            (here, move_house(address("1 rue des Ormes"), "2 rue des Ormes"), APPLIED),
            (here, move_house(address("1 rue des Ormes"), "3 rue des Ormes"), refused(ErrorCode::StaleValue)),
            (here, call(claire.person, mobile, None, Some("+33612345678")), APPLIED),
            (here, call(claire.person, landline, None, Some("+33556955612")), APPLIED),
            (there, call(karim.person, landline, None, Some("+33556955613")), APPLIED),
            (here, call(claire.person, mobile, Some("+33612345678"), Some("+33612345679")), APPLIED),
            (there, call(claire.person, mobile, None, Some("+33612345670")), refused(ErrorCode::NotFound)),
            (there, call(karim.person, landline, Some("+33556955613"), None), APPLIED),
            (
                here,
                call(claire.person, mobile, Some("+33612345679"), Some("+33612345679")),
                refused(ErrorCode::NothingChanges),
            ),
        ];
        let operations = rows.iter().map(|(token, op, _)| (*token, Uuid::now_v7(), op.clone())).collect();
        let outcomes: Vec<OutcomeDto> = in_order(&h, operations).await.iter().map(outcome).collect();
        for ((_, op, expected), outcome) in rows.iter().zip(&outcomes) {
            assert_eq!(verdict(outcome), *expected, "{op:?}");
        }
        let of_one = rows.iter().zip(&outcomes).filter(|((token, ..), _)| *token == here);
        let versions: BTreeSet<i64> = of_one.map(|(_, outcome)| outcome.version).collect();
        assert_eq!(versions.len(), 1, "they were one transaction");

        let (mut at, mut adults) = (Vec::new(), Vec::new());
        for token in [here, there] {
            let mut replica = Replica::default();
            replica.pull(&h, token, 500).await;
            at.push(replica.bodies::<FamilyDto>("family").remove(0).address);
            let adult = replica.bodies::<AdultDto>("adult").remove(0);
            adults.push((adult.mobile_phone, adult.landline_phone));
        }
        assert_eq!(at, [address("2 rue des Ormes"), address("1 quai Neuf")]);
        let number = |number: &str| Some(number.to_owned());
        assert_eq!(adults, [(number("+33612345679"), number("+33556955612")), (None, None)]);
        // What is served is what the tables say: publishing everything again finds nothing to serve.
        let version = |outcomes: &[OutcomeDto]| outcomes.iter().map(|outcome| outcome.version).max();
        h.app.writer.run(Publish(town.id, vec![claire.family, karim.family])).await.unwrap();
        let again = push(&h, here, Uuid::now_v7(), &move_house(None, "4 rue des Ormes")).await;
        assert_eq!(Some(again.version), version(&outcomes[..1]));
        assert_eq!(count(&h, ASKED, town.id).await, 8);
        assert_eq!(count(&h, CHANGES, town.id).await, 8);
        is_sound(&h, &[here, there]).await;
    })
    .await;
}

#[tokio::test]
async fn a_change_that_waits_stands_in_the_way_within_its_transaction() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let (adult, session) = home(&h, &town, "martel01").await;
        let token = session.access_token.as_str();
        let first = Uuid::now_v7();
        let cancel = Op::Cancel { op_id: first };
        let rows = [
            (first, phone(adult.person, None, "+33612345678"), WAITING),
            (Uuid::now_v7(), phone(adult.person, None, "+33612345679"), refused(ErrorCode::AlreadyWaiting)),
            (Uuid::now_v7(), move_house(None, "1 rue des Ormes"), APPLIED),
            // Not read ahead with the others: it finds on record what they left.
            (Uuid::now_v7(), cancel, APPLIED),
            (Uuid::now_v7(), phone(adult.person, None, "+33612345679"), WAITING),
            (Uuid::now_v7(), move_house(address("1 rue des Ormes"), "2 rue des Ormes"), APPLIED),
        ];
        let operations = rows.iter().map(|(id, op, _)| (*id, op.clone())).collect();
        let outcomes = at_once(&h, token, operations).await;
        assert_eq!(
            outcomes.iter().map(verdict).collect::<Vec<_>>(),
            rows.iter().map(|(.., expected)| *expected).collect::<Vec<_>>()
        );
        let versions: BTreeSet<i64> = outcomes.iter().map(|outcome| outcome.version).collect();
        assert_eq!(versions.len(), 1, "they were one transaction: {outcomes:?}");
        let mut replica = Replica::default();
        replica.pull(&h, token, 500).await;
        let mut changes: Vec<String> = replica
            .bodies::<DetailChangeDto>("detail_change")
            .iter()
            .map(|change| format!("{:?}", change.status))
            .collect();
        changes.sort();
        assert_eq!(changes, ["Accepted", "Accepted", "AwaitsTown", "Withdrawn"]);
        is_sound(&h, &[token]).await;
    })
    .await;
}

/// Nobody's e-mail goes without a word to it, though its change and those before it are one transaction.
#[tokio::test]
async fn a_command_that_reads_by_itself_finds_what_others_left() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let (adult, session) = home(&h, &town, "martel01").await;
        let token = session.access_token.as_str();
        let sql = "UPDATE adult SET email = 'claire@exemple.fr' WHERE commune_id = $1 AND person_id = $2";
        h.sql(sql, vec![town.id.into(), adult.person.into()]).await;
        let email = |email: Option<&str>| DetailValueDto::Email(email.map(str::to_owned));
        let removed = field(adult.person, DetailFieldDto::Email, email(Some("claire@exemple.fr")), email(None));
        let operations = vec![
            (Uuid::now_v7(), move_house(None, "1 rue des Ormes")),
            (Uuid::now_v7(), removed),
            (Uuid::now_v7(), move_house(address("1 rue des Ormes"), "2 rue des Ormes")),
        ];
        let outcomes = at_once(&h, token, operations).await;
        assert_eq!(outcomes.iter().map(verdict).collect::<Vec<_>>(), [APPLIED; 3]);
        let told = "SELECT COUNT(*) AS count FROM outgoing_message WHERE commune_id = $1";
        assert_eq!(count(&h, told, town.id).await, 1);
        is_sound(&h, &[token]).await;
    })
    .await;
}

#[tokio::test]
async fn one_that_fails_among_others_fails_alone() {
    on_each_engine(|h: Harness| async move {
        let town = town(&h).await;
        let (_, first) = home(&h, &town, "martel01").await;
        let (lost, second) = home(&h, &town, "daoud01").await;
        let (here, there) = (first.access_token.as_str(), second.access_token.as_str());
        for sql in [
            "DELETE FROM change WHERE commune_id = $1 AND stream_id = $2",
            "DELETE FROM stream WHERE commune_id = $1 AND stream_id = $2",
        ] {
            h.sql(sql, vec![town.id.into(), lost.family.into()]).await;
        }
        let operations = vec![
            (here, Uuid::now_v7(), move_house(None, "1 rue des Ormes")),
            (there, Uuid::now_v7(), move_house(None, "1 quai Neuf")),
            (here, Uuid::now_v7(), move_house(address("1 rue des Ormes"), "2 rue des Ormes")),
        ];
        let mut answers = in_order(&h, operations).await;
        let last = answers.pop().unwrap();
        assert!(!answers.pop().unwrap().status.is_success(), "a family without a stream");
        assert_eq!(h.app.writer.undone_runs(), 1);
        let outcomes = [outcome(&answers[0]), outcome(&last)];
        assert_eq!(outcomes.iter().map(verdict).collect::<Vec<_>>(), [APPLIED; 2]);
        assert_eq!(outcomes[0].version, outcomes[1].version, "they were one transaction");
        assert_eq!(count(&h, OPERATIONS, town.id).await, 2);
        assert_eq!(count(&h, CHANGES, town.id).await, 2);
    })
    .await;
}
