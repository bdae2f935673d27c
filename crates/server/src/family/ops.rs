//! Operations on families, each inside the transaction of its push.

use preau_domain::family::{Decision, DetailChange, DetailSubject, DetailValue, FamilyError, decide_detail_change};
use preau_domain::ids::PersonId;
use preau_protocol::ErrorCode;
use preau_protocol::accounts::SecurityEventDto;
use preau_protocol::family::{ChangeDetailOp, DetailFieldDto, DetailValueDto};
use preau_protocol::sync::OutcomeStatus;
use uuid::Uuid;

use super::projection::{publish_change, publish_families};
use super::store::{self, DetailChangeRow, Settlement};
use super::{confirmation, details};
use crate::ahead::Reads;
use crate::audit::{self, Actor, Details};
use crate::caller::FamilyCaller;
use crate::communes;
use crate::error::Result;
use crate::notices::{links, security};
use crate::sync::{Verdict, hold};
use crate::writer::WriteTx;

/// Whether a change can be read ahead together with others: it reads what [`declare`] wants, and leaves all that it writes
/// for the end. One of an e-mail writes links and messages too.
#[must_use]
pub fn knows_its_reads(op: &ChangeDetailOp) -> bool {
    match op.field {
        DetailFieldDto::Address | DetailFieldDto::MobilePhone | DetailFieldDto::LandlinePhone => true,
        DetailFieldDto::Email => false,
    }
}

/// Wants what [`change_detail`] will read; its family's stream is to be held before.
pub fn declare(reads: &mut Reads, caller: &FamilyCaller, op: &ChangeDetailOp) {
    details::want(reads, caller.commune, caller.family, op.subject.into());
}

/// Changes a contact detail, at once or once the town or the owner of an e-mail agrees.
///
/// # Errors
/// Whatever the database says; a rule that says no is a [`Verdict::Rejected`].
pub async fn change_detail(tx: &WriteTx, caller: &FamilyCaller, op_id: Uuid, op: &ChangeDetailOp) -> Result<Verdict> {
    let FamilyCaller { commune, family, .. } = *caller;
    let Ok(change) = DetailChange::try_from(op) else {
        return Ok(Verdict::Rejected(ErrorCode::InvalidOperation));
    };
    if !change.may_be_asked_by(PersonId(caller.person)) {
        return Ok(Verdict::Rejected(ErrorCode::Forbidden));
    }
    // Before the value is read: another process that changes it does so after this one, and finds it changed.
    let held = hold(tx, commune, &[family]).await?;
    let Some(on_record) = details::on_record(tx, commune, family, change.subject).await? else {
        return Ok(Verdict::Rejected(ErrorCode::NotFound));
    };
    let current = on_record.detail(change.field);
    let policy = communes::read_once(tx, commune).await?.details.of(change.field);
    let waiting = details::is_waiting(tx, commune, family, change.subject, change.field).await?;
    let decision = match decide_detail_change(&current, &change, policy, waiting) {
        Ok(decision) => decision,
        Err(error) => return Ok(Verdict::Rejected(code(error))),
    };
    if decision == Decision::Applied
        && let (DetailSubject::Adult(person), DetailValue::Email(None)) = (change.subject, &change.new)
    {
        // While it is still in use: nobody's e-mail goes without a word to it.
        security::tell(tx, commune, family, Some(person.0), SecurityEventDto::EmailChanged).await?;
    }
    let written = if decision == Decision::Applied {
        Some(details::write(tx, commune, on_record, change.field, &change.new).await?)
    } else {
        None
    };
    let row = row(tx, caller, op_id, &change, decision)?;
    details::record(tx, commune, row.clone()).await?;
    if decision == Decision::AwaitsConfirmation {
        confirmation::ask(tx, caller, op_id, &change).await?;
    }
    publish_change(tx, &held, row, written).await?;
    let details = Details::default().with("subject", op.subject)?.with("field", op.field)?;
    let details = details.with("old", &op.old)?.with("new", &op.new)?.with("status", status(decision))?.into_text();
    record(tx, caller, "detail_change_asked", op_id, Some(&details)).await?;
    Ok(if decision == Decision::Applied { Verdict::Applied } else { Verdict::Waiting })
}

