//! What the town in memory does with operations: the domain's own rules, and the server's answers.

use crate::town::{Answered, CLAIRE, FAMILY, State, commune};
use preau_domain::family::{Decision, DetailChange, FamilyError, Policy, decide_detail_change};
use preau_protocol::communes::CommuneDto;
use preau_protocol::family::{ChangeDetailOp, DetailFieldDto, DetailSubjectDto, DetailValueDto};
use preau_protocol::sync::{Op, OutcomeStatus};
use serde_json::{Value, json};
use uuid::Uuid;

type Verdict = (OutcomeStatus, Option<&'static str>);

impl State {
    pub(crate) fn apply(&mut self, op_id: Uuid, bytes: &str) -> Answered {
        if let Some(answer) = self.answers.get(&op_id) {
            return *answer;
        }
        let op: Op = serde_json::from_str(bytes).expect("an operation");
        self.operations.push((op_id, bytes.to_owned()));
        let (status, code) = match op {
            Op::Cancel { op_id } => self.cancel(op_id),
            Op::ChangeDetail(op) => self.change(op_id, &op),
            Op::AcknowledgeNotice(op) => self.acknowledge(op.notice_id),
            // This town offers no day.
            Op::ChangeDays(_) => (OutcomeStatus::Rejected, Some("days_refused")),
        };
        let answer = (status, code, self.version(FAMILY));
        self.answers.insert(op_id, answer);
        answer
    }

    /// Whoever of the family asked, a change that waits is withdrawn; one that never arrived is refused in advance.
    fn cancel(&mut self, target: Uuid) -> Verdict {
        if let Some(mut change) = self.waiting(target) {
            change["status"] = json!("withdrawn");
            self.put(FAMILY, "detail_change", target, &change);
            return (OutcomeStatus::Applied, None);
        }
        let accepted = self.find("detail_change", target).is_some_and(|change| change["status"] == "accepted");
        match self.answers.get(&target) {
            _ if accepted => (OutcomeStatus::Rejected, Some("already_applied")),
            Some((OutcomeStatus::Applied, ..)) => (OutcomeStatus::Rejected, Some("already_applied")),
            Some(_) => (OutcomeStatus::Applied, None),
            None => {
                let refusal = (OutcomeStatus::Rejected, Some("operation_cancelled"), self.version(FAMILY));
                self.answers.insert(target, refusal);
                (OutcomeStatus::Applied, None)
            }
        }
    }

    /// What an operation answered so stands at, decisions included.
    pub(crate) fn standing(&self, op_id: Uuid, answered: OutcomeStatus) -> OutcomeStatus {
        let change = self.find("detail_change", op_id);
        match change.as_ref().and_then(|change| change["status"].as_str()) {
            _ if self.refused_elsewhere.contains(&op_id) => OutcomeStatus::Rejected,
            Some("accepted") => OutcomeStatus::Applied,
            Some("refused" | "withdrawn") => OutcomeStatus::Rejected,
            _ => answered,
        }
    }

    fn acknowledge(&mut self, id: Uuid) -> Verdict {
        let Some(mut notice) = self.find("security_notice", id) else {
            return (OutcomeStatus::Rejected, Some("not_found"));
        };
        notice["acknowledged"] = json!(true);
        self.put(FAMILY, "security_notice", id, &notice);
        (OutcomeStatus::Applied, None)
    }

    fn waiting(&self, change: Uuid) -> Option<Value> {
        let change = self.find("detail_change", change)?;
        matches!(change["status"].as_str(), Some("awaits_town" | "awaits_confirmation")).then_some(change)
    }

    fn change(&mut self, op_id: Uuid, op: &ChangeDetailOp) -> Verdict {
        let Ok(change) = DetailChange::try_from(op) else {
            return (OutcomeStatus::Rejected, Some("invalid_operation"));
        };
        let (kind, id) = match op.subject {
            DetailSubjectDto::Household => ("family", FAMILY),
            DetailSubjectDto::Adult { person_id } => ("adult", person_id),
        };
        let Some(mut entity) = self.find(kind, id) else { return (OutcomeStatus::Rejected, Some("not_found")) };
        let name = field(op.field);
        let current: DetailValueDto =
            serde_json::from_value(json!({"type": value_type(op.field), "value": entity[name]})).expect("a value");
        let policies = serde_json::from_value::<CommuneDto>(commune()).expect("a commune").details;
        let policy = if self.by_hand { Policy::ByHand } else { policies.of(change.field) };
        let already = self.waits_for(op);
        match decide_detail_change(&current.on_record(), &change, policy, already) {
            Err(error) => (OutcomeStatus::Rejected, Some(code(error))),
            Ok(decision) => {
                let told = json!({"change_id": op_id, "asked_by": CLAIRE, "asked_at": self.server_time,
                    "subject": op.subject, "field": op.field, "old": op.old, "new": op.new,
                    "status": status(decision)});
                let mut rows = vec![("detail_change", op_id, told)];
                if decision == Decision::Applied {
                    entity[name] = json!(op.new)["value"].clone();
                    rows.push((kind, id, entity));
                }
                self.put_all(FAMILY, rows);
                let applied = decision == Decision::Applied;
                (if applied { OutcomeStatus::Applied } else { OutcomeStatus::Waiting }, None)
            }
        }
    }

    fn waits_for(&self, op: &ChangeDetailOp) -> bool {
        let (subject, field) = (json!(op.subject), json!(op.field));
        let same = |change: &Value| change["subject"] == subject && change["field"] == field;
        let waiting = self.ids("detail_change").into_iter().filter_map(|id| self.waiting(id));
        waiting.filter(same).count() > 0
    }
}

fn field(field: DetailFieldDto) -> &'static str {
    match field {
        DetailFieldDto::Address => "address",
        DetailFieldDto::MobilePhone => "mobile_phone",
        DetailFieldDto::LandlinePhone => "landline_phone",
        DetailFieldDto::Email => "email",
    }
}

fn value_type(field: DetailFieldDto) -> &'static str {
    match field {
        DetailFieldDto::Address => "address",
        DetailFieldDto::MobilePhone | DetailFieldDto::LandlinePhone => "phone",
        DetailFieldDto::Email => "email",
    }
}

fn status(decision: Decision) -> &'static str {
    match decision {
        Decision::Applied => "accepted",
        Decision::AwaitsTown => "awaits_town",
        Decision::AwaitsConfirmation => "awaits_confirmation",
    }
}

fn code(error: FamilyError) -> &'static str {
    match error {
        FamilyError::Stale => "stale_value",
        FamilyError::Unchanged => "nothing_changes",
        FamilyError::AlreadyWaiting => "already_waiting",
        _ => "invalid_operation",
    }
}
