//! Pull, push and digest, on both engines.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use std::collections::BTreeSet;

use preau_protocol::ErrorCode;
use preau_protocol::communes::PolicyDto;
use preau_protocol::family::{
    AddressDto, AdultDto, ChangeDetailOp, ChildDto, DetailChangeDto, DetailChangeStatusDto, DetailFieldDto,
    DetailSubjectDto, DetailValueDto, FamilyDto,
};
use preau_protocol::sync::{ChangesResponse, Op, OutcomeStatus, PushResponse};
use preau_server::communes::{PutCommune, read_settings};
use serde_json::json;
use support::{Publish, Replica, SETTINGS, address, home, move_house, on_each_engine, phone, push, town, verdict};
use uuid::Uuid;

#[tokio::test]
async fn an_empty_cursor_is_the_snapshot_and_pages_lose_nothing() {
    on_each_engine(|harness| async move {
        let town = town(&harness).await;
        let (adult, session) = home(&harness, &town, "claire.martel").await;
        let token = &session.access_token;
        for n in 0..7 {
            let sql = "INSERT INTO contact (commune_id, contact_id, family_id, first_name, last_name, relation, \
                       may_collect, emergency) VALUES ($1, $2, $3, $4, 'Martel', 'tante', true, false)";
            let name = format!("Tante {n}");
            harness.sql(sql, vec![town.id.into(), Uuid::now_v7().into(), adult.family.into(), name.into()]).await;
        }
        harness.app.writer.run(Publish(town.id, vec![adult.family])).await.unwrap();
        let mut whole = Replica::default();
        whole.pull(&harness, token, 500).await;
        assert_eq!(whole.rows.len(), 10); // the commune, the home, one adult, seven contacts of one version
        whole.assert_equals_server(&harness, token).await;
        for limit in 1..=10 {
            let mut replica = Replica::default();
            let pages = replica.pull(&harness, token, limit).await;
            assert_eq!(replica.rows, whole.rows, "limit {limit}");
            let resets: Vec<Uuid> = pages.iter().flat_map(|page| page.reset.clone()).collect();
            let streams = BTreeSet::from([town.id, adult.family]);
            assert_eq!(resets.iter().copied().collect::<BTreeSet<_>>(), streams, "each stream begins once");
            assert_eq!(resets.len(), 2);
            let again = replica.pull(&harness, token, limit).await;
            assert!(again.iter().all(|page| page.upserts.is_empty() && page.reset.is_empty()), "nothing is new");
        }
    })
    .await;
}

#[tokio::test]
async fn what_changes_between_two_pages_is_neither_lost_nor_doubled() {
    on_each_engine(|harness| async move {
        let town = town(&harness).await;
        let (adult, session) = home(&harness, &town, "claire.martel").await;
        let token = &session.access_token;
        let mut replica = Replica::default();
        let mut at: Option<AddressDto> = None;
        for step in 0..12 {
            let path = format!("/v1/sync/changes?cursor={}&limit=1", replica.cursor);
            let page: ChangesResponse = harness.get(&path, token).await.json();
            replica.rows.retain(|(stream, _, _), _| !page.reset.contains(stream));
            for row in page.upserts {
                replica.rows.insert((row.stream, row.kind, row.entity), (row.version, row.body.get().to_owned()));
            }
            replica.cursor = page.cursor;
            let street = format!("{step} rue des Ormes");
            let outcome = push(&harness, token, Uuid::now_v7(), &move_house(at.clone(), &street)).await;
            assert_eq!(outcome.status, OutcomeStatus::Applied);
            at = address(&street);
        }
        replica.pull(&harness, token, 3).await;
        replica.assert_equals_server(&harness, token).await;
        assert_eq!(replica.bodies::<FamilyDto>("family")[0].address, at);
        assert_eq!(replica.bodies::<AdultDto>("adult")[0].person_id, adult.person);
    })
    .await;
}

