//! Putting a season on record: what is offered, the places of its days, and those who waited for them, in one transaction.

use std::fmt;
use std::sync::Arc;

use serde::{Deserialize, Serialize};
use uuid::Uuid;

use crate::audit::{self, Actor, Details};
use crate::error::Result;
use crate::planning::season::{Difference, ItemChange, SeasonFault};
use crate::planning::{self, Currents};
use crate::reservations;
use crate::writer::{Command, WriteTx};

/// What became of a season.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SeasonReport {
    /// Nothing was written.
    pub dry_run: bool,
    /// What it changes, by kind and stable name.
    pub differences: Vec<Difference>,
    /// What is wrong with it: then nothing was written either.
    pub faults: Vec<SeasonFault>,
}

impl SeasonReport {
    /// Whether it is, or could be, on record.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.faults.is_empty()
    }
}

impl fmt::Display for SeasonReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for fault in &self.faults {
            writeln!(f, "  - {fault}")?;
        }
        if !self.is_accepted() {
            return writeln!(f, "{} fautes : rien n'est enregistré", self.faults.len());
        }
        for Difference { kind, key, change } in &self.differences {
            match change {
                ItemChange::New => writeln!(f, "+ {kind} {key}")?,
                ItemChange::Changed { fields } => writeln!(f, "~ {kind} {key} : {}", fields.join(", "))?,
            }
        }
        let end = if self.dry_run { "à enregistrer (essai : rien n'est écrit)" } else { "enregistrés" };
        writeln!(f, "{} changements {end}", self.differences.len())
    }
}

/// A season to put on record.
pub(super) struct ApplySeason {
    pub commune: Uuid,
    pub file: String,
    pub dry_run: bool,
    pub currents: Arc<Currents>,
}

impl Command for ApplySeason {
    type Output = SeasonReport;
    const NAME: &'static str = "apply_season";

    async fn apply(&self, tx: &WriteTx) -> Result<SeasonReport> {
        let Self { commune, dry_run, .. } = *self;
        let refused = |faults| Ok(SeasonReport { dry_run, differences: Vec::new(), faults });
        let season = match planning::ops::read_season(tx, commune, &self.file).await? {
            Ok(season) => season,
            Err(faults) => return refused(faults),
        };
        let used = reservations::ops::used(tx.connection(), commune).await?;
        let checked = match planning::ops::check_season(tx, commune, &season, &used).await? {
            Ok(checked) => checked,
            Err(faults) => return refused(faults),
        };
        let differences = checked.1.clone();
        if !dry_run && !differences.is_empty() {
            let applied = planning::ops::apply_season(tx, commune, &season, checked).await?;
            reservations::ops::promote_days(tx, &self.currents, commune, applied.raised).await?;
            self.record(tx, &differences).await?;
        }
        Ok(SeasonReport { dry_run, differences, faults: Vec::new() })
    }
}

impl ApplySeason {
    async fn record(&self, tx: &WriteTx, differences: &[Difference]) -> Result<()> {
        let details = Details::default().with("differences", differences)?.into_text();
        let entry = audit::Entry {
            commune: self.commune,
            actor: Actor::Operator,
            action: "season_applied",
            family: None,
            entity: None,
            details: Some(&details),
        };
        audit::record(tx, entry).await
    }
}
