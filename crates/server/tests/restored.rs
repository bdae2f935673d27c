//! After a restore: what a desktop sends again with what it had been told, and what the town is shown of it.

#![allow(clippy::unwrap_used, clippy::expect_used, clippy::panic, missing_docs)]

mod support;

use preau_domain::accounts::AgentRole;
use preau_protocol::ErrorCode;
use preau_protocol::agents::{ChangedOutcomeDto, DecideChangeRequest};
use preau_protocol::sync::{Op, OutcomeDto, OutcomeStatus, PushResponse};
use serde_json::json;
use support::{Adult, Harness, Town, address, home, move_house, on_each_engine, phone, town, verdict};
use uuid::Uuid;

use OutcomeStatus::{Applied, Rejected, Waiting};

async fn send(h: &Harness, token: &str, id: Uuid, op: &Op, told: Option<OutcomeStatus>) -> OutcomeDto {
    let mut operation = json!({ "op_id": id, "op": op });
    if let Some(told) = told {
        operation["told"] = json!(told);
    }
    let body = json!({ "operations": [operation] });
    let answer: PushResponse = h.post("/v1/sync/push", token, &body).await.json();
    answer.outcomes.into_iter().next().unwrap()
}

/// A family with a session, and an agent of its town with one.
async fn people(h: &Harness) -> (Town, Adult, String, String) {
    let town = town(h).await;
    let (adult, session) = home(h, &town, "martel01").await;
    let agent = h.agent(&town, "agent.un", AgentRole::Desk).await;
    let agent = h.enrol_agent(&town, &agent).await;
    (town, adult, session.access_token, agent.access_token)
}

async fn listed(h: &Harness, agent: &str) -> Vec<ChangedOutcomeDto> {
    h.get("/v1/agent/changed-outcomes", agent).await.json()
}

#[tokio::test]
async fn an_outcome_that_is_as_it_was_is_no_news() {
    on_each_engine(|h: Harness| async move {
        let (_, adult, token, agent) = people(&h).await;
        let (moved, called) = (Uuid::now_v7(), Uuid::now_v7());
        // Addresses change at once here, telephones wait for the town.
        let outcome = send(&h, &token, moved, &move_house(None, "5 quai des Chaumes"), Some(Applied)).await;
        assert_eq!((outcome.status, outcome.changed), (Applied, false));
        let op = phone(adult.person, None, "+33612345678");
        let outcome = send(&h, &token, called, &op, Some(Waiting)).await;
        assert_eq!((outcome.status, outcome.changed), (Waiting, false));
        // The town's decision counts: the answer to the operation stays « waiting » for ever.
        let path = format!("/v1/agent/detail-changes/{called}/decision");
        h.post(&path, &agent, &DecideChangeRequest::Accept).await.json::<serde_json::Value>();
        let outcome = send(&h, &token, called, &op, Some(Applied)).await;
        assert_eq!((outcome.status, outcome.changed), (Waiting, false));
        // The same push as before the decision, doubled on its way or late.
        assert!(!send(&h, &token, called, &op, Some(Waiting)).await.changed);
        assert_eq!(listed(&h, &agent).await, []);
    })
    .await;
}

#[tokio::test]
async fn a_forgotten_decision_is_shown_until_it_is_taken_again() {
    on_each_engine(|h: Harness| async move {
        let (_, adult, token, agent) = people(&h).await;
        let (op_id, op) = (Uuid::now_v7(), phone(adult.person, None, "+33612345678"));
        let outcome = send(&h, &token, op_id, &op, Some(Applied)).await;
        assert_eq!((outcome.status, outcome.changed), (Waiting, true));
        assert!(send(&h, &token, op_id, &op, Some(Applied)).await.changed, "the same, when its answer was lost");
        let changed = listed(&h, &agent).await;
        assert_eq!(changed.len(), 1);
        let Op::ChangeDetail(asked) = op.clone() else { panic!("a change") };
        assert_eq!((changed[0].op_id, changed[0].change.clone()), (op_id, Some(asked)));
        assert_eq!((changed[0].told, changed[0].now, changed[0].code), (Applied, Waiting, None));
        assert_eq!(changed[0].family.reference, "martel01");
        let path = format!("/v1/agent/detail-changes/{op_id}/decision");
        h.post(&path, &agent, &DecideChangeRequest::Accept).await.json::<serde_json::Value>();
        assert_eq!(listed(&h, &agent).await, [], "accepted again, as the family had been told");
        assert!(!send(&h, &token, op_id, &op, Some(Applied)).await.changed);
    })
    .await;
}

#[tokio::test]
async fn what_is_refused_now_is_shown_until_an_agent_has_seen_it() {
    on_each_engine(|h: Harness| async move {
        let (town, _, token, agent) = people(&h).await;
        let op_id = Uuid::now_v7();
        // What this change replaced was itself forgotten.
        let op = move_house(address("1 rue oubliée"), "5 quai des Chaumes");
        let outcome = send(&h, &token, op_id, &op, Some(Applied)).await;
        assert_eq!((verdict(&outcome), outcome.changed), ((Rejected, Some(ErrorCode::StaleValue)), true));
        let changed = listed(&h, &agent).await;
        assert_eq!((changed[0].told, changed[0].now, changed[0].code), (Applied, Rejected, outcome.code));
        let seen = format!("/v1/agent/changed-outcomes/{op_id}/seen");
        h.post(&seen, &token, &()).await.assert_refused(403, ErrorCode::Forbidden);
        h.get("/v1/agent/changed-outcomes", &token).await.assert_refused(403, ErrorCode::Forbidden);
        let cashier = h.agent(&town, "agent.regie", AgentRole::Regisseur).await;
        let cashier = h.enrol_agent(&town, &cashier).await.access_token;
        h.post(&seen, &cashier, &()).await.assert_refused(403, ErrorCode::Forbidden);
        h.post(&seen, &agent, &()).await.assert_done();
        assert_eq!(listed(&h, &agent).await, []);
        h.post(&seen, &agent, &()).await.assert_refused(404, ErrorCode::NotFound);
        // The same push, doubled on its way or late: the family is told, the town has seen it.
        assert!(send(&h, &token, op_id, &op, Some(Applied)).await.changed);
        assert_eq!(listed(&h, &agent).await, []);
        h.post(&seen, &agent, &()).await.assert_refused(404, ErrorCode::NotFound);
        // After the next restore it had been told something else, which nobody has seen.
        assert!(send(&h, &token, op_id, &op, Some(Waiting)).await.changed);
        let changed = listed(&h, &agent).await;
        assert_eq!((changed.len(), changed[0].told, changed[0].change.is_some()), (1, Waiting, true));
    })
    .await;
}

#[tokio::test]
async fn nothing_is_noted_on_an_operation_of_others() {
    on_each_engine(|h: Harness| async move {
        let (town, _, token, agent) = people(&h).await;
        let (_, neighbour) = home(&h, &town, "daoud01").await;
        let (op_id, op) = (Uuid::now_v7(), move_house(None, "5 quai des Chaumes"));
        send(&h, &token, op_id, &op, None).await;
        let outcome = send(&h, &neighbour.access_token, op_id, &op, Some(Waiting)).await;
        assert_eq!(verdict(&outcome), (Rejected, Some(ErrorCode::OperationReused)));
        assert!(!outcome.changed);
        assert_eq!(listed(&h, &agent).await, []);
    })
    .await;
}