#[tokio::test]
async fn an_operation_takes_effect_once_and_answers_the_same_for_ever() {
    on_each_engine(|harness| async move {
        let town = town(&harness).await;
        let (_, session) = home(&harness, &town, "claire.martel").await;
        let (_, other) = home(&harness, &town, "karim.daoud").await;
        let token = &session.access_token;
        let (first, second) = (Uuid::now_v7(), Uuid::now_v7());
        let op = move_house(None, "1 rue des Ormes");
        let outcome = push(&harness, token, first, &op).await;
        assert_eq!(verdict(&outcome), (OutcomeStatus::Applied, None));
        let moved = push(&harness, token, second, &move_house(address("1 rue des Ormes"), "2 rue des Ormes")).await;
        assert_eq!(moved.version, outcome.version + 1, "one transaction, one version");
        assert_eq!(push(&harness, token, first, &op).await, outcome, "a replay gives the first answer");
        let mut replica = Replica::default();
        replica.pull(&harness, token, 500).await;
        assert_eq!(replica.bodies::<FamilyDto>("family")[0].address, address("2 rue des Ormes"), "and no effect");
        assert!(replica.rows.values().any(|(version, _)| *version == moved.version));

        let other_bytes = push(&harness, token, first, &move_house(None, "9 rue des Ormes")).await;
        assert_eq!(verdict(&other_bytes), (OutcomeStatus::Rejected, Some(ErrorCode::OperationReused)));
        let other_account = push(&harness, &other.access_token, first, &op).await;
        assert_eq!(verdict(&other_account), (OutcomeStatus::Rejected, Some(ErrorCode::OperationReused)));
        assert_eq!(push(&harness, token, first, &op).await, outcome, "nor do they change the record");
    })
    .await;
}

#[tokio::test]
async fn operations_are_decided_by_the_value_on_record() {
    on_each_engine(|harness| async move {
        let town = town(&harness).await;
        let (adult, session) = home(&harness, &town, "claire.martel").await;
        let (stranger, _) = home(&harness, &town, "karim.daoud").await;
        let token = &session.access_token;
        let applied = (OutcomeStatus::Applied, None);
        let waiting = (OutcomeStatus::Waiting, None);
        let refused = |code| (OutcomeStatus::Rejected, Some(code));
        let mail = |new: &str| {
            Op::ChangeDetail(ChangeDetailOp {
                subject: DetailSubjectDto::Adult { person_id: adult.person },
                field: DetailFieldDto::Email,
                old: DetailValueDto::Email(None),
                new: DetailValueDto::Email(Some(new.into())),
            })
        };
        let rows = [
            (move_house(None, "1 rue des Ormes"), applied),
            (move_house(None, "2 rue des Ormes"), refused(ErrorCode::StaleValue)),
            (move_house(address("1 rue des Ormes"), "1 rue des Ormes"), refused(ErrorCode::NothingChanges)),
            (move_house(address("1 rue des Ormes"), &"x".repeat(39)), refused(ErrorCode::InvalidOperation)),
            (phone(adult.person, None, "+33612345678"), waiting),
            (phone(adult.person, None, "+33612345679"), refused(ErrorCode::AlreadyWaiting)),
            (phone(stranger.person, None, "+33612345678"), refused(ErrorCode::NotFound)),
            (phone(Uuid::now_v7(), None, "+33612345678"), refused(ErrorCode::NotFound)),
            (mail("claire@exemple.fr"), waiting),
        ];
        for (place, (op, expected)) in rows.iter().enumerate() {
            let outcome = push(&harness, token, Uuid::now_v7(), op).await;
            assert_eq!(verdict(&outcome), *expected, "row {place}");
        }
        let mut replica = Replica::default();
        replica.pull(&harness, token, 500).await;
        let changes: Vec<DetailChangeDto> = replica.bodies("detail_change");
        let statuses: Vec<_> = changes.iter().map(|change| (change.field, change.status)).collect();
        assert_eq!(
            statuses,
            [
                (DetailFieldDto::Address, DetailChangeStatusDto::Accepted),
                (DetailFieldDto::MobilePhone, DetailChangeStatusDto::AwaitsTown),
                (DetailFieldDto::Email, DetailChangeStatusDto::AwaitsConfirmation),
            ]
        );
        let me = replica.bodies::<AdultDto>("adult").remove(0);
        assert_eq!((me.mobile_phone, me.email), (None, None), "what waits is not on record");
    })
    .await;
}

