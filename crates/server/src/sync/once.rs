//! Operations that no desktop pushes: an agent's route asks them, and they are on record beside the others, so that each is done
//! once, whichever agent sends it again, and an id that was used stays used.

use sha2::{Digest, Sha256};
use uuid::Uuid;

use super::push::{Verdict, on_record, outcome};
use super::store;
use crate::error::{Error, Result};
use crate::writer::WriteTx;
use preau_protocol::ErrorCode;

/// An operation that somebody asks on behalf of a family.
#[derive(Debug, Clone, Copy)]
pub struct Asked<'a> {
    /// The commune.
    pub commune: Uuid,
    /// Its id, made by who asks.
    pub op_id: Uuid,
    /// Who asks.
    pub account: Uuid,
    /// Whose family's it is.
    pub family: Uuid,
    /// What is asked, written the same each time.
    pub bytes: &'a [u8],
}

impl Asked<'_> {
    /// Whether it was done already.
    ///
    /// # Errors
    /// [`ErrorCode::OperationReused`] for an id that was something else, or whatever the database says.
    pub async fn is_done(&self, tx: &WriteTx) -> Result<bool> {
        let Some(known) = store::operation(tx, self.commune, self.op_id).await? else { return Ok(false) };
        let same = known.family_id == self.family && known.sha256 == self.sha256();
        if same { Ok(true) } else { Err(Error::Rule(ErrorCode::OperationReused)) }
    }

    /// Puts it on record as done.
    ///
    /// # Errors
    /// Whatever the database says.
    pub async fn done(&self, tx: &WriteTx, verdict: Verdict) -> Result<()> {
        let version = store::version(tx, self.commune, self.family).await?;
        let outcome = outcome(self.op_id, verdict, version);
        let row = on_record((self.account, self.family), self.sha256(), &outcome)?;
        store::record_operations(tx, vec![(self.commune, row)]).await
    }

    fn sha256(&self) -> Vec<u8> {
        Sha256::digest(self.bytes).to_vec()
    }
}
