//! `preau-server check`: the invariants of a live database, read in one snapshot beside a running server.
//!
//! Tables: reads all, writes none. Each [`Invariant`] is checked whatever the others say, and a violation is named by
//! ids only, so that a report may be sent to whoever helps.

mod acts;
mod catalogue;
mod places;
mod store;
mod streams;

use std::fmt;

use jiff::Timestamp;

use crate::clock::paris_day;
use crate::db::Db;
use crate::error::Result;
use crate::notices::operator;

/// Most violations of one invariant that a report spells out.
const SHOWN: usize = 20;

/// What must hold.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Invariant {
    /// The engine finds its own file and references whole.
    Engine,
    /// Keys, unique indexes and foreign keys begin with the commune.
    Catalogue,
    /// I3: each operation has one outcome, well formed, and no refused one an effect.
    Operations,
    /// I4: streams show what the tables say.
    Projections,
    /// I5: nothing was served at a version its stream never had.
    Versions,
    /// I1: places taken are those that children have, and none was given beyond a capacity without a word on record.
    Places,
    /// I8: nobody who waits and fits is left waiting.
    Queue,
    /// I6: no row leads from one family or commune to another.
    Borders,
    /// A home has a holder, a child a home.
    Households,
    /// The audit's chain is whole.
    Audit,
    /// No message has waited for more than a day.
    Messages,
}

impl Invariant {
    /// All of them, in the order of a report.
    pub const ALL: [Self; 11] = [
        Self::Engine,
        Self::Catalogue,
        Self::Operations,
        Self::Projections,
        Self::Versions,
        Self::Places,
        Self::Queue,
        Self::Borders,
        Self::Households,
        Self::Audit,
        Self::Messages,
    ];

    /// Its line in a report.
    #[must_use]
    pub fn title(self) -> &'static str {
        match self {
            Self::Engine => "the engine finds its file and references whole",
            Self::Catalogue => "keys, unique indexes and foreign keys begin with commune_id",
            Self::Operations => "I3 each operation has one outcome, and a refused one no effect",
            Self::Projections => "I4 streams show what the tables say",
            Self::Versions => "I5 nothing is served at a version its stream never had",
            Self::Places => "I1 places taken are those that children have, none beyond a capacity",
            Self::Queue => "I8 nobody who waits and fits is left waiting",
            Self::Borders => "I6 no row leads from one family or commune to another",
            Self::Households => "a home has a holder, a child a home",
            Self::Audit => "the audit's chain is whole",
            Self::Messages => "no message has waited for more than a day",
        }
    }
}

/// What a check found.
#[derive(Debug, Clone, Default)]
pub struct Report {
    violations: Vec<(Invariant, String)>,
    remarks: Vec<String>,
}

impl Report {
    /// Whether every invariant holds.
    #[must_use]
    pub fn is_sound(&self) -> bool {
        self.violations.is_empty()
    }

    /// Violations of one invariant.
    pub fn of(&self, invariant: Invariant) -> impl Iterator<Item = &str> {
        self.violations.iter().filter(move |(broken, _)| *broken == invariant).map(|(_, text)| text.as_str())
    }

    /// What breaks no invariant and still waits for an operator.
    #[must_use]
    pub fn remarks(&self) -> &[String] {
        &self.remarks
    }

    fn add(&mut self, invariant: Invariant, violations: impl IntoIterator<Item = String>) {
        self.violations.extend(violations.into_iter().map(|text| (invariant, text)));
    }
}

impl fmt::Display for Report {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        for invariant in Invariant::ALL {
            let count = self.of(invariant).count();
            let verdict = if count == 0 { "ok".to_owned() } else { format!("{count} violations") };
            writeln!(f, "{}: {verdict}", invariant.title())?;
            for text in self.of(invariant).take(SHOWN) {
                writeln!(f, "  {text}")?;
            }
            if count > SHOWN {
                writeln!(f, "  … and {} more", count - SHOWN)?;
            }
        }
        for remark in &self.remarks {
            writeln!(f, "{remark}")?;
        }
        Ok(())
    }
}

/// Checks the whole database, and that its server does what it is for: an operator's check.
///
/// # Errors
/// As [`check`].
pub async fn check_serving(db: &Db, now: Timestamp) -> Result<Report> {
    let mut report = check(db, now).await?;
    let snapshot = db.snapshot().await?;
    for commune in store::communes(&snapshot).await? {
        let stuck = operator::stuck(&snapshot, commune, now).await?;
        report.add(Invariant::Messages, stuck.into_iter().map(|id| format!("{commune}: message {id} waits")));
        let failed = operator::failed(&snapshot, commune).await?;
        if failed > 0 {
            report.remarks.push(format!("{commune}: {failed} messages failed: preau-server notices --commune … list"));
        }
    }
    snapshot.commit().await?;
    Ok(report)
}

/// Checks the whole database, as it should be now.
///
/// # Errors
/// When it cannot be read; what it holds is in the report.
pub async fn check(db: &Db, now: Timestamp) -> Result<Report> {
    let mut report = Report::default();
    let today = paris_day(now)?;
    let snapshot = db.snapshot().await?;
    report.add(Invariant::Engine, store::engine(&snapshot).await?);
    report.add(Invariant::Catalogue, catalogue::violations(&store::keys(&snapshot).await?));
    for rule in store::RULES {
        report.add(rule.invariant, store::broken(&snapshot, rule).await?);
    }
    for commune in store::communes(&snapshot).await? {
        streams::check(&snapshot, commune, today, &mut report).await?;
        places::check(&snapshot, commune, now, &mut report).await?;
        acts::check(&snapshot, commune, &mut report).await?;
    }
    snapshot.commit().await?;
    Ok(report)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_report_names_every_invariant_and_counts() {
        let mut report = Report::default();
        assert!(report.is_sound());
        assert_eq!(report.to_string().lines().filter(|line| line.ends_with(": ok")).count(), Invariant::ALL.len());
        report.add(Invariant::Audit, (0..25).map(|n| format!("violation {n}")));
        let text = report.to_string();
        assert!(
            !report.is_sound() && text.contains("chain is whole: 25 violations") && text.contains("and 5 more"),
            "{text}"
        );
    }
}
