//! Operations on families, each inside the transaction of its push.

use preau_domain::family::{Decision, DetailChange, FamilyError, decide_detail_change};
use preau_protocol::ErrorCode;
use preau_protocol::family::{ChangeDetailOp, DetailValueDto};
use uuid::Uuid;

use super::projection::publish_families;
use super::store::{self, DetailChangeRow, Settlement};
use crate::accounts::caller::FamilyCaller;
use crate::audit::{self, Actor};
use crate::communes;
use crate::error::Result;
use crate::sync::Verdict;
use crate::writer::WriteTx;

/// Changes a contact detail, at once or once the town or the owner of an e-mail agrees.
///
/// # Errors
/// Whatever the database says; a rule that says no is a [`Verdict::Rejected`].
pub async fn change_detail(tx: &WriteTx, caller: &FamilyCaller, op_id: Uuid, op: &ChangeDetailOp) -> Result<Verdict> {
    let FamilyCaller { commune, family, .. } = *caller;
    let Ok(change) = DetailChange::try_from(op) else {
        return Ok(Verdict::Rejected(ErrorCode::InvalidOperation));
    };
    let Some(current) = store::detail(tx.connection(), commune, family, change.subject, change.field).await? else {
        return Ok(Verdict::Rejected(ErrorCode::NotFound));
    };
    let policy = communes::read(tx.connection(), commune).await?.details.of(change.field);
    let waiting = store::is_waiting(tx, commune, family, change.subject, change.field).await?;
    let decision = match decide_detail_change(&current, &change, policy, waiting) {
        Ok(decision) => decision,
        Err(error) => return Ok(Verdict::Rejected(code(error))),
    };
    if decision == Decision::Applied {
        store::write_detail(tx, commune, family, change.subject, change.field, &change.new).await?;
    }
    store::insert_change(tx, commune, row(tx, caller, op_id, &change, decision)?).await?;
    publish_families(tx, commune, &[family]).await?;
    record(tx, caller, "detail_change_asked", op_id).await?;
    Ok(if decision == Decision::Applied { Verdict::Applied } else { Verdict::Waiting })
}

/// Gives up a change of this family that still waits. One that was refused or given up already has no effect to give
/// up: that is done.
///
/// # Errors
/// Whatever the database says.
pub async fn withdraw(tx: &WriteTx, caller: &FamilyCaller, change: Uuid) -> Result<Verdict> {
    let FamilyCaller { commune, account, family, .. } = *caller;
    let settlement = Settlement { status: "withdrawn", decided_by: Some(account), reason: None };
    if !store::settle_change(tx, commune, family, change, settlement).await? {
        let row = store::detail_change(tx.connection(), commune, change).await?;
        return Ok(match row.filter(|row| row.family_id == family) {
            Some(row) if row.status == "accepted" => Verdict::Rejected(ErrorCode::AlreadyApplied),
            _ => Verdict::Applied,
        });
    }
    publish_families(tx, commune, &[family]).await?;
    record(tx, caller, "detail_change_withdrawn", change).await?;
    Ok(Verdict::Applied)
}

fn row(
    tx: &WriteTx,
    caller: &FamilyCaller,
    op_id: Uuid,
    change: &DetailChange,
    decision: Decision,
) -> Result<DetailChangeRow> {
    let now = tx.now().as_millisecond();
    let (status, decided_at) = match decision {
        Decision::Applied => ("accepted", Some(now)),
        Decision::AwaitsTown => ("awaits_town", None),
        Decision::AwaitsConfirmation => ("awaits_confirmation", None),
    };
    let subject_person = match change.subject {
        preau_domain::family::DetailSubject::Household => None,
        preau_domain::family::DetailSubject::Adult(person) => Some(person.0),
    };
    Ok(DetailChangeRow {
        change_id: op_id,
        family_id: caller.family,
        asked_by: Some(caller.person),
        asked_at: now,
        subject_person,
        field: store::field_name(change.field).to_owned(),
        old_value: serde_json::to_string(&DetailValueDto::from(&change.old))?,
        new_value: serde_json::to_string(&DetailValueDto::from(&change.new))?,
        status: status.to_owned(),
        decided_at,
        reason: None,
    })
}

async fn record(tx: &WriteTx, caller: &FamilyCaller, action: &'static str, change: Uuid) -> Result<()> {
    let entry = audit::Entry {
        commune: caller.commune,
        actor: Actor::Family(caller.account),
        action,
        family: Some(caller.family),
        entity: Some(change),
        details: None,
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
        | FamilyError::WrongField => ErrorCode::InvalidOperation,
    }
}
