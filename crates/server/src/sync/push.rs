//! `POST /v1/sync/push`: each operation is a command of its own, applied in array order, at most once.

use preau_failpoints::{Mistake, planted};
use preau_protocol::ErrorCode;
use preau_protocol::sync::{Op, OperationDto, OutcomeDto, OutcomeStatus};
use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::store::{self, OperationRow};
use super::{ahead, left};
use crate::ahead::Reads;
use crate::caller::FamilyCaller;
use crate::error::{Error, Result};
use crate::family;
use crate::notices;
use crate::reservations::{self, Deciding};
use crate::writer::{Command, WriteTx};

/// What an operation came to, before it is on record.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Verdict {
    /// It took effect.
    Applied,
    /// It is on record and waits for somebody.
    Waiting,
    /// It had no effect.
    Rejected(ErrorCode),
}

/// One pushed operation.
pub(super) struct PushOperation {
    caller: FamilyCaller,
    op_id: Uuid,
    /// The bytes of the operation as sent.
    bytes: String,
    /// What they ask, or why they cannot be read.
    op: std::result::Result<Op, ErrorCode>,
    /// What its author was told of it before the server was restored.
    told: Option<OutcomeStatus>,
    /// For days.
    deciding: Deciding,
}

impl Command for PushOperation {
    type Output = OutcomeDto;
    const NAME: &'static str = "push";

    fn reads(&self, reads: &mut Reads) -> bool {
        let FamilyCaller { commune, family, .. } = self.caller;
        if self.told.is_some() {
            return false;
        }
        match &self.op {
            // Details and days are not run together: days read homes, which details change.
            Ok(Op::ChangeDetail(op)) if family::ops::knows_its_reads(op) && reads.are_for("details") => {
                ahead::hold(reads, commune, family);
                ahead::look_for(reads, commune, self.op_id);
                family::ops::declare(reads, &self.caller, op);
                true
            }
            Ok(Op::ChangeDays(op)) if reservations::ops::knows_its_reads(op) && reads.are_for("days") => {
                ahead::look_for(reads, commune, self.op_id);
                reservations::ops::declare(reads, &self.deciding.currents, &self.caller, op);
                true
            }
            _ => false,
        }
    }

    async fn apply(&self, tx: &WriteTx) -> Result<OutcomeDto> {
        let mut outcome = self.outcome(tx).await?;
        // An id that is somebody else's operation is refused: nothing is noted on theirs.
        if let Some(told) = self.told
            && outcome.code != Some(ErrorCode::OperationReused)
        {
            outcome.changed = self.compare(tx, told, outcome.status).await?;
        }
        Ok(outcome)
    }
}

impl PushOperation {
    pub fn new(caller: FamilyCaller, operation: OperationDto, deciding: Deciding) -> Self {
        let OperationDto { op_id, op, told } = operation;
        let bytes = op.get().to_owned();
        let op = serde_json::from_str(&bytes).map_err(|_| unreadable(&bytes));
        Self { caller, op_id, bytes, op, told, deciding }
    }

    async fn outcome(&self, tx: &WriteTx) -> Result<OutcomeDto> {
        let FamilyCaller { commune, family, .. } = self.caller;
        let sha256 = Sha256::digest(self.bytes.as_bytes()).to_vec();
        let known = store::operation(tx, commune, self.op_id).await?;
        if let Some(known) = &known
            && !planted(Mistake::AppliesReplaysAgain)
        {
            return self.replay(tx, known, &sha256).await;
        }
        let verdict = self.decide(tx).await?;
        let version = store::version(tx, commune, family).await?;
        let outcome = outcome(self.op_id, verdict, version);
        if known.is_none() {
            left::record(tx, commune, on_record((self.caller.account, self.caller.family), sha256, &outcome)?);
        }
        Ok(outcome)
    }

    /// Whether the operation stands at something else than its author was told, which is then noted for the town. One that
    /// waited and is on record as waiting is as told, decided since or not: a decision is news of its own, and the push that
    /// asks may come twice, or late.
    async fn compare(&self, tx: &WriteTx, told: OutcomeStatus, answered: OutcomeStatus) -> Result<bool> {
        let FamilyCaller { commune, family, .. } = self.caller;
        let now = match answered {
            OutcomeStatus::Waiting if told == OutcomeStatus::Waiting => told,
            OutcomeStatus::Waiting => family::ops::standing(tx, commune, self.op_id).await?,
            OutcomeStatus::Applied | OutcomeStatus::Rejected => answered,
        };
        let restored = if now == told {
            left::Restored::AsTold
        } else {
            left::Restored::Changed { family, body: self.bytes.clone(), told: name(told)? }
        };
        left::restored(tx, commune, self.op_id, restored);
        Ok(now != told)
    }

    async fn decide(&self, tx: &WriteTx) -> Result<Verdict> {
        match &self.op {
            Ok(Op::ChangeDetail(op)) => family::ops::change_detail(tx, &self.caller, self.op_id, op).await,
            Ok(Op::AcknowledgeNotice(op)) => notices::ops::acknowledge(tx, &self.caller, op).await,
            Ok(Op::ChangeDays(op)) => {
                let author = (&self.caller).into();
                reservations::ops::change_days(tx, &self.deciding, &author, self.op_id, op).await
            }
            // An operation that gives itself up says nothing.
            Ok(Op::Cancel { op_id }) if *op_id == self.op_id => Ok(Verdict::Rejected(ErrorCode::InvalidOperation)),
            Ok(Op::Cancel { op_id }) => self.cancel(tx, *op_id).await,
            Err(code) => Ok(Verdict::Rejected(*code)),
        }
    }

