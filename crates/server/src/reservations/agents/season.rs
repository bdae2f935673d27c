//! Putting a season on record: what is offered, the places of its days, and those who waited for them, in one transaction.

use std::sync::Arc;

use preau_protocol::files::{SeasonDifferenceDto, SeasonReportDto};
use uuid::Uuid;

use crate::audit::{self, Actor, Details};
use crate::error::Result;
use crate::planning::{self, Currents};
use crate::reservations::ops;
use crate::writer::{Command, WriteTx};

/// A season to put on record.
pub struct ApplySeason {
    /// The commune.
    pub commune: Uuid,
    /// Who hands it in.
    pub actor: Actor,
    /// The file.
    pub file: String,
    /// Only say what it changes.
    pub dry_run: bool,
    /// What towns offer.
    pub currents: Arc<Currents>,
}

impl Command for ApplySeason {
    type Output = SeasonReportDto;
    const NAME: &'static str = "apply_season";

    async fn apply(&self, tx: &WriteTx) -> Result<SeasonReportDto> {
        let Self { commune, dry_run, .. } = *self;
        let refused = |faults| Ok(SeasonReportDto { dry_run, differences: Vec::new(), faults });
        let season = match planning::ops::read_season(tx, commune, &self.file).await? {
            Ok(season) => season,
            Err(faults) => return refused(faults),
        };
        let used = ops::used(tx.connection(), commune).await?;
        let checked = match planning::ops::check_season(tx, commune, &season, &used).await? {
            Ok(checked) => checked,
            Err(faults) => return refused(faults),
        };
        let differences = checked.1.clone();
        if !dry_run && !differences.is_empty() {
            let applied = planning::ops::apply_season(tx, commune, &season, checked).await?;
            ops::promote_days(tx, &self.currents, commune, applied.raised).await?;
            self.record(tx, &differences).await?;
        }
        Ok(SeasonReportDto { dry_run, differences, faults: Vec::new() })
    }
}

impl ApplySeason {
    async fn record(&self, tx: &WriteTx, differences: &[SeasonDifferenceDto]) -> Result<()> {
        let details = Details::default().with("differences", differences)?.into_text();
        let (commune, actor, details) = (self.commune, self.actor, Some(details.as_str()));
        let entry = audit::Entry { commune, actor, action: "season_applied", family: None, entity: None, details };
        audit::record(tx, entry).await
    }
}
