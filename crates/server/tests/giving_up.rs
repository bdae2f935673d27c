//! Giving operations up, whoever of the family sent them, and values on record that no rule would let in today.

#![allow(clippy::unwrap_used, clippy::expect_used, missing_docs)]

mod support;

use preau_protocol::ErrorCode;
use preau_protocol::accounts::SessionDto;
use preau_protocol::agents::DecideChangeRequest;
use preau_protocol::family::{
    AdultDto, ChangeDetailOp, DetailChangeDto, DetailChangeStatusDto, DetailFieldDto, DetailSubjectDto, DetailValueDto,
};
use preau_protocol::sync::{Op, OutcomeDto, OutcomeStatus};
use preau_server::audit::Actor;
use preau_server::family::agents::DecideChange;
use support::{
    Adult, Harness, Publish, Replica, Town, address, home, move_house, on_each_engine, phone, push, town, verdict,
};
use uuid::Uuid;

const APPLIED: (OutcomeStatus, Option<ErrorCode>) = (OutcomeStatus::Applied, None);

fn refused(code: ErrorCode) -> (OutcomeStatus, Option<ErrorCode>) {
    (OutcomeStatus::Rejected, Some(code))
}

async fn cancel(harness: &Harness, token: &str, op_id: Uuid) -> OutcomeDto {
    push(harness, token, Uuid::now_v7(), &Op::Cancel { op_id }).await
}

async fn statuses(harness: &Harness, token: &str) -> Vec<DetailChangeStatusDto> {
    let mut replica = Replica::default();
    replica.pull(harness, token, 500).await;
    replica.bodies::<DetailChangeDto>("detail_change").iter().map(|change| change.status).collect()
}

/// The other adult of a home, with an account.
async fn spouse(harness: &Harness, town: &Town, of: &Adult, identifiant: &str) -> (Adult, SessionDto) {
    let person = Uuid::now_v7();
    let sql = "INSERT INTO adult (commune_id, person_id, family_id, role, first_name, last_name) \
               VALUES ($1, $2, $3, 'co_holder', 'Paul', 'Petit')";
    harness.sql(sql, vec![town.id.into(), person.into(), of.family.into()]).await;
    harness.app.writer.run(Publish(town.id, vec![of.family])).await.unwrap();
    let adult = harness.open_account(town, identifiant, of.family, person).await;
    let session = harness.enrol(&adult).await;
    (adult, session)
}

#[tokio::test]
async fn giving_up_works_before_and_after_arrival() {
    on_each_engine(|harness| async move {
        let town = town(&harness).await;
        let (adult, session) = home(&harness, &town, "claire.martel").await;
        let (_, other) = home(&harness, &town, "karim.daoud").await;
        let token = &session.access_token;

        let late = Uuid::now_v7();
        let given_up = cancel(&harness, token, late).await;
        assert_eq!(given_up.status, OutcomeStatus::Applied);
        let arrives = push(&harness, token, late, &move_house(None, "1 rue des Ormes")).await;
        assert_eq!(verdict(&arrives), (OutcomeStatus::Rejected, Some(ErrorCode::OperationCancelled)));

        let waits = Uuid::now_v7();
        push(&harness, token, waits, &phone(adult.person, None, "+33612345678")).await;
        let foreign = cancel(&harness, &other.access_token, waits).await;
        assert_eq!(foreign.status, OutcomeStatus::Applied, "the answer of an id that never existed");
        let mut replica = Replica::default();
        replica.pull(&harness, token, 500).await;
        let change = replica.bodies::<DetailChangeDto>("detail_change").remove(0);
        assert_eq!(change.status, DetailChangeStatusDto::AwaitsTown, "and nothing of hers changed");
        let withdrawn = cancel(&harness, token, waits).await;
        assert_eq!(withdrawn.status, OutcomeStatus::Applied);
        let mut replica = Replica::default();
        replica.pull(&harness, token, 500).await;
        assert_eq!(replica.bodies::<DetailChangeDto>("detail_change")[0].status, DetailChangeStatusDto::Withdrawn);

        let done = Uuid::now_v7();
        push(&harness, token, done, &move_house(None, "1 rue des Ormes")).await;
        let too_late = cancel(&harness, token, done).await;
        assert_eq!(verdict(&too_late), (OutcomeStatus::Rejected, Some(ErrorCode::AlreadyApplied)));
    })
    .await;
}

#[tokio::test]
async fn an_operation_that_gives_itself_up_is_refused_for_good() {
    on_each_engine(|harness| async move {
        let town = town(&harness).await;
        let (_, session) = home(&harness, &town, "claire.martel").await;
        let id = Uuid::now_v7();
        let itself = Op::Cancel { op_id: id };
        let first = push(&harness, &session.access_token, id, &itself).await;
        assert_eq!(verdict(&first), refused(ErrorCode::InvalidOperation));
        assert_eq!(push(&harness, &session.access_token, id, &itself).await, first, "and answers so at each replay");
    })
    .await;
}

