//! What an import did, or why it did nothing.

use std::fmt;

use serde::{Deserialize, Serialize};

use super::faults::Fault;

/// How many things of one kind were new, changed, or already so.
#[derive(Debug, Clone, Copy, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct Counts {
    /// New.
    pub created: u32,
    /// Changed.
    pub updated: u32,
    /// Already so.
    pub unchanged: u32,
}

/// Something written, or not, that the town should look at.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Caution {
    /// The file's value is on record; the change that the family asked still waits, over a value that moved.
    ChangeWaits,
    /// The file brought back the value that the family had changed through the application.
    FamilyChangeUndone,
    /// The account keeps its identifiant, which is not the file's.
    IdentifiantKept,
    /// The line was left alone: its person was removed as co-holder of the family.
    CoHolderRemoved,
}

impl Caution {
    /// The sentence.
    #[must_use]
    pub fn french(self) -> &'static str {
        match self {
            Self::ChangeWaits => "valeur remplacée alors qu'une demande de la famille attend une décision",
            Self::FamilyChangeUndone => "valeur remise comme avant une modification faite par la famille",
            Self::IdentifiantKept => "le compte garde son identifiant, qui n'est pas celui du fichier",
            Self::CoHolderRemoved => {
                "ligne laissée de côté : cette personne a été retirée comme co-titulaire et n'a plus de compte ; \
                 le titulaire peut l'inviter de nouveau"
            }
        }
    }
}

/// A caution and where.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct Warning {
    /// Line of the file.
    pub line: u64,
    /// The family's reference.
    pub family: String,
    /// Name of the column.
    pub column: String,
    /// What.
    pub caution: Caution,
}

impl fmt::Display for Warning {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        let Self { line, family, column, caution } = self;
        write!(f, "ligne {line}, famille {family}, colonne « {column} » : {}", caution.french())
    }
}

/// What an import did. With faults, nothing was written and every count is zero.
#[derive(Debug, Clone, Default, PartialEq, Eq, Serialize, Deserialize)]
pub struct ImportReport {
    /// Whether it was only a rehearsal.
    pub dry_run: bool,
    /// Homes.
    pub families: Counts,
    /// Holders and co-holders.
    pub adults: Counts,
    /// Children.
    pub children: Counts,
    /// Years at a school.
    pub schoolings: Counts,
    /// Links between homes and children.
    pub links: Counts,
    /// Contacts.
    pub contacts: Counts,
    /// Quotients.
    pub quotients: Counts,
    /// Accounts made for adults who had none.
    pub accounts_created: u32,
    /// Families whose record changed.
    pub families_touched: u32,
    /// What to look at.
    pub warnings: Vec<Warning>,
    /// Every fault, by line.
    pub faults: Vec<Fault>,
}

impl ImportReport {
    /// A refusal.
    pub(super) fn refused(mut faults: Vec<Fault>, dry_run: bool) -> Self {
        faults.sort();
        Self { dry_run, faults, ..Self::default() }
    }

    /// Whether the file was good.
    #[must_use]
    pub fn is_accepted(&self) -> bool {
        self.faults.is_empty()
    }

    fn kinds(&self) -> [(&'static str, Counts); 7] {
        [
            ("familles", self.families),
            ("adultes", self.adults),
            ("enfants", self.children),
            ("scolarités", self.schoolings),
            ("liens", self.links),
            ("contacts", self.contacts),
            ("quotients", self.quotients),
        ]
    }
}

impl fmt::Display for ImportReport {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        if !self.is_accepted() {
            writeln!(f, "Import refusé, rien n'a été écrit. Anomalies : {}", self.faults.len())?;
            return self.faults.iter().try_for_each(|fault| writeln!(f, "  {fault}"));
        }
        writeln!(f, "{}", if self.dry_run { "Essai : rien n'a été écrit" } else { "Import terminé" })?;
        for (kind, Counts { created, updated, unchanged }) in self.kinds() {
            writeln!(f, "  {kind:<10} : {created} créés, {updated} modifiés, {unchanged} inchangés")?;
        }
        writeln!(f, "  comptes créés : {}", self.accounts_created)?;
        writeln!(f, "  dossiers de famille modifiés : {}", self.families_touched)?;
        self.warnings.iter().try_for_each(|warning| writeln!(f, "  À vérifier : {warning}"))
    }
}

#[cfg(test)]
mod tests {
    use super::super::faults::Reason;
    use super::*;

    #[test]
    fn a_refusal_lists_faults_by_line() {
        let faults = vec![Fault::of_line(9, Reason::CellsMissing), Fault::of_line(2, Reason::FamilyTwice)];
        let report = ImportReport::refused(faults, false);
        let text = report.to_string();
        let lines: Vec<&str> = text.lines().collect();
        assert_eq!(lines.len(), 3);
        assert!(lines[0].ends_with("Anomalies : 2") && lines[1].contains("ligne 2") && lines[2].contains("ligne 9"));
        let json = serde_json::to_string(&report).expect("json");
        assert_eq!(serde_json::from_str::<ImportReport>(&json).expect("a report"), report);
    }
}