#[tokio::test]
async fn what_cannot_be_read_is_refused_and_what_is_too_big_consumes_nothing() {
    on_each_engine(|harness| async move {
        let town = town(&harness).await;
        let (_, session) = home(&harness, &town, "claire.martel").await;
        let token = &session.access_token;
        for (op, code) in [
            (json!({"type": "carnival.join"}), ErrorCode::UnknownOperation),
            (json!({"type": "family.change_detail", "field": "address"}), ErrorCode::InvalidOperation),
            (json!([]), ErrorCode::InvalidOperation),
        ] {
            let body = json!({ "operations": [{ "op_id": Uuid::now_v7(), "op": op }] });
            let answer: PushResponse = harness.post("/v1/sync/push", token, &body).await.json();
            assert_eq!(verdict(&answer.outcomes[0]), (OutcomeStatus::Rejected, Some(code)));
        }
        let id = Uuid::now_v7();
        let huge = json!({ "operations": [
            { "op_id": id, "op": move_house(None, "1 rue des Ormes") },
            { "op_id": Uuid::now_v7(), "op": "x".repeat(70_000) },
        ] });
        harness.post("/v1/sync/push", token, &huge).await.assert_refused(400, ErrorCode::InvalidRequest);
        let many: Vec<_> = (0..51).map(|_| json!({ "op_id": Uuid::now_v7(), "op": {} })).collect();
        let many = json!({ "operations": many });
        harness.post("/v1/sync/push", token, &many).await.assert_refused(400, ErrorCode::InvalidRequest);
        let after = push(&harness, token, id, &move_house(None, "1 rue des Ormes")).await;
        assert_eq!(after.status, OutcomeStatus::Applied, "the refused body consumed no id");
        for path in ["/v1/sync/changes?cursor=nonsense", "/v1/sync/changes?limit=0", "/v1/sync/changes?limit=501"] {
            harness.get(path, token).await.assert_refused(400, ErrorCode::InvalidRequest);
        }
    })
    .await;
}

#[tokio::test]
async fn another_epoch_or_a_passed_horizon_resets_and_a_lost_stream_is_gone() {
    on_each_engine(|harness| async move {
        let town = town(&harness).await;
        let (adult, session) = home(&harness, &town, "claire.martel").await;
        let token = &session.access_token;
        let mut replica = Replica::default();
        replica.pull(&harness, token, 500).await;
        let before = replica.rows.clone();

        let epoch = "UPDATE commune SET epoch = $2 WHERE commune_id = $1";
        harness.sql(epoch, vec![town.id.into(), Uuid::now_v7().into()]).await;
        let pages = replica.pull(&harness, token, 1).await;
        assert_eq!(pages.iter().map(|page| page.reset.len()).sum::<usize>(), 2);
        assert_eq!(replica.rows, before);

        let horizon = "UPDATE stream SET horizon = 1000, version = 1000 WHERE commune_id = $1 AND stream_id = $2";
        harness.sql(horizon, vec![town.id.into(), adult.family.into()]).await;
        let pages = replica.pull(&harness, token, 500).await;
        assert_eq!(pages[0].reset, [adult.family]);
        assert_eq!(replica.rows, before);

        // The account moves to another home: the first one is gone, the new one begins.
        let (other, _) = home(&harness, &town, "karim.daoud").await;
        let moved = "UPDATE account SET family_id = $3, person_id = NULL WHERE commune_id = $1 AND account_id = $2";
        let person = "UPDATE account SET disabled_at = 1, person_id = NULL, family_id = NULL, role = 'desk' \
                      WHERE commune_id = $1 AND account_id = $2";
        harness.sql(person, vec![town.id.into(), other.account.into()]).await;
        let moved = moved.replace("NULL", "$4").leak();
        let values = vec![town.id.into(), adult.account.into(), other.family.into(), other.person.into()];
        harness.sql(moved, values).await;
        let pages = replica.pull(&harness, token, 500).await;
        assert_eq!((pages[0].gone.clone(), pages[0].reset.clone()), (vec![adult.family], vec![other.family]));
        assert!(replica.rows.keys().all(|(stream, _, _)| *stream != adult.family));
        replica.assert_equals_server(&harness, token).await;
    })
    .await;
}

