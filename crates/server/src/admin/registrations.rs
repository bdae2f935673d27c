//! Putting registrations on record: with the days to come that end because a child is no longer registered for them.

use std::sync::Arc;

use uuid::Uuid;

use crate::audit::{self, Actor, Details};
use crate::error::Result;
use crate::planning::Currents;
use crate::registrations::{RegistrationsReport, import_registrations};
use crate::reservations;
use crate::writer::{Command, WriteTx};

/// A file of registrations.
pub(super) struct ImportRegistrations {
    pub commune: Uuid,
    pub csv: Vec<u8>,
    pub dry_run: bool,
    pub currents: Arc<Currents>,
}

impl Command for ImportRegistrations {
    type Output = RegistrationsReport;
    const NAME: &'static str = "import_registrations";

    async fn apply(&self, tx: &WriteTx) -> Result<RegistrationsReport> {
        let Self { commune, dry_run, .. } = *self;
        let (mut report, changed) = import_registrations(tx, commune, &self.csv, dry_run).await?;
        if !report.is_accepted() || dry_run {
            return Ok(report);
        }
        report.days_ended = reservations::ops::end_unregistered(tx, &self.currents, commune, &changed).await?;
        let details =
            Details::default().with("lines", report.lines)?.with("days_ended", report.days_ended)?.into_text();
        let (action, details) = ("registrations_imported", Some(details.as_str()));
        let entry = audit::Entry { commune, actor: Actor::Operator, action, family: None, entity: None, details };
        audit::record(tx, entry).await?;
        Ok(report)
    }
}
