//! What a file asks, compared with what is on record: either every cross-line fault, or the rows to write. Pure.

mod accounts;
mod children;
mod homes;

use std::collections::{BTreeMap, BTreeSet, HashMap};

use sea_orm::FromQueryResult;
use uuid::Uuid;

use super::faults::{Fault, Reason};
use super::lines::{Line, Lines};
use super::read::Column;
use super::report::{Counts, ImportReport};
use crate::accounts::one_time::FamilyAccount;
use crate::family::store::{
    AdultRow, ChildRow, ContactRow, DetailChangeRow, FamilyRow, LinkRow, QuotientRow, SchoolingRow,
};

/// Everything of the commune that a file can touch.
#[derive(Debug, Default)]
pub(super) struct OnRecord {
    pub families: Vec<FamilyRow>,
    pub adults: Vec<AdultRow>,
    /// Co-holders who were removed.
    pub removed: Vec<RemovedRow>,
    pub children: Vec<ChildRow>,
    pub schoolings: Vec<SchoolingRow>,
    pub links: Vec<LinkRow>,
    pub contacts: Vec<ContactRow>,
    pub quotients: Vec<QuotientRow>,
    /// Identifiants, with the adult where it is a family's account.
    pub accounts: Vec<(String, Option<Uuid>)>,
    /// Changes that wait or were accepted, by family, latest first.
    pub asked: BTreeMap<Uuid, Vec<DetailChangeRow>>,
}

/// A co-holder who was removed from a family.
#[derive(Debug, FromQueryResult)]
pub(super) struct RemovedRow {
    pub family_id: Uuid,
    pub first_name: String,
    pub last_name: String,
}

/// The rows to write.
#[derive(Debug, Default)]
pub(super) struct Plan {
    pub families: Vec<FamilyRow>,
    pub adults: Vec<AdultRow>,
    pub children: Vec<ChildRow>,
    pub schoolings: Vec<SchoolingRow>,
    pub links: Vec<LinkRow>,
    pub contacts: Vec<ContactRow>,
    pub quotients: Vec<QuotientRow>,
    pub accounts: Vec<FamilyAccount>,
    pub new_families: Vec<Uuid>,
    /// Families whose record changes.
    pub touched: BTreeSet<Uuid>,
    pub report: ImportReport,
}

/// Plans an import. `correct_names` takes an adult with one other name for the one on record; `new_id` makes ids.
pub(super) fn plan(
    lines: &Lines,
    record: &OnRecord,
    correct_names: bool,
    new_id: &mut dyn FnMut() -> Uuid,
) -> Result<Plan, Vec<Fault>> {
    let identifiant = |(identifiant, person): &'_ (String, Option<Uuid>)| Some(((*person)?, identifiant.clone()));
    let mut planner = Planner {
        record,
        correct_names,
        new_id,
        identifiants: record.accounts.iter().filter_map(identifiant).collect(),
        family_ids: record.families.iter().map(|row| (row.reference.clone(), row.family_id)).collect(),
        child_ids: record.children.iter().map(|row| (row.reference.clone(), row.child_id)).collect(),
        faults: Vec::new(),
        plan: Plan::default(),
    };
    planner.families(&lines.families);
    planner.children(&lines.children);
    let adults = planner.adults(&lines.adults);
    planner.holders(&lines.families, &lines.adults);
    planner.accounts(&adults);
    planner.links(&lines.links);
    planner.children_have_homes(&lines.children, &lines.links);
    planner.schoolings(&lines.schoolings);
    planner.contacts(&lines.contacts);
    planner.quotients(&lines.quotients);
    planner.touch_homes_of_children();
    let Planner { faults, mut plan, .. } = planner;
    if !faults.is_empty() {
        return Err(faults);
    }
    plan.report.families_touched = u32::try_from(plan.touched.len()).unwrap_or(u32::MAX);
    Ok(plan)
}

struct Planner<'a> {
    record: &'a OnRecord,
    correct_names: bool,
    /// Of adults who have an account.
    identifiants: HashMap<Uuid, String>,
    new_id: &'a mut dyn FnMut() -> Uuid,
    /// Ids by reference, of the record and of the file.
    family_ids: HashMap<String, Uuid>,
    child_ids: HashMap<String, Uuid>,
    faults: Vec<Fault>,
    plan: Plan,
}

impl Planner<'_> {
    fn fault(&mut self, line: u64, column: Column, reason: Reason) {
        self.faults.push(Fault { line, column: Some(column.name().into()), reason });
    }

    fn family_id(&mut self, line: u64, reference: &str) -> Option<Uuid> {
        let known = self.family_ids.get(reference).copied();
        if known.is_none() {
            self.fault(line, Column::Famille, Reason::UnknownFamily);
        }
        known
    }

    fn child_id(&mut self, line: u64, reference: &str) -> Option<Uuid> {
        let known = self.child_ids.get(reference).copied();
        if known.is_none() {
            self.fault(line, Column::Enfant, Reason::UnknownChild);
        }
        known
    }

    /// A child is in the stream of each of its homes.
    fn touch_homes_of_children(&mut self) {
        let changed: BTreeSet<Uuid> = (self.plan.children.iter().map(|row| row.child_id))
            .chain(self.plan.schoolings.iter().map(|row| row.child_id))
            .chain(self.turned_links())
            .collect();
        let homes = self.record.links.iter().chain(&self.plan.links);
        let homes: BTreeSet<Uuid> =
            homes.filter(|link| changed.contains(&link.child_id)).map(|link| link.family_id).collect();
        self.plan.touched.extend(homes);
    }

    /// Children whose link with a home is new or has other dates: the other home learns whether there is one.
    fn turned_links(&self) -> Vec<Uuid> {
        let known = index(&self.record.links, |link| (link.family_id, link.child_id));
        let dates = |link: &LinkRow| (link.starts_on.clone(), link.ends_on.clone());
        let turned = |link: &&LinkRow| {
            known.get(&(link.family_id, link.child_id)).is_none_or(|known| dates(known) != dates(link))
        };
        self.plan.links.iter().filter(turned).map(|link| link.child_id).collect()
    }
}

/// Keeps the row if it is new or differs from the one on record; says whether it does.
fn settle<T: PartialEq>(counts: &mut Counts, known: Option<&T>, wanted: T, rows: &mut Vec<T>) -> bool {
    match known {
        Some(known) if *known == wanted => {
            counts.unchanged += 1;
            return false;
        }
        Some(_) => counts.updated += 1,
        None => counts.created += 1,
    }
    rows.push(wanted);
    true
}

/// Rows by a key.
fn index<'a, K: Ord, T>(rows: &'a [T], key: impl Fn(&'a T) -> K) -> BTreeMap<K, &'a T> {
    rows.iter().map(|row| (key(row), row)).collect()
}

/// The lines of a file that say something twice under one key are all faults but the first.
fn first_lines<T, K: Ord>(lines: &[Line<T>], key: impl Fn(&T) -> Option<K>) -> (Vec<&Line<T>>, Vec<&Line<T>>) {
    let mut seen = BTreeSet::new();
    lines.iter().partition(|line| key(&line.says).is_none_or(|key| seen.insert(key)))
}
