//! Reading one family whole: in the audit first, answered afterwards.

use preau_protocol::agents::FamilyRecordDto;
use uuid::Uuid;

use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::clock::paris_day;
use crate::error::{Error, Result};
use crate::family::projection;
use crate::writer::{Command, WriteTx};

/// Reads a family of the commune.
///
/// # Errors
/// [`Error::NotFound`], or whatever the database says, the audit included.
pub(super) async fn read_family(app: &App, commune: Uuid, actor: Actor, family: Uuid) -> Result<FamilyRecordDto> {
    let snapshot = app.db.snapshot().await?;
    let today = paris_day(app.clock.now())?;
    let record = projection::whole_records(&snapshot, commune, &[family], today).await?.pop();
    snapshot.commit().await?;
    let record = record.ok_or(Error::NotFound)?;
    app.writer.run(RecordReading { commune, actor, family, action: "family_read" }).await?;
    Ok(FamilyRecordDto {
        family: record.family,
        adults: record.adults,
        children: record.children,
        contacts: record.contacts,
        quotients: record.quotients,
        changes: record.changes,
    })
}

/// Puts a reading in the audit.
pub struct RecordReading {
    /// The commune.
    pub commune: Uuid,
    /// Who reads.
    pub actor: Actor,
    /// Of whom.
    pub family: Uuid,
    /// What, in snake case.
    pub action: &'static str,
}

impl Command for RecordReading {
    type Output = ();
    const NAME: &'static str = "record_reading";

    async fn apply(&self, tx: &WriteTx) -> Result<()> {
        let Self { commune, actor, family, action } = *self;
        audit::record(tx, Entry { commune, actor, action, family: Some(family), entity: None, details: None }).await
    }
}
