//! Import of families from the town's own software: one CSV file, all or nothing.
//!
//! Steps: [`read`] (bytes → rows), [`lines`] (cells → values of the domain), [`plan`] (pure: what is on record and
//! what the file asks → every fault, or the rows to write), [`store`].
//!
//! Tables: writes `family`, `adult`, `child`, `schooling`, `family_child`, `contact`, `quotient` and new rows of
//! `account`; reads `detail_change`. Invariants: a file with one fault writes nothing; the same file twice changes
//! nothing, not even a version; nothing is ever deleted, and an empty cell of an optional detail says nothing (an
//! empty `au` says « no end »); an account never passes to another person and keeps its identifiant.

#![doc = include_str!("FORMAT.md")]

mod faults;
mod lines;
mod plan;
mod read;
mod report;
mod store;

pub use faults::{Fault, Reason};
pub use report::{Caution, Counts, ImportReport, Warning};

use jiff::tz::TimeZone;
use uuid::Uuid;

use crate::accounts::one_time::open_family_accounts;
use crate::audit::{self, Actor, Entry};
use crate::error::Result;
use crate::family::projection::publish_families;
use crate::sync::{StreamKind, create_stream};
use crate::writer::{Command, WriteTx};

/// Imports a file into a commune.
///
/// The file is read inside the command: it is the one command that may hold the writer for seconds, because it is
/// all or nothing.
pub struct ImportFamilies {
    /// The commune.
    pub commune: Uuid,
    /// The file.
    pub csv: Vec<u8>,
    /// Says what would be done, and does nothing.
    pub dry_run: bool,
}

impl Command for ImportFamilies {
    type Output = ImportReport;
    const NAME: &'static str = "import_families";

    async fn apply(&self, tx: &WriteTx) -> Result<ImportReport> {
        let today = tx.now().to_zoned(TimeZone::get("Europe/Paris").map_err(anyhow::Error::from)?).date();
        let (sheet, mut faults) = read::read(&self.csv);
        let Some(sheet) = sheet.filter(|_| faults.is_empty()) else {
            // What the unreadable rows define would be missed by others.
            return Ok(ImportReport::refused(faults, self.dry_run));
        };
        let lines = lines::read_lines(&sheet, today, &mut faults);
        let record = store::on_record(tx.connection(), self.commune).await?;
        let plan = match plan::plan(&lines, &record, &mut Uuid::now_v7) {
            Ok(plan) if faults.is_empty() => plan,
            planned => {
                faults.extend(planned.err().unwrap_or_default());
                return Ok(ImportReport::refused(faults, self.dry_run));
            }
        };
        let report = ImportReport { dry_run: self.dry_run, ..plan.report.clone() };
        if !self.dry_run {
            write(tx, self.commune, plan).await?;
        }
        Ok(report)
    }
}

async fn write(tx: &WriteTx, commune: Uuid, plan: plan::Plan) -> Result<()> {
    let touched: Vec<Uuid> = plan.touched.iter().copied().collect();
    let (new_families, accounts) = (plan.new_families.clone(), plan.accounts.clone());
    store::write(tx, commune, plan).await?;
    open_family_accounts(tx, commune, &accounts).await?;
    for family in new_families {
        create_stream(tx, commune, family, StreamKind::Family).await?;
    }
    publish_families(tx, commune, &touched).await?;
    let entry = |family: Uuid| Entry {
        commune,
        actor: Actor::Operator,
        action: "family_imported",
        family: Some(family),
        entity: None,
        details: None,
    };
    let entries: Vec<Entry> = touched.into_iter().map(entry).collect();
    audit::record_all(tx, commune, &entries).await
}
