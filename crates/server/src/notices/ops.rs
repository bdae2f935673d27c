//! Operations on notices, each inside the transaction of its push.

use preau_protocol::ErrorCode;
use preau_protocol::accounts::AcknowledgeNoticeOp;

use super::security::publish_notices;
use super::store::security as store;
use crate::caller::FamilyCaller;
use crate::error::Result;
use crate::sync::{Verdict, hold};
use crate::writer::WriteTx;

/// Says that an adult of the family read a notice. The first one who does is on record.
///
/// # Errors
/// Whatever the database says; a notice of nobody or of others is a [`Verdict::Rejected`].
pub async fn acknowledge(tx: &WriteTx, caller: &FamilyCaller, op: &AcknowledgeNoticeOp) -> Result<Verdict> {
    let FamilyCaller { commune, account, family, .. } = *caller;
    hold(tx, commune, &[family]).await?;
    if !store::acknowledge(tx, commune, family, op.notice_id, account).await? {
        return Ok(Verdict::Rejected(ErrorCode::NotFound));
    }
    publish_notices(tx, commune, &[family]).await?;
    Ok(Verdict::Applied)
}