#[tokio::test]
async fn giving_up_answers_by_what_became_of_the_change() {
    on_each_engine(|harness| async move {
        let town = town(&harness).await;
        let (adult, session) = home(&harness, &town, "claire.martel").await;
        let token = &session.access_token;
        let refuse = || DecideChangeRequest::Refuse { reason: "Numéro illisible".into() };
        for (decision, expected, status) in [
            (Some(refuse()), APPLIED, DetailChangeStatusDto::Refused),
            (None, APPLIED, DetailChangeStatusDto::Withdrawn),
            (Some(DecideChangeRequest::Accept), refused(ErrorCode::AlreadyApplied), DetailChangeStatusDto::Accepted),
        ] {
            let asked = Uuid::now_v7();
            let outcome = push(&harness, token, asked, &phone(adult.person, None, "+33612345678")).await;
            assert_eq!(outcome.status, OutcomeStatus::Waiting);
            if let Some(decision) = decision {
                let decide = DecideChange { commune: town.id, actor: Actor::Operator, change_id: asked, decision };
                harness.app.writer.run(decide).await.unwrap();
            }
            for _ in 0..2 {
                assert_eq!(verdict(&cancel(&harness, token, asked).await), expected, "{status:?}");
            }
            assert!(statuses(&harness, token).await.contains(&status), "what was decided stands");
        }
    })
    .await;
}

#[tokio::test]
async fn each_adult_of_a_family_gives_up_what_the_other_asked() {
    on_each_engine(|harness| async move {
        let town = town(&harness).await;
        let (claire, hers) = home(&harness, &town, "claire.martel").await;
        let (_, his) = spouse(&harness, &town, &claire, "paul.petit").await;
        let (_, stranger) = home(&harness, &town, "karim.daoud").await;
        let (hers, his, stranger) = (&hers.access_token, &his.access_token, &stranger.access_token);

        let waits = Uuid::now_v7();
        push(&harness, hers, waits, &phone(claire.person, None, "+33612345678")).await;
        assert_eq!(verdict(&cancel(&harness, stranger, waits).await), APPLIED, "as for an id that never existed");
        assert_eq!(statuses(&harness, hers).await, [DetailChangeStatusDto::AwaitsTown]);
        assert_eq!(verdict(&cancel(&harness, his, waits).await), APPLIED);
        assert_eq!(statuses(&harness, hers).await, [DetailChangeStatusDto::Withdrawn]);

        let done = Uuid::now_v7();
        push(&harness, hers, done, &move_house(None, "1 rue des Ormes")).await;
        assert_eq!(verdict(&cancel(&harness, his, done).await), refused(ErrorCode::AlreadyApplied));

        // Given up by one before the other's arrives: it has no effect, and says why.
        let late = Uuid::now_v7();
        assert_eq!(verdict(&cancel(&harness, his, late).await), APPLIED);
        let moving = move_house(address("1 rue des Ormes"), "2 rue des Ormes");
        let arrives = push(&harness, hers, late, &moving).await;
        assert_eq!(verdict(&arrives), refused(ErrorCode::OperationCancelled));
        let foreign = push(&harness, stranger, late, &moving).await;
        assert_eq!(verdict(&foreign), refused(ErrorCode::OperationReused), "another family's id is nobody's to use");
    })
    .await;
}

#[tokio::test]
async fn a_value_that_no_rule_lets_in_today_can_be_changed() {
    on_each_engine(|harness| async move {
        let town = town(&harness).await;
        let (adult, session) = home(&harness, &town, "claire.martel").await;
        let token = &session.access_token;
        let sql = "UPDATE adult SET mobile_phone = '+33700000000', email = 'claire@exemple' \
                   WHERE commune_id = $1 AND person_id = $2";
        harness.sql(sql, vec![town.id.into(), adult.person.into()]).await;
        let sql = "UPDATE family SET street = '1 rue', postcode = '3329', city = 'Parempuyre' \
                   WHERE commune_id = $1 AND family_id = $2";
        harness.sql(sql, vec![town.id.into(), adult.family.into()]).await;
        harness.app.writer.run(Publish(town.id, vec![adult.family])).await.unwrap();

        // The change names what the desktop was served, and is decided as any other.
        let asked = Uuid::now_v7();
        let outcome = push(&harness, token, asked, &phone(adult.person, Some("+33700000000"), "+33612345678")).await;
        assert_eq!(verdict(&outcome), (OutcomeStatus::Waiting, None));
        let stale = push(&harness, token, Uuid::now_v7(), &phone(adult.person, None, "+33612345670")).await;
        assert_eq!(verdict(&stale), refused(ErrorCode::AlreadyWaiting));
        let decision = DecideChangeRequest::Accept;
        let decide = DecideChange { commune: town.id, actor: Actor::Operator, change_id: asked, decision };
        harness.app.writer.run(decide).await.unwrap();

        let mail = Op::ChangeDetail(ChangeDetailOp {
            subject: DetailSubjectDto::Adult { person_id: adult.person },
            field: DetailFieldDto::Email,
            old: DetailValueDto::Email(Some("claire@exemple".into())),
            new: DetailValueDto::Email(Some("claire@exemple.fr".into())),
        });
        let outcome = push(&harness, token, Uuid::now_v7(), &mail).await;
        assert_eq!(verdict(&outcome), (OutcomeStatus::Waiting, None));
        let mut at = address("1 rue").unwrap();
        at.postcode = "3329".into();
        let moved = push(&harness, token, Uuid::now_v7(), &move_house(Some(at), "2 rue des Ormes")).await;
        assert_eq!(verdict(&moved), APPLIED);
        // A new value still has to hold the rules.
        let bad = phone(adult.person, Some("+33612345678"), "+33700000000");
        let bad = push(&harness, token, Uuid::now_v7(), &bad).await;
        assert_eq!(verdict(&bad), refused(ErrorCode::InvalidOperation));
        let mut replica = Replica::default();
        replica.pull(&harness, token, 500).await;
        assert_eq!(replica.bodies::<AdultDto>("adult")[0].mobile_phone.as_deref(), Some("+33612345678"));
    })
    .await;
}
