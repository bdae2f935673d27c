//! Commands of one transaction: what they leave to be written together is seen by those after them, and counts once.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use preau_protocol::ErrorCode;
use preau_protocol::sync::{Op, OutcomeDto, OutcomeStatus};
use preau_server::check::check;
use preau_server::clock::Clock;
use preau_server::db;
use sea_orm::FromQueryResult;
use support::{Harness, Replica, home, move_house, on_each_engine, phone, push, town, verdict};
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
const ASKED: &str = "SELECT COUNT(*) AS count FROM audit WHERE commune_id = $1 AND action = 'detail_change_asked'";

/// Sends operations while the writer is busy, so that it takes them all into one transaction.
async fn at_once(h: &Harness, token: &str, operations: Vec<(Uuid, Op)>) -> Vec<OutcomeDto> {
    let (held, count) = (h.hold_writer().await, operations.len());
    let send = |(id, op): (Uuid, Op)| {
        let (h, token) = (h.clone(), token.to_owned());
        tokio::spawn(async move { push(&h, &token, id, &op).await })
    };
    let sent: Vec<_> = operations.into_iter().map(send).collect();
    while h.app.writer.waiting() < count {
        tokio::task::yield_now().await;
    }
    held.release().await;
    futures_util::future::join_all(sent).await.into_iter().map(Result::unwrap).collect()
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
        let applied = (OutcomeStatus::Applied, None);
        assert_eq!(
            outcomes.iter().map(verdict).collect::<Vec<_>>(),
            [applied, (OutcomeStatus::Waiting, None), applied, applied]
        );
        // One transaction, one version of the family's stream, told to all of them.
        let versions: std::collections::BTreeSet<i64> = outcomes.iter().map(|outcome| outcome.version).collect();
        assert_eq!(versions.len(), 1, "{outcomes:?}");
        assert_eq!((count(&h, OPERATIONS, town.id).await, count(&h, ASKED, town.id).await), (2, 2));
        // Other bytes under a known id are refused, within the transaction as after it.
        let reused = Uuid::now_v7();
        let operations = vec![(reused, move_house(None, "9 quai Neuf")), (reused, move_house(None, "8 quai Neuf"))];
        let outcomes = at_once(&h, token, operations).await;
        let codes: std::collections::BTreeSet<_> =
            outcomes.iter().map(|outcome| format!("{:?}", outcome.code)).collect();
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
