//! The audit's chain: numbered without a gap, each act's hash right, its end where the commune says.

use sea_orm::ConnectionTrait;
use uuid::Uuid;

use super::store::{self, ActRow};
use super::{Invariant, Report};
use crate::audit::chain::{self, Link};
use crate::error::Result;

pub(super) async fn check(on: &impl ConnectionTrait, commune: Uuid, report: &mut Report) -> Result<()> {
    let (mut seq, mut hash): (i64, Vec<u8>) = (0, Vec::new());
    loop {
        let acts = store::acts_after(on, commune, seq).await?;
        let Some(last) = acts.last().map(|act| act.seq) else { break };
        for act in acts {
            if let Some(fault) = fault(commune, seq, &hash, &act) {
                // Whatever comes after it can no longer be told.
                report.add(Invariant::Audit, [format!("{commune}: act {}: {fault}", act.seq)]);
                return Ok(());
            }
            (seq, hash) = (act.seq, act.hash);
        }
        seq = last;
    }
    let end = store::end_of_audit(on, commune).await?;
    if end.audit_seq != seq || end.audit_hash.unwrap_or_default() != hash {
        report.add(Invariant::Audit, [format!("{commune}: the end of the chain is not where the commune says")]);
    }
    Ok(())
}

fn fault(commune: Uuid, before: i64, hash: &[u8], act: &ActRow) -> Option<&'static str> {
    if act.seq != before + 1 {
        return Some("acts are missing before it");
    }
    // Erased details leave neither text nor salt; what is there is what was written.
    let as_written = match (&act.details, &act.salt) {
        (Some(details), Some(salt)) => chain::details_hash(salt, details) == act.details_hash,
        (None, None) => true,
        _ => false,
    };
    if !as_written {
        return Some("its details were altered");
    }
    let link = Link {
        commune,
        seq: act.seq,
        at: act.at,
        actor_kind: &act.actor_kind,
        actor_id: act.actor_id,
        action: &act.action,
        family: act.family_id,
        entity: act.entity_id,
        details_hash: &act.details_hash,
    };
    (chain::hash(hash, &link) != act.hash).then_some("it, or what came before, was altered")
}
