//! Children, their links with homes, and their schooling.

use std::collections::{BTreeMap, BTreeSet};

use jiff::civil::Date;
use uuid::Uuid;

use super::{Planner, first_lines, index, settle};
use crate::family::import::faults::Reason;
use crate::family::import::lines::{ChildLine, Line, LinkLine, SchoolingLine};
use crate::family::import::read::Column;
use crate::family::store::{ChildRow, LinkRow, SchoolingRow};

/// What will be on record: by child and first day, the end, and the line that says so where it is of the file.
type Periods = BTreeMap<(Uuid, String), (Option<String>, Option<u64>)>;

impl Planner<'_> {
    pub(super) fn children(&mut self, lines: &[Line<ChildLine>]) {
        let known = index(&self.record.children, |row| row.reference.as_str());
        let (first, again) = first_lines(lines, |line| Some(line.reference.clone()));
        for line in again {
            self.fault(line.number, Column::Enfant, Reason::ChildTwice);
        }
        for line in first {
            let known = known.get(line.says.reference.as_str()).copied();
            let child_id = known.map_or_else(&mut *self.new_id, |row| row.child_id);
            self.child_ids.insert(line.says.reference.clone(), child_id);
            let wanted = ChildRow {
                child_id,
                reference: line.says.reference.clone(),
                first_name: line.says.first_name.clone(),
                last_name: line.says.last_name.clone(),
                birth_date: line.says.birth_date.to_string(),
            };
            settle(&mut self.plan.report.children, known, wanted, &mut self.plan.children);
        }
    }

    pub(super) fn links(&mut self, lines: &[Line<LinkLine>]) {
        let known = index(&self.record.links, |row| (row.family_id, row.child_id));
        let (first, again) = first_lines(lines, |line| Some((line.family.clone(), line.child.clone())));
        for line in again {
            self.fault(line.number, Column::Enfant, Reason::LinkTwice);
        }
        for line in first {
            let family = self.family_id(line.number, &line.says.family);
            let child = self.child_id(line.number, &line.says.child);
            let (Some(family_id), Some(child_id)) = (family, child) else { continue };
            let wanted = LinkRow {
                family_id,
                child_id,
                starts_on: line.says.from.to_string(),
                ends_on: line.says.to.map(|to| to.to_string()),
                may_book: line.says.may_book,
                may_collect: line.says.may_collect,
                pays: line.says.pays,
            };
            let known = known.get(&(family_id, child_id)).copied();
            if settle(&mut self.plan.report.links, known, wanted, &mut self.plan.links) {
                self.plan.touched.insert(family_id);
            }
        }
    }

    /// A child that no family may see would be on record for nobody.
    pub(super) fn children_have_homes(&mut self, children: &[Line<ChildLine>], links: &[Line<LinkLine>]) {
        let mut linked: BTreeSet<Uuid> = self.record.links.iter().map(|link| link.child_id).collect();
        linked.extend(links.iter().filter_map(|line| self.child_ids.get(&line.says.child)));
        for line in children {
            if self.child_ids.get(&line.says.reference).is_some_and(|child| !linked.contains(child)) {
                self.fault(line.number, Column::Enfant, Reason::ChildWithoutLink);
            }
        }
    }

    pub(super) fn schoolings(&mut self, lines: &[Line<SchoolingLine>]) {
        let known = index(&self.record.schoolings, |row| (row.child_id, row.starts_on.clone()));
        let mut periods: Periods = (self.record.schoolings.iter())
            .map(|row| ((row.child_id, row.starts_on.clone()), (row.ends_on.clone(), None)))
            .collect();
        for line in lines {
            let Some(child_id) = self.child_id(line.number, &line.says.child) else { continue };
            let key = (child_id, line.says.from.to_string());
            let known = known.get(&key).copied();
            let wanted = schooling(known, key.clone(), &line.says);
            let before = periods.insert(key, (wanted.ends_on.clone(), Some(line.number)));
            if before.is_some_and(|(_, line)| line.is_some()) && line.says.from != Date::MIN {
                self.fault(line.number, Column::Du, Reason::SchoolingOverlaps);
            }
            settle(&mut self.plan.report.schoolings, known, wanted, &mut self.plan.schoolings);
        }
        self.overlaps(&periods);
    }

    /// A schooling without an end lasts until the next one begins; one with an end must be over by then. Whichever
    /// of the two the file gives is at fault, the later one when it gives both.
    fn overlaps(&mut self, periods: &Periods) {
        let pairs = periods.iter().zip(periods.iter().skip(1));
        for (((child, _), (end, line)), ((next_child, next_start), (_, next_line))) in pairs {
            let overlap = child == next_child && end.as_ref().is_some_and(|end| end >= next_start);
            match (next_line, line) {
                (Some(at), _) if overlap => self.fault(*at, Column::Du, Reason::SchoolingOverlaps),
                (None, Some(at)) if overlap => self.fault(*at, Column::Au, Reason::SchoolingOverlaps),
                _ => {}
            }
        }
    }
}

/// An empty class says nothing: the one on record stays.
fn schooling(
    known: Option<&SchoolingRow>,
    (child_id, starts_on): (Uuid, String),
    says: &SchoolingLine,
) -> SchoolingRow {
    SchoolingRow {
        child_id,
        starts_on,
        ends_on: says.to.map(|to| to.to_string()),
        school: says.school.clone(),
        level: says.level.clone(),
        class: says.class.clone().or_else(|| known.and_then(|row| row.class.clone())),
    }
}
