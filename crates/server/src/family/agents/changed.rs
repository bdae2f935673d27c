//! Operations of which a restored server makes something else than what their author had been told: an agent looks at
//! them, and does again what has to be.

use std::collections::BTreeMap;

use jiff::Timestamp;
use preau_protocol::ErrorCode;
use preau_protocol::agents::{ChangedOutcomeDto, FamilySummaryDto};
use preau_protocol::sync::{Op, OutcomeStatus};
use serde::de::DeserializeOwned;
use uuid::Uuid;

use super::search::Home;
use super::store::{self, ChangedOutcomeRow, Which};
use crate::audit::{self, Actor, Details, Entry};
use crate::db::Db;
use crate::error::{Error, Result};
use crate::writer::{Command, WriteTx};

/// Most of one answer; the rest follows once these are seen.
const MAX_CHANGED: i64 = 200;

/// What nobody of the town has seen yet, the oldest first, 200 at most. One that came to stand at what its author was
/// told after all is not among them.
///
/// # Errors
/// Whatever the database says.
pub async fn changed_outcomes(db: &Db, commune: Uuid) -> Result<Vec<ChangedOutcomeDto>> {
    let snapshot = db.snapshot().await?;
    let rows = store::changed_outcomes(&snapshot, commune, MAX_CHANGED).await?;
    let homes = store::homes(&snapshot, commune, Which::WithChangedOutcomes).await?;
    snapshot.commit().await?;
    let families: BTreeMap<Uuid, FamilySummaryDto> =
        homes.iter().map(Home::summary).map(|summary| (summary.family_id, summary)).collect();
    let mut changed = Vec::with_capacity(rows.len());
    for row in rows {
        // The foreign key says that there is one.
        let Some(family) = families.get(&row.family_id).cloned() else { continue };
        changed.push(dto(family, &row)?);
    }
    Ok(changed)
}

fn dto(family: FamilySummaryDto, row: &ChangedOutcomeRow) -> Result<ChangedOutcomeDto> {
    let change = match serde_json::from_str::<Op>(&row.body) {
        Ok(Op::ChangeDetail(change)) => Some(change),
        // Kept by a newer version: what it asks is not known here, that it changed is.
        Ok(Op::AcknowledgeNotice(_) | Op::ChangeDays(_) | Op::Cancel { .. }) | Err(_) => None,
    };
    let (told, now) = (named::<OutcomeStatus>(&row.told)?, named::<OutcomeStatus>(&row.now_status)?);
    let code = row.code.as_deref().map(named::<ErrorCode>).transpose()?;
    let noted_at = Timestamp::from_millisecond(row.noted_at).map_err(anyhow::Error::from)?.to_string();
    Ok(ChangedOutcomeDto { op_id: row.op_id, family, change, told, now, code, noted_at })
}

fn named<T: DeserializeOwned>(name: &str) -> Result<T> {
    Ok(serde_json::from_value(name.into())?)
}

/// Somebody of the town has seen a changed outcome: it leaves the list, and what it told of the family with it.
///
/// # Errors
/// [`Error::NotFound`] when there is none, or no longer.
#[derive(Debug)]
pub struct SeeChangedOutcome {
    /// The commune.
    pub commune: Uuid,
    /// An agent, or the operator.
    pub actor: Actor,
    /// The operation.
    pub op_id: Uuid,
}

impl Command for SeeChangedOutcome {
    type Output = ();

    const NAME: &'static str = "see_changed_outcome";

    async fn apply(&self, tx: &WriteTx) -> Result<()> {
        let Self { commune, actor, op_id } = *self;
        let seen = store::take_changed_outcome(tx, commune, op_id).await?.ok_or(Error::NotFound)?;
        let details = Details::default().with("told", &seen.told)?.into_text();
        let (family, entity) = (Some(seen.family_id), Some(op_id));
        let action = "changed_outcome_seen";
        audit::record(tx, Entry { commune, actor, action, family, entity, details: Some(&details) }).await
    }
}
