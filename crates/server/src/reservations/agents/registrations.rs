//! Putting registrations on record: with the days to come that end because a child is no longer registered for them.

use std::collections::BTreeSet;
use std::sync::Arc;

use preau_protocol::files::RegistrationsReportDto;
use preau_protocol::registrations::{PutRegistrationRequest, RegistrationPutDto};
use uuid::Uuid;

use crate::audit::{self, Actor, Details};
use crate::error::Result;
use crate::planning::Currents;
use crate::registrations::{import_registrations, ops as registrations};
use crate::reservations::ops;
use crate::writer::{Command, WriteTx};

/// A file of registrations.
pub struct ImportRegistrations {
    /// The commune.
    pub commune: Uuid,
    /// Who hands it in.
    pub actor: Actor,
    /// The file.
    pub csv: Vec<u8>,
    /// Only say what would be done.
    pub dry_run: bool,
    /// What towns offer.
    pub currents: Arc<Currents>,
}

impl Command for ImportRegistrations {
    type Output = RegistrationsReportDto;
    const NAME: &'static str = "import_registrations";

    async fn apply(&self, tx: &WriteTx) -> Result<RegistrationsReportDto> {
        let Self { commune, actor, dry_run, .. } = *self;
        let (mut report, changed) = import_registrations(tx, commune, &self.csv, dry_run).await?;
        if !report.is_accepted() || dry_run {
            return Ok(report);
        }
        report.days_ended = ops::end_unregistered(tx, &self.currents, commune, &changed).await?;
        let details =
            Details::default().with("lines", report.lines)?.with("days_ended", report.days_ended)?.into_text();
        let (action, details) = ("registrations_imported", Some(details.as_str()));
        audit::record(tx, audit::Entry { commune, actor, action, family: None, entity: None, details }).await?;
        Ok(report)
    }
}

/// One registration.
pub(super) struct PutRegistration {
    pub commune: Uuid,
    pub actor: Actor,
    pub request: PutRegistrationRequest,
    pub currents: Arc<Currents>,
}

impl Command for PutRegistration {
    type Output = RegistrationPutDto;
    const NAME: &'static str = "put_registration";

    async fn apply(&self, tx: &WriteTx) -> Result<RegistrationPutDto> {
        let Self { commune, actor, .. } = *self;
        let (registration, changed) = registrations::put_one(tx, commune, &self.request).await?;
        let children = BTreeSet::from([registration.child_id]);
        let days_ended = if changed { ops::end_unregistered(tx, &self.currents, commune, &children).await? } else { 0 };
        let details = Details::default()
            .with("child", registration.child_id)?
            .with("state", registration.state)?
            .with("days_ended", days_ended)?
            .into_text();
        let (entity, details) = (Some(registration.registration_id), Some(details.as_str()));
        let action = "registration_put";
        audit::record(tx, audit::Entry { commune, actor, action, family: None, entity, details }).await?;
        Ok(RegistrationPutDto { registration, days_ended })
    }
}