#[tokio::test]
async fn a_shared_child_is_in_both_homes_and_tells_nothing_of_the_other() {
    on_each_engine(|harness| async move {
        let town = town(&harness).await;
        let (mother, hers) = home(&harness, &town, "claire.martel").await;
        let (father, his) = home(&harness, &town, "karim.daoud").await;
        let child = Uuid::now_v7();
        let sql = "INSERT INTO child (commune_id, child_id, reference, first_name, last_name, birth_date) \
                   VALUES ($1, $2, 'E1', 'Léo', 'Daoud', '2018-05-14')";
        harness.sql(sql, vec![town.id.into(), child.into()]).await;
        for family in [mother.family, father.family] {
            let sql = "INSERT INTO family_child (commune_id, family_id, child_id, starts_on, may_book, may_collect, pays) \
                       VALUES ($1, $2, $3, '2026-01-01', true, true, true)";
            harness.sql(sql, vec![town.id.into(), family.into(), child.into()]).await;
        }
        harness.app.writer.run(Publish(town.id, vec![father.family, mother.family])).await.unwrap();
        let street = "31 impasse Tranquille";
        push(&harness, &his.access_token, Uuid::now_v7(), &move_house(None, street)).await;
        for (session, own) in [(&hers, &mother), (&his, &father)] {
            let mut replica = Replica::default();
            replica.pull(&harness, &session.access_token, 500).await;
            let children: Vec<ChildDto> = replica.bodies("child");
            assert_eq!((children.len(), children[0].child_id, children[0].link.other_home), (1, child, true));
            assert!(replica.rows.keys().all(|(stream, _, _)| [town.id, own.family].contains(stream)));
        }
        let mut replica = Replica::default();
        replica.pull(&harness, &hers.access_token, 500).await;
        let all = replica.rows.values().map(|(_, body)| body.as_str()).collect::<String>();
        for secret in [street, &father.family.to_string(), &father.person.to_string()] {
            assert!(!all.contains(secret), "{secret} of the other home");
        }
    })
    .await;
}

#[tokio::test]
async fn settings_put_again_move_the_stream_only_when_they_differ() {
    on_each_engine(|harness| async move {
        let town = town(&harness).await;
        let (_, session) = home(&harness, &town, "claire.martel").await;
        let version = async || {
            let mut replica = Replica::default();
            replica.pull(&harness, &session.access_token, 500).await;
            replica.rows.iter().find(|((stream, _, _), _)| *stream == town.id).map(|(_, (version, _))| *version)
        };
        assert_eq!(version().await, Some(1));
        let put = async |settings| harness.app.writer.run(PutCommune { settings }).await.unwrap();
        assert_eq!(put(read_settings(SETTINGS).unwrap()).await, town.id);
        assert_eq!(version().await, Some(1));
        let mut changed = read_settings(SETTINGS).unwrap();
        changed.served.details.address = PolicyDto::ByHand;
        assert_eq!(put(changed).await, town.id);
        assert_eq!(version().await, Some(2));
    })
    .await;
}
