//! Import of families from the town's own software: one CSV file, all or nothing.
//!
//! Steps: [`read`] (bytes → rows), [`lines`] (cells → values of the domain), [`plan`] (pure: what is on record and
//! what the file asks → every fault, or the rows to write), [`store`]. Only the last two are done in the writer.
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

use anyhow::Context;
use jiff::civil::Date;
use uuid::Uuid;

use crate::accounts::one_time::open_family_accounts;
use crate::app::App;
use crate::audit::{self, Actor, Entry};
use crate::clock::paris_day;
use crate::error::Result;
use crate::family::links::LinksFollow;
use crate::family::projection::publish_families;
use crate::random;
use crate::sync::{StreamKind, create_stream, hold};
use crate::writer::{Command, WriteTx};

/// A file to import into a commune.
pub struct Import {
    /// The commune.
    pub commune: Uuid,
    /// The file.
    pub csv: Vec<u8>,
    /// Says what would be done, and does nothing.
    pub dry_run: bool,
    /// Takes an adult with one other name for the one on record.
    pub correct_names: bool,
}

/// Imports a file. It is read before the writer is asked for anything; a rehearsal, and a file that is refused by its
/// lines alone, never ask it.
///
/// # Errors
/// Whatever the database says; what is wrong with the file is in the report.
pub async fn import_families(app: &App, import: Import) -> Result<ImportReport> {
    let Import { commune, csv, dry_run, correct_names } = import;
    let today = paris_day(app.clock.now())?;
    let read = tokio::task::spawn_blocking(move || read_file(&csv, today)).await.context("reading the file")?;
    let (lines, faults) = match read {
        Ok(read) => read,
        Err(faults) => return Ok(ImportReport::refused(faults, dry_run)),
    };
    if faults.is_empty() && !dry_run {
        let follow = app.links_follow;
        return app.writer.run(WriteLines { commune, lines, correct_names, follow }).await;
    }
    let snapshot = app.db.snapshot().await?;
    let record = store::on_record(&snapshot, commune).await?;
    snapshot.commit().await?;
    let planning = move || report(plan::plan(&lines, &record, correct_names, &mut random::id), faults);
    let planned = tokio::task::spawn_blocking(planning).await.context("planning the import")?;
    Ok(ImportReport { dry_run, ..planned })
}

type Read = std::result::Result<(lines::Lines, Vec<Fault>), Vec<Fault>>;

/// The lines of a file and what is wrong with them; only faults where rows cannot be read, because what they define
/// would be missed by others.
fn read_file(csv: &[u8], today: Date) -> Read {
    let (sheet, mut faults) = read::read(csv);
    let Some(sheet) = sheet.filter(|_| faults.is_empty()) else { return Err(faults) };
    let lines = lines::read_lines(&sheet, today, &mut faults);
    Ok((lines, faults))
}

fn report(planned: std::result::Result<plan::Plan, Vec<Fault>>, mut faults: Vec<Fault>) -> ImportReport {
    match planned {
        Ok(plan) if faults.is_empty() => plan.report,
        planned => {
            faults.extend(planned.err().unwrap_or_default());
            ImportReport::refused(faults, false)
        }
    }
}

/// Plans and writes faultless lines: the one command that may hold the writer for seconds, because it is all or
/// nothing.
struct WriteLines {
    commune: Uuid,
    lines: lines::Lines,
    correct_names: bool,
    follow: LinksFollow,
}

impl Command for WriteLines {
    type Output = ImportReport;
    const NAME: &'static str = "import_families";

    async fn apply(&self, tx: &WriteTx) -> Result<ImportReport> {
        // Before they are read: what families change meanwhile in another process, they change after this.
        hold(tx, self.commune, &store::families(tx, self.commune).await?).await?;
        let record = store::on_record(tx.connection(), self.commune).await?;
        match plan::plan(&self.lines, &record, self.correct_names, &mut random::id) {
            Ok(plan) => {
                let report = plan.report.clone();
                let homes = if plan.links.is_empty() { Vec::new() } else { plan.touched.iter().copied().collect() };
                write(tx, self.commune, plan).await?;
                (self.follow)(tx, self.commune, homes).await?;
                Ok(report)
            }
            Err(faults) => Ok(ImportReport::refused(faults, false)),
        }
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