/// Gives up a change of this family that still waits. One that was refused or given up already has no effect to give
/// up: that is done.
///
/// # Errors
/// Whatever the database says.
pub async fn withdraw(tx: &WriteTx, caller: &FamilyCaller, change: Uuid) -> Result<Verdict> {
    let FamilyCaller { commune, account, family, .. } = *caller;
    hold(tx, commune, &[family]).await?;
    let settlement = Settlement { status: "withdrawn", decided_by: Some(account), reason: None };
    if !store::settle_change(tx, commune, family, change, settlement).await? {
        let row = store::detail_change(tx.connection(), commune, change).await?;
        return Ok(match row.filter(|row| row.family_id == family) {
            Some(row) if row.status == "accepted" => Verdict::Rejected(ErrorCode::AlreadyApplied),
            _ => Verdict::Applied,
        });
    }
    links::void(tx, commune, change).await?;
    publish_families(tx, commune, &[family]).await?;
    record(tx, caller, "detail_change_withdrawn", change, None).await?;
    Ok(Verdict::Applied)
}

/// What has become of a change that was answered as waiting, decisions of the town and of the family included.
///
/// # Errors
/// Whatever the database says.
pub async fn standing(tx: &WriteTx, commune: Uuid, change: Uuid) -> Result<OutcomeStatus> {
    let row = store::detail_change(tx.connection(), commune, change).await?;
    Ok(match row.as_ref().map(|row| row.status.as_str()) {
        Some("accepted") => OutcomeStatus::Applied,
        Some("refused" | "withdrawn") => OutcomeStatus::Rejected,
        _ => OutcomeStatus::Waiting,
    })
}

fn row(
    tx: &WriteTx,
    caller: &FamilyCaller,
    op_id: Uuid,
    change: &DetailChange,
    decision: Decision,
) -> Result<DetailChangeRow> {
    let now = tx.now().as_millisecond();
    let subject_person = match change.subject {
        DetailSubject::Household => None,
        DetailSubject::Adult(person) => Some(person.0),
    };
    Ok(DetailChangeRow {
        change_id: op_id,
        family_id: caller.family,
        asked_by: Some(caller.person),
        asked_at: now,
        subject_person,
        field: details::field_name(change.field).to_owned(),
        old_value: serde_json::to_string(&DetailValueDto::from(&change.old))?,
        new_value: serde_json::to_string(&DetailValueDto::from(&change.new))?,
        status: status(decision).to_owned(),
        decided_at: (decision == Decision::Applied).then_some(now),
        reason: None,
    })
}

/// The status of a change in the database.
fn status(decision: Decision) -> &'static str {
    match decision {
        Decision::Applied => "accepted",
        Decision::AwaitsTown => "awaits_town",
        Decision::AwaitsConfirmation => "awaits_confirmation",
    }
}

async fn record(
    tx: &WriteTx,
    caller: &FamilyCaller,
    action: &'static str,
    change: Uuid,
    details: Option<&str>,
) -> Result<()> {
    let entry = audit::Entry {
        commune: caller.commune,
        actor: Actor::Family(caller.account),
        action,
        family: Some(caller.family),
        entity: Some(change),
        details,
    };
    audit::record(tx, entry).await
}

fn code(error: FamilyError) -> ErrorCode {
    match error {
        FamilyError::Stale => ErrorCode::StaleValue,
        FamilyError::Unchanged => ErrorCode::NothingChanges,
        FamilyError::AlreadyWaiting => ErrorCode::AlreadyWaiting,
        FamilyError::Empty
        | FamilyError::LineTooLong
        | FamilyError::Postcode
        | FamilyError::Phone
        | FamilyError::Email
        | FamilyError::NameTooLong
        | FamilyError::NameCharacter
        | FamilyError::WrongField => ErrorCode::InvalidOperation,
    }
}
