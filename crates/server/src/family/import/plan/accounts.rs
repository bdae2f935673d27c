//! One account for each adult, with the file's identifiant or one made from the name.

use std::collections::{BTreeMap, BTreeSet};

use preau_domain::accounts::Identifiant;
use uuid::Uuid;

use super::Planner;
use crate::accounts::one_time::FamilyAccount;
use crate::family::folding::fold;
use crate::family::import::faults::Reason;
use crate::family::import::lines::{AdultLine, Line};
use crate::family::import::read::Column;
use crate::family::import::report::{Caution, Warning};

/// Longest part of a name that an identifiant keeps.
const NAME: usize = 20;

impl Planner<'_> {
    /// An account that exists keeps its identifiant, which its owner may have made personal: changing it would lock
    /// them out.
    pub(super) fn accounts(&mut self, adults: &[(&Line<AdultLine>, Uuid, Uuid)]) {
        let on_record: BTreeSet<&str> =
            self.record.accounts.iter().map(|(identifiant, _)| identifiant.as_str()).collect();
        let mut given = BTreeSet::new();
        let mut wanted = Vec::new();
        for &(line, family_id, person_id) in adults {
            let asked = line.says.identifiant.as_ref().map(Identifiant::as_str);
            if asked.is_some_and(|asked| !given.insert(asked)) {
                self.fault(line.number, Column::Identifiant, Reason::IdentifiantTwice);
                continue;
            }
            match (self.identifiants.get(&person_id), asked) {
                (Some(kept), Some(asked)) if kept != asked => {
                    self.caution(line, Column::Identifiant, Caution::IdentifiantKept);
                }
                (Some(_), _) => {}
                (None, Some(asked)) if on_record.contains(asked) => {
                    self.fault(line.number, Column::Identifiant, Reason::IdentifiantTaken);
                }
                (None, asked) => wanted.push((line, family_id, person_id, asked)),
            }
        }
        let mut taken: BTreeSet<String> = on_record.into_iter().chain(given).map(str::to_owned).collect();
        let mut next = BTreeMap::new();
        for (line, family_id, person_id, asked) in wanted {
            let identifiant = asked.map_or_else(|| free(&line.says.last_name, &mut taken, &mut next), str::to_owned);
            let account = (self.new_id)();
            self.plan.accounts.push(FamilyAccount { account, identifiant, family: family_id, person: person_id });
            self.plan.touched.insert(family_id);
            self.plan.report.accounts_created += 1;
        }
    }

    pub(super) fn caution(&mut self, line: &Line<AdultLine>, column: Column, caution: Caution) {
        self.plan.report.warnings.push(Warning {
            line: line.number,
            family: line.says.family.clone(),
            column: column.name().to_owned(),
            caution,
        });
    }
}

/// The first free `martel01`, `martel02`, … `next` remembers how far each name got, so that a thousand Martins do
/// not count to a thousand a thousand times.
fn free(last_name: &str, taken: &mut BTreeSet<String>, next: &mut BTreeMap<String, u32>) -> String {
    let mut name: String = fold(last_name).chars().filter(char::is_ascii_alphabetic).take(NAME).collect();
    if name.len() < 2 {
        "famille".clone_into(&mut name);
    }
    let number = next.entry(name.clone()).or_insert(0);
    loop {
        *number += 1;
        let identifiant = format!("{name}{number:02}");
        if taken.insert(identifiant.clone()) {
            return identifiant;
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn identifiants_by_table() {
        let mut taken = BTreeSet::from(["martel01".to_owned()]);
        let mut next = BTreeMap::new();
        for (name, expected) in [
            ("Martel", "martel02"),
            ("MÂRTEL", "martel03"),
            ("D'Hélène-Œuvrard", "dheleneoeuvrard01"),
            ("Ng", "ng01"),
            ("王", "famille01"),
            ("O", "famille02"),
            ("Montmorency-Laval-Châtillon", "montmorencylavalchat01"),
        ] {
            let identifiant = free(name, &mut taken, &mut next);
            assert_eq!(identifiant, expected);
            assert!(Identifiant::parse(&identifiant).is_ok());
        }
    }
}