    /// The same answer as the first time, to the same account and bytes. An operation that somebody of the family gave
    /// up before it arrived answers so, whoever of them sends it.
    async fn replay(&self, tx: &WriteTx, known: &OperationRow, sha256: &[u8]) -> Result<OutcomeDto> {
        // Whoever gave it up keeps that answer when they are of another home since.
        let own = known.family_id == self.caller.family || known.account_id == self.caller.account;
        let given_up = known.sha256.is_empty() && own;
        if given_up || (known.account_id == self.caller.account && known.sha256 == sha256) {
            return from_record(self.op_id, known);
        }
        let version = store::version(tx, self.caller.commune, self.caller.family).await?;
        Ok(outcome(self.op_id, Verdict::Rejected(ErrorCode::OperationReused), version))
    }

    /// Gives up an operation of the family, whichever of its adults sent it: one that never arrived is refused in
    /// advance, one that waits is withdrawn.
    async fn cancel(&self, tx: &WriteTx, target: Uuid) -> Result<Verdict> {
        let FamilyCaller { commune, family, .. } = self.caller;
        let Some(known) = store::operation(tx, commune, target).await? else {
            let version = store::version(tx, commune, family).await?;
            let refusal = outcome(target, Verdict::Rejected(ErrorCode::OperationCancelled), version);
            left::record(tx, commune, on_record((self.caller.account, self.caller.family), Vec::new(), &refusal)?);
            return Ok(Verdict::Applied);
        };
        if known.family_id != family {
            // Somebody else's: nothing of theirs changes, and the answer is that of an id that never existed.
            return Ok(Verdict::Applied);
        }
        match from_record(target, &known)?.status {
            OutcomeStatus::Rejected => Ok(Verdict::Applied),
            OutcomeStatus::Waiting => family::ops::withdraw(tx, &self.caller, target).await,
            OutcomeStatus::Applied => Ok(Verdict::Rejected(ErrorCode::AlreadyApplied)),
        }
    }
}

/// Tells an operation of a newer desktop from one that is badly formed.
fn unreadable(bytes: &str) -> ErrorCode {
    #[derive(serde::Deserialize)]
    struct Typed {
        r#type: String,
    }
    const KNOWN: [&str; 4] =
        ["family.change_detail", "accounts.acknowledge_notice", "reservations.change_days", "sync.cancel"];
    match serde_json::from_str::<Typed>(bytes) {
        Ok(typed) if !KNOWN.contains(&typed.r#type.as_str()) => ErrorCode::UnknownOperation,
        _ => ErrorCode::InvalidOperation,
    }
}

pub(super) fn outcome(op_id: Uuid, verdict: Verdict, version: i64) -> OutcomeDto {
    let (status, code) = match verdict {
        Verdict::Applied => (OutcomeStatus::Applied, None),
        Verdict::Waiting => (OutcomeStatus::Waiting, None),
        Verdict::Rejected(code) => (OutcomeStatus::Rejected, Some(code)),
    };
    OutcomeDto { op_id, status, code, version, changed: false }
}

/// An operation as it is kept: whose it is, what was asked, and what became of it.
pub(super) fn on_record(
    (account_id, family_id): (Uuid, Uuid),
    sha256: Vec<u8>,
    outcome: &OutcomeDto,
) -> Result<OperationRow> {
    let (status, code) = (name(outcome.status)?, outcome.code.map(name).transpose()?);
    let op_id = outcome.op_id;
    Ok(OperationRow { op_id, account_id, family_id, sha256, status, code, version: outcome.version })
}

/// A name of the wire, as it is kept.
fn name(value: impl serde::Serialize) -> Result<String> {
    Ok(serde_json::to_value(value)?.as_str().unwrap_or_default().to_owned())
}

fn from_record(op_id: Uuid, row: &OperationRow) -> Result<OutcomeDto> {
    let status = serde_json::from_value(row.status.clone().into()).map_err(Error::from)?;
    let code = row.code.clone().map(|code| serde_json::from_value(code.into())).transpose()?;
    Ok(OutcomeDto { op_id, status, code, version: row.version, changed: false })
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_verdict_reads_back_from_its_record() {
        let id = Uuid::nil();
        for verdict in [Verdict::Applied, Verdict::Waiting, Verdict::Rejected(ErrorCode::StaleValue)] {
            let written = outcome(Uuid::from_u128(7), verdict, 3);
            let row = on_record((id, id), vec![1], &written).expect("a row");
            assert_eq!(from_record(Uuid::from_u128(7), &row).expect("an outcome"), written);
        }
    }

    #[test]
    fn a_newer_operation_is_unknown_and_a_broken_one_invalid() {
        for (bytes, code) in [
            (r#"{"type":"carnival.join"}"#, ErrorCode::UnknownOperation),
            (r#"{"type":"sync.cancel"}"#, ErrorCode::InvalidOperation),
            (r#"{"kind":"sync.cancel"}"#, ErrorCode::InvalidOperation),
            ("[]", ErrorCode::InvalidOperation),
        ] {
            assert_eq!(unreadable(bytes), code, "{bytes}");
        }
    }
}
